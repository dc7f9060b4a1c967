//! Which events of the log were asked for: a time, tickets, kinds of events.
//!
//! Refuses words that nothing fits: a typing mistake must not look like a quiet week.

use std::collections::BTreeSet;

use super::args::{Log as Words, When};
use super::{Environment, Failure};
use crate::diagnostics::Diagnostic;
use crate::refresh::{Selector, Target};
use crate::state::Entry;
use crate::systems::nearest;

/// Which events were asked for.
pub(super) struct Picked<'a> {
    words: &'a Words,
    /// Both included, in seconds.
    since: Option<i64>,
    until: Option<i64>,
    /// What the whole log has of the words, whenever it happened.
    known_targets: BTreeSet<usize>,
    known_selectors: BTreeSet<usize>,
    /// What could have been meant. Collected only where something was asked for.
    names: BTreeSet<String>,
}

impl<'a> Picked<'a> {
    pub fn new(words: &'a Words, environment: &Environment) -> Result<Self, Failure> {
        let now = environment.clock.now();
        let bound = |when: Option<When>, of: fn(When, jiff::Timestamp) -> Option<i64>| when.map(|when| of(when, now).unwrap_or(i64::MIN));
        let (since, until) = (bound(words.since, When::begin), bound(words.until, When::end));
        if let (Some(since), Some(until)) = (since, until)
            && since > until
        {
            let diagnostic = Diagnostic::error("log/times", "--since is later than --until, so nothing can be between them");
            return Err(diagnostic.help("exchange the two; both are in UTC").into());
        }
        let (known_targets, known_selectors, names) = Default::default();
        Ok(Self { words, since, until, known_targets, known_selectors, names })
    }

    pub fn takes(&mut self, entry: &Entry<'_>) -> bool {
        let second = entry.commit.at.as_second();
        self.is_about(entry)
            && self.since.is_none_or(|since| second >= since)
            && self.until.is_none_or(|until| second <= until)
            && (self.words.event.is_empty() || self.words.event.contains(&entry.event.name()))
    }

    /// Whether it is about a ticket that was asked for. Remembers what the words fit.
    fn is_about(&mut self, entry: &Entry<'_>) -> bool {
        if self.words.target.is_empty() && self.words.selector.is_empty() {
            return true;
        }
        let Some(key) = entry.key() else { return false };
        let request = entry.record.map(|record| &record.request);
        let site = request.and_then(|request| request.site.as_ref());
        let addresses = [Some(key), entry.goes_on_as()].into_iter().flatten().map(|key| &key.address);
        let is_target = |target: &Target| addresses.clone().any(|address| target.selects(address, site));
        let targets: Vec<usize> = fitting(&self.words.target, is_target);
        let (mut selectors, mut known) = (0, Vec::new());
        if let Some(labels) = request.map(|request| &request.labels) {
            selectors = self.words.selector.iter().filter(|selector| selector.selects(labels)).count();
            known = fitting(&self.words.selector, |selector: &Selector| selector.is_known_from(labels));
            self.names.extend(labels.iter().flat_map(|(label, value)| [label.clone(), format!("{label}={value}")]));
        }
        self.names.insert(key.address.to_string());
        self.names.extend(site.map(|site| Target::Rollout { name: site.rollout.clone(), key: None }.to_string()));
        let is_about = (self.words.target.is_empty() || !targets.is_empty()) && selectors == self.words.selector.len();
        self.known_targets.extend(targets);
        self.known_selectors.extend(known);
        is_about
    }

    /// Words that nothing in the log fits: a typing mistake must not look like a quiet week.
    pub fn mistakes(&self) -> Vec<Diagnostic> {
        let unknown = |flag: &str, word: String, help: &str| {
            let near = nearest(&word, self.names.iter().map(String::as_str)).map(|name| format!("did you mean {name}?"));
            let message = format!("--{flag} {word}: no event of the log is about such a ticket");
            Diagnostic::error("log/unknown", message).help(near.unwrap_or_else(|| help.to_owned()))
        };
        let Words { target, selector, .. } = self.words;
        let targets = target.iter().enumerate().filter(|(at, _)| !self.known_targets.contains(at));
        let selectors = selector.iter().enumerate().filter(|(at, _)| !self.known_selectors.contains(at));
        let targets = targets.map(|(_, target)| unknown("target", target.to_string(), "`callout state list` names the tickets on record"));
        let selectors = selectors.map(|(_, selector)| {
            unknown("selector", selector.to_string(), "`callout log --format json` shows the labels that tickets had")
        });
        targets.chain(selectors).collect()
    }
}

/// The places of those that fit.
fn fitting<T>(items: &[T], fits: impl Fn(&T) -> bool) -> Vec<usize> {
    items.iter().enumerate().filter(|(_, item)| fits(item)).map(|(at, _)| at).collect()
}
