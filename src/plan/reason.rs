//! Why a step does not happen, or not now: data with its own words, for people only.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::differences::{changed_since, conflict, surplus};
use super::gates::Shut;
use super::removed::{Work, left};
use super::search::Search;
use crate::state::{Intent, Record, Write};
use crate::systems::System;
use crate::ticket::{Address, Change, RolloutSite};

/// The reason beside an action. No code depends on it but what shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// A write was sent, or may have been, and no answer is known.
    InDoubt {
        write: Write,
        since: Timestamp,
        #[serde(default)]
        search: Search,
        /// What its system said, where that told no result.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard: Option<Box<str>>,
    },
    /// The state was rebuilt, and nobody knows whether this was ever sent.
    Presumed {
        since: Timestamp,
        /// Its system makes several tickets by one request, and these have one mark.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        shares_mark: bool,
    },
    /// Several tickets carry this visit's mark.
    SeveralFound { ids: Vec<String> },
    /// The ticket with this visit's mark is another address's.
    FoundHeld { id: String, holder: String },
    /// The ticket with this visit's mark is for another place: somebody may have copied the mark.
    FoundElsewhere { id: String, what: String },
    /// Tickets carry this visit's mark, and the state knows nothing of them: it was sent before.
    SentBefore { ids: Vec<String> },
    /// The system has no update; a person makes the change.
    DoByHand { remark: String },
    /// The files and the ticket both changed the same fields: from what the ticket shows to what the files ask for.
    Conflict { fields: Vec<Change> },
    /// There are tickets that nobody asked for: the answer to its request named them, or a copy of the state.
    Surplus { tickets: Vec<String> },
    /// The ticket is not what it was when the plan was made: fields from what they were to what they are.
    ChangedSince { fields: Vec<Change>, is_over: bool },
    /// What was booked is not what was sent.
    BookedDifferently { fields: Vec<Change> },
    /// The record belongs to another API or tenant.
    OtherOrigin { recorded: String, now: String },
    /// An earlier visit is still open.
    EarlierStillOpen { id: Option<String> },
    /// An earlier visit is still open beside a later one.
    OpenBesideLater { id: String },
    /// The files ask for an earlier visit than the latest one.
    ReissueLowered { recorded: u32 },
    /// The description left the files, the ticket is still open.
    StillOpen {
        id: String,
        remark: String,
        #[serde(default)]
        work: Work,
        /// The site of a rollout that was taken out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        site: Option<Box<RolloutSite>>,
    },
    /// The ticket could not be read, and the step depends on it.
    NotRead { why: String },
    /// The system says that the ticket is not there. It may only be hidden.
    Missing { id: String },
    /// Another ticket is at the same place for the same work.
    LookAlike { other: Address, id: Option<String> },
    /// The visit would start in the past, or too soon.
    StartPassed { start: String },
    /// The visit that the rollout's schedule has for it is over.
    SlotPassed { start: String },
    /// The visit would start nearer than the rollout's lead time allows.
    TooSoon { start: String, lead_hours: i64 },
    /// The visit is further away than the rollout books ahead.
    NotYetDue { on: Timestamp },
    /// Its rollout sends nothing new.
    Paused { rollout: String },
    /// Its wave waits for a change of the files.
    WaveClosed { rollout: String, wave: String },
    /// Its wave waits for an earlier one.
    GateShut(Box<Shut>),
    /// The ticket to adopt belongs to another address.
    AdoptHeld { id: String, holder: String },
    /// The ticket to adopt is for another place or visit.
    AdoptMismatch { id: String, what: String },
    /// The create needs the id of a ticket that does not exist yet.
    WaitsFor { address: Address },
    /// An attachment, or another part of the request, cannot be sent.
    CannotSend { why: String },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InDoubt { write, since, search, heard } => in_doubt(f, (*write, *since), heard.as_deref(), search),
            Self::Presumed { since, shares_mark: _ } => {
                write!(f, "in doubt: the state was rebuilt at {since:.0} without it, and it may have been sent before")
            }
            Self::FoundHeld { id, holder } => write!(f, "in doubt: ticket {id} carries its mark and already belongs to {holder}"),
            Self::FoundElsewhere { id, what } => write!(f, "in doubt: ticket {id} carries its mark and does not fit: {what}"),
            Self::SeveralFound { ids } => write!(f, "in doubt: {} tickets carry its mark: {}", ids.len(), ids.join(", ")),
            Self::SentBefore { ids } => match ids.as_slice() {
                [id] => write!(f, "ticket {id} carries its mark, and this state does not know it: it may have been sent before"),
                ids => write!(f, "{} tickets carry its mark, and this state knows none: {}", ids.len(), ids.join(", ")),
            },
            Self::DoByHand { remark } => write!(f, "do this by hand: {remark}"),
            Self::Conflict { fields } => conflict(f, fields),
            Self::Surplus { tickets } => surplus(f, tickets),
            Self::ChangedSince { fields, is_over } => changed_since(f, fields, *is_over),
            Self::BookedDifferently { fields } => {
                let names: Vec<_> = fields.iter().map(|change| change.field.as_str()).collect();
                let are = if names.len() == 1 { "is" } else { "are" };
                write!(f, "booked differently: {} {are} not what was sent", names.join(", "))
            }
            Self::OtherOrigin { recorded, now } => {
                write!(f, "its record belongs to {recorded}, and this project now talks to {now}")
            }
            Self::EarlierStillOpen { id } => match id {
                Some(id) => write!(f, "ticket {id} of the earlier visit is still open: this would send a second technician"),
                None => write!(f, "the earlier visit is in doubt: this could send a second technician"),
            },
            Self::OpenBesideLater { id } => {
                write!(f, "ticket {id} of this earlier visit is still open beside a later one: two technicians may be coming")
            }
            Self::ReissueLowered { recorded } => {
                write!(f, "visit {recorded} was already sent; lowering `reissue` does not un-send it")
            }
            Self::StillOpen { id, remark, work, site } => {
                write!(f, "{}, and ticket {id} is still open: {work}; {remark}", left(site.as_deref()))
            }
            Self::NotRead { why } => write!(f, "the ticket could not be read: {why}"),
            Self::Missing { id } => {
                write!(f, "ticket {id} is not there, or not visible with this credential; nothing is created in its place")
            }
            Self::LookAlike { other, id } => {
                let ticket = id.as_ref().map(|id| format!(" (ticket {id})")).unwrap_or_default();
                write!(f, "same place and same work as {other}{ticket}: this could send a second technician")
            }
            Self::StartPassed { start } | Self::SlotPassed { start } => write!(f, "its start, {start}, has passed"),
            Self::TooSoon { start, lead_hours } => {
                write!(f, "its start, {start}, is nearer than the lead time of {lead_hours} hours")
            }
            Self::NotYetDue { on } => write!(f, "not due yet: the first apply from {on:.0} on sends it"),
            Self::Paused { rollout } => write!(f, "Rollout/{rollout} is paused"),
            Self::WaveClosed { rollout, wave } => write!(f, "wave {wave} of Rollout/{rollout} is not open"),
            Self::GateShut(shut) => shut.fmt(f),
            Self::AdoptHeld { id, holder } => write!(f, "ticket {id} already belongs to {holder}"),
            Self::AdoptMismatch { id, what } => write!(f, "ticket {id} does not fit: {what}"),
            Self::WaitsFor { address } => write!(f, "waits for {address}, whose ticket id is not known yet"),
            Self::CannotSend { why } => f.write_str(why),
        }
    }
}

impl Reason {
    /// Why this write is in doubt.
    pub(super) fn of_doubt(record: &Record, intent: &Intent, search: Search, system: Option<&dyn System>) -> Self {
        let (write, since, heard) = (intent.write, intent.at, intent.heard.as_deref().map(Box::from));
        if !record.is_presumed() {
            return Self::InDoubt { write, since, search, heard };
        }
        // Whatever the settings say today: nobody knows which it was sent with.
        let shares_mark = system.is_some_and(|system| system.together(&record.request.fields).is_some());
        Self::Presumed { since, shares_mark }
    }

    /// The next step for a person, with the command to type.
    ///
    /// `name` is how `settle` knows the visit, `target` how `plan` and `apply` do.
    pub fn next_step(&self, name: &str, target: &str) -> Option<String> {
        Some(match self {
            Self::InDoubt { write: Write::Create, search, .. } => search.next_step(name),
            Self::FoundHeld { .. } | Self::FoundElsewhere { .. } => {
                format!("find out whose it is in the portal, then: callout settle {name} --id ID --reason TEXT, or --not-created")
            }
            Self::Presumed { shares_mark: true, .. } => format!(
                "look for its site in the portal, and not for its mark alone: sent in one request with other sites, it carries the mark of one of these; then: callout settle {name} --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv"
            ),
            Self::Presumed { shares_mark: false, .. } => format!(
                "look for its mark or its site in the portal, then: callout settle {name} --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv"
            ),
            Self::InDoubt { .. } => format!("look at the ticket, then: callout settle {name} --done --reason TEXT, or --not-done"),
            Self::SeveralFound { .. } => format!("cancel all but one in the portal, then: callout settle {name} --id ID --reason TEXT"),
            Self::SentBefore { .. } => {
                format!("look them up in the portal, then: callout import {target} ID; a mark that somebody copied is taken out there")
            }
            Self::DoByHand { .. } => format!("have it changed, then plan again; or leave it: callout settle {name} --accept --reason TEXT"),
            Self::Conflict { .. } => format!(
                "send the files' values: callout apply --target {target} --take file; or let the ticket's stand: callout apply --target {target} --take live"
            ),
            Self::Surplus { .. } => format!(
                "look it up in the portal and have cancelled what nobody wants, then: callout settle {name} --seen-to --reason TEXT"
            ),
            Self::ChangedSince { .. } => format!("look at what it has become: callout plan --target {target}"),
            Self::BookedDifferently { .. } => {
                format!("have it corrected, then plan again; or leave it: callout settle {name} --accept --reason TEXT")
            }
            Self::OtherOrigin { .. } => "point spec.systems back to where the ticket is: what was sent there is still coming".to_owned(),
            Self::EarlierStillOpen { id: Some(_) } => {
                format!("wait until it is finished, or after cancelling it: callout settle {name} --cancelled --reason TEXT")
            }
            Self::EarlierStillOpen { id: None } => format!("settle the earlier visit first: callout settle {name}"),
            Self::OpenBesideLater { .. } => {
                format!("cancel the one that is not meant; for this one then: callout settle {name} --cancelled --reason TEXT")
            }
            Self::ReissueLowered { recorded } => format!("set `reissue: {recorded}` again, or raise it for a new visit"),
            Self::StillOpen { site: Some(_), .. } => format!(
                "put the site back into the list, or let `where` choose it again; or cancel it by phone or portal, then: callout settle {name} --cancelled --reason TEXT; renamed? say lifecycle.renamed_from in the template"
            ),
            Self::StillOpen { site: None, .. } => format!(
                "renamed? say lifecycle.renamed_from there; otherwise cancel it by phone or portal, then: callout settle {name} --cancelled --reason TEXT"
            ),
            Self::NotRead { .. } => "mend that, then plan again".to_owned(),
            Self::Missing { .. } => {
                format!("check the credential and tenant; if it was cancelled: callout settle {name} --cancelled --reason TEXT")
            }
            Self::LookAlike { other, .. } => {
                format!("the same ticket renamed: lifecycle.renamed_from: {other}; a second one on purpose: lifecycle.alongside: {other}")
            }
            Self::StartPassed { .. } => "move start_date and end_date into the future".to_owned(),
            Self::SlotPassed { .. } | Self::TooSoon { .. } => {
                "give a new day to all that is not sent: callout schedule --reflow; to this alone: remove its row, then: callout schedule"
                    .to_owned()
            }
            Self::AdoptHeld { .. } | Self::AdoptMismatch { .. } => "correct lifecycle.adopt".to_owned(),
            Self::Paused { .. } => "take `paused: true` out of the rollout's spec when it may go on".to_owned(),
            Self::WaveClosed { wave, .. } => format!("take `open: false` out of wave {wave} in spec.waves when it may be sent"),
            Self::GateShut(shut) => shut.next_step(),
            Self::WaitsFor { .. } | Self::NotYetDue { .. } | Self::CannotSend { .. } => return None,
        })
    }
}

fn in_doubt(f: &mut fmt::Formatter<'_>, (write, since): (Write, Timestamp), heard: Option<&str>, search: &Search) -> fmt::Result {
    write!(f, "in doubt: the {write} started at {since:.0} has no known result")?;
    if let Some(heard) = heard {
        write!(f, "; what was heard of it: {heard}")?;
    }
    write!(f, "{search}")
}
