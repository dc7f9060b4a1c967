//! A step and a plan as expressions see them.
//!
//! Owns every value below `step` and `plan`. The names are those of [`super::names`]; a test compares the two.

use std::borrow::Cow;

use jiff::Timestamp;
use minijinja::Value;
use minijinja::value::Serde;

use super::moment;
use super::scene::{Price, Scene, Subject, word};
use super::value::Misses;
use crate::manifest::Doing;
use crate::ticket::{Change, Money};

/// One visit.
pub fn step(subject: &Subject, now: Timestamp, misses: &Misses) -> Value {
    let visit = subject.visit.as_ref().map_or_else(
        || misses.absent(format!("{} has no visit; `when: step.visit` leaves such tickets out", subject.address)),
        |visit| moment::visit(visit, now, misses),
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
    let both = |change: &Change| serde_json::json!({"before": change.before, "after": change.after});
    let changes = subject.changes.iter().map(|change| (change.field.clone(), Value::from(Serde(both(change)))));
    let fields = subject.fields.iter().map(|(name, value)| (name.to_owned(), Value::from(Serde(value))));
    let labels = subject.labels.iter().map(|(name, label)| (name.clone(), Value::from(label)));
    let entries = [
        ("account", account),
        ("action", Value::from(word(subject.doing))),
        ("address", Value::from(subject.address.to_string())),
        ("attachments", Value::from(subject.attachments.clone())),
        ("changes", misses.open("step.changes", changes)),
        ("cost", cost(subject.price, misses)),
        ("fields", misses.open("step.fields", fields)),
        ("key", Value::from(subject.address.key.as_deref())),
        ("kind", Value::from(&*subject.address.kind)),
        ("labels", misses.open("step.labels", labels)),
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

fn cost(price: Price, misses: &Misses) -> Value {
    match price {
        Price::Known(cost) => misses.closed("step.cost", named([("dollars", Value::from(cost.dollars()))])),
        // It is there, so that no `step.cost and ...` passes over it: what nobody knows is not nothing.
        Price::Unknown => misses.unknown("nobody knows what it costs"),
        Price::NotAsked => misses.absent(NOT_ASKED),
    }
}

const NOT_ASKED: &str = "nobody was asked what it costs; `costs: true` in callout.yaml asks, and `when: step.cost` leaves such tickets out";

/// The whole of it.
pub fn plan(scene: &Scene, steps: &[Value], misses: &Misses) -> Value {
    let planned = || scene.subjects.iter().filter(|subject| subject.is_planned());
    let count = |doing: Doing| Value::from(planned().filter(|subject| subject.doing == doing && !subject.waits).count());
    let creates: Vec<&Subject> = planned().filter(|subject| subject.doing == Doing::Create && !subject.waits).collect();
    let prices = || creates.iter().map(|subject| subject.price);
    let known: Money = prices().filter_map(|price| if let Price::Known(money) = price { Some(money) } else { None }).sum();
    let unknown = prices().filter(|price| *price == Price::Unknown).count();
    let cost = if prices().any(|price| price != Price::NotAsked) {
        misses.closed("plan.cost", named([("dollars", Value::from(known.dollars())), ("unknown", Value::from(unknown))]))
    } else {
        misses.absent(
            "nobody was asked what this plan costs; `costs: true` in callout.yaml asks, and `when: plan.cost` leaves such plans out",
        )
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
