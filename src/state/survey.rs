//! Every file of a state, each looked at by itself: what it is, and whether it can be used.
//!
//! Owns reading without believing. Refuses nothing: a file that cannot be read is a finding, not an error.

use super::cipher::{self, Cipher, is_encrypted};
use super::lines::Lines;
use super::mendable::Mendable;
use super::replay::{SNAPSHOT, Span};
use super::seal::Broken;
use super::transition::State;
use crate::diagnostics::{Diagnostic, Outcome};

/// A file of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// For messages.
    pub name: String,
    pub role: Role,
}

/// What a file is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Snapshot,
    Journal,
    /// In the history, up to this commit.
    KeptSnapshot(u64),
    /// In the history, with these commits.
    KeptJournal(Span),
}

impl Role {
    pub fn is_kept(self) -> bool {
        matches!(self, Self::KeptSnapshot(_) | Self::KeptJournal(_))
    }
}

/// What a file turned out to be.
#[derive(Debug)]
pub enum Content {
    Missing,
    /// The disk does not give it out.
    Unreadable(Diagnostic),
    /// A newer callout wrote it.
    Newer(String),
    /// Encrypted for others than whoever reads.
    Locked(String),
    /// Of the state with this other lineage.
    Foreign(String),
    /// Not a snapshot any more.
    Broken(String),
    Snapshot {
        state: Box<State>,
        is_plain: bool,
    },
    /// With what may be wrong in it.
    Journal(Lines),
}

impl Content {
    /// What these bytes are, in this role, to the state of this lineage.
    pub fn of(role: Role, bytes: &[u8], lineage: &str, cipher: &Cipher) -> Self {
        match role {
            Role::Snapshot | Role::KeptSnapshot(_) => snapshot(bytes, lineage, cipher),
            Role::Journal | Role::KeptJournal(_) => journal(bytes, lineage, cipher),
        }
    }
}

fn snapshot(bytes: &[u8], lineage: &str, cipher: &Cipher) -> Content {
    if bytes.is_empty() {
        return Content::Broken("it is empty; a state never is".to_owned());
    }
    let text = std::str::from_utf8(bytes).map_err(|error| Broken::NotSealed(error.to_string()));
    let is_plain = text.as_ref().is_ok_and(|text| !is_encrypted(text));
    match text.and_then(|text| SNAPSHOT.open::<State>(text.trim_end_matches('\n'), cipher)) {
        Ok(state) if state.lineage != lineage => Content::Foreign(state.lineage),
        Ok(state) => Content::Snapshot { state: Box::new(state), is_plain },
        Err(why @ Broken::Newer { .. }) => Content::Newer(why.to_string()),
        Err(Broken::Locked(why)) => Content::Locked(why),
        Err(why) => Content::Broken(why.to_string()),
    }
}

/// Refuses where a piece is encrypted for others: it may be whole, and have all that seems to be missing. Nothing may be mended without it.
pub(super) fn nothing_locked(store: &dyn Mendable, lineage: &str) -> Outcome<()> {
    for piece in store.pieces()? {
        if let Content::Locked(why) = store.content(piece.role, lineage) {
            return Err(Box::new(cipher::locked(&format!("`{}`", piece.name), &why)));
        }
    }
    Ok(())
}

fn journal(bytes: &[u8], lineage: &str, cipher: &Cipher) -> Content {
    if bytes.is_empty() {
        return Content::Broken("it is empty; a journal always has a first line that says where it begins".to_owned());
    }
    let mut lines = Lines::of(bytes, cipher);
    if let Some(why) = lines.newer {
        return Content::Newer(why);
    }
    if let Some(why) = lines.locked {
        return Content::Locked(why);
    }
    let named = lines.header.as_ref().map(|header| &header.lineage).into_iter();
    let other = named.chain(lines.commits.iter().map(|commit| &commit.lineage)).find(|other| *other != lineage).cloned();
    lines.commits.retain(|commit| commit.lineage == lineage);
    lines.header = lines.header.filter(|header| header.lineage == lineage);
    match other {
        Some(other) if lines.commits.is_empty() => Content::Foreign(other),
        // A file of two states: what is ours of it counts, and it cannot be whole.
        Some(other) => {
            let why = format!("lines of another state are in it (lineage {other})");
            lines.damage.push(super::lines::Damage { line: 1, why, sequence: None, names: std::collections::BTreeSet::new() });
            Content::Journal(lines)
        }
        None => Content::Journal(lines),
    }
}
