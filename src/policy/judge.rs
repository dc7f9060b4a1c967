//! Judging a scene.
//!
//! Owns the order: policies as the files have them, steps as the plan has them. Refuses to let pass what cannot be judged.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use minijinja::value::Serde;
use minijinja::{Value, context};

use super::group;
use super::rule::{Rule, environment};
use super::scene::{Scene, Subject, word};
use super::value::Misses;
use super::{Policy, moment};
use crate::manifest::{Doing, Each};
use crate::ticket::{Digest, Money};

/// One thing that is against a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The policy's name.
    pub policy: String,
    /// Where the rule is written, as `file:line:column`.
    pub place: Option<String>,
    /// Nothing of the plan is applied. Otherwise it is only told.
    pub denies: bool,
    /// The number of the visit in the scene; none where it is a group or the plan as a whole.
    pub subject: Option<usize>,
    pub message: String,
    /// The rule failed, and so nobody knows whether it is broken.
    pub failed: bool,
}

/// Of all that decides in some policies; none where there are none.
pub fn digest(policies: &[Policy]) -> Option<Digest> {
    let deciding = |policy: &Policy| {
        let spec = policy.spec.clone();
        (policy.name.clone(), spec.each, spec.group_by, spec.when, spec.deny, spec.warn, spec.timezone)
    };
    (!policies.is_empty()).then(|| Digest::of(&policies.iter().map(deciding).collect::<Vec<_>>()))
}

/// What is against the policies.
pub fn judge(policies: &[Policy], scene: &Scene) -> Vec<Verdict> {
    if policies.is_empty() || !scene.subjects.iter().any(Subject::is_planned) {
        return Vec::new();
    }
    let stage = Stage::new(scene);
    policies.iter().flat_map(|policy| stage.judge(policy)).collect()
}

/// A scene as expressions see it.
pub struct Stage<'s> {
    pub scene: &'s Scene,
    /// One for each visit.
    pub steps: Vec<Value>,
    pub plan: Value,
    pub misses: Misses,
}

/// What is said of one thing.
pub struct Said {
    pub subject: Option<usize>,
    pub message: String,
    pub failed: bool,
    /// It is about what is not sent yet.
    pub waits: bool,
}

impl<'s> Stage<'s> {
    fn new(scene: &'s Scene) -> Self {
        let misses = Misses::default();
        let steps: Vec<Value> = scene.subjects.iter().map(|subject| step(subject, scene, &misses)).collect();
        let plan = plan(scene, &steps, &misses);
        Self { scene, steps, plan, misses }
    }

    fn judge(&self, policy: &Policy) -> Vec<Verdict> {
        let (key, _) = policy.rule();
        let place = policy.place(&format!("/spec/{key}")).map(|place| place.to_string());
        let denies = policy.spec.deny.is_some();
        let verdict = |said: Said| {
            let Said { subject, message, failed, waits } = said;
            let message =
                if waits && denies { format!("{message} (not sent yet; once it is its turn, this refuses the plan)") } else { message };
            Verdict { policy: policy.name.clone(), place: place.clone(), denies: denies && !waits, subject, message, failed }
        };
        self.said(policy).into_iter().map(verdict).collect()
    }

    fn said(&self, policy: &Policy) -> Vec<Said> {
        // Reading the files has compiled it before.
        let failed = || vec![Said { subject: None, message: "this policy cannot be judged".to_owned(), failed: true, waits: false }];
        let Ok(environment) = environment() else { return failed() };
        let Ok(rule) = Rule::compile(policy, &environment) else { return failed() };
        let now = moment::now(self.scene.now, zone(policy), &self.misses);
        match policy.spec.each {
            Each::Step => self.of_steps(&rule, &now),
            Each::Plan => self.of_plan(&rule, &now).into_iter().collect(),
            Each::Group => group::said(self, &rule, &now),
        }
    }

    fn of_steps(&self, rule: &Rule<'_>, now: &Value) -> Vec<Said> {
        let planned = self.scene.subjects.iter().zip(&self.steps).enumerate().filter(|(_, (subject, _))| subject.is_planned());
        let said = planned.filter_map(|(at, (subject, step))| {
            let context = self.of_step(step, now);
            self.asked(rule, &context).map(|said| Said { subject: Some(at), waits: subject.waits, ..said })
        });
        said.collect()
    }

    /// Only of a plan that writes: what waits is no plan yet.
    fn of_plan(&self, rule: &Rule<'_>, now: &Value) -> Option<Said> {
        let writes = self.scene.subjects.iter().any(|subject| subject.is_planned() && !subject.waits);
        self.asked(rule, &context! { plan => &self.plan, now => now }).filter(|_| writes)
    }

    /// One visit as expressions see it.
    pub fn step(&self, subject: &Subject) -> Value {
        step(subject, self.scene, &self.misses)
    }

    /// What an expression about one step sees.
    pub fn of_step(&self, step: &Value, now: &Value) -> Value {
        context! { step => step, plan => &self.plan, now => now }
    }

    fn asked(&self, rule: &Rule<'_>, context: &Value) -> Option<Said> {
        match rule.is_about(context, &self.misses) {
            Ok(true) => self.broken(rule, context),
            Ok(false) => None,
            Err(why) => Some(unknown(&why)),
        }
    }

    /// What is said if the rule is broken, or fails.
    pub fn broken(&self, rule: &Rule<'_>, context: &Value) -> Option<Said> {
        match rule.is_broken(context, &self.misses) {
            Ok(true) => Some(Said { subject: None, message: rule.says(context, &self.misses), failed: false, waits: false }),
            Ok(false) => None,
            Err(why) => Some(unknown(&why)),
        }
    }
}

/// What is said where a rule fails.
fn unknown(why: &str) -> Said {
    Said { subject: None, message: format!("the rule cannot be judged: {why}"), failed: true, waits: false }
}

/// Of `now`. That the zone is one, reading the files has seen to.
fn zone(policy: &Policy) -> TimeZone {
    policy.spec.timezone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

fn step(subject: &Subject, scene: &Scene, misses: &Misses) -> Value {
    let visit = subject.visit.as_ref().map_or_else(
        || misses.absent(format!("{} has no visit; `when: step.visit` leaves such tickets out", subject.address)),
        |visit| moment::visit(visit, scene.now, misses),
    );
    let account = subject.account.as_ref().map_or_else(
        || misses.absent("its account was not looked up; `when: step.account` leaves such tickets out"),
        |site| {
            let entries = [("address", Value::from(&*site.address)), ("id", Value::from(site.id)), ("name", Value::from(&*site.name))];
            misses.closed("step.account", named(entries))
        },
    );
    let rollout = subject.rollout.as_ref().map_or_else(
        || misses.absent(format!("{} is of no rollout; `when: step.rollout` leaves such tickets out", subject.address)),
        |of| {
            let entries = [("key", Value::from(&*of.key)), ("name", Value::from(&*of.rollout)), ("wave", Value::from(of.wave.as_deref()))];
            misses.closed("step.rollout", named(entries))
        },
    );
    let changes: serde_json::Map<String, serde_json::Value> = subject
        .changes
        .iter()
        .map(|change| (change.field.clone(), serde_json::json!({"before": change.before, "after": change.after})))
        .collect();
    let entries = [
        ("account", account),
        ("action", Value::from(word(subject.doing))),
        ("address", Value::from(subject.address.to_string())),
        ("attachments", Value::from(subject.attachments.clone())),
        ("changes", Value::from(Serde(&changes))),
        ("cost", cost(subject.cost, scene, misses)),
        ("fields", Value::from(Serde(&subject.fields))),
        ("key", Value::from(subject.address.key.as_deref())),
        ("kind", Value::from(&*subject.address.kind)),
        ("labels", Value::from(Serde(&subject.labels))),
        ("name", Value::from(&*subject.address.name)),
        ("place", Value::from(subject.place.as_deref())),
        ("reissue", Value::from(subject.reissue)),
        ("rollout", rollout),
        ("site", Value::from(&*subject.site)),
        ("visit", visit),
        ("waits", Value::from(subject.waits)),
    ];
    misses.closed("step", named(entries))
}

fn cost(cost: Option<Money>, scene: &Scene, misses: &Misses) -> Value {
    match cost {
        Some(cost) => misses.closed("step.cost", named([("dollars", Value::from(cost.dollars()))])),
        None if scene.costs_asked => misses.absent("its cost is not known; `when: step.cost` leaves such tickets out"),
        None => misses.absent(NOT_ASKED),
    }
}

const NOT_ASKED: &str = "nobody was asked what this plan costs; `costs: true` in callout.yaml asks";

fn plan(scene: &Scene, steps: &[Value], misses: &Misses) -> Value {
    let planned = || scene.subjects.iter().filter(|subject| subject.is_planned());
    let count = |doing: Doing| Value::from(planned().filter(|subject| subject.doing == doing && !subject.waits).count());
    let creates: Vec<&Subject> = planned().filter(|subject| subject.doing == Doing::Create && !subject.waits).collect();
    let known: Money = creates.iter().filter_map(|subject| subject.cost).sum();
    let unknown = creates.iter().filter(|subject| subject.cost.is_none()).count();
    let cost = if scene.costs_asked {
        misses.closed("plan.cost", named([("dollars", Value::from(known.dollars())), ("unknown", Value::from(unknown))]))
    } else {
        misses.absent(NOT_ASKED)
    };
    let own = scene.subjects.iter().zip(steps).filter(|(subject, _)| subject.is_planned()).map(|(_, step)| step.clone());
    let entries = [
        ("closes", count(Doing::Close)),
        ("cost", cost),
        ("creates", count(Doing::Create)),
        ("deletes", count(Doing::Delete)),
        ("project", Value::from(&*scene.project)),
        ("steps", Value::from(own.collect::<Vec<_>>())),
        ("updates", count(Doing::Update)),
        ("waiting", Value::from(planned().filter(|subject| subject.waits).count())),
    ];
    misses.closed("plan", named(entries))
}

fn named<const N: usize>(entries: [(&'static str, Value); N]) -> Vec<(Cow<'static, str>, Value)> {
    entries.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect()
}
