//! The board by rollout and wave.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Board, Counts, Row, Standing};

/// One rollout, or all tickets that are of none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group<'b> {
    /// The rollout's name.
    pub rollout: Option<&'b str>,
    pub tally: Tally<'b>,
    /// In the order of the files, then those that are in no file any more. Empty where no visit is of a wave.
    pub waves: Vec<(Option<&'b str>, Tally<'b>)>,
}

/// What is counted of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally<'b> {
    pub counts: Counts,
    /// The open ones, by their system's own word.
    pub open_as: BTreeMap<&'b str, usize>,
    /// From when on the next deferred one is sent.
    pub sent_from: Option<Timestamp>,
}

impl<'b> Tally<'b> {
    fn add(&mut self, row: &'b Row<'_>) {
        self.counts.add(row);
        if row.standing == Standing::Open {
            *self.open_as.entry(row.status.unwrap_or(Standing::Open.word())).or_default() += 1;
        }
        self.sent_from = [self.sent_from, row.sent_from].into_iter().flatten().min();
    }
}

impl Board<'_> {
    /// Rollouts by name, then all tickets of none.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: BTreeMap<(bool, Option<&str>), Group<'_>> = BTreeMap::new();
        for row in &self.rows {
            let rollout = row.rollout.map(|site| site.rollout.as_str());
            let group = groups.entry((rollout.is_none(), rollout)).or_default();
            group.rollout = rollout;
            group.tally.add(row);
            let at = group.waves.iter().position(|(wave, _)| *wave == row.wave()).unwrap_or_else(|| {
                group.waves.push((row.wave(), Tally::default()));
                group.waves.len() - 1
            });
            if let Some((_, tally)) = group.waves.get_mut(at) {
                tally.add(row);
            }
        }
        let mut groups: Vec<Group<'_>> = groups.into_values().collect();
        for group in &mut groups {
            if group.waves.iter().all(|(wave, _)| wave.is_none()) {
                group.waves.clear();
            }
            let terms = group.rollout.and_then(|rollout| self.rollouts.get(rollout));
            let place = |wave: Option<&str>| terms?.waves.iter().position(|known| Some(known.name.as_str()) == wave);
            group.waves.sort_by_key(|(wave, _)| place(*wave).unwrap_or(usize::MAX));
        }
        groups
    }
}
