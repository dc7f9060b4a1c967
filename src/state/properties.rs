//! What holds for every history: events in any order, compacted and cut at any point.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::cipher::Cipher;
use super::event::{Closing, Event, VisitOutcome, Write};
use super::journal::{self, Commit};
use super::memory::{Disk, MemoryStore};
use super::model::{Key, Phase, Record, Request, Stray};
use super::replay::{Named, Parts, assemble, fresh_journal, snapshot_text};
use super::samples::{at, commit, key, owner, request, seen};
use super::store::Store as _;
use super::transition::State;
use crate::support::trials::trials;
use crate::ticket::Digest;

/// What happens next, before it is known what has happened: it may be impossible then.
#[derive(Debug, Clone)]
struct Draw {
    kind: usize,
    key: Key,
    other: Key,
    id: &'static str,
    text: &'static str,
    yes: bool,
    earlier: Index,
}

fn any_key() -> impl Strategy<Value = Key> {
    select(vec![("a", 0), ("a", 1), ("b", 0)]).prop_map(|(name, reissue)| Key { reissue, ..key(name) })
}

fn draw() -> impl Strategy<Value = Draw> {
    let values = (select(vec!["7", "8", "9"]), select(vec!["x", "y", "Zürich 🛠 \u{0}\u{2028}\"\\"]));
    // What makes a record comes up often enough that the rest has something to happen to.
    let kind = prop_oneof![4 => 0..2_usize, 1 => Just(18), 1 => Just(13), 6 => 2..25_usize];
    (kind, any_key(), any_key(), values, any::<bool>(), any::<Index>()).prop_map(|(kind, key, other, (id, text), yes, earlier)| Draw {
        kind,
        key,
        other,
        id,
        text,
        yes,
        earlier,
    })
}

impl Draw {
    fn request(&self) -> Box<Request> {
        let mark = self.yes.then(|| crate::ticket::Mark::new("l1", &self.key.address, self.key.reissue));
        Box::new(Request { mark, origin: format!("https://{}.example.com", if self.yes { "api" } else { "test" }), ..request(self.text) })
    }

    fn closing(&self) -> Closing {
        let all =
            [Closing::FinishedAndRemoved, Closing::Forgotten, Closing::Closed, Closing::Deleted, Closing::Cancelled, Closing::Removed];
        all[self.earlier.index(all.len())]
    }

    /// The event, among states that were. Records that come back are those of a state that was.
    fn event(&self, history: &[State]) -> Event {
        let (key, text, request) = (self.key.clone(), || self.text.to_owned(), || self.request());
        let sighting = || super::model::Sighting { finished: self.yes, ..seen(self.text) };
        let intended = |write, request| Event::Intended { key: self.key.clone(), write, payload: Digest::of(self.text), request };
        match self.kind {
            0 => intended(Write::Create, Some(request())),
            1 => Event::Created { key, id: self.id.to_owned(), seen: seen(self.text) },
            2 => intended(Write::Update, self.yes.then(request)),
            3 => intended(if self.yes { Write::Close } else { Write::Delete }, None),
            4 => Event::Updated { key, seen: self.yes.then(sighting) },
            5 => Event::Rejected { key, why: text() },
            6 => Event::Unsent { key, why: text() },
            7 => Event::Adopted { key, id: self.id.to_owned(), request: request(), seen: self.yes.then(sighting), reason: text() },
            8 => Event::Presumed { key, request: request(), reason: text() },
            9 => Event::Observed { key, seen: sighting(), baseline: self.yes, booking_checked: !self.yes },
            10 => Event::DoneByHand { key, request: request(), seen: sighting() },
            11 => Event::TookLive { key, request: request(), seen: sighting(), accepted: self.yes.then(|| Digest::of(self.text)) },
            12 => Event::Noted { key, lifecycle: Box::default(), labels: [(text(), text())].into(), visit: None, site: None },
            13 => Event::Closed { key, why: self.closing(), reason: self.yes.then(text) },
            14 => Event::NotCreated { key, reason: text() },
            15 => Event::WriteSettled { key, done: self.yes, reason: text() },
            16 => Event::Accepted { key, difference: Digest::of(self.text), reason: text() },
            17 => Event::VisitEnded { key, outcome: VisitOutcome::NoAccess, reason: text() },
            18 => Event::Moved { key, to: self.other.clone(), reason: text() },
            19 => match self.earlier.get(history).records.get(&key) {
                Some(record) => Event::Restored { key, record: Box::new(record.clone()), reason: text() },
                None => Event::Mended { what: text(), reason: text() },
            },
            20 => {
                let stray = Stray { id: self.yes.then(|| self.id.to_owned()), what: text() };
                Event::Surplus { key, tickets: vec![stray] }
            }
            21 => Event::SurplusSettled { key, reason: text() },
            22 => Event::Heard { key, why: text() },
            23 => Event::PlanStarted { plan: text() },
            _ => Event::PlanFinished { plan: text() },
        }
    }
}

/// The events that could be, in commits, and the state after each of them: one more than there are commits.
fn history(draws: &[Vec<Draw>]) -> (Vec<Commit>, Vec<State>) {
    let (mut commits, mut states) = (Vec::new(), vec![State::new("l1")]);
    for (number, draws) in (1_u32..).zip(draws) {
        let mut state = states.last().expect("a first state").clone();
        let mut events = Vec::new();
        for draw in draws {
            let event = draw.event(&states);
            if state.apply(&event, at(i64::from(number))).is_ok() {
                events.push(event);
            }
        }
        state.through = u64::from(number);
        commits.push(Commit { at: at(i64::from(number)), ..commit(u64::from(number), events) });
        states.push(state);
    }
    (commits, states)
}

fn histories() -> impl Strategy<Value = Vec<Vec<Draw>>> {
    vec(vec(draw(), 1..4), 1..24)
}

fn is_free(record: Option<&Record>) -> bool {
    record.is_none_or(|record| matches!(record.phase, Phase::NotCreated { .. }))
}

/// The parts that a snapshot of one state and a journal from there on make.
fn parts(states: &[State], commits: &[Commit], snapshot: usize, journal: usize) -> Parts {
    let lines = commits[journal..].iter().map(|commit| journal::commit_line(commit, &Cipher::default()).expect("a line"));
    let journal = fresh_journal(&states[journal]).expect("a header") + &lines.collect::<String>();
    let named = |name: &str, text: String| Named { name: name.to_owned(), bytes: text.into_bytes() };
    Parts {
        snapshot: named("state.json", snapshot_text(&states[snapshot], &Cipher::default()).expect("a text")),
        journal: named("journal.jsonl", journal),
    }
}

/// The properties say nothing of what their histories never come to.
#[test]
fn every_kind_of_event_happens_in_these_histories() {
    let mut runner = TestRunner::deterministic();
    let mut happened = BTreeSet::new();
    for _ in 0..400 {
        let draws = histories().new_tree(&mut runner).expect("a history").current();
        happened.extend(history(&draws).0.iter().flat_map(|commit| commit.events.iter().map(Event::name)));
    }
    assert_eq!(happened, Event::NAMES.iter().map(|name| (*name).to_owned()).collect());
}

proptest! {
    #![proptest_config(trials(96))]

    /// The one thing that the promise stands on.
    #[test]
    fn only_what_says_that_nothing_was_created_frees_an_address(draws in vec(draw(), 1..60)) {
        let mut states = vec![State::new("l1")];
        for draw in &draws {
            let before = states.last().expect("a first state").clone();
            let event = draw.event(&states);
            let Ok(after) = before.clone().with(&event, at(1)) else { continue };
            prop_assert!(before.records.keys().all(|key| after.records.contains_key(key)), "{event} erased a record");
            for (key, old) in before.records.iter().filter(|(_, old)| !is_free(Some(old))) {
                let new = &after.records[key];
                let may_free = matches!(event, Event::Rejected { .. } | Event::Unsent { .. } | Event::NotCreated { .. });
                prop_assert!(!is_free(Some(new)) || (may_free && old.phase == Phase::Pending), "{event} freed {key}");
                // A ticket's id is never lost, and no other takes its place, but where the ticket has gone to another address.
                let is_kept = old.id().is_none() || old.is_moved() || new.id() == old.id();
                prop_assert!(is_kept, "{event} made {:?} of {:?}", new.phase, old.phase);
            }
            states.push(after);
        }
    }

    #[test]
    fn a_ticket_is_linked_to_one_address(draws in vec(draw(), 1..60)) {
        let mut states = vec![State::new("l1")];
        for draw in &draws {
            let before = states.last().expect("a first state");
            let event = draw.event(&states);
            // Whether an answer may name this ticket is judged before it is recorded.
            let is_known = matches!(&event, Event::Created { key, id, .. }
                if before.records.get(key).and_then(|record| before.holder(&record.request, id)).is_some());
            let is_rewritten = matches!(event, Event::DoneByHand { .. } | Event::TookLive { .. } | Event::Intended { write: Write::Update, .. });
            let Some(after) = (!is_known && !is_rewritten).then(|| before.clone().with(&event, at(1)).ok()).flatten() else { continue };
            let held = || after.records.values().filter(|record| !record.is_moved()).filter_map(|record| Some((&record.request.origin, record.id()?)));
            prop_assert_eq!(held().collect::<BTreeSet<_>>().len(), held().count(), "{} linked a ticket twice", event);
            states.push(after);
        }
    }

    #[test]
    fn what_cannot_be_changes_nothing_and_what_can_is_always_the_same(draws in vec(draw(), 1..60)) {
        let mut states = vec![State::new("l1")];
        for draw in &draws {
            let event = draw.event(&states);
            let before = states.last().expect("a first state");
            let (mut in_place, mut taken_back) = (before.clone(), before.clone());
            if let Ok(undo) = taken_back.apply_all(std::slice::from_ref(&event), at(1)) {
                drop(taken_back.turn_back(undo));
            }
            prop_assert_eq!(&taken_back, before);
            if let Ok(after) = before.clone().with(&event, at(1)) {
                prop_assert_eq!(in_place.apply(&event, at(1)), Ok(()));
                prop_assert_eq!(&in_place, &after);
                states.push(after);
            } else {
                prop_assert!(in_place.apply(&event, at(1)).is_err());
                prop_assert_eq!(&in_place, before);
            }
        }
    }

    #[test]
    fn a_snapshot_and_what_follows_it_are_the_same_state_wherever_they_part(draws in histories(), cut: Index, overlap: Index) {
        let (commits, states) = history(&draws);
        let last = states.last().expect("a first state");
        let snapshot = cut.index(states.len());
        // A stopped compaction leaves a snapshot beside a journal that begins before it.
        for journal in [snapshot, overlap.index(snapshot + 1)] {
            let (loaded, _) = assemble(&parts(&states, &commits, snapshot, journal), &Cipher::default(), |_| Ok(Vec::new())).expect("whole");
            prop_assert_eq!(&loaded.state, last);
        }
        // An older snapshot needs the commits between, and is refused without them.
        let older = overlap.index(snapshot + 1);
        let kept = parts(&states, &commits[..snapshot], older, older).journal;
        let (loaded, _) = assemble(&parts(&states, &commits, older, snapshot), &Cipher::default(), |_| Ok(vec![kept])).expect("whole");
        prop_assert_eq!(&loaded.state, last);
        let without = assemble(&parts(&states, &commits, older, snapshot), &Cipher::default(), |_| Ok(Vec::new()));
        prop_assert_eq!(without.is_ok(), older == snapshot);
    }

    #[test]
    fn what_is_written_is_read_again(draws in histories()) {
        let (commits, states) = history(&draws);
        for state in &states {
            let text = serde_json::to_string(state).expect("json");
            let read: State = serde_json::from_str(&text).expect("a state");
            prop_assert_eq!(&read, state);
            prop_assert_eq!(serde_json::to_string(&read).expect("json"), text);
        }
        for commit in &commits {
            let read: Commit = serde_json::from_str(&serde_json::to_string(commit).expect("json")).expect("a commit");
            prop_assert_eq!(&read, commit);
        }
    }

    #[test]
    fn compaction_at_any_point_changes_nothing(draws in histories(), compacted in vec(any::<bool>(), 24)) {
        let (commits, states) = history(&draws);
        let disk = Disk::default();
        let mut store = MemoryStore::new(&disk);
        store.lock(&owner()).expect("a free lock");
        store.create(&states[0]).expect("made");
        store.load().expect("readable");
        for ((commit, state), is_compacted) in commits.iter().zip(&states[1..]).zip(compacted) {
            store.append(commit).expect("added");
            if is_compacted {
                store.compact(state).expect("compacted");
            }
            let seen = MemoryStore::new(&disk).load().expect("readable").expect("a state");
            prop_assert_eq!(&seen.state, state);
        }
        let mut told = BTreeSet::new();
        let mut whole = Vec::new();
        store.journals(&mut |named| whole.extend(journal::read(&named.name, &named.bytes, &Cipher::default()).expect("whole").commits)).expect("readable");
        whole.retain(|commit| told.insert(commit.sequence));
        whole.sort_by_key(|commit| commit.sequence);
        prop_assert_eq!(whole, commits, "every commit is kept");
    }
}
