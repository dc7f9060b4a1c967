//! Whether a copy is one of this state, or of one that went on by itself: two machines that began with one copy.
//!
//! Owns what of such a copy counts: all before the two parted. What it did after that are no commits of this state, whatever their numbers
//! say; the visits that it names then are told, and never taken for free.

use std::collections::BTreeSet;

use super::super::journal::Commit;
use super::super::model::{Key, Record};
use super::super::survey::{Content, Role};
use super::super::transition::State;
use super::{Pool, named, note};

/// The first commit that the copy has differently, if there is one. Where only snapshots tell, nothing of the copy counts.
pub(super) fn parted(pool: &Pool, theirs: &[(Role, Content)]) -> Option<u64> {
    let commits = || theirs.iter().flat_map(|(_, content)| if let Content::Journal(lines) = content { &lines.commits[..] } else { &[] });
    let snapshots =
        || theirs.iter().filter_map(|(_, content)| if let Content::Snapshot { state, .. } = content { Some(&**state) } else { None });
    let differs = |commit: &&Commit| pool.commits.get(&commit.sequence).is_some_and(|ours| ours != *commit);
    let other = commits().filter(differs).map(|commit| commit.sequence);
    let base = pool.base.as_ref().map(Memory::of);
    let unheard = base.iter().flat_map(|base| commits().filter(|commit| base.is_strange(commit))).map(|commit| commit.sequence);
    let snapshots: Vec<Memory<'_>> = snapshots().map(Memory::of).collect();
    let unknown = snapshots.iter().flat_map(|theirs| pool.commits.values().filter(|commit| theirs.is_strange(commit)));
    let shrunk = base.iter().flat_map(|base| snapshots.iter().filter(|theirs| !base.is_one_line(theirs))).map(|_| 1);
    other.chain(unheard).chain(unknown.map(|commit| commit.sequence)).chain(shrunk).min()
}

/// What a snapshot remembers. No record is ever erased, and no ticket's id: two machines may have sent one visit, each with its own ticket.
struct Memory<'a> {
    state: &'a State,
    ids: BTreeSet<&'a str>,
}

impl<'a> Memory<'a> {
    fn of(state: &'a State) -> Self {
        Self { state, ids: state.records.values().filter_map(Record::id).collect() }
    }

    /// Whether it does not know what a commit before it was about.
    fn is_strange(&self, commit: &Commit) -> bool {
        let is_unknown = |(key, id): (Key, Option<String>)| {
            !self.state.records.contains_key(&key) || id.is_some_and(|id| !self.ids.contains(id.as_str()))
        };
        commit.sequence <= self.state.through && named(&commit.events).any(is_unknown)
    }

    /// Whether the later of two has all records of the earlier one, and all tickets.
    fn is_one_line(&self, other: &Self) -> bool {
        let (earlier, later) = if self.state.through <= other.state.through { (self, other) } else { (other, self) };
        earlier.state.records.keys().all(|key| later.state.records.contains_key(key)) && earlier.ids.is_subset(&later.ids)
    }
}

impl Pool {
    /// Takes what a copy has before this commit. Of the rest, only names are kept.
    pub(super) fn take_before(&mut self, from: u64, theirs: Vec<(Role, Content)>) {
        for (_, content) in theirs {
            match content {
                Content::Snapshot { state, .. } if state.through >= from => {
                    let sent = state.records.iter().filter(|(_, record)| record.had_ticket());
                    note(&mut self.named, sent.map(|(key, record)| (key.clone(), record.id().map(str::to_owned))));
                }
                Content::Journal(mut lines) => {
                    let (before, after) = lines.commits.into_iter().partition(|commit| commit.sequence < from);
                    lines.commits = before;
                    let after: Vec<Commit> = after;
                    note(&mut self.named, after.iter().flat_map(|commit| named(&commit.events)));
                    let (known, strange) = lines.damage.into_iter().partition(|damage| damage.sequence.is_some_and(|it| it < from));
                    lines.damage = known;
                    let strange: Vec<_> = strange;
                    note(&mut self.named, strange.into_iter().flat_map(|damage| damage.names).map(|key| (key, None)));
                    lines.header = lines.header.filter(|header| header.follows < from);
                    self.lines(lines);
                }
                content @ Content::Snapshot { .. } => self.contents(content),
                Content::Missing
                | Content::Unreadable(_)
                | Content::Newer(_)
                | Content::Locked(_)
                | Content::Foreign(_)
                | Content::Broken(_) => {}
            }
        }
    }
}
