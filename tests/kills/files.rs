//! What the files ask for: a rollout whose dispatches travel together, single documents of every kind, and what people change in them.

use std::fs;

use callout::state::Key;
use callout::ticket::Address;

use crate::tickets::Wanted;
use crate::world::World;

/// From here on, sites are the rollout's.
const OF_ROLLOUT: u64 = 1000;
/// Stands for a site in the template.
const SITE: u64 = 4444;

impl World {
    /// Writes every manifest anew.
    pub fn write_files(&self) {
        let folder = self.project.path("tickets");
        fs::remove_dir_all(&folder).or_else(|_| fs::create_dir(&folder)).expect("a folder");
        let (rollout, single): (Vec<&Wanted>, Vec<&Wanted>) = self.wanted.iter().partition(|wanted| wanted.site >= OF_ROLLOUT);
        for wanted in single {
            let name = format!("tickets/{}-{}.yaml", wanted.kind(), wanted.site);
            self.project.write(name, wanted.document().to_string());
        }
        if rollout.is_empty() {
            return;
        }
        let rows: Vec<String> = rollout.iter().map(|wanted| wanted.site.to_string()).collect();
        self.project.write("tickets/sites.csv", format!("store\n{}\n", rows.join("\n")));
        let mut template = Wanted { on_remove: Some("forget"), ..Wanted::at(SITE) }.document();
        let fields = template.as_object_mut().expect("an object");
        fields.remove("apiVersion");
        let template = template.to_string().replace(&SITE.to_string(), "${{ site.store }}");
        let head = "apiVersion: callout/v1\nkind: Rollout\nmetadata: {name: audits}\nspec:\n  sites: {csv: sites.csv, key: store}\n";
        self.project.write("tickets/audits.yaml", format!("{head}  template: {template}\n"));
    }

    /// More sites of the rollout, two more documents, and a few changes of what is there.
    pub fn edit(&mut self) {
        let first = self.next_site;
        self.next_site += 2;
        for site in first..first + 2 {
            let wanted = Wanted::at(site);
            let on_remove = self.random.pick(wanted.endings()).copied().flatten();
            self.wanted.push(Wanted { on_remove, ..wanted });
        }
        let sites = 1 + self.random.below(3);
        let last = self.wanted.iter().map(|wanted| wanted.site).max().unwrap_or(0).max(OF_ROLLOUT - 4) / 4 * 4;
        self.wanted.extend((1..=sites).map(|more| Wanted::at(last + 4 * more)));
        for _ in 0..3 {
            self.change_one();
        }
        self.write_files();
    }

    fn change_one(&mut self) {
        let Ok(at) = usize::try_from(self.random.below(self.wanted.len() as u64)) else { return };
        match self.random.below(3) {
            0 if self.wanted.len() > 8 => {
                self.wanted.remove(at);
            }
            1 => self.raise(at),
            // TechExpress and NOCExpress have no call that changes a ticket; theirs would wait for a person.
            _ if matches!(self.wanted[at].kind(), "CustomerTicket" | "HelpdeskTicket") => self.wanted[at].text += 1,
            _ => {}
        }
    }

    /// A second visit, once the one before was sent and is over. No read of NOCExpress shows that, so there a person would have to say so first.
    fn raise(&mut self, at: usize) {
        let wanted = &self.wanted[at];
        let address: Address = wanted.address().parse().expect("an address");
        let record = self.state().records.get(&Key::new(address, wanted.reissue));
        let id = record.filter(|record| record.is_live() && !record.in_doubt()).and_then(|record| record.id());
        if let Some(id) = id.and_then(|id| id.parse().ok()).filter(|_| wanted.site < OF_ROLLOUT && wanted.kind() != "NocTicket") {
            self.sandbox.resolve(id).expect("a ticket that is there");
            self.wanted[at].reissue += 1;
        }
    }
}
