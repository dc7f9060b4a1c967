//! Saved plans without contacts: the file travels as an artifact of a CI run, and more people can fetch it than may read a ticket.
//!
//! Owns what takes the place of a value that names a person or how to reach one, and the digests that prove, when the plan is applied, that
//! each came back as it was. A value comes back from where it stands all the same: from the files, from the state, or from the live
//! ticket, which is read again. Refuses to save what could not come back, and free text: a name that somebody wrote into a description is
//! sent, and was reviewed, as it is.
//!
//! A digest is no encryption: who knows all of a ticket but one telephone number can find it by trying.

mod back;

use std::collections::BTreeMap;
use std::rc::Rc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::people::walk::{self, Visitor};
use super::people::{People, names_somebody};
use super::{Plan, Step};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::{Event, Key, Record, State};
use crate::systems::by_kind;
use crate::ticket::{Address, Change, Digest, Fields, Ticket};

/// What stands for a value that only the live ticket has.
pub(super) const AS_SEEN: &str = Source::Live.text();

pub use back::check_shown;
pub(super) use back::{Returned, has_come_back, put_back_live, wants_live};

/// Proof of what a step was before contacts were left out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Of what it does, and of what it saw of its ticket.
    pub(super) does: Digest,
    /// Of what it does, and of what it records.
    pub(super) records: Digest,
    /// Of what the files ask for against what was sent, as policies are shown it.
    pub(super) changes: Digest,
    /// Of what somebody changed in the ticket system.
    pub(super) drift: Digest,
}

impl LeftOut {
    fn of(step: &Step) -> Self {
        Self {
            does: Digest::of(&(&step.action, &step.seen)),
            records: Digest::of(&(&step.action, &step.events)),
            changes: Digest::of(&step.changes),
            drift: Digest::of(&step.drift),
        }
    }
}

/// Where a value that was left out stands all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Files,
    Sent,
    FirstSeen,
    /// What the files ask for, or what was sent, in the form in which its system shows it.
    Expected,
    Live,
}

impl Source {
    const ALL: [Self; 5] = [Self::Files, Self::Sent, Self::FirstSeen, Self::Expected, Self::Live];

    /// What takes the value's place, in words that a reviewer can read.
    const fn text(self) -> &'static str {
        match self {
            Self::Files => "(left out: as in the files)",
            Self::Sent => "(left out: as it was sent)",
            Self::FirstSeen => "(left out: as it was first seen)",
            Self::Expected => "(left out: as asked for, in its system's form)",
            Self::Live => "(left out: as it was seen)",
        }
    }

    fn named(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        Self::ALL.into_iter().find(|source| source.text() == text)
    }
}

/// Where values of one visit come from.
#[derive(Clone, Default)]
struct Origins<'a> {
    files: Option<&'a Fields>,
    sent: Option<&'a Fields>,
    first_seen: Option<&'a Fields>,
    expected: Option<Rc<Fields>>,
    live: Option<&'a Fields>,
}

impl<'a> Origins<'a> {
    fn new(kind: &str, ticket: Option<&'a Ticket>, record: Option<&'a Record>) -> Self {
        let wanted = ticket.map(|ticket| (&ticket.fields, &ticket.attachments, &ticket.visit));
        let sent = record.map(|Record { request, .. }| (&request.fields, &request.attachments, &request.visit));
        let expected = by_kind(kind).zip(wanted.or(sent));
        Self {
            files: ticket.map(|ticket| &ticket.fields),
            sent: record.map(|record| &record.request.fields),
            first_seen: record.and_then(|record| record.baseline.as_ref()),
            expected: expected.map(|(system, (fields, files, visit))| Rc::new(system.expected(fields, files, visit.as_ref()))),
            live: None,
        }
    }

    fn get(&self, source: Source, field: &str) -> Option<&Value> {
        let fields = match source {
            Source::Files => self.files,
            Source::Sent => self.sent,
            Source::FirstSeen => self.first_seen,
            Source::Expected => self.expected.as_deref(),
            Source::Live => self.live,
        };
        fields?.get(field)
    }

    /// The first of them that has this value; the live ticket where none has.
    fn of(&self, field: &str, value: &Value) -> Source {
        Source::ALL.into_iter().find(|source| self.get(*source, field) == Some(value)).unwrap_or(Source::Live)
    }
}

/// The files and the state that a plan was made from.
struct Known<'a> {
    tickets: BTreeMap<&'a Address, &'a Ticket>,
    state: &'a State,
}

impl<'a> Known<'a> {
    fn new(tickets: &'a [Ticket], state: &'a State) -> Self {
        Self { tickets: tickets.iter().map(|ticket| (&ticket.address, ticket)).collect(), state }
    }

    /// Of a step: its own record, the one that it is renamed from, or the latest of its address.
    fn of_step(&self, step: &Step) -> Origins<'a> {
        let own = |key: &Key| self.state.records.get(key).filter(|record| !record.is_moved());
        let before = || step.renamed_from().and_then(|from| own(&Key::new(from.clone(), step.key.reissue)));
        let latest = || self.state.latest(&step.key.address).map(|(_, record)| record);
        Origins::new(&step.key.address.kind, self.tickets.get(&step.key.address).copied(), own(&step.key).or_else(before).or_else(latest))
    }

    /// Of one of a step's events, which may be about an earlier visit or an earlier name.
    fn of_event(&self, of_step: &Origins<'a>, event: &Event) -> Origins<'a> {
        let record = event.key().and_then(|key| self.state.records.get(key)).filter(|record| !record.is_moved());
        let Some(record) = record else { return of_step.clone() };
        Origins { sent: Some(&record.request.fields), first_seen: record.baseline.as_ref(), ..of_step.clone() }
    }
}

impl Plan {
    /// The same plan without contacts, to be saved where more people can read it than may. An error where one could not come back.
    pub fn without_contacts(&self, tickets: &[Ticket], state: &State) -> Outcome<Self> {
        let (known, people) = (Known::new(tickets, state), People::of(self));
        let mut plan = self.clone();
        for ruling in &mut plan.rulings {
            ruling.message = people.hidden_in(&ruling.message);
        }
        plan.hidden = people.hidden_in_texts(self);
        for step in &mut plan.steps {
            leave_out(step, &known, &people);
        }
        let again = plan.with_contacts(tickets, state);
        let is_lost = |told: &[Change]| back::lacks(told, |source| source != Source::Live);
        let is_otherwise = |step: &&Step| has_come_back(step) == Returned::Otherwise || is_lost(&step.changes) || is_lost(&step.drift);
        match again.steps.iter().find(is_otherwise) {
            None => Ok(plan),
            Some(step) => {
                let message = format!("the plan is not saved: a contact of {} could not be left out and put back", step.key);
                let help =
                    "Nothing was applied. Set spec.saved_plans.contacts to keep; spec.state.encryption then keeps saved plans from others.";
                Err(Diagnostic::error("plan/contacts", message).help(help).into())
            }
        }
    }

    /// Whether contacts were left out of it.
    pub fn lacks_contacts(&self) -> bool {
        self.steps.iter().any(|step| step.left_out.is_some())
    }
}

fn leave_out(step: &mut Step, known: &Known<'_>, people: &People) {
    let of_step = known.of_step(step);
    let (changes, drift) = (Digest::of(&step.changes), Digest::of(&step.drift));
    hide_what_is_told(step, &of_step, people);
    let whole = LeftOut { changes, drift, ..LeftOut::of(step) };
    let mut has_left_out = Digest::of(&step.changes) != whole.changes || Digest::of(&step.drift) != whole.drift;
    each_value(step, &of_step, &|event| known.of_event(&of_step, event), &mut |origins, kind, field, value| {
        has_left_out |= replace(origins, kind, field, value);
    });
    step.left_out = has_left_out.then_some(whole);
}

/// What is told to people, and changes nothing that is sent. Policies are shown the changes: they come back as they were.
fn hide_what_is_told(step: &mut Step, origins: &Origins<'_>, people: &People) {
    let kind = step.key.address.kind.clone();
    let mut told = Told { origins, people };
    walk::changes(&kind, &mut step.changes, &mut told);
    walk::changes(&kind, &mut step.drift, &mut told);
    for note in &mut step.notes {
        told.text(note);
    }
    if step.action.reason().is_some() {
        walk::action(&kind, &mut step.action, &mut told);
    }
}

/// Puts the words for its origin in the place of a value that names somebody.
fn replace(origins: &Origins<'_>, kind: &str, field: &str, value: &mut Value) -> bool {
    let is_left_out = !value.is_null() && names_somebody(kind, field, value);
    if is_left_out {
        *value = origins.of(field, value).text().into();
    }
    is_left_out
}

/// What is done with a value: where such values come from, the kind of document, the field, the value.
type Act<'a, 'v> = dyn FnMut(&Origins<'a>, &str, &str, &mut Value) + 'v;

/// Does something with each value of what a step does, saw and records, and not of what it only tells.
fn each_value<'a>(step: &mut Step, of_step: &Origins<'a>, of_event: &dyn Fn(&Event) -> Origins<'a>, act: &mut Act<'a, '_>) {
    let kind = step.key.address.kind.clone();
    if step.action.reason().is_none() {
        walk::action(&kind, &mut step.action, &mut Each { origins: of_step, act });
    }
    if let Some(seen) = &mut step.seen {
        walk::sighting(&kind, seen, &mut Each { origins: of_step, act });
    }
    for event in &mut step.events {
        let origins = of_event(event);
        walk::event(&kind, event, &mut Each { origins: &origins, act });
    }
}

struct Each<'o, 'a, 'v, 'w> {
    origins: &'o Origins<'a>,
    act: &'v mut Act<'a, 'w>,
}

impl Visitor for Each<'_, '_, '_, '_> {
    fn value(&mut self, kind: &str, field: &str, value: &mut Value) {
        (self.act)(self.origins, kind, field, value);
    }

    fn text(&mut self, _: &mut String) {}

    fn name(&mut self, _: &mut String) {}
}

struct Told<'o, 'a> {
    origins: &'o Origins<'a>,
    people: &'o People,
}

impl Visitor for Told<'_, '_> {
    fn value(&mut self, kind: &str, field: &str, value: &mut Value) {
        replace(self.origins, kind, field, value);
    }

    fn text(&mut self, text: &mut String) {
        *text = self.people.hidden_in(text);
    }

    fn name(&mut self, _: &mut String) {}
}

#[cfg(test)]
mod tests;
