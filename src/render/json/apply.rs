//! What an apply does, event by event: a line of JSON for each.
//!
//! Refuses the values of fields: a log of CI is read by more people than a ticket is. Names of fields, ids and reasons only.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::Diagnosed;
use super::one_line;
use crate::plan::{Action, Counts, Plan, Refusal, Ruling, Spend, Step};
use crate::render::summary;
use crate::ticket::{Address, RolloutSite};

/// Raised when a reader must look at the form again.
const FORMAT: u32 = 1;

/// One line of `callout apply --log-format json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "a line of callout apply --log-format json")]
pub(super) struct Line<'a> {
    /// The version of this form.
    format_version: u32,
    at: Timestamp,
    #[serde(flatten)]
    happening: &'a Happening<'a>,
}

/// An event as a line, without its newline.
pub fn event_line(happening: &Happening<'_>, at: Timestamp) -> String {
    one_line(&Line { format_version: FORMAT, at, happening })
}

/// What happened.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happening<'a> {
    /// The plan that is to be applied. Nothing was sent before it.
    Plan(Planned<'a>),
    /// From here on requests are sent.
    Started {
        /// How many tickets the plan creates, changes, closes or deletes.
        writes: usize,
    },
    /// One step has ended. What is only recorded, such as a rename, has no event of its own.
    Step(Stepped<'a>),
    /// An error or a warning, as `callout validate --format json` has it.
    Diagnostic(Diagnosed<'a>),
    /// What a person would be told meanwhile: what is waited for, how much is read.
    Notice { message: &'a str },
    /// Always the last one. A stream that ends without it was cut off: `callout log` has what was done.
    Finished(Upshot<'a>),
}

/// A plan, in short.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Planned<'a> {
    /// The plan's id, as `callout log` names it.
    plan: &'a str,
    project: &'a str,
    /// The git commit that it was made from, where git knows one.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    made: Timestamp,
    /// After this moment it is not applied any more.
    expires: Timestamp,
    /// The first line of the text form.
    summary: String,
    counts: Counts,
    /// What its creates cost together, as far as anybody was asked.
    spend: Spend,
    /// Limits that it is over. With one of them nothing is applied.
    refusals: &'a [Refusal],
    /// What the project's policies say of it. With one denial nothing is applied.
    rulings: &'a [Ruling],
}

impl<'a> From<&'a Plan> for Planned<'a> {
    fn from(plan: &'a Plan) -> Self {
        Self {
            plan: &plan.id,
            project: &plan.project,
            commit: plan.commit.as_deref(),
            made: plan.made,
            expires: plan.expires,
            summary: summary(plan),
            counts: plan.counts(),
            spend: plan.spend(),
            refusals: &plan.refusals,
            rulings: &plan.rulings,
        }
    }
}

/// What became of one step.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Stepped<'a> {
    pub address: &'a Address,
    /// 0 for the first visit.
    pub reissue: u32,
    /// The kind of document, such as `Dispatch`.
    pub kind: &'a str,
    pub action: Deed,
    pub result: Became,
    /// The ticket's id, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<&'a str>,
    /// Why not, or why nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'a str>,
    /// The fields that the ticket shows otherwise than they were sent: somebody has to look.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<&'a str>,
    /// The site of a rollout that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollout: Option<&'a RolloutSite>,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Create,
    Adopt,
    Update,
    Close,
    Delete,
    /// Nothing is sent; its record ends.
    Retire,
    /// Nothing is sent; something is recorded.
    Record,
}

impl From<&Step> for Deed {
    fn from(step: &Step) -> Self {
        match &step.action {
            Action::Create { .. } => Self::Create,
            Action::Adopt { .. } => Self::Adopt,
            Action::Update { .. } => Self::Update,
            Action::Close { .. } => Self::Close,
            Action::Delete { .. } => Self::Delete,
            Action::Retire { .. } => Self::Retire,
            Action::Blocked { .. } | Action::InDoubt { .. } | Action::Deferred { .. } | Action::Keep => Self::Record,
        }
    }
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    Created,
    Adopted,
    Updated,
    Closed,
    Deleted,
    /// Only the record ended.
    Retired,
    /// The system refused it; nothing changed there.
    Rejected,
    /// It never reached the system.
    Unsent,
    /// It was sent, or may have been, and nobody knows what became of it: in doubt.
    Unknown,
    /// It was not tried.
    NotStarted,
}

/// How an apply ended.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Upshot<'a> {
    pub exit_code: u8,
    pub result: Ending,
    /// The last sentence of the text form; empty where nothing was carried out.
    pub summary: &'a str,
    pub tally: Tallied,
    /// Tickets that need a person now: `callout settle` lists them. Null where no plan was made.
    pub needs_person: Option<usize>,
    /// Tickets that a later apply sends. Null where no plan was made.
    pub deferred: Option<usize>,
}

/// The name of an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// 0: done, or nothing to do.
    Done,
    /// 1: an error, or no to the question. What was asked was not done.
    Error,
    /// 3: the plan is stale, finished or expired. Nothing was sent.
    Stale,
    /// 4: refused by a limit or a policy. Nothing was sent.
    Refused,
    /// 5: tickets are in doubt.
    InDoubt,
    /// 6: partly applied.
    Partly,
}

/// How many steps ended how, as their events told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tallied {
    pub created: usize,
    pub adopted: usize,
    pub updated: usize,
    pub closed: usize,
    pub deleted: usize,
    pub retired: usize,
    pub rejected: usize,
    pub unsent: usize,
    pub unknown: usize,
    pub not_started: usize,
    /// Of those created or updated: the ticket does not show what was sent.
    pub booked_differently: usize,
}
