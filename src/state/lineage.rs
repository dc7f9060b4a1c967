//! Which state is this project's, and what to do where it is not there.
//!
//! Owns `init` and the two ways to open a state. Refuses to take a missing state for an empty one: on a fresh checkout that
//! mistake would send everybody twice.

use std::path::PathBuf;

use super::ledger::Ledger;
use super::location::{Location, is_shared};
use super::lock_file::{GivenUp, LockFile};
use super::mendable::Mendable;
use super::session::Session;
use super::store::{Loaded, Owner, Store};
use super::survey::nothing_locked;
use super::transition::State;
use crate::diagnostics::{Diagnostic, Outcome};

/// Where a project keeps its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// `callout.lock`, beside `callout.yaml`.
    pub lock_file: PathBuf,
    pub state: Location,
}

/// How to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// Refused where the project has a lineage.
    New,
    /// Gives up the lineage that the project has. The reason is kept in `callout.lock`.
    Over { reason: String },
}

/// What `init` made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// A new state of this lineage.
    Fresh { lineage: String },
    /// The state was there and only `callout.lock` was not: an earlier `init` was stopped half-way, or the file got lost.
    Completed { lineage: String },
}

/// Makes the state, its lineage and `callout.lock`.
pub fn init(home: &Home, owner: &Owner, start: &Start) -> Outcome<Begun> {
    let lock_file = LockFile::read(&home.lock_file)?;
    let mut store = home.state.open()?;
    match (lock_file, start) {
        (Some(lock), Start::New) => Err(already(home, &lock, store.load()?.as_ref()).into()),
        (Some(lock), Start::Over { reason }) => {
            let reason = reason.trim();
            if reason.is_empty() {
                return Err(Box::new(
                    Diagnostic::error("state/no-reason", "starting over needs a reason")
                        .help("callout state init --start-over --reason \"why the old state is gone for good\""),
                ));
            }
            store.lock(owner)?;
            still_says(home, Some(&lock))?;
            refuse_a_living_state(&mut *store, &lock.lineage)?;
            store.set_aside()?;
            let mut given_up = lock.given_up;
            given_up.push(GivenUp { lineage: lock.lineage, at: owner.since, reason: reason.to_owned() });
            fresh(home, &mut *store, given_up)
        }
        (None, Start::New | Start::Over { .. }) => {
            store.lock(owner)?;
            still_says(home, None)?;
            match store.load()? {
                Some(loaded) => {
                    let lineage = loaded.state.lineage;
                    LockFile { lineage: lineage.clone(), given_up: Vec::new() }.write(&home.lock_file)?;
                    Ok(Begun::Completed { lineage })
                }
                None => fresh(home, &mut *store, Vec::new()),
            }
        }
    }
}

/// Whether `callout.lock` and its state are there and nothing was ever recorded: an `init` was stopped before it wrote the project's files.
pub fn is_just_begun(home: &Home) -> Outcome<bool> {
    let Some(lock) = LockFile::read(&home.lock_file)? else { return Ok(false) };
    let loaded = home.state.open()?.load()?;
    Ok(loaded.is_some_and(|loaded| loaded.state.lineage == lock.lineage && loaded.state.through == 0))
}

/// Whether `callout.lock` is as it was before this run had the lock: another run may have begun a state meanwhile, and sent tickets with it.
fn still_says(home: &Home, before: Option<&LockFile>) -> Outcome<()> {
    if LockFile::read(&home.lock_file)?.as_ref() == before {
        return Ok(());
    }
    let message = format!("another run changed `{}` at the same time", home.lock_file.display());
    Err(Box::new(Diagnostic::error("state/moved", message).help("Nothing was changed. Look at what it did first: callout plan.")))
}

/// Starting over is for a state that is lost. One that is whole and remembers tickets is not lost.
fn refuse_a_living_state(store: &mut dyn Mendable, lineage: &str) -> Outcome<()> {
    let loaded = match store.load() {
        Ok(Some(loaded)) => loaded,
        // It lives: elsewhere, or for whoever has its key.
        Err(why) if matches!(why.code, "state/left" | "state/encrypted") => return Err(why),
        Ok(None) => return Ok(()),
        // So may what is beside the damage.
        Err(_) => return nothing_locked(store, lineage),
    };
    let open = loaded.state.records.values().filter(|record| record.is_open() || record.in_doubt() || record.is_let_go()).count();
    if loaded.state.lineage != lineage || open == 0 {
        return Ok(());
    }
    let tickets =
        if open == 1 { "1 ticket that is open or in doubt".to_owned() } else { format!("{open} tickets that are open or in doubt") };
    let name = store.name();
    let message = format!("the state `{name}` is not lost: it is whole, and remembers {tickets}");
    let away =
        if is_shared(&name) { "name another prefix in spec.state.url".to_owned() } else { format!("move the folder of `{name}` away") };
    let help = format!("Starting over would send each of them again. If that is really meant, first {away}.");
    Err(Box::new(Diagnostic::error("state/not-lost", message).help(help)))
}

/// The state first: stopped in between, the next `init` finds it and adds the lock file.
fn fresh(home: &Home, store: &mut dyn Store, given_up: Vec<GivenUp>) -> Outcome<Begun> {
    let lineage = uuid::Uuid::new_v4().to_string();
    store.create(&State::new(lineage.clone()))?;
    LockFile { lineage: lineage.clone(), given_up }.write(&home.lock_file)?;
    Ok(Begun::Fresh { lineage })
}

/// The state as it is now, without a lock: for planning and looking.
pub fn open_for_reading(home: &Home) -> Outcome<State> {
    let (mut store, lineage) = (home.state.open()?, lineage_of(home)?);
    let loaded = store.load()?;
    Ok(expect(loaded, &lineage, &store.name())?.state)
}

/// The state under its lock: for everything that writes.
pub fn open_for_writing(home: &Home, session: Session) -> Outcome<Ledger> {
    let lineage = lineage_of(home)?;
    let mut store = home.state.open()?;
    // Looks before it locks: locking makes a folder, and a refusal should leave none behind.
    let loaded = store.load()?;
    expect(loaded, &lineage, &store.name())?;
    Ledger::open(store, &lineage, session)
}

/// The loaded state, if it is there and of this lineage.
pub(super) fn expect(loaded: Option<Loaded>, lineage: &str, name: &str) -> Outcome<Loaded> {
    match loaded {
        None => Err(missing(lineage, name).into()),
        Some(loaded) if loaded.state.lineage != lineage => Err(foreign(lineage, &loaded.state.lineage, name).into()),
        Some(loaded) => Ok(loaded),
    }
}

pub(super) fn lineage_of(home: &Home) -> Outcome<String> {
    if let Some(lock) = LockFile::read(&home.lock_file)? {
        return Ok(lock.lineage);
    }
    let (lock, state) = (home.lock_file.display(), &home.state);
    Err(Box::new(match home.state.open()?.load()? {
        None => Diagnostic::error("state/none", format!("this project has no state yet: neither `{lock}` nor `{state}` is there"))
            .help("For a new project: callout init. If it has sent tickets before, get both back first: the lock file from git, the state from a backup. The sandbox's state is begun by the first callout --sandbox apply."),
        Some(loaded) => Diagnostic::error(
            "state/no-lock-file",
            format!("`{lock}` is missing, though `{state}` (lineage {}) is there", loaded.state.lineage),
        )
        .help(format!("Get it back with `git checkout -- {lock}`. If it was never committed: callout state init, then commit it.")),
    }))
}

pub(super) fn missing(lineage: &str, name: &str) -> Diagnostic {
    let message = format!("the state `{name}` is missing; `callout.lock` says that there is one (lineage {lineage})");
    Diagnostic::error("state/missing", message).help(if is_shared(name) { MISSING_OBJECTS } else { MISSING_FILES })
}

const MISSING_FILES: &str = "Without it nobody knows which tickets exist, so nothing is planned or sent. In this order:\n\
                 1. With a copy of its folder, from a backup or another machine, if nothing was sent since:\n\
                 callout state restore FOLDER --nothing-since --reason TEXT\n\
                 If that is not sure: callout state rebuild --from FOLDER --reason TEXT. It holds back what the copy does not know.\n\
                 2. Gone for good: callout state rebuild --reason \"...\". It looks for the marks of your tickets, and sends nothing again.\n\
                 3. Nothing was ever sent: callout state init --start-over --reason \"nothing was sent\".";

const MISSING_OBJECTS: &str = "Without it nobody knows which tickets exist, so nothing is planned or sent. In this order:\n\
                 1. Is spec.state.url in callout.yaml what it was? If the state went elsewhere, the newest callout.yaml names that place.\n\
                 2. If the bucket keeps earlier versions of its objects, bring those back: then nothing is lost.\n\
                 3. With a copy of the objects, if nothing was sent since:\n\
                 callout state restore FOLDER --nothing-since --reason TEXT\n\
                 If that is not sure: callout state rebuild --from FOLDER --reason TEXT. It holds back what the copy does not know.\n\
                 4. Gone for good: callout state rebuild --reason \"...\". It looks for the marks of your tickets, and sends nothing again.\n\
                 5. Nothing was ever sent: callout state init --start-over --reason \"nothing was sent\".";

pub(super) fn foreign(lineage: &str, found: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        "state/lineage",
        format!("the state `{name}` belongs to another project: its lineage is {found}, `callout.lock` says {lineage}"),
    )
    .help(if is_shared(name) {
        "Nothing was planned or sent. Each project needs a prefix of its own: correct spec.state.url in callout.yaml. If this project's state \
         is lost, name a prefix where nothing lies; callout plan says then how to go on. If `callout.lock` was changed by mistake, put that \
         back: `git checkout -- callout.lock`."
            .to_owned()
    } else {
        format!(
            "Nothing was planned or sent. Either put back the folder of `{name}` that has lineage {lineage}, or, if `callout.lock` was \
             changed by mistake, put that back: `git checkout -- callout.lock`."
        )
    })
}

fn already(home: &Home, lock: &LockFile, loaded: Option<&Loaded>) -> Diagnostic {
    let name = home.state.to_string();
    match loaded {
        None => missing(&lock.lineage, &name),
        Some(loaded) if loaded.state.lineage != lock.lineage => foreign(&lock.lineage, &loaded.state.lineage, &name),
        Some(loaded) => Diagnostic::error(
            "state/exists",
            format!(
                "this project has a state already: `{name}`, lineage {}, {} tickets on record",
                lock.lineage,
                loaded.state.records.len()
            ),
        )
        .help("Nothing to do: go on with callout plan."),
    }
}

#[cfg(test)]
mod tests;
