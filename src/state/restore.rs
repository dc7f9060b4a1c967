//! A damaged state is put together again, and a whole one gets back what a copy of it still knows.
//!
//! Owns when that is safe. Refuses to make anything less known than it is: no record that can still be read is given up, and no address
//! becomes free.

use jiff::Timestamp;

use super::copy::Copy;
use super::event::Event;
use super::journal::Commit;
use super::lineage::{Home, foreign, lineage_of, missing};
use super::mendable::Mendable;
use super::model::{Key, Phase, Record};
use super::salvage::{Salvage, salvage};
use super::session::Session;
use super::survey::nothing_locked;
use super::transition::State;
use crate::diagnostics::{Diagnostic, Outcome};

/// What every message about damage says first.
pub(super) const CHECK: &str = "Nothing was changed. Next: callout state check. It says what is left, and how to bring it back.";

/// How the state of a project stands.
#[derive(Debug)]
pub enum Standing {
    Whole(State),
    /// It cannot be used, for this reason.
    Damaged(Diagnostic),
    Missing(Diagnostic),
}

impl Standing {
    /// Looks, without a lock. A state that is only out of reach, encrypted for others, or newer than this callout, is an error: it may be whole.
    pub fn of(home: &Home) -> Outcome<Self> {
        let (mut store, lineage) = (home.state.open()?, lineage_of(home)?);
        Self::judge(&mut *store, &lineage)
    }

    pub(super) fn judge(store: &mut dyn Mendable, lineage: &str) -> Outcome<Self> {
        match store.load() {
            Ok(None) => Ok(Self::Missing(missing(lineage, &store.name()))),
            Ok(Some(loaded)) if loaded.state.lineage != lineage => {
                Ok(Self::Damaged(foreign(lineage, &loaded.state.lineage, &store.name())))
            }
            Ok(Some(loaded)) => Ok(Self::Whole(loaded.state)),
            Err(why) if is_damage(&why) => {
                nothing_locked(store, lineage)?;
                Ok(Self::Damaged(*why))
            }
            Err(why) => Err(why),
        }
    }
}

/// A newer format, a missing key and a disk that does not answer are no damage: what is there may be whole.
pub(super) fn is_damage(why: &Diagnostic) -> bool {
    matches!(why.code, "state/damaged" | "state/gap" | "state/impossible")
}

/// What to say of a file that only a newer callout reads.
pub(super) fn newer(name: &str, why: &str) -> Diagnostic {
    let message = format!("`{name}` was written by a newer callout: {why}");
    Diagnostic::error("state/newer", message).help("Install that version or a later one.")
}

/// What a whole state gets back from a copy.
#[derive(Debug, Default)]
pub struct ComesBack<'a> {
    /// What is not known any more, what the copy knows better, and what a person said by mistake.
    pub records: Vec<(&'a Key, &'a Record)>,
    pub twins: Vec<Twin<'a>>,
}

/// A visit with another ticket in the copy than in the state, or than the one that is in doubt here: perhaps one too many.
#[derive(Debug, PartialEq, Eq)]
pub struct Twin<'a> {
    /// Under which the state has the visit now: a rename may have moved it.
    pub key: Key,
    /// The ticket here; none where its create is in doubt.
    pub ours: Option<String>,
    pub theirs: String,
    /// What the copy knows of it.
    pub record: &'a Record,
}

/// Compares a whole state with a copy of it.
pub fn comes_back<'a>(state: &State, copy: &'a State) -> ComesBack<'a> {
    let mut back = ComesBack::default();
    for (key, record) in &copy.records {
        if record.is_moved() || matches!(record.phase, Phase::NotCreated { .. }) {
            continue;
        }
        let holder = record.id().and_then(|id| state.holder(&record.request, id));
        let now = state.records.get(key);
        match (now.and_then(Record::id), record.id()) {
            (Some(ours), Some(theirs)) if ours != theirs && holder.is_none() => {
                let key = now.and_then(|now| state.holder(&now.request, ours)).unwrap_or(key).clone();
                back.twins.push(Twin { key, ours: Some(ours.to_owned()), theirs: theirs.to_owned(), record });
            }
            (None, Some(theirs)) if holder.is_none() && now.is_some_and(|now| now.phase == Phase::Pending && !now.gives_way_to(record)) => {
                back.twins.push(Twin { key: key.clone(), ours: None, theirs: theirs.to_owned(), record });
            }
            _ if holder.is_none_or(|holder| holder == key) && now.is_none_or(|now| now.gives_way_to(record)) => {
                back.records.push((key, record));
            }
            _ => {}
        }
    }
    back
}

/// A damaged state that is about to be put together again. Holds its lock.
pub struct Mending {
    store: Box<dyn Mendable>,
    session: Session,
    why: Diagnostic,
    salvage: Salvage,
}

impl Mending {
    /// Looks at everything that is left, and at a copy. Refuses where something would be missing afterwards; `nothing_since` is a person's
    /// word that the copy is the newest.
    pub fn begin(home: &Home, session: Session, copy: Option<&Copy>, nothing_since: bool) -> Outcome<Self> {
        let lineage = lineage_of(home)?;
        let mut store = home.state.open()?;
        store.lock(&session.owner)?;
        let standing = Standing::judge(&mut *store, &lineage)?;
        let why = match standing {
            Standing::Whole(_) => return Err(Box::new(whole(&store.name()))),
            Standing::Missing(why) if copy.is_none() => return Err(Box::new(why)),
            Standing::Missing(why) | Standing::Damaged(why) => why,
        };
        let other = copy.map(|copy| copy.open(home, &lineage)).transpose()?.flatten();
        let stores: Vec<&dyn Mendable> = [&store].into_iter().chain(&other).map(|store| &**store).collect();
        let mut salvage = salvage(&stores, &lineage)?;
        // A copy that went on by itself is none that nothing was sent since.
        if nothing_since && salvage.gaps.is_empty() && salvage.parted.is_none() {
            salvage.open_end = None;
        }
        if !salvage.is_exact() {
            let is_ours = is_claimed(&why, &*store, &lineage)?;
            return Err(Box::new(incomplete((&why, is_ours), &salvage, copy, home)));
        }
        Ok(Self { store, session, why, salvage })
    }

    /// What is wrong with the state that is there.
    pub fn why(&self) -> &Diagnostic {
        &self.why
    }

    /// The first commit that the copy has differently, if it is of a state that went on by itself.
    pub fn parted(&self) -> Option<u64> {
        self.salvage.parted
    }

    /// The state as it will be.
    pub fn state(&self) -> &State {
        &self.salvage.state
    }

    /// Puts it in place. What was there is kept in a folder of its own.
    pub fn finish(mut self, what: String, reason: String, now: Timestamp) -> Outcome<State> {
        let Salvage { mut state, base, commits, .. } = self.salvage;
        let mended = self.session.commit(&state, now, vec![Event::Mended { what, reason }]);
        state.through = mended.sequence;
        let last = mended.sequence;
        let commits: Vec<Commit> = commits.into_values().filter(|commit| commit.sequence < last).chain([mended]).collect();
        self.store.mend(&base, &commits)?;
        Ok(state)
    }
}

fn whole(name: &str) -> Diagnostic {
    Diagnostic::error("state/not-lost", format!("the state `{name}` is whole now")).help("Run the command again.")
}

/// Whether a rebuild would take its place. What is another project's, and what may be, it leaves alone.
pub(super) fn is_claimed(why: &Diagnostic, store: &dyn Mendable, lineage: &str) -> Outcome<bool> {
    match why.code {
        "state/missing" => Ok(true),
        "state/lineage" => Ok(false),
        _ => store.mentions(lineage),
    }
}

pub(super) fn incomplete((why, is_ours): (&Diagnostic, bool), salvage: &Salvage, copy: Option<&Copy>, home: &Home) -> Diagnostic {
    let is_shared = home.state.objects().is_some();
    // Nothing of this project is here, and nothing of the other one's is in the way: it only needs a place of its own.
    if is_shared && why.code == "state/lineage" && copy.is_none() {
        return why.clone();
    }
    let message = format!("the state cannot be restored to what it was: {}", salvage.missing());
    let keeps = match salvage.state.records.len() {
        0 => "No record can be read, so it holds back every ticket of the files.".to_owned(),
        1 => "It keeps the 1 record that can be read, and holds back every other ticket of the files.".to_owned(),
        many => format!("It keeps the {many} records that can be read, and holds back every other ticket of the files."),
    };
    let (named, from) = match copy {
        Some(Copy::Kept(through)) => (format!(" {through}"), String::new()),
        Some(copy) => (format!(" {}", copy.typed(home)), format!(" --from {}", copy.typed(home))),
        None => (String::new(), String::new()),
    };
    let mut ways = vec![format!("Nothing was changed. What is wrong: {}.", why.message.trim_end_matches('.'))];
    if copy.is_none() {
        if is_shared {
            ways.push("If the bucket keeps earlier versions of its objects, bring those back: then nothing is lost.".to_owned());
        }
        let what = if is_shared { "the objects" } else { "the folder" };
        ways.push(format!("With a copy of {what}, from the last run or a backup: callout state restore FOLDER --reason TEXT."));
    }
    match salvage.parted {
        Some(from) => ways.push(format!(
            "The copy is of a state that went on by itself: its commit {from} is another one. Two machines may have sent somebody to the same place."
        )),
        None if salvage.gaps.is_empty() && copy.is_some() => {
            ways.push(format!("If nothing was sent since that copy was made: callout state restore{named} --nothing-since --reason TEXT."));
        }
        None => {}
    }
    let otherwise = if copy.is_none() { "Without one" } else { "Otherwise" };
    let first = match (is_ours, is_shared) {
        (true, _) => "",
        (false, false) => "move the folder of the state that is there away, then ",
        (false, true) => "name another prefix in spec.state.url, for that one may be another project's, then ",
    };
    ways.push(format!("{otherwise}: {first}callout state rebuild{from} --reason TEXT. {keeps}"));
    Diagnostic::error("state/incomplete", message).help(ways.join("\n"))
}

#[cfg(test)]
mod tests;
