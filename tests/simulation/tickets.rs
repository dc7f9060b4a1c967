//! What the files of a simulated project ask for, of every kind, and what the vendors' portals show of it.

use std::collections::BTreeMap;

use callout::state::Request;
use callout::systems::by_kind;
use callout::systems::sandbox::Stored;
use callout::ticket::{Address, Mark, Ticket};
use serde_json::{Value, json};

use crate::support::random::Random;

/// The kind of what is wanted at a site; it never changes.
const KINDS: [&str; 4] = ["Dispatch", "NocTicket", "CustomerTicket", "HelpdeskTicket"];

/// What one manifest asks for. `site` tells the places apart; a name can change, its site stays.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub name: String,
    pub site: u64,
    pub text: u64,
    pub reissue: u32,
    pub renamed_from: Option<String>,
    /// The address of a ticket, of either kind, whose id this one carries.
    pub after: Option<String>,
    /// `on_remove`, where it is not `hold`.
    pub on_remove: Option<&'static str>,
    /// The id of a ticket that somebody made by hand.
    pub adopt: Option<u64>,
}

/// A ticket as the vendor's portal shows it.
pub struct Shown {
    pub id: u64,
    pub system: String,
    pub mark: String,
    pub site: String,
    /// The text that the files change, where reads show it.
    pub text: Option<String>,
    /// Nobody comes for it any more.
    pub resolved: bool,
    /// The portal has it in the bin.
    pub deleted: bool,
    /// Somebody copied another ticket by hand.
    pub copied: bool,
}

impl Shown {
    pub fn of(ticket: &Stored) -> Self {
        let sent = |name: &str| ticket.received.get(name).map(String::as_str).unwrap_or_default();
        let field = |name: &str| ticket.fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let (site, text, resolved) = match ticket.system.as_str() {
            "techexpress" => (field("location_number"), None, field("date_resolved").is_some()),
            "nocexpress" => {
                let circuit = ticket.fields.get("configurations").and_then(|list| list[0]["id"].as_u64());
                (circuit.map(|id| (id - 1).to_string()), None, field("date_resolved").is_some())
            }
            "billing_platform" => {
                let customer = ticket.fields.get("customerID").and_then(Value::as_u64).map(|id| (id - 4000).to_string());
                (customer, field("users"), field("status").as_deref() == Some("closed"))
            }
            "readydesk" => {
                let customer = field("cid").and_then(|cid| cid.strip_prefix("store-").map(str::to_owned));
                (customer, field("summary"), field("status").as_deref() == Some("Closed"))
            }
            other => panic!("nothing is known of {other}"),
        };
        let marks = ["customer_ticket_number", "subject"].map(sent);
        Self {
            id: ticket.id,
            system: ticket.system.clone(),
            mark: marks
                .iter()
                .find_map(|text| text.split([' ', ',', '[', ']']).find_map(Mark::find))
                .map(|mark| mark.to_string())
                .unwrap_or_default(),
            site: site.expect("a site"),
            text,
            resolved: resolved || ticket.hidden,
            deleted: ticket.hidden,
            copied: ticket.create == 0,
        }
    }

    /// Whether it is the ticket that this request asked for. Dispatches that went out together have one mark, each at its own place.
    pub fn is_of(&self, request: &Request) -> bool {
        let is_marked = request.mark.as_ref().is_some_and(|mark| mark.as_str() == self.mark);
        is_marked && request.fields.text("location_number").is_none_or(|site| site == self.site)
    }
}

/// One ticket of each kind, or a few more; with `together`, also dispatches that differ by their places alone. The first two systems take
/// the id of an earlier ticket, of whatever kind.
pub fn first_files(random: &mut Random, together: bool) -> Vec<Wanted> {
    let count = 4 + random.below(2);
    let mut wanted: Vec<Wanted> = (0..count).map(Wanted::at).collect();
    for one in &mut wanted {
        one.on_remove = random.pick(one.endings()).copied().flatten();
    }
    let earlier: Vec<String> = wanted[1..].iter().map(Wanted::address).collect();
    wanted[0].after = random.pick(&earlier).filter(|_| random.one_in(2)).cloned();
    let earlier: Vec<String> = wanted[2..4].iter().map(Wanted::address).collect();
    wanted[1].after = random.pick(&earlier).filter(|_| random.one_in(2)).cloned();
    wanted.extend([8, 12, 16, 20].into_iter().filter(|_| together).map(Wanted::at));
    wanted
}

impl Wanted {
    pub fn at(site: u64) -> Self {
        Self { name: format!("store-{site}"), site, text: 0, reissue: 0, renamed_from: None, after: None, on_remove: None, adopt: None }
    }

    pub fn kind(&self) -> &'static str {
        KINDS[usize::try_from(self.site % 4).expect("below 4")]
    }

    pub fn address(&self) -> String {
        self.address_as(&self.name)
    }

    /// Its address under another name.
    pub fn address_as(&self, name: &str) -> String {
        format!("{}/{name}", self.kind())
    }

    /// What the text of the ticket is to be. It can be changed later only where the system can.
    pub fn text(&self) -> String {
        format!("version {}", self.text)
    }

    /// The ways in which the end of its file can be the end of it.
    pub fn endings(&self) -> &'static [Option<&'static str>] {
        match self.kind() {
            "CustomerTicket" => &[None, Some("forget"), Some("close"), Some("delete")],
            "HelpdeskTicket" => &[None, Some("forget"), Some("close")],
            _ => &[None, Some("forget")],
        }
    }

    fn spec(&self) -> Value {
        let (site, text) = (self.site, self.text());
        let contact = json!({
            "contact_name": "Dana Ortiz", "contact_email_address": "dana@example.com", "initial_description": text,
            "automatic_email_contact": false, "automatic_email_cc": false,
        });
        let (shared, own) = match self.kind() {
            "NocTicket" => (
                contact,
                json!({
                    "issue_name": "Circuit down", "type_name": "Service Request", "subtype_name": "Outage", "configuration_ids": [site + 1],
                    "local_contact_name": "Sam Lee", "local_contact_number": "617-555-0123", "access_hours": "any time",
                    "sites": [{"macnum": format!("0{site}"), "maintenance_window": "any time"}],
                }),
            ),
            "CustomerTicket" => (json!({"customer_id": 4000 + site}), json!({"subject": "Line rental", "users": text})),
            "HelpdeskTicket" => (json!({"cid": format!("store-{site}")}), json!({"subject": "Router is down", "summary": text})),
            _ => (
                contact,
                json!({
                    "service_type": "Site Audit",
                    "locations": [{
                        "location_name": format!("Store {site}"), "location_number": site.to_string(),
                        "local_contact_name": "Sam Lee", "local_contact_number": "617-555-0123", "account_macnum": "01234567",
                        "start_date": "2030-06-03T08:00:00", "end_date": "2030-06-03T12:00:00", "timezone": "America/New_York",
                    }],
                }),
            ),
        };
        let parts = [shared, own].into_iter().filter_map(|part| part.as_object().cloned()).flatten();
        let prior = self.after.iter().map(|after| ("prior_ticket".to_owned(), json!({"ref": after})));
        Value::Object(parts.chain(prior).collect())
    }

    /// The manifest that asks for it.
    pub fn document(&self) -> Value {
        let mut lifecycle = json!({"reissue": self.reissue});
        if let Some(on_remove) = self.on_remove {
            lifecycle["on_remove"] = json!(on_remove);
        }
        if let Some(id) = self.adopt {
            lifecycle["adopt"] = json!(id);
        }
        if let Some(from) = &self.renamed_from {
            lifecycle["renamed_from"] = json!(self.address_as(from));
        }
        json!({
            "apiVersion": "callout/v1", "kind": self.kind(), "metadata": {"name": self.name},
            "spec": self.spec(), "lifecycle": lifecycle,
        })
    }
}

pub fn ticket(wanted: &Wanted) -> Ticket {
    let system = by_kind(wanted.kind()).expect("a registered kind");
    let document = wanted.document();
    let (mut drafts, findings) = system.tickets(&document).expect("a document");
    assert!(findings.is_empty(), "{findings:?}");
    let draft = drafts.remove(0);
    Ticket {
        address: Address::new(wanted.kind(), wanted.name.as_str()).with_key(draft.key),
        reissue: draft.reissue,
        fields: draft.fields,
        attachments: Vec::new(),
        lifecycle: draft.lifecycle,
        labels: BTreeMap::new(),
        visit: draft.visit,
        place: None,
        booking: None,
        site: None,
    }
}
