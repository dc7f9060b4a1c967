//! The log, an event at a time: for people, as JSON lines, and as CSV.
//!
//! Owns which facts of an event are told, once for all forms. Refuses the bodies of requests and answers: ids, words and reasons only.

mod table;
mod text;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::state::{Entry, Event, Record, Stray, Write};
use crate::systems::by_kind;

pub use table::{log_csv, log_csv_head, log_json};
pub use text::LogText;

/// An event, flat: a line of JSON and of CSV. The order is that of the columns.
#[derive(Debug, Default, Serialize)]
struct Row {
    /// Of the JSON form.
    format_version: u8,
    at: Timestamp,
    event: String,
    address: Option<String>,
    reissue: Option<u32>,
    ticket: Option<String>,
    /// What was about to be sent.
    write: Option<String>,
    system: Option<String>,
    rollout: Option<String>,
    wave: Option<String>,
    site_key: Option<String>,
    labels: BTreeMap<String, String>,
    /// The place of work, for people.
    site: Option<String>,
    po_number: Option<String>,
    mark: Option<String>,
    /// Local to the site.
    visit_start: Option<String>,
    visit_end: Option<String>,
    timezone: Option<String>,
    /// What became of it, where the event's name does not say.
    outcome: Option<String>,
    /// What the system said: a status, or why not.
    answer: Option<String>,
    /// What a person said.
    reason: Option<String>,
    user: Option<String>,
    host: Option<String>,
    ci_run: Option<String>,
    commit: Option<String>,
    command: Option<String>,
    plan: Option<String>,
    run: String,
    sequence: u64,
}

/// The one vendor that takes a purchase order calls it this.
const PURCHASE_ORDER: &str = "po_number";

impl Row {
    fn of(entry: &Entry<'_>) -> Self {
        let (commit, key) = (entry.commit, entry.key());
        let Said { write, outcome, answer, reason } = Said::by(entry.event);
        let row = Self {
            format_version: 1,
            at: commit.at,
            event: entry.event.name(),
            address: key.map(|key| key.address.to_string()),
            reissue: key.map(|key| key.reissue),
            ticket: entry.ticket().map(str::to_owned),
            write,
            outcome,
            answer,
            reason,
            user: commit.by.user.clone(),
            host: commit.by.host.clone(),
            ci_run: commit.by.ci_run.clone(),
            commit: commit.by.commit.clone(),
            command: commit.command.clone(),
            plan: plan(entry).map(str::to_owned),
            run: commit.run.clone(),
            sequence: commit.sequence,
            ..Self::default()
        };
        match (key, entry.record) {
            (Some(key), Some(record)) => row.with(&key.address.kind, record),
            (Some(_), None) | (None, _) => row,
        }
    }

    /// The same with what is known of the ticket.
    fn with(self, kind: &str, record: &Record) -> Self {
        let request = &record.request;
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let (site, visit) = (request.site.as_ref(), request.visit.as_ref());
        Self {
            system: Some(request.system.clone()),
            rollout: site.map(|site| site.rollout.clone()),
            wave: site.and_then(|site| site.wave.clone()),
            site_key: site.map(|site| site.key.clone()),
            labels: request.labels.clone(),
            site: by_kind(kind).map(|system| system.site(&request.fields)).filter(|site| !site.is_empty()),
            po_number: request.fields.get(PURCHASE_ORDER).filter(|value| !value.is_null()).map(text),
            mark: request.mark.as_ref().map(ToString::to_string),
            visit_start: visit.map(|visit| visit.start.to_string()),
            visit_end: visit.map(|visit| visit.end.to_string()),
            timezone: visit.and_then(|visit| visit.timezone.clone()),
            ..self
        }
    }
}

/// Of an apply, each commit names it; early journals name it in the events of saved plans alone.
fn plan<'a>(entry: &Entry<'a>) -> Option<&'a str> {
    let own = if let Event::PlanStarted { plan } | Event::PlanFinished { plan } = entry.event { Some(plan.as_str()) } else { None };
    own.or(entry.commit.plan.as_deref())
}

/// What an event says besides its name.
#[derive(Default)]
struct Said {
    write: Option<String>,
    outcome: Option<String>,
    answer: Option<String>,
    reason: Option<String>,
}

impl Said {
    fn by(event: &Event) -> Self {
        let reason = |reason: &String| Self { reason: Some(reason.clone()), ..Self::default() };
        match event {
            Event::Intended { key, write, request, .. } => {
                let why = request.as_ref().filter(|_| key.reissue > 0 && *write == Write::Create);
                let reason = why.and_then(|request| request.lifecycle.reissue_reason.clone());
                Self { write: Some(write.to_string()), reason, ..Self::default() }
            }
            Event::Rejected { why, .. } | Event::Unsent { why, .. } | Event::Heard { why, .. } => {
                Self { answer: Some(why.clone()), ..Self::default() }
            }
            Event::Observed { seen, .. } => {
                Self { outcome: seen.finished.then(|| "finished".to_owned()), answer: seen.status.clone(), ..Self::default() }
            }
            Event::Created { seen, .. } | Event::DoneByHand { seen, .. } | Event::TookLive { seen, .. } => {
                Self { answer: seen.status.clone(), ..Self::default() }
            }
            Event::Updated { seen, .. } => Self { answer: seen.as_ref().and_then(|seen| seen.status.clone()), ..Self::default() },
            Event::Adopted { seen, reason: why, .. } => Self { answer: seen.as_ref().and_then(|seen| seen.status.clone()), ..reason(why) },
            Event::Closed { why, reason, .. } => Self { outcome: Some(why.to_string()), reason: reason.clone(), ..Self::default() },
            Event::WriteSettled { done, reason: why, .. } => {
                Self { outcome: Some(if *done { "done" } else { "not done" }.to_owned()), ..reason(why) }
            }
            Event::VisitEnded { outcome, reason: why, .. } => Self { outcome: Some(outcome.to_string()), ..reason(why) },
            Event::Moved { to, reason: why, .. } => Self { outcome: Some(format!("now {to}")), ..reason(why) },
            Event::Restored { record, reason: why, .. } => {
                let ticket = record.id().map(|id| format!("ticket {id} again"));
                Self { outcome: Some(ticket.unwrap_or_else(|| "in doubt again".to_owned())), ..reason(why) }
            }
            Event::Mended { what, reason: why } => Self { outcome: Some(what.clone()), ..reason(why) },
            Event::Surplus { tickets, .. } => Self { answer: Some(Stray::in_words(tickets)), ..Self::default() },
            Event::SurplusSettled { reason: why, .. }
            | Event::Presumed { reason: why, .. }
            | Event::NotCreated { reason: why, .. }
            | Event::Accepted { reason: why, .. } => reason(why),
            Event::Noted { .. } | Event::PlanStarted { .. } | Event::PlanFinished { .. } => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests;
