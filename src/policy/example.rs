//! The tests of a policy: each is a little plan, judged by the same code as a real one.
//!
//! Owns making a scene of an example, and comparing. Refuses a test that passes because its rule fails: that it denies then says
//! nothing of the rule.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::judge::judge;
use super::scene::{Price, Scene, Site, Subject};
use super::{Expected, Policy};
use crate::diagnostics::Diagnostic;
use crate::manifest::{ExampleChange, ExampleCost, ExampleSpec, ExampleStep, ExampleVisit};
use crate::systems::{by_kind, nearest};
use crate::ticket::{Address, Change, Fields, Money, RolloutSite, Visit};

/// When an example's plan is made if it does not say: a Monday.
const NOW: &str = "2027-01-04T12:00:00Z";

/// What became of one test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The policy's name.
    pub policy: String,
    /// The test's.
    pub name: String,
    /// Where the test is written, as `file:line:column`.
    pub place: Option<String>,
    pub expected: Expected,
    /// What the policy had to say, if the test asks for it.
    pub message: Option<String>,
    pub came: Expected,
    /// What it said.
    pub said: Vec<String>,
    /// The rule failed: whatever was expected, the test did not pass.
    pub failed: bool,
}

impl Tried {
    pub fn passed(&self) -> bool {
        let has_said = self.message.as_ref().is_none_or(|message| self.said.contains(message));
        !self.failed && self.came == self.expected && has_said
    }
}

/// Tries the tests of a policy, in their order.
pub fn try_examples(policy: &Policy) -> Vec<Tried> {
    policy.spec.tests.iter().enumerate().map(|(at, example)| tried(policy, at, example)).collect()
}

fn tried(policy: &Policy, at: usize, example: &ExampleSpec) -> Tried {
    let (verdicts, unread) = match scene(example) {
        Ok(scene) => (judge(std::slice::from_ref(policy), &scene), Vec::new()),
        // Reading the files has told it before.
        Err(wrong) => (Vec::new(), wrong),
    };
    let came = match verdicts.iter().map(|verdict| verdict.denies).max() {
        Some(true) => Expected::Deny,
        Some(false) => Expected::Warn,
        None => Expected::Pass,
    };
    Tried {
        policy: policy.name.clone(),
        name: example.name.clone(),
        place: policy.place(&format!("/spec/tests/{at}/name")).map(|place| place.to_string()),
        expected: example.expect,
        message: example.message.as_ref().map(|message| message.trim().to_owned()),
        came,
        failed: !unread.is_empty() || verdicts.iter().any(|verdict| verdict.failed),
        said: verdicts.into_iter().map(|verdict| verdict.message).collect(),
    }
}

type Wrong = Vec<(Diagnostic, String)>;

/// The scene of an example; what is wrong with it otherwise, each with a JSON pointer into it.
pub fn scene(example: &ExampleSpec) -> Result<Scene, Wrong> {
    let mut wrong = Vec::new();
    let written = example.now.as_deref().unwrap_or(NOW);
    let now = read::<Timestamp>(written, "/now", &mut wrong);
    let mut subjects = Vec::new();
    for (at, step) in example.steps.iter().enumerate() {
        let pointer = format!("/steps/{at}");
        wrong.extend(unknown_fields(step, &pointer));
        let visit = step.visit.as_ref().and_then(|visit| self::visit(visit, &pointer, &mut wrong));
        subjects.extend((1..=step.times).map(|number| subject(step, number, visit.clone())));
    }
    match now {
        Some(now) if wrong.is_empty() => Ok(Scene { project: "example".to_owned(), now, subjects }),
        Some(_) | None => Err(wrong),
    }
}

fn subject(step: &ExampleStep, number: u32, visit: Option<Visit>) -> Subject {
    let name = if number == 1 { step.name.clone() } else { format!("{}-{number}", step.name) };
    let change = |(field, change): (&String, &ExampleChange)| Change {
        field: field.clone(),
        before: change.before.clone(),
        after: change.after.clone(),
    };
    Subject {
        address: Address::new(&*step.kind, name).with_key(step.key.clone()),
        reissue: step.reissue,
        doing: step.action,
        waits: step.waits,
        site: step.site.clone(),
        account: step.account.clone().map(|account| Site { id: account.id, name: account.name, address: account.address }),
        labels: step.labels.clone(),
        rollout: step.rollout.clone().map(|of| RolloutSite { rollout: of.name, key: of.key, wave: of.wave }),
        fields: Fields(step.fields.clone()),
        changes: step.changes.iter().map(change).collect(),
        attachments: step.attachments.clone(),
        visit,
        price: match step.cost {
            None => Price::NotAsked,
            Some(ExampleCost(None)) => Price::Unknown,
            Some(ExampleCost(Some(dollars))) => Price::Known(Money::from_dollars(dollars)),
        },
        place: None,
        before: None,
    }
}

fn visit(written: &ExampleVisit, pointer: &str, wrong: &mut Wrong) -> Option<Visit> {
    let start = read::<DateTime>(&written.start, &format!("{pointer}/visit/start"), wrong);
    let end = match &written.end {
        Some(end) => read::<DateTime>(end, &format!("{pointer}/visit/end"), wrong),
        None => start,
    };
    if let Some(zone) = written.timezone.as_deref().filter(|zone| TimeZone::get(zone).is_err()) {
        let told = Diagnostic::error("policy/timezone", format!("`{zone}` is no time zone")).help("For example: America/New_York");
        wrong.push((told, format!("{pointer}/visit/timezone")));
    }
    Some(Visit { start: start?, end: end?, timezone: written.timezone.clone() })
}

fn read<T: FromStr>(text: &str, pointer: &str, wrong: &mut Wrong) -> Option<T> {
    let read = text.parse().ok();
    if read.is_none() {
        let told =
            Diagnostic::error("policy/moment", format!("`{text}` is no moment of any calendar")).help("Look at its day and its hour.");
        wrong.push((told, pointer.to_owned()));
    }
    read
}

/// A field that its system does not have would never be in a real plan, and its test would say nothing.
fn unknown_fields(step: &ExampleStep, pointer: &str) -> Wrong {
    let Some(system) = by_kind(&step.kind) else { return Vec::new() };
    let fields = step.fields.keys().map(|name| (name, "fields")).chain(step.changes.keys().map(|name| (name, "changes")));
    let unknown = fields.filter(|(name, _)| system.row(name).is_none_or(|row| !row.sent));
    let told = unknown.map(|(name, key)| {
        let names = system.fields().iter().filter(|field| field.sent).map(|field| field.name);
        let near = nearest(name, names).map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default();
        let help = format!("{near}`callout systems` lists the fields of each system.");
        let message = format!("{} has no field `{name}`", system.title());
        (
            Diagnostic::error("policy/unknown-name", message).help(help),
            format!("{pointer}/{key}/{}", name.replace('~', "~0").replace('/', "~1")),
        )
    });
    told.collect()
}
