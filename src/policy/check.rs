//! The checks of policies that need no plan: what their expressions say, their zones, and the moments of their tests.

use jiff::tz::TimeZone;

use super::Policy;
use super::example::scene;
use super::names::GROUP;
use super::rule::{Rule, environment, names};
use crate::diagnostics::Diagnostic;

/// Everything that is wrong with some policies.
pub fn check(policies: &[Policy]) -> Vec<Diagnostic> {
    policies.iter().flat_map(one).collect()
}

fn one(policy: &Policy) -> Vec<Diagnostic> {
    let environment = match environment() {
        Ok(environment) => environment,
        Err(bug) => return vec![*bug],
    };
    let mut found = Rule::compile(policy, &environment).err().unwrap_or_default();
    found.extend(names(policy).into_iter().filter(|name| GROUP.contains(name)).map(|name| {
        let message = format!("every group has a `group.{name}` already");
        policy.tell_key(Diagnostic::error("policy/group-name", message).help("Give it another name."), &format!("/spec/group_by/{name}"))
    }));
    if let Some(zone) = policy.spec.timezone.as_deref().filter(|zone| TimeZone::get(zone).is_err()) {
        let wrong = Diagnostic::error("policy/timezone", format!("`{zone}` is no time zone")).help("For example: America/New_York");
        found.push(policy.tell(wrong, "/spec/timezone"));
    }
    for (at, example) in policy.spec.tests.iter().enumerate() {
        let wrong = scene(example).err().unwrap_or_default();
        found.extend(wrong.into_iter().map(|(wrong, pointer)| policy.tell(wrong, &format!("/spec/tests/{at}{pointer}"))));
    }
    found
}
