//! A saved plan: sealed, or the body of one, which is sealed here.
//!
//! A sealed one opens only as it was written: no byte of it can be another one. A body that opens is written and read again as the same,
//! can be shown to people whatever its texts hold, and is applied neither twice, nor too late, nor to another state.

use std::collections::BTreeMap;

use callout::plan::{Now, Plan, Rules, Stale, check_fresh, open_plan, seal_plan};
use callout::render::{plan_json, plan_text, summary};
use callout::state::{Cipher, Form, PlanUse, State};
use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;

use super::told;

const FORM: Form = Form { kind: "plan", version: 1 };

pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match open_plan("plan.json", &text, &Cipher::default()) {
        Ok(plan) => {
            is_sealed(&text);
            judge(&plan);
        }
        Err(wrong) => {
            told::check(&[*wrong]);
            let Ok(body) = serde_json::from_str::<&RawValue>(text.trim()) else { return };
            let sealed = FORM.seal(body).expect("a text");
            match open_plan("plan.json", &sealed, &Cipher::default()) {
                Ok(plan) => {
                    is_sealed(&sealed);
                    judge(&plan);
                }
                Err(wrong) => told::check(&[*wrong]),
            }
        }
    }
}

/// Another letter in its place, and it does not open: tried at a few places of the text.
fn is_sealed(text: &str) {
    let text = text.trim_end();
    for part in 1..8 {
        let at = (0..=text.len() * part / 8).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        let mut other = text.to_owned();
        let letter = if text[at..].starts_with('x') { "y" } else { "x" };
        other.replace_range(at..at + text[at..].chars().next().map_or(0, char::len_utf8), letter);
        assert!(open_plan("plan.json", &other, &Cipher::default()).is_err(), "byte {at} can be another one");
    }
    let end = (0..text.len()).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    assert!(open_plan("plan.json", &text[..end], &Cipher::default()).is_err(), "it opens without its end");
}

fn judge(plan: &Plan) {
    let again =
        open_plan("plan.json", &seal_plan(plan, &Cipher::default()).expect("it was read"), &Cipher::default()).expect("it was written");
    assert_eq!(again, *plan, "written and read, it is another plan");
    for verbose in [false, true] {
        told::check_text(&without_styles(&plan_text(plan, verbose)));
    }
    told::check_text(&without_styles(&summary(plan)));
    assert!(plan_json(plan).is_object());
    is_applied_once(plan);
}

/// Without the styles that callout sets: bold, dim, colours, and back. What else a ticket's own text brings along stays, such as what
/// hides the text behind it.
fn without_styles(text: &str) -> String {
    const OURS: [&str; 13] = ["0", "1", "2", "22", "31", "32", "33", "34", "35", "36", "37", "39", "90"];
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('m').filter(|(style, _)| style.split(';').all(|code| OURS.contains(&code))) {
            Some((_, rest)) => plain.push_str(rest),
            None => plain.extend(["\u{1b}[", part]),
        }
    }
    plain
}

fn is_applied_once(plan: &Plan) {
    let mut state = State::new(plan.lineage.clone());
    let fresh = |state: &State, now: Timestamp| -> Result<Plan, Box<Stale>> {
        let rules =
            Rules { creates: 9, creates_per_day: 9, closes: 9, removals: 9, stop_after_unknown: 1, plan_expires_hours: 24, spend: None };
        let (sides, rollouts) = (BTreeMap::new(), BTreeMap::new());
        check_fresh(plan, &Now { tickets: &[], state, sides: &sides, rollouts: &rollouts, rules: &rules, policies: &[], now })
            .map_err(Box::new)
    };
    let other = State::new(format!("{}x", plan.lineage));
    assert!(fresh(&other, plan.made).is_err_and(|why| matches!(*why, Stale::Lineage { .. })), "a plan for another state");
    if let Ok(late) = plan.expires.checked_add(SignedDuration::from_secs(1)) {
        assert!(fresh(&state, late).is_err(), "a plan that expired");
    }
    if let Ok(left) = fresh(&state, plan.made) {
        assert!(left.steps.iter().all(|step| plan.steps.iter().any(|own| own.key == step.key)), "a step that nobody reviewed");
    }
    state.plans.insert(plan.id.clone(), PlanUse { started: plan.made, finished: Some(plan.made) });
    assert!(fresh(&state, plan.made).is_err_and(|why| matches!(*why, Stale::Finished(_))), "a plan that was applied");
}
