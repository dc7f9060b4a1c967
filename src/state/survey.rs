//! Every file of a state, each looked at by itself: what it is, and whether it can be used.
//!
//! Owns reading without believing. Refuses nothing: a file that cannot be read is a finding, not an error.

use super::lines::Lines;
use super::replay::{SNAPSHOT, Span};
use super::seal::Broken;
use super::transition::State;
use crate::diagnostics::Diagnostic;

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
    /// Of the state with this other lineage.
    Foreign(String),
    /// Not a snapshot any more.
    Broken(String),
    Snapshot(Box<State>),
    /// With what may be wrong in it.
    Journal(Lines),
}

impl Content {
    /// What these bytes are, in this role, to the state of this lineage.
    pub fn of(role: Role, bytes: &[u8], lineage: &str) -> Self {
        match role {
            Role::Snapshot | Role::KeptSnapshot(_) => snapshot(bytes, lineage),
            Role::Journal | Role::KeptJournal(_) => journal(bytes, lineage),
        }
    }
}

fn snapshot(bytes: &[u8], lineage: &str) -> Content {
    if bytes.is_empty() {
        return Content::Broken("it is empty; a state never is".to_owned());
    }
    let text = std::str::from_utf8(bytes).map_err(|error| Broken::NotSealed(error.to_string()));
    match text.and_then(|text| SNAPSHOT.unseal::<State>(text.trim_end_matches('\n'))) {
        Ok(state) if state.lineage != lineage => Content::Foreign(state.lineage),
        Ok(state) => Content::Snapshot(Box::new(state)),
        Err(why @ Broken::Newer { .. }) => Content::Newer(why.to_string()),
        Err(why) => Content::Broken(why.to_string()),
    }
}

fn journal(bytes: &[u8], lineage: &str) -> Content {
    if bytes.is_empty() {
        return Content::Broken("it is empty; a journal always has a first line that says where it begins".to_owned());
    }
    let mut lines = Lines::of(bytes);
    if let Some(why) = lines.newer {
        return Content::Newer(why);
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
