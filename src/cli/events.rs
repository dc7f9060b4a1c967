//! An apply for programs: each event a line of JSON on stdout, and nothing else there.
//!
//! Owns that there is a last line whatever happens, with how it ended. Refuses the people of a plan: a log of CI is read by more of them than
//! a ticket is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::closing::{needing, upshot};
use super::telling::Telling;
use super::{Environment, Exit, Output};
use crate::apply::{Done, Progress, Report, Tally};
use crate::diagnostics::Diagnostic;
use crate::plan::{People, Plan, Step};
use crate::render::{Became, Deed, Diagnosed, Ending, Happening, Planned, Stepped, Tallied, Upshot, event_line};
use crate::ticket::Clock;

/// Where events go. Its copies are one.
#[derive(Clone)]
pub(super) struct Events(Arc<Inner>);

struct Inner {
    out: Output,
    clock: Arc<dyn Clock>,
    said: Mutex<Said>,
}

/// What the last line is made of.
#[derive(Default)]
struct Said {
    people: People,
    tally: Tally,
    summary: String,
    plan: Option<Plan>,
}

impl Events {
    pub fn new(environment: &Environment) -> Self {
        Self(Arc::new(Inner { out: environment.out.clone(), clock: Arc::clone(&environment.clock), said: Mutex::default() }))
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.0.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn emit(&self, happening: &Happening<'_>) {
        self.0.out.document(&format!("{}\n", event_line(happening, self.0.clock.now())));
    }

    /// What a person would be told.
    pub fn notice(&self, text: &str) {
        let message = self.said().people.hidden_in(text);
        self.emit(&Happening::Notice { message: &message });
    }

    pub fn diagnostic(&self, told: &Diagnostic) {
        let hidden = |text: &str| self.said().people.hidden_in(text);
        let told = Diagnostic { message: hidden(&told.message), help: told.help.as_deref().map(hidden), ..told.clone() };
        self.emit(&Happening::Diagnostic(Diagnosed::from(&told)));
    }

    /// The last line.
    pub fn finished(&self, exit: Exit) {
        let said = self.said();
        self.emit(&Happening::Finished(Upshot {
            exit_code: exit.code(),
            result: ending(exit),
            summary: &said.summary,
            tally: tallied(&said.tally),
            needs_person: said.plan.as_ref().map(|plan| needing(plan, &said.tally)),
            deferred: said.plan.as_ref().map(|plan| plan.counts().deferred),
        }));
    }
}

impl Telling for Events {
    fn plan(&self, plan: &Plan) {
        let mut said = self.said();
        said.people = People::of(plan);
        said.plan = Some(plan.clone());
        self.emit(&Happening::Plan(Planned::from(&plan.without_people())));
    }

    fn refused(&self) {}

    fn refused_since(&self, plan: &Plan) {
        self.plan(plan);
    }

    fn nothing_to_do(&self, _: &Plan) {}

    fn carried_out(&self, plan: &Plan, report: &Report) {
        let mut said = self.said();
        said.plan = Some(plan.clone());
        said.summary = upshot(plan, report);
    }

    fn end(&self) {}
}

impl Progress for Events {
    fn begin(&self, writes: usize) {
        self.emit(&Happening::Started { writes });
    }

    fn done(&self, step: &Step, done: &Done) {
        let (result, ticket, why) = parts(done);
        let mut said = self.said();
        said.tally.count(done);
        let why = why.map(|why| said.people.hidden_in(why));
        // One line after the other, as they are counted.
        self.emit(&Happening::Step(Stepped {
            address: &step.key.address,
            reissue: step.key.reissue,
            kind: &step.key.address.kind,
            action: Deed::from(step),
            result,
            ticket: ticket.or(step.id.as_deref()),
            why: why.as_deref(),
            differs: done.differs().iter().map(|change| change.field.as_str()).collect(),
            rollout: step.rollout.as_ref(),
        }));
    }
}

/// How it ended, its ticket, and why.
fn parts(done: &Done) -> (Became, Option<&str>, Option<&str>) {
    let (result, ticket, why) = match done {
        Done::Created { id, .. } => (Became::Created, Some(id), None),
        Done::Updated { id, .. } => (Became::Updated, Some(id), None),
        Done::Adopted { id } => (Became::Adopted, Some(id), None),
        Done::Closed { id } => (Became::Closed, Some(id), None),
        Done::Deleted { id } => (Became::Deleted, Some(id), None),
        Done::Retired => (Became::Retired, None, None),
        Done::Rejected { why } => (Became::Rejected, None, Some(why)),
        Done::Unsent { why } => (Became::Unsent, None, Some(why)),
        Done::Unknown { why } => (Became::Unknown, None, Some(why)),
        Done::NotStarted { why } => (Became::NotStarted, None, Some(why)),
    };
    (result, ticket.map(String::as_str), why.map(String::as_str))
}

fn tallied(tally: &Tally) -> Tallied {
    let Tally { created, adopted, updated, closed, deleted, retired, rejected, unsent, unknown, not_started, booked_differently } = *tally;
    Tallied { created, adopted, updated, closed, deleted, retired, rejected, unsent, unknown, not_started, booked_differently }
}

fn ending(exit: Exit) -> Ending {
    match exit {
        // What only `--detailed-exitcode` tells apart is done, and an apply has no such flag.
        Exit::Done | Exit::Changes | Exit::NeedsPerson => Ending::Done,
        Exit::Error => Ending::Error,
        Exit::Stale => Ending::Stale,
        Exit::Refused => Ending::Refused,
        Exit::InDoubt => Ending::InDoubt,
        Exit::Partly => Ending::Partly,
    }
}
