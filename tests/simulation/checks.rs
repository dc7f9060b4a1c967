//! The promise, as what must hold after every run and at the end of every world.

use std::collections::BTreeSet;

use callout::plan::{Action, Reason, Step};
use callout::refresh::Mode;
use callout::state::memory::MemoryStore;
use callout::state::{Log, Phase, State};
use callout::ticket::Address;

use crate::killer::Killer;
use crate::tickets::Shown;
use crate::world::{LINEAGE, World};

impl World {
    /// The promise: no visit has two tickets, no site two open ones, and the state knows or doubts every ticket.
    pub fn check(&self, when: &str) {
        let (state, portal) = (self.state(), self.portal());
        self.check_log(&state, when);
        let mut marks = BTreeSet::new();
        let mut open = BTreeSet::new();
        for ticket in &portal {
            assert!(marks.insert((&ticket.mark, &ticket.site)), "{when}: two tickets for one visit ({} at {})", ticket.mark, ticket.site);
            let is_coming = !ticket.resolved && !self.reopened.contains(&ticket.id);
            assert!(!is_coming || open.insert(ticket.site.clone()), "{when}: two open tickets at site {}", ticket.site);
            let id = ticket.id.to_string();
            let known = state.records.values().any(|record| record.request.system == ticket.system && record.id() == Some(&id));
            let doubted = state.records.values().any(|record| record.phase == Phase::Pending && ticket.is_of(&record.request));
            // A person may have said that a ticket in doubt is cancelled: its mark is kept.
            let told = state.records.values().any(|record| ticket.is_of(&record.request));
            assert!(known || doubted || (ticket.resolved && told), "{when}: nobody knows ticket {}", ticket.id);
        }
        let everything = self.everything();
        for (key, record) in &state.records {
            if let Phase::Live { id } = &record.phase {
                let ticket = everything.iter().find(|ticket| &ticket.id.to_string() == id);
                let Some(ticket) = ticket else { panic!("{when}: {key} has a ticket that the vendor never made") };
                let wanted = record.request.fields.text("location_number");
                assert!(wanted.is_none_or(|wanted| wanted == ticket.site), "{when}: {key} has the ticket of site {}", ticket.site);
            }
        }
    }

    /// The log has every commit once, whichever compaction was killed, and tells of every ticket that the state knows.
    fn check_log(&self, state: &State, when: &str) {
        let mut told = BTreeSet::new();
        let store = MemoryStore::new(&self.disk);
        let log = Log::of(&store, Some(LINEAGE), &mut |entry| told.extend(entry.ticket().map(str::to_owned)));
        assert!(log.is_whole() && log.commits as u64 == state.through, "{when}: the log is not whole: {log:?}");
        let known = state.records.values().filter_map(|record| record.id());
        assert_eq!(told, known.map(str::to_owned).collect(), "{when}: tickets of the log and of the state");
    }

    /// Every wanted visit has exactly its one ticket, and a further plan has nothing to do.
    pub async fn check_all_sent(&self, when: &str) {
        let state = self.state();
        for wanted in &self.wanted {
            let address: Address = wanted.address().parse().expect("an address");
            assert!(state.latest(&address).is_some_and(|(_, record)| record.is_live()), "{when}: {address} was forgotten");
        }
        assert_eq!(self.portal().len(), self.wanted.len(), "{when}: tickets and wishes");
        self.check_settled(when).await;
    }

    /// Nothing is left to send, and nothing is in doubt.
    pub async fn check_settled(&self, when: &str) {
        let killer = Killer::never();
        let plan = self.plan_reading(Mode::All, &self.state(), &self.mortals(&killer)).await;
        for wanted in &self.wanted {
            let is_told = plan.steps.iter().any(|step| step.key.address.to_string() == wanted.address());
            assert!(is_told, "{when}: {} is left out of the plan", wanted.address());
        }
        let (state, everything) = (self.state(), self.everything());
        for step in &plan.steps {
            // Written so that a new action is no end until somebody says so.
            let is_over = matches!(step.action, Action::Adopt { .. } | Action::Retire { .. } | Action::Blocked { .. } | Action::Keep);
            // Who refers to a ticket that somebody must see to first waits as long as that.
            let is_waiting = |other: &&Step| matches!(&step.action, Action::Deferred { reason: Reason::WaitsFor { address } } if *address == other.key.address);
            let is_held =
                plan.steps.iter().find(is_waiting).is_some_and(|other| matches!(other.action, Action::Blocked { .. } | Action::Keep));
            assert!(is_over || is_held, "{when}: {} is left: {:?}", step.key, step.action);
            self.check_text(step, (&state, &everything), when);
        }
    }

    /// A ticket that the plan calls unchanged shows what its file asks for.
    fn check_text(&self, step: &Step, (state, everything): (&State, &[Shown]), when: &str) {
        let is_unchanged = step.action == Action::Keep && step.drift.is_empty() && step.changes.is_empty() && step.difference.is_none();
        let record = state.records.get(&step.key).filter(|record| is_unchanged && record.is_open());
        let wanted = self.wanted.iter().find(|wanted| wanted.address() == step.key.address.to_string());
        let shown = record.and_then(|record| everything.iter().find(|ticket| Some(ticket.id.to_string().as_str()) == record.id()));
        if let Some((wanted, text)) = wanted.zip(shown.and_then(|ticket| ticket.text.as_ref())) {
            assert_eq!(text, &wanted.text(), "{when}: {} is called unchanged", step.key);
        }
    }
}
