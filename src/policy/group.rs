//! Rules over groups of visits, such as all of one region on one day.
//!
//! Owns who belongs together. Counted is everybody who comes: who was sent before too, whatever part of the project is planned. Refuses to
//! judge a group that nobody joins: what was sent before is no fault of this plan.

use std::borrow::Cow;
use std::collections::BTreeMap;

use minijinja::{Value, context};

use super::judge::{Said, Stage};
use super::rule::{Rule, value};
use super::scene::Subject;
use crate::diagnostics::listed;
use crate::manifest::Doing;

/// The visits that have the same values.
#[derive(Default)]
struct Group {
    members: Vec<Member>,
}

/// One visit in its group.
struct Member {
    /// Its number in the scene.
    at: usize,
    /// The plan brings it here.
    joins: bool,
    waits: bool,
}

/// Visits of which nobody knows where they belong, and why.
#[derive(Default)]
struct Lost {
    /// Which the plan brings.
    joining: Vec<(usize, String)>,
    standing: Vec<(usize, String)>,
}

/// What is against the rule.
pub fn said(stage: &Stage<'_>, rule: &Rule<'_>, now: &Value) -> Vec<Said> {
    let (groups, lost) = share_out(stage, rule, now);
    let mut said = lost.said(stage);
    for (key, group) in &groups {
        let ask = |members: &[&Member]| {
            members.iter().any(|member| member.joins).then(|| stage.broken(rule, &seen(stage, rule, now, (key, members))))?
        };
        let (all, sent): (Vec<&Member>, Vec<&Member>) =
            (group.members.iter().collect(), group.members.iter().filter(|member| !member.waits).collect());
        // What waits is judged ahead: its days are in the files, and merging them is agreeing to them.
        said.extend(ask(&sent).or_else(|| ask(&all).map(|said| Said { waits: true, ..said })));
    }
    said
}

fn share_out(stage: &Stage<'_>, rule: &Rule<'_>, now: &Value) -> (BTreeMap<Vec<Value>, Group>, Lost) {
    let mut groups: BTreeMap<Vec<Value>, Group> = BTreeMap::new();
    let mut lost = Lost::default();
    for (at, (subject, step)) in stage.scene.subjects.iter().zip(&stage.steps).enumerate().filter(|(_, (subject, _))| subject.stands()) {
        match key_of(stage, rule, step, now) {
            Ok(Some(key)) => {
                let joins = joins(stage, rule, now, (subject, &key));
                groups.entry(key).or_default().members.push(Member { at, joins, waits: subject.waits });
            }
            Ok(None) => {}
            Err(why) if subject.is_planned() => lost.joining.push((at, why)),
            Err(why) => lost.standing.push((at, why)),
        }
    }
    (groups, lost)
}

/// What makes a visit's group; none where the rule is not about it.
fn key_of(stage: &Stage<'_>, rule: &Rule<'_>, step: &Value, now: &Value) -> Result<Option<Vec<Value>>, String> {
    let context = stage.of_step(step, now);
    if !rule.is_about(&context, &stage.misses)? {
        return Ok(None);
    }
    let parts = rule.group_by.iter().map(|(_, part)| value(part, &context, &stage.misses));
    // Without a label there is none, and all without it are one group.
    let parts = parts.map(|part| part.map(|part| if part.is_undefined() { Value::from(()) } else { part }));
    parts.collect::<Result<_, _>>().map(Some)
}

/// Whether the plan brings a visit into its group. A change that leaves it there brings nobody.
fn joins(stage: &Stage<'_>, rule: &Rule<'_>, now: &Value, (subject, key): (&Subject, &Vec<Value>)) -> bool {
    match (subject.doing, &subject.before) {
        (Doing::Create, _) | (Doing::Update, None) => true,
        (Doing::Update, Some(before)) => {
            let before = stage.step(before);
            key_of(stage, rule, &before, now).ok().flatten().as_ref() != Some(key)
        }
        (Doing::Keep | Doing::Close | Doing::Delete, _) => false,
    }
}

fn seen(stage: &Stage<'_>, rule: &Rule<'_>, now: &Value, (key, members): (&[Value], &[&Member])) -> Value {
    let steps: Vec<Value> = members.iter().filter_map(|member| stage.steps.get(member.at).cloned()).collect();
    let own = rule.group_by.iter().zip(key).map(|((name, _), value)| (Cow::Owned((*name).to_owned()), value.clone()));
    let counted = [
        (Cow::Borrowed("count"), Value::from(members.len())),
        (Cow::Borrowed("joining"), Value::from(members.iter().filter(|member| member.joins).count())),
        (Cow::Borrowed("steps"), Value::from(steps)),
    ];
    let group = stage.misses.closed("group", own.chain(counted).collect());
    context! { group => group, plan => &stage.plan, now => now }
}

impl Lost {
    /// Nobody can count a group that somebody may be missing from. Who only stands matters where somebody joins.
    fn said(self, stage: &Stage<'_>) -> Vec<Said> {
        let waits = |at: usize| stage.scene.subjects.get(at).is_some_and(|subject| subject.waits);
        let tell = |subject, message, waits| Said { subject, message, failed: true, waits };
        let one = |(at, why): (usize, String)| tell(Some(at), format!("its group cannot be found: {why}"), waits(at));
        let mut said: Vec<Said> = self.joining.into_iter().map(one).collect();
        let adds = |subject: &&Subject| matches!(subject.doing, Doing::Create | Doing::Update);
        let mut adding = stage.scene.subjects.iter().filter(adds).peekable();
        if let (Some((_, why)), Some(_)) = (self.standing.first(), adding.peek()) {
            let names: Vec<String> = self
                .standing
                .iter()
                .filter_map(|(at, _)| stage.scene.subjects.get(*at))
                .map(|subject| subject.address.to_string())
                .collect();
            let message = format!("the group of {} cannot be found: {why}", listed(&names));
            said.push(tell(None, message, adding.all(|subject| subject.waits)));
        }
        said
    }
}
