//! A person with the vendor's portal open: what is in doubt is looked up by its mark and settled as it is.

use callout::state::{Key, Phase, Record, State, Write};

use crate::footprint::Look;
use crate::tickets::Shown;
use crate::world::World;

const ANSWERS: &str = "answers.csv";

impl World {
    /// Every ticket that was ever made.
    pub fn portal(&self) -> Vec<Shown> {
        self.sandbox.tickets().iter().map(Shown::of).collect()
    }

    /// Settles what no search can settle; the command may be killed, and is then typed again.
    pub fn settle(&mut self) {
        let is_ours = |record: &Record| record.phase == Phase::Pending && ["techexpress", "nocexpress"].contains(&&*record.request.system);
        for again in 0.. {
            let Some(words) = self.answers(is_ours) else { return };
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let kills = again < 3 && self.random.one_in(2);
            let run = if kills { self.types_and_kills(&words) } else { self.types(&words) };
            if !run.was_killed() {
                return self.expect(&run, &[0]);
            }
        }
    }

    /// Settles everything that is still in doubt when there has been time to search.
    pub fn settle_later(&mut self) {
        if let Some(words) = self.answers(|_| true) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let ran = self.types_later(&words);
            assert_eq!(ran.code, 0, "{ran}\n{}", self.told());
        }
    }

    /// The command that settles these doubts, with its file written.
    fn answers(&mut self, is_meant: impl Fn(&Record) -> bool) -> Option<Vec<String>> {
        let (state, portal) = (self.state(), self.portal());
        let doubts: Vec<(&Key, &Record)> = state.records.iter().filter(|(_, record)| record.in_doubt() && is_meant(record)).collect();
        let row = |(key, record): &(&Key, &Record)| format!("{key},{},as the portal shows it\n", answer(state, &portal, record));
        let rows: Vec<String> = doubts.iter().map(row).collect();
        self.tally.creates_found += rows.iter().filter(|row| row.contains(",id,")).count() as u64;
        self.project.write(ANSWERS, format!("address,settlement,id,reason\n{}", rows.concat()));
        (!rows.is_empty()).then(|| ["settle", "--from", ANSWERS, "--yes"].map(str::to_owned).to_vec())
    }

    /// Whether the write in doubt took effect.
    pub fn is_done(&self, look: &Look, key: &Key) -> bool {
        let Some(state) = &look.state else { return false };
        let portal = self.portal();
        state.records.get(key).is_some_and(|record| !answer(state, &portal, record).starts_with("not-"))
    }
}

/// The cells `settlement,id`.
pub fn answer(state: &State, portal: &[Shown], record: &Record) -> String {
    let Some(intent) = &record.intent else { return "not-done,".to_owned() };
    if let Phase::Live { id } = &record.phase {
        let ticket = portal.iter().find(|ticket| ticket.id.to_string() == *id).expect("a ticket that was made");
        let wanted = intent.request.as_ref().and_then(|request| text_of(&request.fields));
        let done = match intent.write {
            Write::Update => ticket.text == wanted,
            Write::Close => ticket.resolved,
            Write::Delete => ticket.deleted,
            Write::Create => false,
        };
        return if done { "done,".to_owned() } else { "not-done,".to_owned() };
    }
    let is_held = |ticket: &&Shown| state.records.values().any(|record| record.id() == Some(&ticket.id.to_string()));
    match portal.iter().find(|ticket| ticket.is_of(&record.request) && !is_held(ticket)) {
        Some(ticket) => format!("id,{}", ticket.id),
        None => "not-created,".to_owned(),
    }
}

/// The text that the files change.
pub fn text_of(fields: &callout::ticket::Fields) -> Option<String> {
    ["users", "summary"].iter().find_map(|name| fields.text(name)).map(str::to_owned)
}
