//! Where every visit stands: the board that `callout status` shows.
//!
//! Owns [`Board`], [`Row`] and [`Standing`], and the counts of groups and days. Made from a plan and what it was made from, so that both
//! say the same of a ticket. Refuses IO, and refuses to interpret a vendor's statuses: an open ticket has its system's own word.

mod days;
mod groups;
mod make;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Serialize;

use super::{Reason, Step};
use crate::state::{Key, VisitOutcome};
use crate::systems::Technician;
use crate::ticket::{Mark, RolloutSite, Rollouts, Visit};

pub use days::{Calendar, Period};
pub use groups::{Group, Tally};
pub use make::View;

/// Every visit of a selection, at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Board<'a> {
    pub now: Timestamp,
    /// By day and then by site; what has no visit comes last.
    pub rows: Vec<Row<'a>>,
    /// Why tickets could not be read, and how many of them.
    pub unread: BTreeMap<&'a str, usize>,
    /// The waves of each rollout, for their order.
    pub rollouts: &'a Rollouts,
}

/// One visit, or one ticket of a system that sends nobody.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    pub key: Key,
    /// The site of a rollout that it is for.
    pub rollout: Option<&'a RolloutSite>,
    /// The place of work, for people.
    pub site: String,
    pub standing: Standing,
    /// The ticket's status in its system's own word, as last seen.
    pub status: Option<&'a str>,
    pub id: Option<&'a str>,
    pub mark: Option<&'a Mark>,
    /// When somebody comes: as the system has it booked, or as the files want it.
    pub visit: Option<Visit>,
    /// When work without a visit is due, by its system's clock. Midnight stands for the whole day.
    pub due: Option<DateTime>,
    pub technician: Option<Technician>,
    /// How it went, as a person said.
    pub outcome: Option<VisitOutcome>,
    /// From when on a deferred one is sent, if that is known.
    pub sent_from: Option<Timestamp>,
    /// The ticket was read for this board; otherwise it is as last seen.
    pub is_read: bool,
    /// Its time has passed, and it is not known to be over.
    pub is_overdue: bool,
    /// Its visit is near, and its system says that nobody is assigned.
    pub is_unassigned: bool,
    /// What the plan does with it. None for an earlier visit that is over.
    pub step: Option<&'a Step>,
    /// Why it stands there, where the plan does not say it.
    pub remark: Option<String>,
}

/// Where a visit stands. Each stands in one place, so that the counts add up; what needs a person is counted besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// No ticket yet: the next apply sends it, unless it needs a person.
    NotSent,
    /// No ticket yet, and it is not its turn.
    Deferred,
    /// There is a ticket, and its work is not over.
    Open,
    /// Something was sent, or may have been, and nobody knows what became of it.
    InDoubt,
    Finished,
    /// A person said that the visit failed, or that nobody was let in.
    Failed,
    /// Forgotten, or taken out of the state: nobody looks after it, and its technician may still be coming.
    LetGo,
    /// Cancelled, closed or deleted: nobody comes.
    Closed,
}

impl Standing {
    pub const ALL: [Self; 8] =
        [Self::NotSent, Self::Deferred, Self::Open, Self::InDoubt, Self::Finished, Self::Failed, Self::LetGo, Self::Closed];

    /// Its word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotSent => "not sent",
            Self::Deferred => "deferred",
            Self::Open => "open",
            Self::InDoubt => "in doubt",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::LetGo => "let go",
            Self::Closed => "closed",
        }
    }

    /// Whether somebody may still come: a visit of the past that stands here is overdue.
    pub fn is_pending(self) -> bool {
        match self {
            Self::NotSent | Self::Deferred | Self::Open | Self::InDoubt => true,
            Self::Finished | Self::Failed | Self::LetGo | Self::Closed => false,
        }
    }
}

impl Row<'_> {
    /// Somebody has to act on it; what is in doubt is counted by itself.
    pub fn needs_person(&self) -> bool {
        self.standing != Standing::InDoubt && self.step.is_some_and(Step::needs_person)
    }

    pub fn is_booked_differently(&self) -> bool {
        matches!(self.reason(), Some(Reason::BookedDifferently { .. }))
    }

    /// Somebody changed the ticket in its system.
    pub fn is_drifted(&self) -> bool {
        self.step.is_some_and(|step| !step.drift.is_empty())
    }

    pub fn reason(&self) -> Option<&Reason> {
        self.step?.action.reason()
    }

    /// The wave of its rollout.
    pub fn wave(&self) -> Option<&str> {
        self.rollout?.wave.as_deref()
    }
}

/// How many rows there are, by where they stand and by what they need.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub total: usize,
    pub not_sent: usize,
    pub deferred: usize,
    pub open: usize,
    pub in_doubt: usize,
    pub finished: usize,
    pub failed: usize,
    pub let_go: usize,
    pub closed: usize,
    /// Of them, those that need a person. What is in doubt does too, and is not counted here again.
    pub needs_person: usize,
    pub booked_differently: usize,
    pub drifted: usize,
    pub overdue: usize,
    pub unassigned: usize,
    /// Open tickets that were read for this board.
    pub read: usize,
}

impl Counts {
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r Row<'r>>) -> Self {
        rows.into_iter().fold(Self::default(), |mut counts, row| {
            counts.add(row);
            counts
        })
    }

    pub(super) fn add(&mut self, row: &Row<'_>) {
        self.total += 1;
        *self.place(row.standing) += 1;
        let also = [
            (&mut self.needs_person, row.needs_person()),
            (&mut self.booked_differently, row.is_booked_differently()),
            (&mut self.drifted, row.is_drifted()),
            (&mut self.overdue, row.is_overdue),
            (&mut self.unassigned, row.is_unassigned),
            (&mut self.read, row.is_read && row.standing == Standing::Open),
        ];
        for (count, is_so) in also {
            *count += usize::from(is_so);
        }
    }

    /// How many stand there.
    pub fn standing(mut self, standing: Standing) -> usize {
        *self.place(standing)
    }

    fn place(&mut self, standing: Standing) -> &mut usize {
        match standing {
            Standing::NotSent => &mut self.not_sent,
            Standing::Deferred => &mut self.deferred,
            Standing::Open => &mut self.open,
            Standing::InDoubt => &mut self.in_doubt,
            Standing::Finished => &mut self.finished,
            Standing::Failed => &mut self.failed,
            Standing::LetGo => &mut self.let_go,
            Standing::Closed => &mut self.closed,
        }
    }
}

impl Board<'_> {
    pub fn counts(&self) -> Counts {
        Counts::of(&self.rows)
    }
}
