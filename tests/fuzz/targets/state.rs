//! Damage: the first line of the input names a file of a state, the rest takes the place of its bytes.
//!
//! A damaged state loads as exactly what was written, or not at all. No commit that can still be read is passed over; what comes back by
//! `state restore` is exactly what was; and where that cannot be, a rebuilt state holds every address whose ticket can still be read of.

use std::collections::BTreeSet;

use callout::state::{Checkup, Commit, Event, Form, Home, Key, Mending, Phase, Rebuild, Session, State, read_log};

use super::folder::Folder;
use super::story::{self, LAST};
use super::told;

const COMMIT: Form = Form { kind: "commit", version: 1 };

pub fn run(input: &[u8]) {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let name = String::from_utf8_lossy(&input[..end]);
    let Some((name, _)) = story::files().iter().find(|(known, _)| known.ends_with(&*name) && name.contains('.')) else { return };
    let folder = Folder::of(&[(story::LOCK_FILE, story::lock_file().as_bytes())]);
    for (name, bytes) in story::files() {
        folder.write(name, bytes);
    }
    folder.write(name, input.get(end + 1..).unwrap_or_default());
    Damaged { home: Home { lock_file: folder.at(story::LOCK_FILE), state: folder.at(story::SNAPSHOT).into() }, folder }.judge();
}

struct Damaged {
    folder: Folder,
    home: Home,
}

impl Damaged {
    fn judge(&self) {
        let written = self.written();
        self.looks();
        match self.home.state.open().expect("a place").load() {
            Ok(None) => panic!("a damaged state passes for none"),
            Ok(Some(loaded)) => {
                is_part_of_the_story(&loaded.state);
                assert!(loaded.state.through >= newest(&written), "a commit is passed over: loaded up to {}", loaded.state.through);
            }
            Err(wrong) => {
                assert!(wrong.code.starts_with("state/"), "{}", wrong.code);
                let is_newer = wrong.code == "state/newer";
                told::check(&[*wrong]);
                self.mends(&written, is_newer);
            }
        }
    }

    /// The commits of the story that stand in the files with their line ends. What has none may never have been written to its end.
    fn written(&self) -> Vec<&'static Commit> {
        let texts = story::files().iter().map(|(name, _)| std::fs::read(self.folder.at(name)).expect("a file"));
        let lines = texts.flat_map(|bytes| bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>());
        let whole = lines.filter_map(|line| String::from_utf8(line.strip_suffix(b"\n")?.to_vec()).ok());
        let commits = whole.filter_map(|line| COMMIT.unseal::<Commit>(&line).ok());
        commits.map(|found| story::commits().iter().find(|commit| **commit == found).expect("nobody can forge a checksum")).collect()
    }

    /// Everything that only looks: it says what it finds, and the state's log tells nothing that did not happen.
    fn looks(&self) {
        let checkup = Checkup::of(&self.home).expect("the lineage is known");
        checkup.findings.iter().for_each(|finding| assert!(!finding.what.is_empty(), "{}", finding.name));
        told::check(checkup.wrong.as_slice());
        let mut last = 0;
        let log = read_log(&self.home, None, &mut |entry| {
            assert!(story::commits().contains(entry.commit), "an event that never was");
            assert!(entry.commit.sequence >= last, "out of order");
            last = entry.commit.sequence;
        });
        log.map_or_else(|wrong| told::check(&[*wrong]), |log| told::check(&log.damage));
    }

    fn mends(&self, written: &[&Commit], is_newer: bool) {
        let exact = Mending::begin(&self.home, session(), None, false).map(|mending| mending.state().clone());
        let rebuilt = Rebuild::begin(&self.home, session(), None);
        match (exact, rebuilt) {
            (Ok(state), rebuilt) => {
                assert!(rebuilt.is_err(), "what comes back exactly is no reason to begin again");
                is_part_of_the_story(&state);
                assert!(state.through >= newest(written), "a commit is left out");
            }
            (Err(wrong), Ok(begun)) => {
                told::check(&[*wrong]);
                holds(written, &begun);
            }
            (Err(wrong), Err(refused)) => {
                let codes = [wrong.code, refused.code];
                let is_in_doubt = is_newer || codes.contains(&"state/lineage") || codes.contains(&"state/newer");
                assert!(is_in_doubt, "no way out: {wrong}; {refused}");
                told::check(&[*wrong, *refused]);
            }
        }
    }
}

/// No address is free whose taking can still be read.
fn holds(written: &[&Commit], rebuild: &Rebuild) {
    let known = rebuild.known();
    for key in taken(written) {
        let is_held = known.records.get(&key).is_some_and(is_taken) || rebuild.named().contains_key(&key);
        assert!(is_held, "{key} counts as free, and a line says that it is not");
    }
    let beyond = known.records.keys().find(|key| !story::after(LAST).records.contains_key(key));
    assert_eq!(beyond, None, "a record that never was");
}

fn session() -> Session {
    Session::new(story::owner())
}

fn newest(written: &[&Commit]) -> u64 {
    written.iter().map(|commit| commit.sequence).max().unwrap_or_default()
}

fn is_taken(record: &callout::state::Record) -> bool {
    !matches!(record.phase, Phase::NotCreated { .. })
}

fn is_part_of_the_story(state: &State) {
    assert_eq!(*state, story::after(state.through), "a state that never was");
}

/// The addresses that are taken in the end, and of whose last taking a line tells.
fn taken(written: &[&Commit]) -> BTreeSet<Key> {
    let last = story::after(LAST);
    let tells = |event: &Event| {
        let to = if let Event::Moved { to, .. } = event { Some(to.clone()) } else { None };
        event.key().cloned().into_iter().chain(to).collect::<Vec<_>>()
    };
    let since = |key: &Key| {
        let freed = story::commits().iter().filter(|commit| commit.events.iter().any(|event| frees(event, key)));
        freed.map(|commit| commit.sequence).max().unwrap_or_default()
    };
    let told = written.iter().flat_map(|commit| commit.events.iter().flat_map(tells).map(|key| (commit.sequence, key)));
    let taken = told.filter(|(sequence, key)| *sequence > since(key) && last.records.get(key).is_some_and(is_taken));
    taken.map(|(_, key)| key).collect()
}

fn frees(event: &Event, key: &Key) -> bool {
    matches!(event, Event::Rejected { .. } | Event::Unsent { .. } | Event::NotCreated { .. }) && event.key() == Some(key)
}
