//! What can still be known of a damaged state: the newest whole snapshot, and every commit that can be read, wherever it lies.
//!
//! Owns the answer to one question: is anything missing? Where nothing is, the state comes back exactly. Where something is, no
//! address counts as free because of what is left: the commit that sent its ticket may be the one that is missing. Pure but for reading.

mod apart;
mod past;

use std::collections::{BTreeMap, BTreeSet};

use super::event::Event;
use super::journal::Commit;
use super::lines::Lines;
use super::mendable::Mendable;
use super::model::{Key, Phase};
use super::replay::Span;
use super::survey::{Content, Role};
use super::transition::State;
use crate::diagnostics::Outcome;

pub(super) use past::as_of;

/// A state, put together from what is left.
#[derive(Debug)]
pub struct Salvage {
    /// With everything that can be relied on. Its `through` is the last commit before the first gap.
    pub state: State,
    /// The snapshot that it starts from.
    pub(super) base: State,
    /// Every commit that could be read, by its number.
    pub(super) commits: BTreeMap<u64, Commit>,
    /// Commits that are known to be missing.
    pub gaps: Vec<Span>,
    /// Why nobody can say which commit was the last one, if so.
    pub open_end: Option<String>,
    /// Visits that something which cannot be used names, with the id of the ticket if one stands there.
    pub named: BTreeMap<Key, Option<String>>,
    /// The number that no commit lies behind.
    pub newest: u64,
    /// The first commit that a copy has differently: it is of a state that went on by itself, and only what it has before that counts.
    pub parted: Option<u64>,
}

impl Salvage {
    /// Whether all that was ever written is in it.
    pub fn is_exact(&self) -> bool {
        self.gaps.is_empty() && self.open_end.is_none()
    }

    /// What is missing, as the end of a sentence.
    pub fn missing(&self) -> String {
        let gaps = self.gaps.iter().map(|gap| match gap.last - gap.first {
            0 => format!("commit {} cannot be read", gap.first),
            _ => format!("commits {} to {} cannot be read", gap.first, gap.last),
        });
        gaps.chain(self.open_end.clone()).collect::<Vec<_>>().join("; ")
    }
}

/// Where things are taken from: the state's own files first, then a copy.
#[derive(Debug, Default)]
struct Pool {
    base: Option<State>,
    commits: BTreeMap<u64, Commit>,
    /// Commits that are there twice, with different events: two machines went on from one copy. What the later ones name.
    forked: BTreeMap<u64, Vec<(Key, Option<String>)>>,
    named: BTreeMap<Key, Option<String>>,
    /// Commits whose lines are damaged.
    unread: BTreeMap<u64, BTreeSet<Key>>,
    newest: u64,
}

/// Puts together what these stores have of a lineage; the first one is the state's own.
pub(super) fn salvage(stores: &[&dyn Mendable], lineage: &str) -> Outcome<Salvage> {
    let mut pool = Pool::default();
    let (mut end, mut parted) = (None, None);
    for (index, store) in stores.iter().enumerate() {
        let mut contents = Vec::new();
        for piece in store.pieces()? {
            let content = store.content(piece.role, lineage);
            if index == 0 && piece.role == Role::Journal {
                end = Some(last_line(&piece.name, &content));
            }
            contents.push((piece.role, content));
        }
        match apart::parted(&pool, &contents).filter(|_| index > 0) {
            Some(from) => {
                parted = Some(from);
                pool.take_before(from, contents);
            }
            None => contents.into_iter().for_each(|(role, content)| pool.take(role, content)),
        }
    }
    let mut salvage = pool.assemble(lineage);
    salvage.parted = parted;
    salvage.open_end = match end {
        Some(Ok(last)) if last < salvage.base.through => Some(format!("the journal ends with commit {last}, before the snapshot does")),
        Some(Ok(_)) => None,
        Some(Err(why)) => Some(why),
        None => Some("there is no journal".to_owned()),
    };
    Ok(salvage)
}

/// The last commit that the state's own journal has, or why that cannot be said.
fn last_line(name: &str, content: &Content) -> Result<u64, String> {
    let unknown = |what: &str| format!("`{name}` {what}, so nobody knows what was done last");
    match content {
        Content::Journal(lines) => lines.end().ok_or_else(|| unknown("has no line that can be read")),
        Content::Missing => Err(unknown("is missing")),
        Content::Unreadable(_) => Err(unknown("cannot be opened")),
        Content::Foreign(_) => Err(unknown("is another project's")),
        Content::Newer(_) => Err(unknown("was written by a newer callout")),
        Content::Locked(_) => Err(unknown("is encrypted for others")),
        Content::Broken(_) | Content::Snapshot { .. } => Err(unknown("has no line that can be read")),
    }
}

impl Pool {
    fn take(&mut self, role: Role, content: Content) {
        // A file of another state says nothing of this one's numbers.
        match role {
            _ if matches!(content, Content::Foreign(_)) => {}
            Role::KeptSnapshot(through) => self.newest = self.newest.max(through),
            Role::KeptJournal(span) => self.newest = self.newest.max(span.last),
            Role::Snapshot | Role::Journal => {}
        }
        self.contents(content);
    }

    fn contents(&mut self, content: Content) {
        match content {
            Content::Snapshot { state, .. } => {
                self.newest = self.newest.max(state.through);
                if self.base.as_ref().is_none_or(|base| base.through < state.through) {
                    self.base = Some(*state);
                }
            }
            Content::Journal(lines) => self.lines(lines),
            Content::Missing
            | Content::Unreadable(_)
            | Content::Newer(_)
            | Content::Locked(_)
            | Content::Foreign(_)
            | Content::Broken(_) => {}
        }
    }

    fn lines(&mut self, lines: Lines) {
        self.newest = self.newest.max(lines.header.as_ref().map_or(0, |header| header.follows));
        for damage in lines.damage {
            match damage.sequence {
                Some(sequence) => self.unread.entry(sequence).or_default().extend(damage.names),
                None => note(&mut self.named, damage.names.into_iter().map(|key| (key, None))),
            }
        }
        for commit in lines.commits {
            match self.commits.get(&commit.sequence) {
                Some(other) if *other != commit => {
                    self.forked.entry(commit.sequence).or_default().extend(named(&commit.events));
                }
                Some(_) => {}
                None => drop(self.commits.insert(commit.sequence, commit)),
            }
        }
    }

    fn assemble(mut self, lineage: &str) -> Salvage {
        let base = self.base.take().unwrap_or_else(|| State::new(lineage));
        for (forked, others) in std::mem::take(&mut self.forked) {
            if let Some(commit) = self.commits.remove(&forked).filter(|_| forked > base.through) {
                note(&mut self.named, named(&commit.events).chain(others));
            }
            self.newest = self.newest.max(forked);
        }
        for (sequence, names) in std::mem::take(&mut self.unread) {
            self.newest = self.newest.max(sequence);
            if sequence > base.through && !self.commits.contains_key(&sequence) {
                note(&mut self.named, names.into_iter().map(|key| (key, None)));
            }
        }
        let newest = self.commits.last_key_value().map_or(self.newest, |(last, _)| self.newest.max(*last));
        let mut replay = Replay { state: base.clone(), reached: base.through, gaps: Vec::new(), since: None, named: self.named };
        for commit in self.commits.range(base.through + 1..).map(|(_, commit)| commit) {
            replay.commit(commit);
        }
        let Replay { state, reached, mut gaps, mut named, .. } = replay;
        let last = self.commits.last_key_value().map_or(base.through, |(last, _)| base.through.max(*last));
        if last < newest {
            gaps.push(Span { first: last + 1, last: newest });
        }
        // What is on record holds its address already.
        named.retain(|key, _| state.records.get(key).is_none_or(|record| matches!(record.phase, Phase::NotCreated { .. })));
        let state = State { through: reached, ..state };
        Salvage { state, base, commits: self.commits, gaps, open_end: None, named, newest, parted: None }
    }
}

/// One commit after the other, over the gaps between them.
struct Replay {
    state: State,
    /// The last commit before the first gap.
    reached: u64,
    gaps: Vec<Span>,
    /// Behind a gap: the creates that were started since the last one.
    since: Option<BTreeSet<Key>>,
    named: BTreeMap<Key, Option<String>>,
}

impl Replay {
    fn commit(&mut self, commit: &Commit) {
        let expected = self.state.through + 1;
        if commit.sequence > expected {
            self.gap(Span { first: expected, last: commit.sequence - 1 });
        }
        for event in &commit.events {
            if self.is_unsure(event) || self.state.apply(event, commit.at).is_err() {
                // Something that it follows is missing, or is not true: the same doubt as over a gap.
                if self.since.is_none() {
                    self.gap(Span { first: commit.sequence, last: commit.sequence });
                }
                note(&mut self.named, named(std::slice::from_ref(event)));
            } else if let (Some(since), Event::Intended { key, .. }) = (&mut self.since, event) {
                since.insert(key.clone());
            }
        }
        self.state.through = commit.sequence;
        if self.since.is_none() {
            self.reached = commit.sequence;
        }
    }

    fn gap(&mut self, gap: Span) {
        self.gaps.push(gap);
        self.since = Some(BTreeSet::new());
    }

    /// What frees an address, or ends a doubt, is believed only if the write that it answers was seen. The answer may be to another one,
    /// which stood in a gap, after a ticket was made there.
    fn is_unsure(&self, event: &Event) -> bool {
        let (Event::Rejected { key, .. } | Event::Unsent { key, .. } | Event::NotCreated { key, .. }) = event else { return false };
        self.since.as_ref().is_some_and(|since| !since.contains(key))
    }
}

/// Adds names. An id that is known once stays known.
fn note(known: &mut BTreeMap<Key, Option<String>>, names: impl IntoIterator<Item = (Key, Option<String>)>) {
    for (key, id) in names {
        let entry = known.entry(key).or_default();
        *entry = id.or(entry.take());
    }
}

/// The visits that events are about, with the ids that they name.
fn named(events: &[Event]) -> impl Iterator<Item = (Key, Option<String>)> {
    let id = |event: &Event| if let Event::Created { id, .. } | Event::Adopted { id, .. } = event { Some(id.clone()) } else { None };
    let both = |event: &Event| {
        let to = if let Event::Moved { to, .. } = event { Some((to.clone(), None)) } else { None };
        event.key().map(|key| (key.clone(), id(event))).into_iter().chain(to)
    };
    events.iter().flat_map(both).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests;
