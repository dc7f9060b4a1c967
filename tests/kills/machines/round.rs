//! One round: both machines work at once, one of them or both die, or lose the lease; then people put it right.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use callout::state::shared::holder;

use super::team::Team;
use super::told::{Ending, Told};
use crate::program::Moment;
use crate::wire::{STAGES, Stage, Wire};

const ANY: [Ending; 7] = [Ending::Killed, Ending::Done, Ending::InDoubt, Ending::Locked, Ending::Fenced, Ending::Unleased, Ending::Trouble];
const ALIVE: [Ending; 6] = [Ending::Done, Ending::InDoubt, Ending::Locked, Ending::Fenced, Ending::Unleased, Ending::Trouble];
/// What a run writes to the store, and how a kill meanwhile is counted.
const WRITES: [(&str, &str); 4] = [
    ("/acme/journal/", "killed while writing a commit"),
    ("/acme/lock.json", "killed while taking, renewing or giving back the lease"),
    ("/acme/history/", "killed while folding the journal"),
    ("/acme/state.json", "killed while replacing the snapshot"),
];
/// Longer than an apply of a few tickets here.
const LONG: u64 = 400;

/// A way to die.
struct Death {
    moment: Moment,
    /// Not the one to the store.
    way: Option<Arc<Wire>>,
    kind: &'static str,
}

impl Team {
    pub fn round(&mut self) {
        let more = 1 + self.random.below(3);
        self.ask_for(more);
        self.trouble();
        match self.random.below(8) {
            0..=2 => self.both_apply(),
            3..=5 => self.loses_its_lease(),
            6 => self.dies_alone(),
            _ => self.folds(),
        }
        self.fall_silent();
        self.check();
        self.puts_right();
        self.check_all_sent();
        self.counts.rounds += 1;
    }

    /// What stands between the machines and the store.
    fn trouble(&mut self) {
        let mut troubled = false;
        for who in [0, 1] {
            let (seed, one_in, delay) = (self.random.next(), 5 + self.random.below(12), self.random.below(20));
            let (is_slow, is_bad) = (self.random.one_in(3), self.random.one_in(2));
            let proxy = &self.machines[who].proxy;
            if is_slow {
                proxy.delay(Duration::from_millis(delay));
            }
            if is_bad {
                proxy.trouble_at_random(seed, one_in);
            }
            troubled |= is_bad;
        }
        if troubled {
            self.counts.met("store asked through trouble");
        }
    }

    /// Both at the same moment; each may die, and somebody may break the lease of whoever has it.
    fn both_apply(&mut self) {
        let at_the_vendor = self.anybody();
        let mut runs = Vec::new();
        for who in [0, 1] {
            let death = self.random.one_in(2).then(|| self.death(who == at_the_vendor, &WRITES[..2]));
            let words = ["apply --yes", "apply --yes --parallelism 1"][self.anybody()];
            let (moment, way, kind) = death.map_or((Moment::Never, None, ""), |death| (death.moment, death.way, death.kind));
            runs.push((self.starts(who, words, moment, way.as_ref()), kind));
        }
        if self.random.one_in(3) {
            let held = loop {
                // Through no proxy, and so through no trouble.
                match holder(&self.objects).expect("the lock") {
                    Some(hold) => break Some(hold.id),
                    None if runs.iter().all(|(run, _)| run.is_finished()) => break None,
                    None => thread::park_timeout(Duration::from_millis(1)),
                }
            };
            if let Some(id) = held {
                let who = self.anybody();
                let told = self.types(who, &format!("unlock {id} --yes"));
                // Whoever had it may have given it back by then.
                let is_free = told.err.contains("nobody holds the lock of")
                    || told.err.contains("holds it now, as")
                    || told.err.contains(" is alive: it ");
                assert!(told.code == Some(0) || is_free || told.ending() == Some(Ending::Trouble), "{told:?}\n{}", self.told());
            }
        }
        for (run, kind) in runs {
            let told = self.end_of(run);
            self.ended(&told, kind);
        }
    }

    /// One works, is held up somewhere, and its lease is ended or taken over; the other goes on; then the first does too.
    fn loses_its_lease(&mut self) {
        let first = self.anybody();
        let second = 1 - first;
        let store = Arc::clone(&self.machines[first].wire);
        let (way, nth, stage, about) = match self.random.below(4) {
            // The ticket is made and the run does not know it, or it will be made when nobody expects it any more.
            0 => (Arc::clone(&self.tickets), 1, Stage::Done, ""),
            1 => (Arc::clone(&self.tickets), 1, Stage::Late, ""),
            // A commit is about to be written, or was.
            2 => (store, 1 + self.random.below(4), Stage::Late, "/acme/journal/"),
            _ => (store, 1 + self.random.below(4), Stage::Done, "/acme/journal/"),
        };
        let held = way.hold((nth, stage), about);
        let words = ["apply --yes", "apply --yes --parallelism 1"][self.anybody()];
        let run = self.starts(first, words, Moment::Never, None);
        let watched = Arc::clone(&way);
        let run = thread::spawn(move || {
            let told = super::told::ended(run);
            watched.disarm();
            told
        });
        if !held.arrives() {
            // It never came so far.
            let told = self.end_of(run);
            return self.ended(&told, "");
        }
        self.note(&format!("machine {first} is held: request {nth} of {about:?}, {stage:?}"));
        self.machines[second].proxy.calm();
        if self.random.one_in(2) {
            self.unlocks(second, "lease of a living run ended by unlock");
            if stage == Stage::Done && self.random.one_in(2) {
                self.settles(second, |answer| answer.starts_with("id,"));
            }
            let other = self.starts(second, "apply --yes", Moment::Never, None);
            if self.random.one_in(2) {
                // Both go for the same number.
                drop(held);
                let told = self.end_of(other);
                self.ended(&told, "");
            } else {
                let told = self.end_of(other);
                self.ended(&told, "");
                drop(held);
            }
        } else {
            let told = self.types_patiently(second, "apply --yes");
            self.expect(&told, &[Ending::Done, Ending::InDoubt]);
            self.counts.met("lease of a living run taken over");
            drop(held);
        }
        let told = self.end_of(run);
        self.ended(&told, "");
    }

    /// One dies at a chosen moment; the other one comes later.
    fn dies_alone(&mut self) {
        let (who, at_the_vendor) = (self.anybody(), self.random.one_in(2));
        let death = self.death(at_the_vendor, &WRITES[..2]);
        let run = self.starts(who, "apply --yes --parallelism 1", death.moment, death.way.as_ref());
        let told = self.end_of(run);
        self.ended(&told, death.kind);
    }

    /// The journal has become so long that the run folds it when it ends; it may die over that, and the other one may come between.
    fn folds(&mut self) {
        let state = self.state();
        let (Some(home), who) =
            (state.records.iter().find(|(_, record)| record.is_open()).map(|(key, _)| key.address.to_string()), self.anybody())
        else {
            return;
        };
        let away = home.replace('/', "/away-");
        let reason = "moved-about-".repeat(10_000);
        for number in 0..6_u64 {
            let is_away = self.state().visits(&away.parse().expect("an address")).any(|(_, record)| !record.is_moved());
            let (from, to) = if is_away { (&away, &home) } else { (&home, &away) };
            let words = format!("state mv {from} {to} --reason {reason} --yes");
            let death = self.death(false, &WRITES[2..]);
            let run = self.starts(who, &words, death.moment, None);
            let other = (number == 2).then(|| self.starts(1 - who, "apply --yes", Moment::Never, None));
            let told = self.end_of(run);
            self.ended(&told, death.kind);
            if let Some(other) = other {
                let told = self.end_of(other);
                self.ended(&told, "");
            }
            self.frees(who);
        }
        self.fall_silent();
        self.frees(who);
        if self.state().visits(&away.parse().expect("an address")).any(|(_, record)| !record.is_moved()) {
            let told = self.types(who, &format!("state mv {away} {home} --reason home --yes"));
            self.expect(&told, &[Ending::Done]);
        }
    }

    /// Nobody works, so whoever has the lock is dead.
    fn frees(&mut self, who: usize) {
        if holder(&self.objects).expect("the lock").is_some() {
            self.machines[who].proxy.calm();
            self.counts.met("lease left by a dead run");
            self.unlocks(who, "lease of a dead run ended by unlock");
        }
    }

    /// At the vendor, at one of these writes, or at some moment.
    fn death(&mut self, at_the_vendor: bool, writes: &[(&'static str, &'static str)]) -> Death {
        let stage = self.random.pick(&STAGES).copied().unwrap_or(Stage::Done);
        let nth = 1 + self.random.below(2);
        match self.random.below(6) {
            0 => {
                let moment = Moment::After(Duration::from_millis(self.random.below(LONG)));
                Death { moment, way: None, kind: "killed at some moment" }
            }
            1..=3 if at_the_vendor => {
                let moment = Moment::Request(1 + self.random.below(2), stage, "");
                Death { moment, way: Some(Arc::clone(&self.tickets)), kind: "killed between intent and answer" }
            }
            _ => {
                let (about, kind) = self.random.pick(writes).copied().unwrap_or(WRITES[0]);
                // Folding writes each of its objects once.
                let nth = if about == "/acme/journal/" || about == "/acme/lock.json" { nth } else { 1 };
                Death { moment: Moment::Request(nth, stage, about), way: None, kind }
            }
        }
    }

    fn ended(&mut self, told: &Told, kind: &'static str) {
        self.expect(told, if kind.is_empty() { &ALIVE } else { &ANY });
        if told.code.is_none() {
            self.counts.met(kind);
        }
    }
}
