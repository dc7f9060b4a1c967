//! What merging a plan approves, in a few sentences: who is sent, for how much, when first, what needs a person, what can be taken back.
//!
//! Owns the first screen of every report, as data and as words. Refuses to round anything away: what nobody knows is said to be unknown.

mod later;

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::plan::{Action, Counts, Plan, Spend, Step};
use crate::systems::{System, by_kind};

pub use later::Later;

/// The first screen of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Headline {
    /// Creates that send somebody to a site.
    pub technicians: usize,
    /// Other creates, by the title of their system.
    pub tickets: BTreeMap<&'static str, usize>,
    pub spend: Spend,
    /// The first date and time at which a technician comes, each by the clock of its site.
    pub first: Option<DateTime>,
    /// The last one.
    pub last: Option<DateTime>,
    pub later: Later,
    pub counts: Counts,
    /// Creates that callout can neither close nor delete afterwards.
    pub for_good: usize,
    /// Limits that the plan is over.
    pub limits: usize,
    /// Rulings that deny it.
    pub denials: usize,
    /// The year that a date is of, where it says none.
    year: i16,
}

/// What merging or applying this plan means.
pub fn headline(plan: &Plan) -> Headline {
    let creates: Vec<&Step> = plan.steps.iter().filter(|step| matches!(step.action, Action::Create { .. })).collect();
    let visits: Vec<DateTime> = creates.iter().filter_map(|step| visit(step)).collect();
    let mut tickets = BTreeMap::new();
    for step in creates.iter().filter(|step| visit(step).is_none()) {
        let title = by_kind(&step.key.address.kind).map_or("unknown", |system| system.title());
        *tickets.entry(title).or_default() += 1;
    }
    Headline {
        technicians: visits.len(),
        tickets,
        spend: Spend::of(creates.iter().copied()),
        first: visits.iter().min().copied(),
        last: visits.iter().max().copied(),
        later: Later::of(plan),
        counts: plan.counts(),
        for_good: creates.iter().filter(|step| is_for_good(step)).count(),
        limits: plan.refusals.len(),
        denials: plan.denials().count(),
        year: plan.made.to_zoned(TimeZone::UTC).year(),
    }
}

/// When somebody comes, by the site's clock. The order is that of the dates as people read them: over several time zones another one
/// than that of the moments, and a first date after the last would be no help.
fn visit(step: &Step) -> Option<DateTime> {
    let Action::Create { request, .. } = &step.action else { return None };
    request.visit.as_ref().map(|visit| visit.start)
}

fn is_for_good(step: &Step) -> bool {
    let can = by_kind(&step.key.address.kind).map(System::capabilities);
    can.is_none_or(|can| !can.close.yes() && !can.delete.yes())
}

impl Headline {
    pub fn is_refused(&self) -> bool {
        self.limits + self.denials > 0
    }

    pub fn creates(&self) -> usize {
        self.counts.create
    }

    /// What needs a person, the doubtful included.
    pub fn people(&self) -> usize {
        self.counts.blocked + self.counts.in_doubt
    }

    /// Each sentence by itself, without anything of a ticket's text in it.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.is_refused() {
            let limits = (self.limits > 0).then(|| format!("over {}", counted(self.limits, "limit", "limits")));
            let denials =
                (self.denials > 0).then(|| format!("denied by {}", counted(self.denials, "ruling of a policy", "rulings of policies")));
            sentences.push(format!("Refused, {}: nothing of this is applied.", join(limits.into_iter().chain(denials))));
        }
        sentences.push(format!("{}.", self.summary()));
        sentences.extend(self.left_out());
        sentences
    }

    /// `12 technicians, about $4,180, first on Mon 11 Jan 08:00, 3 need a person; nothing of this can be cancelled by API`.
    fn summary(&self) -> String {
        let mut parts = self.sent();
        parts.extend(self.cost());
        parts.extend(self.when());
        parts.extend(self.later());
        parts.extend(self.changes());
        parts.extend(self.need());
        if parts.is_empty() {
            let drifted = counted(self.counts.drifted, "ticket was", "tickets were");
            let drift = (self.counts.drifted > 0).then(|| format!("; {drifted} changed in the ticket system"));
            return format!("Nothing to do: nobody is sent, and nothing is changed{}", drift.unwrap_or_default());
        }
        if self.creates() == 0 {
            parts.insert(0, "nobody new is sent".to_owned());
        }
        format!("{}{}", capital(&parts.join(", ")), self.taken_back())
    }

    fn sent(&self) -> Vec<String> {
        let technicians = (self.technicians > 0).then(|| counted(self.technicians, "technician", "technicians"));
        let tickets =
            self.tickets.iter().map(|(title, count)| format!("{count} {title} {}", if *count == 1 { "ticket" } else { "tickets" }));
        technicians.into_iter().chain(tickets).collect()
    }

    /// An estimate is about; what is unknown is no amount.
    fn cost(&self) -> Option<String> {
        let Spend { known, estimated, unknown, not_asked } = self.spend;
        if self.creates() == 0 {
            return None;
        }
        let unknown = unknown + if estimated + unknown > 0 { not_asked } else { 0 };
        Some(match (estimated, unknown) {
            (0, 0) => "cost not estimated".to_owned(),
            (0, _) => "cost unknown".to_owned(),
            (_, 0) => format!("about {known}"),
            (_, unknown) => format!("about {known} and {unknown} of unknown cost"),
        })
    }

    fn when(&self) -> Option<String> {
        let (first, last) = (self.first?, self.last?);
        Some(match self.technicians {
            1 => format!("on {}", self.moment(first)),
            _ if first.date() == last.date() => format!("all on {} from {}", self.day(first.date()), first.strftime("%H:%M")),
            _ => format!("first on {}, last on {}", self.moment(first), self.day(last.date())),
        })
    }

    fn later(&self) -> Option<String> {
        let Later { dated, from, held, other } = self.later;
        let from = from.map(|from| format!("from {}", self.day(from))).unwrap_or_default();
        let parts = [(dated, from), (held, "once their waves may".to_owned()), (other, "once what they wait for is there".to_owned())];
        let told: Vec<_> = parts.into_iter().filter(|(count, _)| *count > 0).collect();
        match told.as_slice() {
            [] => None,
            [(count, when)] => Some(format!("{count} later ({when})")),
            several => {
                let each: Vec<String> = several.iter().map(|(count, when)| format!("{count} {when}")).collect();
                Some(format!("{} later ({})", self.later.all(), each.join(", ")))
            }
        }
    }

    fn changes(&self) -> Vec<String> {
        changes(self.counts)
    }

    fn need(&self) -> Option<String> {
        match self.people() {
            0 => None,
            1 => Some("1 needs a person".to_owned()),
            many => Some(format!("{many} need a person")),
        }
    }

    /// Which of the creates can be taken back through callout.
    fn taken_back(&self) -> String {
        match (self.creates(), self.for_good) {
            (0, _) | (_, 0) => String::new(),
            (1, _) => "; this cannot be cancelled by API".to_owned(),
            (creates, for_good) if creates == for_good && self.changes().is_empty() => {
                "; nothing of this can be cancelled by API".to_owned()
            }
            (creates, for_good) if creates == for_good => "; none of those sent can be cancelled by API".to_owned(),
            (_, for_good) => format!("; {for_good} of those sent cannot be cancelled by API"),
        }
    }

    /// Whose technicians come although nobody wants them any more.
    fn left_out(&self) -> Option<String> {
        match self.counts.still_coming {
            0 => None,
            1 => Some("1 left the files, and its technician is still coming.".to_owned()),
            many => Some(format!("{many} left the files, and their technicians are still coming.")),
        }
    }

    /// `Mon 11 Jan 08:00`; with its year where it is not the one in which the plan was made.
    pub fn moment(&self, at: DateTime) -> String {
        format!("{} {}", self.day(at.date()), at.strftime("%H:%M"))
    }

    pub fn day(&self, day: Date) -> String {
        let year = if day.year() == self.year { String::new() } else { format!(" {}", day.year()) };
        format!("{}{year}", day.strftime("%a %-d %b"))
    }
}

/// The sentences, one after another.
impl std::fmt::Display for Headline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentences().join(" "))
    }
}

/// What happens besides creates, each kind by its own word.
pub(super) fn changes(counts: Counts) -> Vec<String> {
    let Counts { adopt, update, close, delete, retire, rename, .. } = counts;
    let named = [
        (adopt, "taken over without sending anybody"),
        (update, "changed"),
        (close, "closed"),
        (delete, "deleted"),
        (rename, "renamed"),
        (retire, "leaving the records"),
    ];
    named.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect()
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" and ")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
