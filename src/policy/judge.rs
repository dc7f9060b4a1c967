//! Judging a scene.
//!
//! Owns the order: policies as the files have them, steps as the plan has them. Refuses to let pass what cannot be judged.

use jiff::tz::TimeZone;
use minijinja::{Value, context};

use super::group;
use super::rule::{Rule, environment};
use super::scene::{Scene, Subject};
use super::value::Misses;
use super::{Policy, moment, view};
use crate::manifest::Each;
use crate::ticket::Digest;

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

/// Whether one of them may ask for a cost: then costs are asked for, or no plan would ever be against it.
pub fn speaks_of_costs(policies: &[Policy]) -> bool {
    policies.iter().any(|policy| {
        let groups = policy.spec.group_by.iter().flatten().map(|(_, text)| text.as_str());
        let when = policy.spec.when.iter().map(|when| when.0.as_str());
        groups.chain(when).chain([policy.rule().1]).any(|text| text.contains("cost"))
    })
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
        let steps: Vec<Value> = scene.subjects.iter().map(|subject| view::step(subject, scene.now, &misses)).collect();
        let plan = view::plan(scene, &steps, &misses);
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
        if writes { self.asked(rule, &context! { plan => &self.plan, now => now }) } else { None }
    }

    /// One visit as expressions see it.
    pub fn step(&self, subject: &Subject) -> Value {
        view::step(subject, self.scene.now, &self.misses)
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
