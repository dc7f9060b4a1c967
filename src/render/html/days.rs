//! The report's calendar: how many visits each day has, and of which waves.
//!
//! Counts what is sent, and apart from it what is sent later. Refuses to count what is booked already: it is in no hands of this plan.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::Serialize;

use super::names::{day, key_of, view};
use crate::plan::{Action, Plan, Step};
use crate::render::grouped::groups;
use crate::render::source::clean;

/// Shades of a day.
const SHADES: usize = 5;

/// So many waves have colours of their own; letters tell apart those after them.
const COLOURS: usize = 6;

#[derive(Debug, Serialize)]
pub(super) struct Calendar {
    /// Empty where there is only one.
    waves: Vec<Wave>,
    weeks: Vec<Week>,
    first: String,
    last: String,
    days: usize,
    busiest: usize,
    /// Visits that are sent, and those that are sent later.
    visits: usize,
    later: usize,
}

#[derive(Debug, Clone, Serialize)]
struct Wave {
    letter: String,
    colour: usize,
    name: String,
    visits: usize,
    link: String,
}

#[derive(Debug, Default, Serialize)]
struct Week {
    /// Weeks before it that have no visits.
    skipped: usize,
    label: String,
    days: Vec<Day>,
}

#[derive(Debug, Default, Serialize)]
struct Day {
    number: i8,
    name: String,
    visits: usize,
    later: usize,
    /// 0 without visits, up to `SHADES` for the busiest day.
    shade: usize,
    link: String,
    waves: Vec<Wave>,
}

/// Visits of one day: those that are sent, and those that are sent later, by the place of their group.
#[derive(Debug, Default)]
struct Load {
    sent: usize,
    later: usize,
    waves: BTreeMap<usize, usize>,
}

/// The calendar of a plan that sends somebody on some day.
pub(super) fn calendar(plan: &Plan) -> Option<Calendar> {
    let groups = groups(plan);
    let mut days: BTreeMap<Date, Load> = BTreeMap::new();
    for (at, step) in groups.iter().enumerate().flat_map(|(at, group)| group.steps.iter().map(move |step| (at, *step))) {
        let Some((date, is_later)) = date(step) else { continue };
        let load = days.entry(date).or_default();
        *(if is_later { &mut load.later } else { &mut load.sent }) += 1;
        *load.waves.entry(at).or_default() += 1;
    }
    let of = |at: usize| days.values().filter_map(|load| load.waves.get(&at)).sum::<usize>();
    let told = groups.iter().enumerate().map(|(at, group)| (at, group, of(at))).filter(|(_, _, visits)| *visits > 0);
    let waves: BTreeMap<usize, Wave> = told
        .enumerate()
        .map(|(number, (at, group, visits))| {
            let name = clean(group.wave.or(group.rollout).unwrap_or("single"));
            let link = view(&[("wave", &key_of(group.rollout, group.wave))]);
            (at, Wave { letter: letter(number), colour: number % COLOURS + 1, name, visits, link })
        })
        .collect();
    let keys: BTreeMap<usize, String> = groups.iter().enumerate().map(|(at, group)| (at, key_of(group.rollout, group.wave))).collect();
    let (first, last) = (*days.first_key_value()?.0, *days.last_key_value()?.0);
    let busiest = days.values().map(|load| load.sent + load.later).max().unwrap_or_default();
    let pen = Pen { days: &days, waves: &waves, keys: &keys, busiest };
    Some(Calendar {
        weeks: pen.weeks(first, last),
        first: day(first),
        last: day(last),
        days: days.len(),
        busiest,
        visits: days.values().map(|load| load.sent).sum(),
        later: days.values().map(|load| load.later).sum(),
        waves: if waves.len() > 1 { waves.into_values().collect() } else { Vec::new() },
    })
}

/// The day on which somebody comes by this step, and whether it is only sent later.
fn date(step: &Step) -> Option<(Date, bool)> {
    let date = step.visit.as_ref()?.start.date();
    match step.action {
        Action::Create { .. } => Some((date, false)),
        Action::Deferred { .. } => Some((date, true)),
        Action::Adopt { .. }
        | Action::Update { .. }
        | Action::Close { .. }
        | Action::Delete { .. }
        | Action::Retire { .. }
        | Action::Blocked { .. }
        | Action::InDoubt { .. }
        | Action::Keep => None,
    }
}

/// `A` to `Z`, then `A2` and on.
fn letter(number: usize) -> String {
    let letter = ('A'..='Z').nth(number % 26).unwrap_or('A');
    if number < 26 { letter.to_string() } else { format!("{letter}{}", number / 26 + 1) }
}

struct Pen<'a> {
    days: &'a BTreeMap<Date, Load>,
    waves: &'a BTreeMap<usize, Wave>,
    keys: &'a BTreeMap<usize, String>,
    busiest: usize,
}

impl Pen<'_> {
    /// Every week that has a visit, with how many were passed over before it.
    fn weeks(&self, first: Date, last: Date) -> Vec<Week> {
        let (mut weeks, mut skipped, mut year) = (Vec::new(), 0, None);
        let mut monday = first.checked_sub(first.weekday().since(Weekday::Monday).days()).ok();
        while let Some(start) = monday.filter(|start| *start <= last) {
            let dates: Vec<Date> = start.series(1.day()).take(7).collect();
            if dates.iter().any(|date| self.days.contains_key(date)) {
                let form = if year == Some(start.year()) { "%-d %b" } else { "%-d %b %Y" };
                year = Some(start.year());
                let label = start.strftime(form).to_string();
                weeks.push(Week { skipped, label, days: dates.into_iter().map(|date| self.day(date)).collect() });
                skipped = 0;
            } else {
                skipped += 1;
            }
            monday = start.checked_add(7.days()).ok();
        }
        weeks
    }

    fn day(&self, date: Date) -> Day {
        let (number, name) = (date.day(), day(date));
        let Some(load) = self.days.get(&date) else { return Day { number, name, ..Day::default() } };
        let iso = date.to_string();
        let all = load.sent + load.later;
        let of_wave = |(at, visits): (&usize, &usize)| {
            let link = view(&[("day", &iso), ("wave", self.keys.get(at)?)]);
            Some(Wave { visits: *visits, link, ..self.waves.get(at)?.clone() })
        };
        Day {
            number,
            name,
            visits: load.sent,
            later: load.later,
            shade: (all * SHADES).div_ceil(self.busiest.max(1)),
            link: view(&[("day", &iso)]),
            waves: if self.waves.len() > 1 { load.waves.iter().filter_map(of_wave).collect() } else { Vec::new() },
        }
    }
}
