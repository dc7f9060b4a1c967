//! The promise: what the sandbox has and what the state knows, side by side.

use std::collections::{BTreeMap, BTreeSet};

use callout::state::{Key, Phase, Record, State};
use serde_json::Value;

use crate::tickets::Shown;
use crate::world::World;

impl World {
    /// After every kill.
    pub fn check_known(&self) {
        check_known(self.look().state.as_ref(), &self.portal(), &|| self.told());
    }

    /// At the end: no doubt is left, every visit that the files ask for has its ticket, with the text that they ask for.
    pub fn check_all_sent(&self) {
        self.check_known();
        let (state, portal) = (self.state(), self.portal());
        assert!(self.look().doubts().is_empty(), "still in doubt: {:?}\n{}", self.look().doubts(), self.told());
        for wanted in &self.wanted {
            for reissue in 0..=wanted.reissue {
                let key = Key::new(wanted.address().parse().expect("an address"), reissue);
                let ticket = state.records.get(&key).and_then(Record::id).and_then(|id| portal.iter().find(|t| t.id.to_string() == id));
                let Some(ticket) = ticket else { panic!("{key} was forgotten\n{}", self.told()) };
                assert_eq!(ticket.site, wanted.site.to_string(), "{key}\n{}", self.told());
                let is_last = reissue == wanted.reissue;
                assert!(
                    !is_last || ticket.text.is_none() || ticket.text == Some(wanted.text()),
                    "{key}: the change was lost\n{}",
                    self.told()
                );
            }
        }
    }

    /// The log, too, has each ticket once, though commits may lie in two files.
    pub fn check_log(&mut self) {
        let run = self.types(&["log", "--format", "json"]);
        self.expect(&run, &[0]);
        check_log(&run.out, &self.portal(), &|| self.told());
    }

    /// What a killed run left half-written is gone.
    pub fn check_leftovers(&self) {
        let files = self.project.files();
        let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
        let left: Vec<&String> = names.iter().filter(|name| name.contains(".callout-new-") || name.contains(".part")).collect();
        assert!(left.is_empty(), "{left:?}\n{}", self.told());
    }
}

/// No two tickets for one visit; every ticket has its record, or is what a doubt is about; every record has its ticket.
pub fn check_known(state: Option<&State>, portal: &[Shown], told: &dyn Fn() -> String) {
    let Some(state) = state else {
        assert!(portal.is_empty(), "there are tickets and no state\n{}", told());
        return;
    };
    let mut visits = BTreeMap::new();
    for ticket in portal {
        if let Some(other) = visits.insert((ticket.mark.clone(), ticket.site.clone()), ticket.id) {
            panic!("sent twice: tickets {other} and {} are {} at site {}\n{}", ticket.id, ticket.mark, ticket.site, told());
        }
        let holders = holders(state, ticket);
        let doubted = state.records.values().any(|record| record.phase == Phase::Pending && ticket.is_of(&record.request));
        assert!(
            holders.len() == 1 || (holders.is_empty() && doubted),
            "ticket {} at site {} has the records {holders:?}\n{}",
            ticket.id,
            ticket.site,
            told()
        );
    }
    for (key, record) in state.records.iter().filter(|(_, record)| !record.is_moved()) {
        if let Some(id) = record.id() {
            let ticket = portal.iter().find(|ticket| ticket.id.to_string() == id);
            assert!(ticket.is_some_and(|ticket| ticket.is_of(&record.request)), "{key} has no ticket {id}\n{}", told());
        }
    }
}

fn holders(state: &State, ticket: &Shown) -> Vec<String> {
    let held = state.records.iter().filter(|(_, record)| !record.is_moved() && record.id() == Some(&ticket.id.to_string()));
    held.map(|(key, _)| key.to_string()).collect()
}

/// The log as JSON lines has each ticket once.
pub fn check_log(log: &str, portal: &[Shown], story: &dyn Fn() -> String) {
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    for line in log.lines() {
        let event: Value = serde_json::from_str(line).expect("a JSON line");
        if matches!(event["event"].as_str(), Some("created" | "adopted")) {
            *told.entry(event["ticket"].as_str().expect("an id").to_owned()).or_default() += 1;
        }
    }
    let made: BTreeSet<String> = portal.iter().map(|ticket| ticket.id.to_string()).collect();
    assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), made, "the log\n{}", story());
    assert!(told.values().all(|times| *times == 1), "the log has a ticket twice: {told:?}\n{}", story());
}
