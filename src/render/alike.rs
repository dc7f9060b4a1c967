//! Which steps of a rollout are alike, so that a plan of hundreds of sites can be read.
//!
//! Owns the likeness of two steps, and in what alike steps differ. Refuses to hide: a step with anything of its own stands alone.

use std::collections::{BTreeSet, HashMap};
use std::mem::{Discriminant, discriminant};

use jiff::Timestamp;
use serde_json::Value;

use crate::plan::{Action, Cost, Reason, Search, Step};
use crate::state::{Request, Write};
use crate::ticket::{Attachment, Change, Fields};

/// So many alike steps are still listed one by one: the summary of a few is as long as they are.
const FEW: usize = 3;

/// What the text form tells at once.
#[derive(Debug)]
pub(super) enum Part<'a> {
    One(&'a Step),
    /// More than a few steps of one wave that differ only by site.
    Alike(Alike<'a>),
}

/// Alike steps, in their order.
#[derive(Debug)]
pub(super) struct Alike<'a> {
    pub first: &'a Step,
    pub steps: Vec<&'a Step>,
}

/// The steps of a wave, or of no rollout, in their order; those that are alike stand where the first of them does.
pub(super) fn parts<'a>(steps: &[&'a Step]) -> Vec<Part<'a>> {
    let mut groups: HashMap<Likeness<'a>, Vec<&'a Step>> = HashMap::new();
    for step in steps {
        if let Some(likeness) = Likeness::of(step) {
            groups.entry(likeness).or_default().push(step);
        }
    }
    groups.retain(|_, group| group.len() > group.first().map_or(FEW, |first| few(first)));
    let part = |step: &&'a Step| match Likeness::of(step).and_then(|likeness| groups.get_mut(&likeness)) {
        None => Some(Part::One(step)),
        // The first takes all of them.
        Some(group) if group.is_empty() => None,
        Some(group) => Some(Part::Alike(Alike { first: step, steps: std::mem::take(group) })),
    };
    steps.iter().filter_map(part).collect()
}

/// What holds a whole wave back is told once for it.
fn few(step: &Step) -> usize {
    let is_of_wave = |reason: &Reason| matches!(reason, Reason::Paused { .. } | Reason::WaveClosed { .. } | Reason::GateShut(_));
    if step.action.reason().is_some_and(is_of_wave) { 1 } else { FEW }
}

/// What alike steps have in common.
#[derive(PartialEq, Eq, Hash)]
struct Likeness<'a> {
    kind: &'a str,
    sign: char,
    action: Discriminant<Action>,
    reason: Option<(Discriminant<Reason>, Option<Doubt<'a>>)>,
    sent: Vec<&'a str>,
    changed: Vec<&'a str>,
    drifted: Vec<&'a str>,
    files: usize,
    notes: Vec<String>,
    /// What costs something is not told with what costs nobody knows what, and each reason for that stands by itself.
    is_estimated: bool,
    unknown_cost: Option<String>,
}

impl<'a> Likeness<'a> {
    /// `None` for a ticket that is of no rollout.
    fn of(step: &'a Step) -> Option<Self> {
        step.rollout.as_ref()?;
        let names = |changes: &'a [Change]| changes.iter().map(|change| change.field.as_str()).collect();
        Some(Self {
            kind: &step.key.address.kind,
            sign: step.sign(),
            action: discriminant(&step.action),
            reason: step.action.reason().map(|reason| (discriminant(reason), doubt(reason))),
            sent: sent(step).map(|sent| sent.iter().map(|(name, _)| name).collect()).unwrap_or_default(),
            changed: names(changed(step)),
            drifted: names(&step.drift),
            files: files(step).len(),
            notes: step.notes.iter().map(|note| shape(note)).collect(),
            is_estimated: matches!(step.cost, Some(Cost::Estimated(_))),
            unknown_cost: if let Some(Cost::Unknown(why)) = &step.cost { Some(shape(why)) } else { None },
        })
    }
}

/// What tells one doubt from another: what was sent, what the search for it said, and what was heard. A person does something else about
/// each.
type Doubt<'a> = (u8, Discriminant<Search>, Option<&'a str>);

fn doubt(reason: &Reason) -> Option<Doubt<'_>> {
    let Reason::InDoubt { write, search, heard, .. } = reason else { return None };
    let write = match write {
        Write::Create => 0,
        Write::Update => 1,
        Write::Close => 2,
        Write::Delete => 3,
    };
    Some((write, discriminant(search), heard.as_deref()))
}

/// A remark without the numbers in it, which are ids and other things of one ticket.
fn shape(note: &str) -> String {
    let mut shape = String::with_capacity(note.len());
    for c in note.chars() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        if c != '0' || !shape.ends_with('0') {
            shape.push(c);
        }
    }
    shape
}

fn sent(step: &Step) -> Option<&Fields> {
    if let Action::Create { payload, .. } = &step.action { Some(payload) } else { None }
}

fn request(step: &Step) -> Option<&Request> {
    match &step.action {
        Action::Create { request, .. } | Action::Adopt { request, .. } | Action::Update { request, .. } => Some(request),
        Action::Close { .. }
        | Action::Delete { .. }
        | Action::Retire { .. }
        | Action::Blocked { .. }
        | Action::InDoubt { .. }
        | Action::Deferred { .. }
        | Action::Keep => None,
    }
}

fn files(step: &Step) -> &[Attachment] {
    if let Action::Create { request, .. } = &step.action { &request.attachments } else { &[] }
}

/// Every difference that a step shows.
fn differences(step: &Step) -> impl Iterator<Item = &Change> {
    changed(step).iter().chain(&step.drift)
}

/// What the files ask for, or what was booked otherwise.
fn changed(step: &Step) -> &[Change] {
    match step.action.reason() {
        Some(Reason::BookedDifferently { fields } | Reason::Conflict { fields }) if step.changes.is_empty() => fields,
        Some(_) | None => &step.changes,
    }
}

impl<'a> Alike<'a> {
    /// How many fields each of them shows.
    pub fn fields(&self) -> usize {
        let differing = || differences(self.first).map(|change| &change.field).collect::<BTreeSet<_>>().len();
        sent(self.first).map_or_else(differing, |sent| sent.iter().count())
    }

    /// The fields among these that are not the same everywhere.
    pub fn varying(&self) -> BTreeSet<&'a str> {
        let first = self.first;
        if let Some(own) = sent(first) {
            let differs =
                |name: &str, value: &Value| self.steps.iter().any(|step| sent(step).and_then(|sent| sent.get(name)) != Some(value));
            return own.iter().filter(|(name, value)| differs(name, value)).map(|(name, _)| name).collect();
        }
        let differs = |change: &Change| self.steps.iter().any(|step| !differences(step).any(|other| other == change));
        differences(first).filter(|change| differs(change)).map(|change| change.field.as_str()).collect()
    }

    /// Whether not all of them carry the same files.
    pub fn files_vary(&self) -> bool {
        let same = |step: &Step| files(step).iter().map(Attachment::identity).eq(files(self.first).iter().map(Attachment::identity));
        !self.steps.iter().all(|step| same(step))
    }

    /// Why nothing is done about them, if that is the same words for each.
    pub fn reason(&self) -> Option<String> {
        let words = |step: &Step| step.action.reason().map(|reason| (reason.to_string(), step.next_step()));
        let first = words(self.first)?;
        self.steps.iter().all(|step| words(step).is_some_and(|other| other == first)).then_some(first.0)
    }

    /// The steps that are due first and last, each with its moment, if all only wait for a date.
    pub fn due(&self) -> Option<[(Timestamp, &'a Step); 2]> {
        let on = |step: &Step| if let Some(Reason::NotYetDue { on }) = step.action.reason() { Some(*on) } else { None };
        let dated = || self.steps.iter().filter_map(|step| Some((on(step)?, *step)));
        Some([dated().min_by_key(|(on, _)| *on)?, dated().max_by_key(|(on, _)| *on)?])
    }

    /// The requests of the earliest and of the latest visit.
    pub fn visits(&self) -> Option<(&'a Request, &'a Request)> {
        let dated = || self.steps.iter().filter_map(|step| Some((step.starts?, request(step).filter(|request| request.visit.is_some())?)));
        let (_, first) = dated().min_by_key(|(starts, _)| *starts)?;
        let (_, last) = dated().max_by_key(|(starts, _)| *starts)?;
        Some((first, last))
    }
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn remarks_are_alike_whatever_their_numbers_are() {
        let of = |visit: &str, id: &str| shape(&format!("visit {visit} of this address, after ticket {id}"));
        assert_eq!(of("1", "482001"), of("10", "7"));
        assert_ne!(of("1", "482001"), of("1", "none"));
    }
}
