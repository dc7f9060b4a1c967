//! The board by day: the visits that are still to come, each on the day that its own site has.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::{Date, Weekday};

use super::{Board, Counts, Row, Standing};

/// So many days are a list that is read; of more, the first two weeks are, and the rest is counted by week.
const FEW: usize = 14;

/// The days that are still to come, and only those that have visits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    pub periods: Vec<(Period, Counts)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    Day(Date),
    /// The week that begins on this Monday.
    Week(Date),
}

impl Board<'_> {
    /// Day by day.
    pub fn days(&self) -> Calendar {
        let mut days: BTreeMap<Date, Counts> = BTreeMap::new();
        for row in &self.rows {
            if let Some(day) = self.coming_day(row) {
                days.entry(day).or_default().add(row);
            }
        }
        Calendar { periods: days.into_iter().map(|(day, counts)| (Period::Day(day), counts)).collect() }
    }

    /// Day by day for about two weeks, and then by week.
    pub fn calendar(&self) -> Calendar {
        let days = self.days();
        let Some((Period::Day(first) | Period::Week(first), _)) = days.periods.first().copied() else { return days };
        if days.periods.len() <= FEW {
            return days;
        }
        let folded_from = monday_of(first).saturating_add(Span::new().days(14));
        let mut periods: BTreeMap<Period, Counts> = BTreeMap::new();
        for row in &self.rows {
            if let Some(day) = self.coming_day(row) {
                let period = if day < folded_from { Period::Day(day) } else { Period::Week(monday_of(day)) };
                periods.entry(period).or_default().add(row);
            }
        }
        Calendar { periods: periods.into_iter().collect() }
    }

    /// The day of a visit that is today or later, unless it is known that nobody comes.
    fn coming_day(&self, row: &Row<'_>) -> Option<Date> {
        let visit = row.visit.as_ref().filter(|_| row.standing != Standing::Closed)?;
        let day = visit.start.date();
        (day >= visit.today(self.now)).then_some(day)
    }
}

fn monday_of(day: Date) -> Date {
    day.saturating_sub(Span::new().days(day.weekday().since(Weekday::Monday)))
}
