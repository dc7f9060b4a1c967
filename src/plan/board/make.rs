//! From a plan, and what it was made from, to the rows of a board.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{DateTime, Time};
use jiff::{SignedDuration, Span, Timestamp};

use super::{Board, Row, Standing};
use crate::plan::{Action, Plan, Reason, Step};
use crate::refresh::{Observations, Selection, Side, Sides};
use crate::state::{Closing, Event, Key, Phase, Record, State, VisitOutcome};
use crate::systems::{Attendance, Found, Observed, Seen, Technician};
use crate::ticket::{Address, Fields, RolloutSite, Rollouts, Ticket, Visit, latest};

/// All that a board is made from.
pub struct View<'a> {
    pub plan: &'a Plan,
    pub tickets: &'a [Ticket],
    pub state: &'a State,
    pub observed: &'a Observations,
    pub sides: &'a Sides,
    pub selection: &'a Selection,
    pub rollouts: &'a Rollouts,
    pub now: Timestamp,
    /// So long before its start a visit should have a technician.
    pub near: SignedDuration,
}

/// What is known of one visit.
#[derive(Default)]
struct Known<'a> {
    step: Option<&'a Step>,
    /// With the key that the state, and so the reading, has it by: the plan may be about to rename it.
    record: Option<(&'a Key, &'a Record)>,
    ticket: Option<&'a Ticket>,
}

impl<'a> View<'a> {
    pub fn board(&self) -> Board<'a> {
        let known = self.known();
        let mut unread: BTreeMap<&'a str, usize> = BTreeMap::new();
        for (key, known) in &known {
            if let Some(Observed::Unread { why, .. }) = self.observed.of(known.record.map_or(*key, |(recorded, _)| recorded)) {
                *unread.entry(why).or_default() += 1;
            }
        }
        let mut rows: Vec<Row<'a>> = known.into_iter().map(|(key, known)| self.row(key, &known)).collect();
        let day = |row: &Row<'_>| row.visit.as_ref().map(|visit| visit.start.date());
        rows.sort_by(|a, b| {
            let order = day(a).is_none().cmp(&day(b).is_none()).then_with(|| day(a).cmp(&day(b)));
            order.then_with(|| a.site.cmp(&b.site)).then_with(|| a.key.cmp(&b.key))
        });
        Board { now: self.now, rows, unread, rollouts: self.rollouts }
    }

    /// Each visit that has a step, and each that is remembered and still of interest.
    fn known(&self) -> BTreeMap<&'a Key, Known<'a>> {
        let described: BTreeMap<&Address, &'a Ticket> = self.tickets.iter().map(|ticket| (&ticket.address, ticket)).collect();
        let mut known: BTreeMap<&'a Key, Known<'a>> = BTreeMap::new();
        for step in &self.plan.steps {
            known.entry(&step.key).or_default().step = Some(step);
        }
        let planned: BTreeSet<&Key> = known.keys().copied().collect();
        let moved: BTreeMap<&Key, &'a Key> = self.plan.steps.iter().flat_map(moves).collect();
        for (recorded, record) in &self.state.records {
            let key = moved.get(recorded).copied().unwrap_or(recorded);
            let is_described = described.contains_key(&key.address);
            let is_shown = planned.contains(key) || (self.selection.holds(&key.address) && self.is_of_interest(record, is_described));
            if !record.is_moved() && is_shown {
                known.entry(key).or_default().record = Some((recorded, record));
            }
        }
        for (key, known) in &mut known {
            known.ticket = described.get(&key.address).copied();
        }
        known
    }

    /// Whether a record that no step is about belongs on the board. What is over and left the files would only pile up there.
    fn is_of_interest(&self, record: &Record, is_described: bool) -> bool {
        match record.phase {
            Phase::NotCreated { .. } => false,
            Phase::Closed { .. } if record.is_let_go() => {
                is_described || record.request.visit.as_ref().is_some_and(|visit| !self.is_over(visit))
            }
            Phase::Closed { .. } => is_described,
            Phase::Live { .. } => is_described || !record.finished,
            Phase::Pending => true,
        }
    }

    fn is_over(&self, visit: &Visit) -> bool {
        visit.ends_at_latest().is_some_and(|end| end < self.now)
    }

    fn row(&self, key: &Key, known: &Known<'a>) -> Row<'a> {
        let Known { step, record, ticket } = *known;
        let side = self.sides.get(&key.address.kind);
        let observed = self.observed.of(record.map_or(key, |(recorded, _)| recorded));
        let seen = self.seen(step, record.map(|(recorded, _)| recorded), observed);
        let wanted = ticket.filter(|ticket| ticket.reissue == key.reissue);
        let record = record.map(|(_, record)| record);
        let standing = standing(step, record, seen);
        let attendance = attendance(side, record, seen);
        let visit = visit(record, wanted, &attendance);
        let outcome = record.and_then(|record| record.outcome);
        let is_expected = standing.is_pending() && outcome.is_none();
        let is_due = |due: DateTime| self.is_past(due);
        let is_overdue = is_expected && visit.as_ref().map_or_else(|| attendance.due.is_some_and(is_due), |visit| self.is_over(visit));
        let is_near = || visit.as_ref().is_some_and(|visit| visit.starts_before(self.now, self.near));
        let is_unassigned = is_expected && standing == Standing::Open && attendance.technician == Some(Technician::Nobody);
        Row {
            rollout: rollout(known),
            site: step.map(|step| step.site.clone()).or_else(|| Some(side?.system.site(&record?.request.fields))).unwrap_or_default(),
            standing,
            status: seen.map_or_else(|| record.and_then(|record| record.status.as_deref()), |seen| seen.status.as_deref()),
            id: seen.map(|seen| seen.id.as_str()).or_else(|| record.and_then(Record::id)),
            mark: record.and_then(|record| record.request.mark.as_ref()).or_else(|| step.and_then(|step| step.mark.as_ref())),
            due: attendance.due.filter(|_| visit.is_none()),
            is_overdue,
            is_unassigned: is_unassigned && !is_overdue && is_near(),
            visit,
            technician: attendance.technician,
            outcome,
            sent_from: step.and_then(sent_from),
            is_read: seen.is_some() || observed == Some(&Observed::Missing),
            step,
            remark: remark(standing, record),
            key: key.clone(),
        }
    }

    /// What a read showed, by its id or by its mark.
    fn seen(&self, step: Option<&Step>, recorded: Option<&Key>, observed: Option<&'a Observed>) -> Option<&'a Seen> {
        if let Some(Observed::Found(seen)) = observed {
            return Some(seen);
        }
        let step = step.filter(|step| matches!(step.action, Action::Adopt { .. }))?;
        match self.observed.found.get(recorded.unwrap_or(&step.key)) {
            Some(Found::One(seen)) => Some(seen),
            Some(Found::Several(_) | Found::None | Found::Cannot | Found::Unanswered { .. }) | None => None,
        }
    }

    /// Whether a time by some server's clock has passed everywhere.
    fn is_past(&self, due: DateTime) -> bool {
        let end = if due.time() == Time::midnight() { due.saturating_add(Span::new().days(1)) } else { due };
        latest(end).is_some_and(|end| end < self.now)
    }
}

/// The site that the files have it for now; of what left them, the record knows.
fn rollout<'a>(known: &Known<'a>) -> Option<&'a RolloutSite> {
    match known.ticket {
        Some(ticket) => ticket.site.as_ref(),
        None => known.record.and_then(|(_, record)| record.request.site.as_ref()),
    }
}

/// The records that a step renames, with what they are called afterwards.
fn moves(step: &Step) -> impl Iterator<Item = (&Key, &Key)> {
    step.events.iter().filter_map(|event| if let Event::Moved { key, to, .. } = event { Some((key, to)) } else { None })
}

/// A read settles a doubt, and an adoption takes over what was seen; both are on the step.
fn standing(step: Option<&Step>, record: Option<&Record>, seen: Option<&Seen>) -> Standing {
    let is_settled = step.is_some_and(|step| match &step.action {
        Action::Blocked { .. } | Action::InDoubt { .. } | Action::Deferred { .. } => false,
        Action::Create { .. }
        | Action::Adopt { .. }
        | Action::Update { .. }
        | Action::Close { .. }
        | Action::Delete { .. }
        | Action::Retire { .. }
        | Action::Keep => true,
    });
    let is_adopted = step.is_some_and(|step| matches!(step.action, Action::Adopt { .. }));
    let is_deleted = step.is_some_and(|step| step.events.iter().any(|event| matches!(event, Event::Closed { .. })));
    let is_finished = seen.is_some_and(|seen| seen.finished);
    match record {
        _ if is_doubted(step) => Standing::InDoubt,
        Some(record) if record.in_doubt() && !is_settled => Standing::InDoubt,
        Some(record) if matches!(record.outcome, Some(VisitOutcome::Failed | VisitOutcome::NoAccess)) => Standing::Failed,
        Some(_) if is_deleted => Standing::Closed,
        _ if is_adopted && is_finished => Standing::Finished,
        _ if is_adopted => Standing::Open,
        None => waiting(step),
        Some(record) => match &record.phase {
            Phase::NotCreated { .. } => waiting(step),
            Phase::Pending => Standing::InDoubt,
            Phase::Live { .. } if record.finished || is_finished => Standing::Finished,
            Phase::Live { .. } => Standing::Open,
            Phase::Closed { .. } if record.is_let_go() && !is_finished => Standing::LetGo,
            Phase::Closed { why: Closing::FinishedAndRemoved, .. } => Standing::Finished,
            Phase::Closed { .. } if record.is_let_go() || record.finished => Standing::Finished,
            Phase::Closed { .. } => Standing::Closed,
        },
    }
}

/// The plan says that nobody knows. A ticket with the mark of a visit without a record is such a doubt, too.
fn is_doubted(step: Option<&Step>) -> bool {
    step.is_some_and(|step| {
        matches!(step.action, Action::InDoubt { .. }) || matches!(step.action.reason(), Some(Reason::SentBefore { .. }))
    })
}

/// There is no ticket.
fn waiting(step: Option<&Step>) -> Standing {
    let is_deferred = step.is_some_and(|step| matches!(step.action, Action::Deferred { .. }));
    if is_deferred { Standing::Deferred } else { Standing::NotSent }
}

/// What was just seen counts first, then what is remembered of an earlier look, then what was sent.
fn attendance(side: Option<&Side>, record: Option<&Record>, seen: Option<&Seen>) -> Attendance {
    let Some(side) = side else { return Attendance::default() };
    let told = |fields: Option<&Fields>| fields.map(|fields| side.system.attendance(fields)).unwrap_or_default();
    match seen {
        Some(seen) => told(Some(&seen.fields)),
        None => told(record.and_then(|record| record.baseline.as_ref())).or(told(record.map(|record| &record.request.fields))),
    }
}

/// When somebody comes: as booked, else as sent, else as the files want it.
fn visit(record: Option<&Record>, wanted: Option<&Ticket>, attendance: &Attendance) -> Option<Visit> {
    let sent = record.filter(|record| !matches!(record.phase, Phase::NotCreated { .. })).and_then(|record| record.request.visit.as_ref());
    let wanted = || wanted.and_then(|ticket| ticket.visit.as_ref()).or_else(|| record.and_then(|record| record.request.visit.as_ref()));
    let visit = sent.or_else(wanted)?;
    let booked = attendance.booked.and_then(|(start, end)| visit.moved_to(start, end));
    Some(booked.unwrap_or_else(|| visit.clone()))
}

fn sent_from(step: &Step) -> Option<Timestamp> {
    if let Some(Reason::NotYetDue { on }) = step.action.reason() { Some(*on) } else { None }
}

/// What the plan does not say of it.
fn remark(standing: Standing, record: Option<&Record>) -> Option<String> {
    let record = record?;
    match (&record.phase, standing) {
        (Phase::NotCreated { why, refused: true }, Standing::NotSent | Standing::Deferred) => Some(format!("refused before: {why}")),
        (Phase::NotCreated { why, refused: false }, Standing::NotSent | Standing::Deferred) => Some(format!("not created before: {why}")),
        (Phase::Closed { why, .. }, Standing::Closed | Standing::LetGo) => Some(why.to_string()),
        (Phase::Pending | Phase::Live { .. } | Phase::Closed { .. } | Phase::NotCreated { .. }, _) => None,
    }
}
