//! Snapshot and journals together are the state.
//!
//! Owns how they fit: the snapshot, then kept journals where the snapshot is older than the journal, then the journal.
//! Refuses every gap between them. Pure; the stores bring the bytes.

use serde::{Deserialize, Serialize};

use super::cipher::{self, Cipher};
use super::journal::{self, Commit, Header, Journal};
use super::model::Record;
use super::restore::CHECK;
use super::seal::{Broken, Form};
use super::store::Loaded;
use super::transition::State;
use crate::diagnostics::{Diagnostic, Outcome};

/// Version 2 has tickets that nobody asked for, version 3 what was heard of writes in doubt. One without them is written as ever.
/// Version 4 is that of encrypted ones, around what is one of the others.
pub(super) const SNAPSHOT: Form = Form { kind: "state", version: 4 };

/// A file and its name for messages.
#[derive(Debug, Clone)]
pub struct Named {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What a store found.
#[derive(Debug)]
pub struct Parts {
    pub snapshot: Named,
    pub journal: Named,
}

/// Which commits a kept journal holds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    pub first: u64,
    pub last: u64,
}

/// A snapshot's text.
pub fn snapshot_text(state: &State, cipher: &Cipher) -> Outcome<String> {
    let version = state.records.values().map(Record::format_version).max().unwrap_or(1);
    let text = Form { version, ..SNAPSHOT }.seal(state).map_err(|error| {
        Diagnostic::error("state/unwritable", format!("the state has no JSON form: {error}"))
            .help("Nothing was changed. This is a bug in callout.")
    })?;
    Ok(cipher.wrap(SNAPSHOT.kind, text)? + "\n")
}

/// The text of a journal in which nothing happened yet.
pub fn fresh_journal(state: &State) -> Outcome<String> {
    journal::header_line(&Header { lineage: state.lineage.clone(), follows: state.through })
}

/// Whether a journal is what a create leaves that was stopped half-way: nothing was ever recorded in it, nor before it.
pub fn never_used(journal: &[u8]) -> bool {
    // An encrypted commit is one as well, whether or not it can be read.
    journal::read("", journal, &Cipher::default()).is_ok_and(|journal| journal.end() == 0)
}

/// The state that the parts make, and the journal as it was read. `kept` brings the kept journals that hold any of these commits, in order.
pub fn assemble(parts: &Parts, cipher: &Cipher, kept: impl FnOnce(Span) -> Outcome<Vec<Named>>) -> Outcome<(Loaded, Journal)> {
    let mut state = read_snapshot(&parts.snapshot, cipher)?;
    let live = journal::read(&parts.journal.name, &parts.journal.bytes, cipher)?;
    same_lineage(&parts.snapshot.name, &state, &live.name, &live.header.lineage)?;
    if live.end() < state.through {
        return Err(too_old(&live.name, live.end(), &parts.snapshot.name, &state).into());
    }
    if live.header.follows > state.through {
        let missing = kept(Span { first: state.through + 1, last: live.header.follows })?;
        bridge(&mut state, &live, missing, cipher)?;
    }
    for commit in &live.commits {
        replay(&mut state, commit, &live)?;
    }
    let torn = live.intact < parts.journal.bytes.len();
    let (journal_size, snapshot_size) = (parts.journal.bytes.len() as u64, parts.snapshot.bytes.len() as u64);
    Ok((Loaded { state, commits: live.commits.len(), journal_size, snapshot_size, torn }, live))
}

/// A snapshot by itself.
pub fn read_snapshot(snapshot: &Named, cipher: &Cipher) -> Outcome<State> {
    let Named { name, bytes } = snapshot;
    let text = std::str::from_utf8(bytes).map_err(|error| Broken::NotSealed(error.to_string()));
    text.and_then(|text| SNAPSHOT.open(text.trim_end_matches('\n'), cipher)).map_err(|why| {
        Box::new(match why {
            Broken::Newer { .. } => Diagnostic::error("state/newer", format!("`{name}` was written by a newer callout: {why}"))
                .help("Install that version or a later one. Nothing was changed."),
            Broken::NotSealed(_) if bytes.is_empty() => {
                Diagnostic::error("state/damaged", format!("`{name}` is empty; a state never is")).help(CHECK)
            }
            Broken::Locked(why) => cipher::locked(&format!("`{name}`"), &why),
            Broken::NotSealed(_) | Broken::OtherKind { .. } | Broken::Checksum | Broken::Content(_) | Broken::Undecipherable(_) => {
                Diagnostic::error("state/damaged", format!("`{name}` is damaged: {why}")).help(CHECK)
            }
        })
    })
}

/// Refuses a journal of another state than the snapshot is of.
pub fn same_lineage(snapshot: &str, state: &State, journal: &str, lineage: &str) -> Outcome<()> {
    if state.lineage == lineage {
        return Ok(());
    }
    let message = format!("`{snapshot}` and `{journal}` belong to different states (lineages {} and {lineage})", state.lineage);
    Err(Box::new(
        Diagnostic::error("state/damaged", message).help(format!("{CHECK} `callout.lock` names the lineage that is this project's.")),
    ))
}

/// A journal that ends before the snapshot does.
pub fn too_old(journal: &str, end: u64, snapshot: &str, state: &State) -> Diagnostic {
    let message = format!("`{journal}` ends with commit {end}, but `{snapshot}` has commit {} already: commits are missing", state.through);
    Diagnostic::error("state/damaged", message).help(format!("{CHECK} An older copy of `{journal}` does not know of all tickets."))
}

/// Brings an older snapshot up to where the journal begins.
fn bridge(state: &mut State, live: &Journal, kept: Vec<Named>, cipher: &Cipher) -> Outcome<()> {
    for file in kept {
        let journal = journal::read(&file.name, &file.bytes, cipher)?;
        same_lineage("the snapshot", state, &journal.name, &journal.header.lineage)?;
        for commit in journal.commits.iter().filter(|commit| commit.sequence <= live.header.follows) {
            replay(state, commit, &journal)?;
        }
    }
    if state.through == live.header.follows { Ok(()) } else { Err(gap(state.through, &live.name, live.header.follows + 1).into()) }
}

fn replay(state: &mut State, commit: &Commit, journal: &Journal) -> Outcome<()> {
    advance(state, commit, &journal.name, || format!("`{}` line {}", journal.name, journal.line_of(commit.sequence)))
}

/// Adds a commit to the state, if it is not in it yet. `place` is where it stands, in the journal of this name.
pub fn advance(state: &mut State, commit: &Commit, name: &str, place: impl Fn() -> String) -> Outcome<()> {
    if commit.sequence <= state.through {
        return Ok(());
    }
    if commit.sequence != state.through + 1 {
        return Err(gap(state.through, name, commit.sequence).into());
    }
    for event in &commit.events {
        state.apply(event, commit.at).map_err(|impossible| {
            let message = format!("{} cannot be true: {impossible}", place());
            Diagnostic::error("state/impossible", message)
                .about(&impossible.key)
                .help(format!("{CHECK} The journal was edited, or this is a bug in callout."))
        })?;
    }
    state.through = commit.sequence;
    Ok(())
}

pub fn gap(through: u64, name: &str, next: u64) -> Diagnostic {
    let (first, last) = (through + 1, next.saturating_sub(1));
    let missing = if first == last { format!("commit {first} is missing") } else { format!("commits {first} to {last} are missing") };
    let message = format!("{missing}: `{name}` begins with commit {next}");
    Diagnostic::error("state/gap", message).help(format!("{CHECK} Each missing commit may stand for a technician who was sent."))
}
