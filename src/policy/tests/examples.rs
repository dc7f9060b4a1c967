//! The tests that policies bring with them.

use super::*;
use crate::policy::{Expected, Tried, try_examples};

fn tried(spec: &str) -> Vec<Tried> {
    try_examples(&policy(spec))
}

#[test]
fn a_test_compares_what_comes_and_what_is_said() {
    let rule = "deny: step.visit.weekday == \"sat\"\nmessage: a ${{ step.visit.weekday }}\ntests:\n";
    let test = |expect: &str| {
        let visit = "{start: 2027-01-09T08:00:00}";
        tried(&format!("{rule}  - {{name: t, steps: [{{visit: {visit}}}], {expect}}}")).pop().expect("a test")
    };
    assert!(test("expect: deny").passed() && test("expect: deny, message: a sat").passed());
    assert!(!test("expect: warn").passed() && !test("expect: pass").passed() && !test("expect: deny, message: a sun").passed());
    let failing = test("expect: pass");
    assert_eq!((failing.came, failing.said, failing.failed), (Expected::Deny, vec!["a sat".to_owned()], false));
    assert_eq!(failing.place.as_deref(), Some("rule.yaml:8:14"));
}

#[test]
fn a_rule_that_fails_passes_no_test() {
    for expect in ["deny", "warn", "pass"] {
        let tried =
            tried(&format!("deny: step.visit.weekday == \"sat\"\nmessage: m\ntests:\n  - {{name: t, steps: [{{}}], expect: {expect}}}"));
        assert!(tried.iter().all(|tried| tried.failed && !tried.passed()), "{tried:?}");
    }
}

#[test]
fn a_step_has_what_its_test_gives_it() {
    let step = "{times: 2, action: update, waits: true, kind: NocTicket, name: n, key: k, reissue: 2, site: S, labels: {a: b}, fields: {issue_name: x}, \
                changes: {issue_name: {before: y}}, attachments: [f], visit: {start: 2027-01-09T08:00:00, end: 2027-01-09T09:00:00, timezone: Asia/Tokyo}, \
                rollout: {name: r, key: '7', wave: w}, account: {id: 3, name: N, address: A}, cost: 2.5}";
    let shown = "${{ step.address }} ${{ step.kind }} ${{ step.name }} ${{ step.key }} ${{ step.reissue }} ${{ step.site }} ${{ step.labels.a }} \
                 ${{ step.fields.issue_name }} ${{ step.changes.issue_name.before }} ${{ step.attachments[0] }} ${{ step.visit.end }} ${{ step.visit.hours_ahead }} \
                 ${{ step.rollout.name }} ${{ step.rollout.key }} ${{ step.rollout.wave }} ${{ step.account.id }} ${{ step.account.address }} \
                 ${{ step.cost.dollars }} ${{ step.waits }}";
    let spec = format!(
        "warn: true\nmessage: \"{shown}\"\ntests:\n  - name: t\n    now: 2027-01-08T23:00:00Z\n    steps: [{step}]\n    expect: warn"
    );
    let mut said = tried(&spec).pop().expect("a test").said;
    assert_eq!(said.len(), 2);
    assert_eq!(said.remove(1).split_once(' ').map(|(address, _)| address.to_owned()).as_deref(), Some("NocTicket/n-2[k]"));
    assert_eq!(said, ["NocTicket/n[k] NocTicket n k 2 S b x y f 2027-01-09T09:00:00 0 r 7 w 3 A 2.5 True"]);
}
