//! People on both machines: they end dead runs' leases, look doubts up in the vendor's portal, and apply until all is done.

use callout::state::shared::holder;

use super::team::Team;
use super::told::{Ending, Told};
use crate::person::answer;

const ANSWERS: &str = "answers.csv";
const TRIES: u64 = 5;

impl Team {
    /// Nobody works any more: whatever was left behind is put right with the commands that say so, from whichever machine.
    pub fn puts_right(&mut self) {
        let who = self.anybody();
        if holder(&self.objects).expect("the lock").is_some() {
            self.counts.met("lease left by a dead run");
            if self.random.one_in(2) {
                self.unlocks(who, "lease of a dead run ended by unlock");
            } else {
                let told = self.types_patiently(who, "apply --yes");
                self.expect(&told, &[Ending::Done, Ending::InDoubt]);
                self.counts.met("lease of a dead run taken over");
            }
            self.check();
        }
        self.settles(who, |_| true);
        let told = self.types(1 - who, "apply --yes");
        self.expect(&told, &[Ending::Done]);
    }

    /// Types what holds the lock into `callout unlock`, as the refused command says it.
    pub fn unlocks(&mut self, who: usize, kind: &'static str) {
        for _ in 0..TRIES {
            let refused = self.types(who, "apply --yes");
            self.expect(&refused, &[Ending::Locked]);
            let lock = refused.lock().unwrap_or_else(|| panic!("no lock is named\n{}", self.told())).to_owned();
            let told = self.types(who, &format!("unlock {lock} --yes"));
            if told.code == Some(0) {
                return self.counts.met(kind);
            }
            // It can be that it was renewed at the same moment.
            assert!(told.err.contains(" is alive: it renewed the lock of "), "{told:?}\n{}", self.told());
        }
        panic!("no lock was broken\n{}", self.told());
    }

    /// Looks every doubt up, and settles those whose answer a person would give at that moment.
    pub fn settles(&mut self, who: usize, is_sure: impl Fn(&str) -> bool) {
        let (state, portal) = (self.state(), self.portal());
        let doubts = state.records.iter().filter(|(_, record)| record.in_doubt());
        let rows = doubts.map(|(key, record)| (key, answer(&state, &portal, record))).filter(|(_, answer)| is_sure(answer));
        let rows: Vec<String> = rows.map(|(key, answer)| format!("{key},{answer},as the portal shows it\n")).collect();
        if rows.is_empty() {
            return;
        }
        self.counts.doubts += rows.len() as u64;
        self.counts.met("in doubt");
        self.machines[who].project.write(ANSWERS, format!("address,settlement,id,reason\n{}", rows.concat()));
        let told = self.types(who, &format!("settle --from {ANSWERS} --yes"));
        self.expect(&told, &[Ending::Done]);
    }

    /// Fails unless the run ended in one of these ways; counts how.
    #[track_caller]
    pub fn expect(&mut self, told: &Told, endings: &[Ending]) {
        let ending = told.ending().filter(|ending| endings.contains(ending));
        let Some(ending) = ending else { panic!("not one of {endings:?}: {told:#?}\n{}", self.told()) };
        match ending {
            Ending::Killed => self.counts.kills += 1,
            Ending::Locked => self.counts.met("refused by the lease"),
            Ending::Fenced => self.counts.met("refused at the fence"),
            Ending::Unleased => self.counts.met("stopped, its lease was gone"),
            Ending::Trouble => self.counts.met("stopped, the store was in trouble"),
            Ending::Done | Ending::InDoubt => {}
        }
    }

    pub fn anybody(&mut self) -> usize {
        usize::from(self.random.one_in(2))
    }
}
