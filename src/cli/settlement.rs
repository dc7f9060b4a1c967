//! One settlement: what a person says about one visit, checked against the state before it is written.

use jiff::Timestamp;

use super::args::{Ended, Settle as Words};
use super::rows::placed;
use super::state::unknown;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::plan::{Action, Matches, Plan, Reason, Search, Step, Unclear};
use crate::state::{Closing, Event, Key, Phase, Record, State, VisitOutcome, Write};
use crate::ticket::Visit;

/// What a person says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The create in doubt made this ticket.
    Is(String),
    NotCreated,
    /// The update, close or delete in doubt took effect, or did not.
    Write {
        done: bool,
    },
    Accept,
    Cancelled,
    /// Of tickets that nobody asked for.
    SeenTo,
    Ended(VisitOutcome),
}

/// A verdict about a visit, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settlement {
    pub key: Key,
    pub verdict: Verdict,
    pub reason: String,
    /// The row of a file that says so, for messages.
    pub row: Option<String>,
}

impl Verdict {
    /// From the command line's flags; `None` where none is given.
    pub fn of(words: &Words) -> Option<Self> {
        let flags = [
            (words.not_created, Self::NotCreated),
            (words.done, Self::Write { done: true }),
            (words.not_done, Self::Write { done: false }),
            (words.accept, Self::Accept),
            (words.cancelled, Self::Cancelled),
            (words.seen_to, Self::SeenTo),
        ];
        let flagged = flags.into_iter().find(|(given, _)| *given).map(|(_, verdict)| verdict);
        words.id.clone().map(Self::Is).or_else(|| words.outcome.map(|ended| Self::Ended(ended.into()))).or(flagged)
    }

    /// From a CSV's columns `settlement` and `id`.
    pub fn named(name: &str, id: &str) -> Option<Self> {
        Some(match name {
            "id" if !id.is_empty() => Self::Is(id.to_owned()),
            "not-created" => Self::NotCreated,
            "done" => Self::Write { done: true },
            "not-done" => Self::Write { done: false },
            "accept" => Self::Accept,
            "cancelled" => Self::Cancelled,
            "seen-to" => Self::SeenTo,
            "ok" => Self::Ended(VisitOutcome::Ok),
            "failed" => Self::Ended(VisitOutcome::Failed),
            "no-access" => Self::Ended(VisitOutcome::NoAccess),
            _ => return None,
        })
    }
}

impl Verdict {
    /// Whether a selected visit waits for it, and would not rather be left alone: what is settled many at once has nobody who looks at each.
    pub fn is_awaited_by(&self, (key, record): (&Key, &Record), plan: Option<&Plan>, now: Timestamp) -> bool {
        match self {
            Self::Is(_) => false,
            Self::NotCreated => is_doubted_create(record),
            Self::Write { .. } => record.intent.is_some() && !is_doubted_create(record),
            Self::Accept => {
                plan.is_some_and(|plan| plan.steps.iter().any(|step| step.is_of(key) && step.needs_person() && step.difference.is_some()))
            }
            Self::Cancelled => record.is_open() || record.in_doubt() || record.is_let_go(),
            Self::SeenTo => !record.surplus.is_empty(),
            Self::Ended(_) => record.outcome.is_none() && (record.finished || (record.is_live() && has_begun(record, now))),
        }
    }

    /// What a visit is that waits for it. Ends a sentence.
    pub fn awaits(&self) -> &'static str {
        match self {
            Self::Is(_) | Self::NotCreated => "no create is in doubt",
            Self::Write { .. } => "no update, close or delete is in doubt",
            Self::Accept => "the plan shows no difference that needs a person",
            Self::Cancelled => "nothing is open or in doubt",
            Self::SeenTo => "no ticket is known that nobody asked for, or somebody has seen to it",
            Self::Ended(_) => "no visit has begun, or its outcome is kept already",
        }
    }
}

fn has_begun(record: &Record, now: Timestamp) -> bool {
    record.request.visit.as_ref().and_then(Visit::starts_at_latest).is_some_and(|start| start <= now)
}

impl From<Ended> for VisitOutcome {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Ok => Self::Ok,
            Ended::Failed => Self::Failed,
            Ended::NoAccess => Self::NoAccess,
        }
    }
}

/// `Dispatch/store-0417`, or `Dispatch/store-0417#1` for a later visit. Without a number, the latest visit is meant.
pub(super) fn key_of(text: &str, state: &State) -> Outcome<Key> {
    let wrong = |message: String| Box::new(Diagnostic::error("settle/address", message).help("`callout state list` names all addresses"));
    let (address, reissue) = match text.split_once('#') {
        None => (text, None),
        Some((address, reissue)) => {
            (address, Some(reissue.parse::<u32>().map_err(|_| wrong(format!("`{text}`: the part behind # is no number")))?))
        }
    };
    let address = address.parse().map_err(|error: crate::ticket::NotAnAddress| wrong(error.to_string()))?;
    let key = if let Some(reissue) = reissue {
        Some(Key::new(address, reissue)).filter(|key| state.records.contains_key(key))
    } else {
        let open: Vec<&Key> = state.visits(&address).filter(|(_, r)| r.is_open() || r.in_doubt()).map(|(key, _)| key).collect();
        if open.len() > 1 {
            let named: Vec<String> = open.iter().map(|key| format!("{}#{}", key.address, key.reissue)).collect();
            return Err(wrong(format!("{text} has several open visits; name one of them: {}", named.join(", "))));
        }
        // One that was not created has a record too, and what is wrong with settling it is for the settlement to say.
        open.first().copied().or_else(|| state.latest(&address).or(state.visits(&address).next_back()).map(|(key, _)| key)).cloned()
    };
    key.ok_or_else(|| Box::new(unknown(state, text)))
}

impl Settlement {
    /// The event that keeps it, if it fits what the state and the plan say. `Is` needs its ticket read, and is not settled here.
    pub fn event(&self, state: &State, plan: Option<&Plan>, now: Timestamp) -> Outcome<Event> {
        let record = state.records.get(&self.key).ok_or_else(|| self.wrong("the state remembers nothing of it"))?;
        if record.is_moved() {
            return Err(self.wrong(&gone_on(state, &self.key)).into());
        }
        let (key, reason) = (self.key.clone(), self.reason.clone());
        match &self.verdict {
            Verdict::NotCreated if is_doubted_create(record) => match plan.and_then(|plan| self.found(plan)) {
                Some(objection) => Err(self.wrong(&objection).into()),
                None => Ok(Event::NotCreated { key, reason }),
            },
            Verdict::Is(_) | Verdict::NotCreated => Err(self.wrong("no create of it is in doubt").into()),
            Verdict::Write { done } => match record.intent.as_ref().map(|intent| intent.write) {
                Some(Write::Close) if *done => Ok(Event::Closed { key, why: Closing::Closed, reason: Some(reason) }),
                Some(Write::Delete) if *done => Ok(Event::Closed { key, why: Closing::Deleted, reason: Some(reason) }),
                Some(Write::Update | Write::Close | Write::Delete) => Ok(Event::WriteSettled { key, done: *done, reason }),
                Some(Write::Create) => Err(self.wrong("its create is in doubt: settle it with --id ID or --not-created").into()),
                None => Err(self.wrong("no update, close or delete of it is in doubt").into()),
            },
            Verdict::Accept => match plan.and_then(|plan| self.step(plan)).and_then(|step| step.difference.clone()) {
                Some(difference) => Ok(Event::Accepted { key, difference, reason }),
                None => Err(self.wrong("the plan shows no difference that could be accepted").into()),
            },
            Verdict::Cancelled => match &record.phase {
                Phase::Live { .. } | Phase::Pending => Ok(Event::Closed { key, why: Closing::Cancelled, reason: Some(reason) }),
                Phase::Closed { .. } if record.is_let_go() => Ok(Event::Closed { key, why: Closing::Cancelled, reason: Some(reason) }),
                Phase::Closed { .. } => Err(self.wrong("it is closed already").into()),
                Phase::NotCreated { .. } => Err(self.wrong("it was never created").into()),
            },
            Verdict::SeenTo if record.surplus.is_empty() => Err(self.wrong(self.verdict.awaits()).into()),
            Verdict::SeenTo => Ok(Event::SurplusSettled { key, reason }),
            Verdict::Ended(outcome) => match &record.phase {
                Phase::Live { .. } | Phase::Closed { .. } => match not_begun(record, now) {
                    Some(objection) => Err(self.wrong(&objection).into()),
                    None => Ok(Event::VisitEnded { key, outcome: *outcome, reason }),
                },
                Phase::Pending | Phase::NotCreated { .. } => Err(self.wrong("no visit of it is known").into()),
            },
        }
    }

    /// Why it cannot be said that a create made nothing: a ticket with its mark, that it is too early to look for one, or that nobody could
    /// look. Where the system can be searched, nobody has to be believed.
    fn found(&self, plan: &Plan) -> Option<String> {
        let action = &self.step(plan)?.action;
        if let Action::Adopt { id, .. } = action {
            return Some(format!("ticket {id} carries its mark; `callout apply` links it"));
        }
        let reason = action.reason()?;
        if let Reason::SeveralFound { ids } = reason {
            return Some(several(ids));
        }
        let Reason::InDoubt { search, .. } = reason else { return None };
        match search {
            Search::From { moment } => Some(format!("it may still be on its way; from {moment:.0} on its mark is looked for")),
            Search::Unanswered { why, marked } if marked.is_empty() => Some(unlooked(why)),
            Search::Unanswered { marked, .. } => {
                Some(format!("ticket {} carries its mark; plan again, or settle it with --id", marked.join(" and ")))
            }
            Search::Skipped => Some("its mark was not looked for; plan again, and settle it then".to_owned()),
            Search::NotMade | Search::Nothing { .. } | Search::NotShown => None,
        }
    }

    /// The same of a whole list.
    pub fn found_among(&self, matches: &Matches) -> Option<String> {
        let of_this = |key: &Key| *key == self.key;
        if let Some(hit) = matches.hits.iter().find(|hit| of_this(&hit.key) || hit.sent_as.as_ref().is_some_and(of_this)) {
            return Some(format!("ticket {} carries its mark; `callout import --match mark` links it", hit.seen.id));
        }
        matches.unclear.iter().filter(|unclear| unclear.keys().iter().any(of_this)).find_map(|unclear| match unclear {
            Unclear::Several { ids, .. } => Some(several(ids)),
            Unclear::Contested { id, .. } => Some(format!("ticket {id} carries a mark that it may have been sent with")),
            Unclear::Misfit { .. } => None,
        })
    }

    fn step<'a>(&self, plan: &'a Plan) -> Option<&'a Step> {
        plan.steps.iter().find(|step| step.is_of(&self.key))
    }

    /// With the row that it is about.
    pub fn placed(&self, diagnostic: Diagnostic) -> Diagnostic {
        placed(self.row.as_deref(), diagnostic)
    }

    pub fn wrong(&self, why: &str) -> Diagnostic {
        let message = format!("{} cannot be settled like this: {why}", self.key);
        Diagnostic::error("settle/misfit", message).about(&self.key).help("`callout settle` lists what needs a person, and how")
    }
}

/// Why nobody can know yet how a visit went: gates believe it, so a slip of the address must not open one.
fn not_begun(record: &Record, now: Timestamp) -> Option<String> {
    let visit = record.request.visit.as_ref().filter(|visit| !record.finished && visit.starts_after(now))?;
    Some(format!("its visit has not begun, it starts at {}; if it was called off, that is --cancelled", visit.start_in_words()))
}

/// Where the ticket of a renamed address is now.
pub(super) fn gone_on(state: &State, key: &Key) -> String {
    let Some(trace) = state.records.get(key) else { return "the state remembers nothing of it".to_owned() };
    // Those of one request share their mark and their moment; what was sent differs.
    let is_same = |record: &Record| {
        let (now, then) = (&record.request, &trace.request);
        !record.is_moved() && record.since == trace.since && now.mark == then.mark && now.fields == then.fields
    };
    let by_id = trace.id().and_then(|id| state.holder(&trace.request, id));
    let now = by_id.or_else(|| state.records.iter().find(|(_, record)| is_same(record)).map(|(key, _)| key));
    now.map_or_else(|| "its ticket has another address now".to_owned(), |key| format!("its ticket is {key} now"))
}

/// Nobody could look for a mark.
pub(super) fn unlooked(why: &str) -> String {
    format!("its mark could not be looked for: {}; mend that, and settle it then", why.trim_end_matches('.'))
}

fn several(ids: &[String]) -> String {
    format!("tickets {} carry its mark; cancel all but one in the portal, and settle it with --id", ids.join(" and "))
}

pub(super) fn is_doubted_create(record: &Record) -> bool {
    record.intent.as_ref().is_some_and(|intent| intent.write == Write::Create)
}

/// What the event means, for the question and for the last line.
pub(super) fn in_words(event: &Event) -> String {
    match event {
        Event::Adopted { key, id, .. } => format!("{key} is ticket {id}"),
        Event::NotCreated { key, .. } => format!("{key} was not created: its address is free, and the next apply sends it"),
        Event::WriteSettled { key, done: true, .. } => format!("{key}: the write that was in doubt took effect"),
        Event::WriteSettled { key, done: false, .. } => format!("{key}: the write that was in doubt did not take effect"),
        Event::Accepted { key, .. } => format!("{key}: the difference is left alone until the file changes again"),
        Event::Closed { key, why, .. } => format!("{key}: {why}; nothing is ever sent for it again, a new visit is `reissue`"),
        Event::VisitEnded { key, outcome, .. } => format!("{key}: the visit ended as {outcome}"),
        Event::SurplusSettled { key, .. } => format!("{key}: the tickets that nobody asked for have been seen to"),
        Event::Surplus { .. }
        | Event::Intended { .. }
        | Event::Created { .. }
        | Event::Updated { .. }
        | Event::Rejected { .. }
        | Event::Unsent { .. }
        | Event::Heard { .. }
        | Event::Presumed { .. }
        | Event::Observed { .. }
        | Event::DoneByHand { .. }
        | Event::TookLive { .. }
        | Event::Noted { .. }
        | Event::Moved { .. }
        | Event::Restored { .. }
        | Event::Mended { .. }
        | Event::PlanStarted { .. }
        | Event::PlanFinished { .. } => event.to_string(),
    }
}
