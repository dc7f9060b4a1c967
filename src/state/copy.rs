//! A copy of the state: what a person names to get something back from.
//!
//! Owns whether it is one of this state. Refuses another project's, and what cannot be read at all.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::cipher;
use super::lineage::{Home, lineage_of};
use super::location::Location;
use super::mendable::Mendable;
use super::model::Key;
use super::restore::newer;
use super::salvage::{as_of, salvage};
use super::survey::{Content, Role, nothing_locked};
use super::transition::State;
use crate::diagnostics::{Diagnostic, Outcome, typed};

/// Where a copy of the state lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copy {
    /// What the state itself was after this commit.
    Kept(u64),
    /// A snapshot, with the journal and the history beside it, if there are any; or the folder of all these.
    At(PathBuf),
    /// In object storage.
    Shared(Location),
    /// In object storage, what was put aside beside the state.
    Aside(u16),
}

/// What a copy knows, as far as it can be read.
#[derive(Debug)]
pub struct Known {
    pub state: State,
    /// What of it cannot be read, as the end of a sentence.
    pub missing: Option<String>,
    /// Visits that what cannot be read names, with the id of the ticket if one stands there.
    pub named: BTreeMap<Key, Option<String>>,
}

impl Copy {
    /// What the copy knows, for a state that is whole.
    pub fn read(&self, home: &Home) -> Outcome<Known> {
        let lineage = lineage_of(home)?;
        if let Self::Kept(through) = self {
            let store = home.state.open()?;
            let Some(state) = as_of(&*store, &lineage, *through)? else {
                nothing_locked(&*store, &lineage)?;
                return Err(Box::new(no_such(*through)));
            };
            return Ok(Known { state, missing: None, named: BTreeMap::new() });
        }
        let Some(store) = self.open(home, &lineage)? else { return Err(Box::new(nothing_at(&home.state.to_string()))) };
        let mut salvage = salvage(&[&*store], &lineage)?;
        // Who names a snapshot alone asks for no more than what it has.
        if !self.is_folder() && !store.has(Role::Journal)? {
            salvage.open_end = None;
        }
        let missing = (!salvage.is_exact()).then(|| salvage.missing());
        Ok(Known { state: salvage.state, missing, named: salvage.named })
    }

    /// The copy, if it is this state's and anything in it can be read. A snapshot that the state keeps itself is no other place: where it can be
    /// read, it is among the state's own pieces.
    pub(super) fn open(&self, home: &Home, lineage: &str) -> Outcome<Option<Box<dyn Mendable>>> {
        let store = match self {
            Self::Kept(through) => return kept(*through, &*home.state.open()?, lineage).map(|()| None),
            Self::At(path) => home.state.at(path).open()?,
            Self::Shared(place) => place.open()?,
            Self::Aside(number) => home.state.open()?.aside(*number)?,
        };
        // A file that is named must be there; of a folder, its journal alone is worth something too.
        let is_there = store.has(Role::Snapshot)? || (self.is_folder() && store.has(Role::Journal)?);
        if !is_there {
            return Err(Box::new(nothing_at(&store.name())));
        }
        is_ours(&*store, lineage)?;
        Ok(Some(store))
    }

    fn is_folder(&self) -> bool {
        match self {
            Self::At(path) => path.is_dir(),
            Self::Kept(_) | Self::Shared(_) | Self::Aside(_) => true,
        }
    }

    /// As a person types it again.
    pub fn typed(&self, home: &Home) -> String {
        match self {
            Self::Kept(through) => through.to_string(),
            Self::At(path) => typed(&path.display().to_string()),
            Self::Shared(place) => typed(&place.to_string()),
            Self::Aside(number) => typed(&home.state.aside(*number)),
        }
    }
}

fn nothing_at(place: &str) -> Diagnostic {
    let help = "Name a copy of the folder `.callout` or of a shared state's objects, the file `state.json` in it, or an address such as \
                s3://bucket/copy.";
    Diagnostic::error("state/no-copy", format!("there is no state at `{place}`")).help(help)
}

fn is_ours(store: &dyn Mendable, lineage: &str) -> Outcome<()> {
    for piece in store.pieces()?.into_iter().filter(|piece| !piece.role.is_kept()) {
        match store.content(piece.role, lineage) {
            Content::Foreign(other) => return Err(Box::new(not_ours(lineage, &other, &piece.name))),
            Content::Unreadable(why) => return Err(Box::new(why)),
            Content::Newer(why) => return Err(Box::new(newer(&piece.name, &why))),
            Content::Missing | Content::Locked(_) | Content::Broken(_) | Content::Snapshot { .. } | Content::Journal(_) => {}
        }
    }
    nothing_locked(store, lineage)?;
    if is_hopeless(store, lineage)? {
        let message = format!("nothing of the state at `{}` can be read", store.name());
        return Err(Box::new(Diagnostic::error("state/no-copy", message).help("Try another copy.")));
    }
    Ok(())
}

fn is_hopeless(store: &dyn Mendable, lineage: &str) -> Outcome<bool> {
    let useful = |content: Content| match content {
        Content::Snapshot { .. } => true,
        Content::Journal(lines) => !lines.commits.is_empty(),
        Content::Missing | Content::Unreadable(_) | Content::Newer(_) | Content::Locked(_) | Content::Foreign(_) | Content::Broken(_) => {
            false
        }
    };
    Ok(!store.pieces()?.into_iter().any(|piece| useful(store.content(piece.role, lineage))))
}

/// Whether a snapshot of the history is there, and can be read.
fn kept(through: u64, store: &dyn Mendable, lineage: &str) -> Outcome<()> {
    let role = Role::KeptSnapshot(through);
    let Some(piece) = store.pieces()?.into_iter().find(|piece| piece.role == role) else {
        let message = format!("the history has no snapshot that ends with commit {through}");
        return Err(Box::new(Diagnostic::error("state/no-copy", message).help("callout state history lists what is kept")));
    };
    match store.content(role, lineage) {
        Content::Snapshot { .. } | Content::Journal(_) => Ok(()),
        Content::Foreign(other) => Err(Box::new(not_ours(lineage, &other, &piece.name))),
        Content::Unreadable(why) => Err(Box::new(why)),
        Content::Newer(why) => Err(Box::new(newer(&piece.name, &why))),
        Content::Locked(why) => Err(Box::new(cipher::locked(&format!("`{}`", piece.name), &why))),
        Content::Missing => Err(Box::new(unusable(&piece.name, "it is not there any more"))),
        Content::Broken(why) => Err(Box::new(unusable(&piece.name, &why))),
    }
}

fn unusable(name: &str, why: &str) -> Diagnostic {
    Diagnostic::error("state/damaged", format!("`{name}` is damaged: {why}")).help("callout state history lists what else is kept")
}

fn not_ours(lineage: &str, other: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        "state/lineage",
        format!("the copy `{name}` is of another state: its lineage is {other}, and this one's is {lineage}"),
    )
    .help("Nothing was changed. Name a copy of this project's own state. The sandbox has a state of its own, and so has each project.")
}

fn no_such(through: u64) -> Diagnostic {
    let message = format!("what the state was after commit {through} cannot be told: it is not there yet, or its journal is not kept");
    Diagnostic::error("state/no-copy", message)
        .help("callout log --format json numbers the commits (`sequence`), and callout state history lists the snapshots")
}
