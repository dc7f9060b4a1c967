//! Which wave each site is in, and what the rollout says of its waves.
//!
//! Owns the order of waves: a site is in the first that it fits. Refuses a site in no wave, a wave without a site and a wave after one
//! that does not stand above it: each is a slip, and sites that go at the wrong time cost money.

use std::collections::BTreeMap;

use minijinja::Expression;

use super::expand::{condition, truth};
use super::mistakes::Mistakes;
use super::scope::Scope;
use super::sites::Site;
use super::template::{Compiler, evaluate};
use crate::diagnostics::Diagnostic;
use crate::manifest::{Rollout, WaveSpec};
use crate::systems::nearest;
use crate::ticket::{Gate, Money, RolloutLimits, Terms, Wave};

/// A site that takes part.
#[derive(Clone, Copy)]
pub struct Member<'t> {
    pub site: &'t Site,
    /// None in a rollout without waves.
    pub wave: Option<&'t WaveSpec>,
}

/// The waves of a rollout, each with its condition.
pub struct Waves<'t> {
    rollout: &'t Rollout,
    waves: Vec<(&'t WaveSpec, Option<Expression<'t, 't>>)>,
}

impl<'t> Waves<'t> {
    /// Compiles the conditions. What is wrong with the list of waves is told.
    pub fn compile(rollout: &'t Rollout, compiler: &mut Compiler<'t>) -> Self {
        let mut waves = Vec::new();
        for (at, wave) in specs(rollout).iter().enumerate() {
            let pointer = format!("/spec/waves/{at}/where");
            let condition = wave.condition.as_deref().and_then(|text| condition(rollout, &pointer, text, compiler));
            waves.push((wave, condition));
        }
        for (wrong, pointer) in misplaced(specs(rollout)).into_iter().chain(never_starting(rollout)) {
            compiler.mistakes.push((wrong, rollout.node.span_of(&pointer)));
        }
        Self { rollout, waves }
    }

    /// Puts each site into its wave.
    pub fn share_out(&self, sites: Vec<&'t Site>, scope: impl Fn(&'t Site) -> Scope) -> Result<Vec<Member<'t>>, Vec<Diagnostic>> {
        if self.waves.is_empty() {
            return Ok(sites.into_iter().map(|site| Member { site, wave: None }).collect());
        }
        let (mut members, mut mistakes) = (Vec::with_capacity(sites.len()), Mistakes::default());
        let all = sites.len();
        for site in sites {
            match self.wave_of(&scope(site)) {
                Ok(wave) => members.push(Member { site, wave: Some(wave) }),
                Err(wrong) => mistakes.add(site, *wrong),
            }
        }
        let mut told = mistakes.told(&self.rollout.name, all);
        if told.is_empty() {
            told = self.miscounted(&members);
        }
        if told.is_empty() { Ok(members) } else { Err(told) }
    }

    fn wave_of(&self, scope: &Scope) -> Result<&'t WaveSpec, Box<Diagnostic>> {
        for (at, (wave, condition)) in self.waves.iter().enumerate() {
            let Some(condition) = condition else { return Ok(wave) };
            match evaluate(condition, scope).and_then(|value| truth(&value)) {
                Ok(true) => return Ok(wave),
                Ok(false) => {}
                Err(wrong) => return Err(Box::new(self.rollout.tell(wrong, &format!("/spec/waves/{at}/where")))),
            }
        }
        let help = "Add a last wave without `where`: it has all sites that are in no wave before.";
        Err(Box::new(self.rollout.tell(Diagnostic::error("rollout/waves", "it is in no wave").help(help), "/spec/waves")))
    }

    /// Waves with no site, or with more than they may have.
    fn miscounted(&self, members: &[Member<'_>]) -> Vec<Diagnostic> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for wave in members.iter().filter_map(|member| member.wave) {
            *counts.entry(&wave.name).or_default() += 1;
        }
        let judged = |(at, (wave, _)): (usize, &(&WaveSpec, Option<Expression<'_, '_>>))| {
            let (name, count) = (&wave.name, counts.get(wave.name.as_str()).copied().unwrap_or_default());
            let most = wave.max.and_then(|max| usize::try_from(max).ok()).unwrap_or(usize::MAX);
            let (message, help, key) = if count == 0 {
                (format!("wave {name} has no site"), "Compare its `where` with the list, or remove the wave.", "name")
            } else if count > most {
                (format!("wave {name} has {count} sites, and `max` is {most}"), "If they are all meant, raise `max`.", "max")
            } else {
                return None;
            };
            Some(self.rollout.tell(Diagnostic::error("rollout/waves", message).help(help), &format!("/spec/waves/{at}/{key}")))
        };
        self.waves.iter().enumerate().filter_map(judged).collect()
    }
}

/// The waves as they are written, in their order.
pub fn specs(rollout: &Rollout) -> &[WaveSpec] {
    rollout.spec.waves.as_deref().unwrap_or_default()
}

/// What to say of a wave after one that is not above it.
const ABOVE: &str = "A wave comes after one that stands above it in the list.";

/// What is wrong with the list itself, by pointer.
fn misplaced(waves: &[WaveSpec]) -> Vec<(Diagnostic, String)> {
    let mut found = Vec::new();
    for (at, wave) in waves.iter().enumerate() {
        let before = || waves.iter().take(at).map(|wave| wave.name.as_str());
        let mut tell = |message: String, help: String, key: &str| {
            found.push((Diagnostic::error("rollout/waves", message).help(help), format!("/spec/waves/{at}/{key}")));
        };
        if before().any(|name| name == wave.name) {
            tell(format!("two waves are called {}", wave.name), "Give each its own name.".to_owned(), "name");
        }
        match &wave.after {
            Some(after) if *after == wave.name => tell("a wave cannot come after itself".to_owned(), ABOVE.to_owned(), "after"),
            Some(after) if !before().any(|name| name == after) => {
                let near = nearest(after, before()).map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default();
                let is_below = waves.iter().skip(at).any(|wave| wave.name == *after);
                let message = if is_below { format!("wave {after} stands below this one") } else { format!("no wave is called {after}") };
                tell(message, format!("{near}{ABOVE}"), "after");
            }
            None if wave.gate.is_some() => {
                tell("this gate is of no wave".to_owned(), "Name the wave that has to pass it: `after: NAME`.".to_owned(), "gate");
            }
            Some(_) | None => {}
        }
    }
    found
}

/// A first day that nobody is held to: without a schedule the template gives its own dates.
fn never_starting(rollout: &Rollout) -> Vec<(Diagnostic, String)> {
    let told = |(at, wave): (usize, &WaveSpec)| {
        wave.starts.as_ref().filter(|_| rollout.spec.schedule.is_none())?;
        let message = format!("wave {} has a first day, and this rollout has no schedule", wave.name);
        let help = "Remove `starts`, or let `spec.schedule` give the sites their days.";
        Some((Diagnostic::error("rollout/waves", message).help(help), format!("/spec/waves/{at}/starts")))
    };
    specs(rollout).iter().enumerate().filter_map(told).collect()
}

/// What the rollout says of its tickets as a whole.
pub fn terms(rollout: &Rollout) -> Terms {
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let wave = |spec: &WaveSpec| Wave {
        name: spec.name.clone(),
        open: spec.open,
        gate: spec.after.clone().map(|after| {
            let gate = spec.gate.clone().unwrap_or_default();
            Gate { after, finished: gate.finished.0, failed: count(gate.failed) }
        }),
    };
    let limits = rollout.spec.limits.unwrap_or_default();
    Terms {
        paused: rollout.spec.paused,
        waves: specs(rollout).iter().map(wave).collect(),
        limits: RolloutLimits {
            creates: limits.creates.map(count),
            creates_per_day: limits.creates_per_day.map(count),
            closes: limits.closes.map(count),
            removals: limits.removals.map(count),
            spend: limits.spend.map(|dollars| Money::from_whole_dollars(dollars.into())),
        },
    }
}
