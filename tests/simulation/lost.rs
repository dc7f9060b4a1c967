//! A state that is lost for good, and rebuilt from the marks of live tickets and from what a person finds.

use std::collections::BTreeSet;

use callout::plan::{Action, Matching, Plan};
use callout::state::memory::{Contents, MemoryStore};
use callout::state::{Event, Key, Record, State, Store};
use callout::systems::End;
use callout::ticket::{Address, Mark};

use crate::killer::Killer;
use crate::tickets::Shown;
use crate::world::{LINEAGE, World, owner};

const REASON: &str = "rebuilt";

impl World {
    /// What a plan would send now.
    pub async fn would_send(&self) -> BTreeSet<Key> {
        let plan: Plan = self.plan(&self.state(), &self.mortals(&Killer::never())).await;
        let is_create = |action: &Action| matches!(action, Action::Create { .. });
        plan.steps.into_iter().filter(|step| is_create(&step.action)).map(|step| step.key).collect()
    }

    /// The disk is empty. As `state rebuild` does: what carries a mark of the files is linked, and all else may have been sent.
    pub async fn lose_and_rebuild(&mut self) {
        *self.disk.contents() = Contents::default();
        let (tickets, known) = (self.tickets(), State::new(LINEAGE));
        let mut events = Vec::new();
        for side in self.sides.values() {
            let listing = self.remotes[side.system.id()].list(None, 1000).await;
            // Half a list links nothing.
            let listed = if listing.end == End::Whole { listing.tickets } else { Vec::new() };
            let matches = Matching { tickets: &tickets, state: &known, side, given_up: &[] }.among(&listed);
            self.tally.add("found by rebuild", matches.hits.len());
            self.tally.add("presumed sent", matches.missing.len());
            events.extend(matches.hits.iter().flat_map(|hit| hit.events(REASON)));
            let presumed = |(key, request)| Event::Presumed { key, request: Box::new(request), reason: REASON.to_owned() };
            events.extend(matches.missing.into_iter().map(presumed));
        }
        let mut store = MemoryStore::new(&self.disk);
        store.lock(&owner()).expect("nobody else is there");
        store.create(&known).expect("an empty disk");
        drop(store);
        let ledger = self.ledger(&Killer::never()).expect("a state");
        ledger.record(events, self.now()).await.expect("what was found and what was not");
    }

    /// A person looks for each ticket that may have been sent: by its mark, and as tickets of one request share one, by its place.
    pub async fn look_up_presumed(&self) {
        let ledger = self.ledger(&Killer::never()).expect("a state");
        let doubted: Vec<Key> =
            ledger.state().records.iter().filter(|(_, record)| record.is_presumed()).map(|(key, _)| key.clone()).collect();
        for key in doubted {
            let state = ledger.state();
            let event = match self.ticket_of(&key, &state.records[&key], &state) {
                Some(ticket) => Event::Adopted {
                    id: ticket.id.to_string(),
                    request: Box::new(state.records[&key].request.clone()),
                    seen: None,
                    reason: REASON.to_owned(),
                    key,
                },
                None => Event::NotCreated { key, reason: REASON.to_owned() },
            };
            ledger.record(vec![event], self.now()).await.expect("what a person found");
        }
    }

    fn ticket_of(&self, key: &Key, record: &Record, state: &State) -> Option<Shown> {
        let site = self.site_of(key)?;
        let system = &record.request.system;
        let is_free = |ticket: &Shown| state.holder(&record.request, &ticket.id.to_string()).is_none();
        let candidates: Vec<Shown> =
            self.portal().into_iter().filter(|ticket| &ticket.system == system && ticket.site == site && is_free(ticket)).collect();
        let marks: Vec<String> = marks_of(&key.address);
        let own = record.request.mark.as_ref().map(Mark::to_string).unwrap_or_default();
        let is_other_visits = |ticket: &Shown| ticket.mark != own && marks.contains(&ticket.mark);
        let at = candidates
            .iter()
            .position(|ticket| ticket.mark == own)
            .or_else(|| candidates.iter().position(|ticket| !is_other_visits(ticket)))?;
        candidates.into_iter().nth(at)
    }

    /// Nothing is sent that the lost state would not have sent, apart from places where nobody ever was: the trace of a rename, which held
    /// such an address back, is lost too.
    pub async fn check_rebuilt(&self, before: &BTreeSet<Key>, when: &str) {
        let now = self.would_send().await;
        let visited: BTreeSet<String> = self.portal().into_iter().map(|ticket| ticket.site).collect();
        for key in now.difference(before) {
            let site = self.site_of(key).expect("what is sent is wanted");
            assert!(!visited.contains(&site), "{when}: the rebuilt state would send {key}");
        }
    }

    fn site_of(&self, key: &Key) -> Option<String> {
        Some(self.wanted.iter().find(|wanted| wanted.address() == key.address.to_string())?.site.to_string())
    }

    /// Right after the loss no address is free, whatever was found.
    pub fn check_held_back(&self, when: &str) {
        let state = self.state();
        for ticket in self.tickets().iter().filter(|ticket| ticket.lifecycle.adopt.is_none()) {
            assert!(state.latest(&ticket.address).is_some(), "{when}: {} is free", ticket.address);
        }
    }
}

fn marks_of(address: &Address) -> Vec<String> {
    (0..20).map(|reissue| Mark::new(LINEAGE, address, reissue).to_string()).collect()
}
