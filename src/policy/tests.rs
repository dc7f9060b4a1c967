//! Policies and what they say of little plans, each as somebody would write it.

mod examples;
mod groups;

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use minijinja::Value;
use serde_json::json;

use super::names::{ACCOUNT, COST, NOW, PLAN, ROLLOUT, SPEND, STEP, Shape, VISIT};
use super::scene::{Price, Scene, Site, Subject};
use super::value::Misses;
use super::{Doing, Policy, Verdict, judge, moment, view};
use crate::manifest::Request;
use crate::rollout::load;
use crate::ticket::{Address, Change, Fields, Money, RolloutSite, Visit};

/// A policy with this below its `spec`.
pub(crate) fn policy(spec: &str) -> Policy {
    let folder = tempfile::TempDir::new().expect("a folder");
    let spec = spec.replace('\n', "\n  ");
    let text = format!("apiVersion: callout/v1\nkind: Policy\nmetadata: {{name: rule}}\nspec:\n  {spec}\n");
    std::fs::write(folder.path().join("rule.yaml"), text).expect("a file");
    let request = Request { start: folder.path().to_path_buf(), paths: vec!["rule.yaml".into()], ..Request::default() };
    let mut loaded = load(&request);
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    loaded.policies.pop().expect("a policy")
}

fn subject(name: &str, doing: Doing) -> Subject {
    Subject {
        address: Address::new("Dispatch", name),
        reissue: 0,
        doing,
        waits: false,
        site: format!("Store {name}"),
        account: None,
        labels: [("region".to_owned(), "west".to_owned())].into(),
        rollout: None,
        fields: Fields([("po_number".to_owned(), json!("PO-1"))].into()),
        changes: Vec::new(),
        attachments: Vec::new(),
        visit: Some(visit("2027-01-11T08:00:00")),
        price: Price::NotAsked,
        place: None,
        before: None,
    }
}

fn visit(start: &str) -> Visit {
    let start = start.parse().expect("a date");
    Visit { start, end: start, timezone: Some("America/New_York".to_owned()) }
}

fn scene(subjects: Vec<Subject>) -> Scene {
    Scene { project: "acme".to_owned(), now: "2027-01-04T12:00:00Z".parse().expect("a moment"), subjects }
}

/// What a policy says: `deny 0: message` of the first visit, `warn: message` of the plan or a group.
fn said(spec: &str, subjects: Vec<Subject>) -> Vec<String> {
    let told = |verdict: Verdict| {
        let effect = if verdict.denies { "deny" } else { "warn" };
        let subject = verdict.subject.map(|at| format!(" {at}")).unwrap_or_default();
        format!("{effect}{subject}: {}", verdict.message)
    };
    judge(&[policy(spec)], &scene(subjects)).into_iter().map(told).collect()
}

#[test]
fn the_values_have_the_names_that_files_are_checked_by() {
    let (misses, now) = (Misses::default(), "2027-01-04T12:00:00Z".parse().expect("a moment"));
    let whole = Subject {
        account: Some(Site { id: 7, name: String::new(), address: String::new() }),
        rollout: Some(RolloutSite { rollout: "r".to_owned(), key: "0417".to_owned(), wave: None }),
        price: Price::Known(Money::from_cents(1)),
        ..subject("a", Doing::Create)
    };
    let step = view::step(&whole, now, &misses);
    let plan = view::plan(&scene(vec![whole]), std::slice::from_ref(&step), &misses);
    let names = |value: &Value| value.try_iter().expect("names").map(|name| name.to_string()).collect::<BTreeSet<_>>();
    let listed = |shape: &[(&str, Shape)]| shape.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    let below = |value: &Value, name: &str| value.get_attr(name).expect("a value");
    for (value, shape) in [
        (below(&step, "visit"), VISIT),
        (below(&step, "account"), ACCOUNT),
        (below(&step, "rollout"), ROLLOUT),
        (below(&step, "cost"), COST),
        (below(&plan, "cost"), SPEND),
        (step, STEP),
        (plan, PLAN),
        (moment::now(now, TimeZone::UTC, &misses), NOW),
    ] {
        assert_eq!(names(&value), listed(shape));
    }
    assert_eq!(misses.judged(Ok(())), Ok(()));
}

#[test]
fn a_rule_is_asked_about_what_is_planned_and_about_nothing_else() {
    let all = [Doing::Create, Doing::Update, Doing::Close, Doing::Delete, Doing::Keep];
    let subjects: Vec<Subject> = all.iter().map(|doing| subject("a", *doing)).collect();
    assert_eq!(
        said("deny: true\nmessage: ${{ step.action }}", subjects.clone()),
        ["deny 0: create", "deny 1: update", "deny 2: close", "deny 3: delete"]
    );
    assert_eq!(said("when: step.action == \"close\"\nwarn: true\nmessage: m", subjects.clone()), ["warn 2: m"]);
    let counts =
        "${{ plan.creates }} ${{ plan.updates }} ${{ plan.closes }} ${{ plan.deletes }} ${{ plan.steps | length }} ${{ plan.project }}";
    assert_eq!(said(&format!("each: plan\ndeny: true\nmessage: {counts}"), subjects), ["deny: 1 1 1 1 4 acme"]);
    assert!(said("each: plan\ndeny: true\nmessage: m", vec![subject("a", Doing::Keep)]).is_empty());
}

#[test]
fn what_is_not_there_denies_and_says_why() {
    let bare = || vec![Subject { visit: None, ..subject("a", Doing::Create) }];
    for (rule, why) in [
        ("step.visit.weekday == \"sat\"", "Dispatch/a has no visit; `when: step.visit` leaves such tickets out"),
        ("step.rollout.wave == \"pilot\"", "Dispatch/a is of no rollout; `when: step.rollout` leaves such tickets out"),
        ("step.account.id == 7", "its account was not looked up; `when: step.account` leaves such tickets out"),
        (
            "step.cost.dollars > 9000",
            "nobody was asked what it costs; `costs: true` in callout.yaml asks, and `when: step.cost` leaves such tickets out",
        ),
        (
            "plan.cost.dollars > 9000",
            "nobody was asked what this plan costs; `costs: true` in callout.yaml asks, and `when: plan.cost` leaves such plans out",
        ),
        ("step[\"vi\" ~ \"sitor\"] == 1", "`step.visitor` is not known"),
        ("step.labels.crew | upper == \"A\"", "`step.labels.crew` is not there; `step.labels.crew | default(\"\")` is an empty text then"),
        ("step.labels.crew == \"a\"", "`step.labels.crew` is not there; `step.labels.crew | default(\"\")` is an empty text then"),
        (
            "step.fields.special_instructions > 5",
            "`step.fields.special_instructions` is not there; `step.fields.special_instructions | default(\"\")` is an empty text then",
        ),
        ("step.fields.po_number", "it gives `PO-1`, which is neither true nor false"),
        ("range(10000) | map(\"string\") | join | length / 0 > 1", "*"),
        ("[step] | selectattr(\"vist\") | list | length > 0", "`step.vist` is not known"),
    ] {
        let told = said(&format!("deny: '{rule}'\nmessage: m"), bare());
        let [one] = told.as_slice() else { panic!("{rule}: {told:?}") };
        let reason = one.strip_prefix("deny 0: the rule cannot be judged: ").unwrap_or_else(|| panic!("{rule}: {one}"));
        assert!(why == "*" || reason.starts_with(why), "{rule}: {reason}");
        let warned = said(&format!("warn: '{rule}'\nmessage: m"), bare());
        assert!(warned.first().is_some_and(|told| told.starts_with("warn 0: the rule cannot be judged: ")), "{warned:?}");
        let chosen = said(&format!("when: '{rule}'\ndeny: false\nmessage: m"), bare());
        assert_eq!(chosen, told, "{rule}");
    }
}

#[test]
fn what_is_not_there_is_false_by_itself() {
    let bare = || vec![Subject { visit: None, ..subject("a", Doing::Create) }];
    for rule in ["not step.visit", "not step.cost", "not plan.cost", "not step.rollout", "not step.account", "not step.labels.crew"] {
        assert_eq!(said(&format!("deny: {rule}\nmessage: m"), bare()), ["deny 0: m"], "{rule}");
    }
    for rule in ["step.visit and step.visit.weekday == \"sat\"", "\"crew\" in step.labels", "step.labels.crew | default(\"\") == \"a\""] {
        assert!(said(&format!("deny: '{rule}'\nmessage: m"), bare()).is_empty(), "{rule}");
    }
}

#[test]
fn a_message_that_fails_takes_no_verdict_back() {
    let told = said("deny: true\nmessage: in ${{ step.rollout.wave }}", vec![subject("a", Doing::Create)]);
    assert_eq!(
        told,
        [
            "deny 0: it is against the rule, and its message cannot be filled in: Dispatch/a is of no rollout; `when: step.rollout` leaves such tickets out"
        ]
    );
    let told = said("deny: true\nmessage: \"${{ 'x' | indent(9999999999) }}\"", vec![subject("a", Doing::Create)]);
    assert_eq!(told, ["deny 0: it is against the rule, and its message cannot be filled in: this text is longer than 1 MB"]);
}

#[test]
fn a_visit_is_told_by_its_sites_clock() {
    let shown = "${{ step.visit.date }} ${{ step.visit.weekday }} ${{ step.visit.from }}-${{ step.visit.to }} ${{ step.visit.timezone }} ${{ step.visit.hours_ahead }}";
    let told =
        |visit: Visit| said(&format!("deny: true\nmessage: {shown}"), vec![Subject { visit: Some(visit), ..subject("a", Doing::Create) }]);
    assert_eq!(told(visit("2027-01-11T08:00:00")), ["deny 0: 2027-01-11 mon 08:00-08:00 America/New_York 169"]);
    // Without a zone, as early as it may be; and what is past is below zero, not above.
    assert_eq!(told(Visit { timezone: None, ..visit("2027-01-05T08:00:00") }), ["deny 0: 2027-01-05 tue 08:00-08:00 None 6"]);
    assert_eq!(told(visit("2027-01-04T06:59:00")), ["deny 0: 2027-01-04 mon 06:59-06:59 America/New_York -1"]);
    // No clock there shows this time; that it is soon is all that is sure.
    assert!(told(visit("2027-03-14T02:30:00"))[0].ends_with("America/New_York 1632"));
}

#[test]
fn now_is_told_by_the_policys_clock() {
    let shown = "each: plan\ndeny: true\nmessage: ${{ now.date }} ${{ now.weekday }} ${{ now.time }} ${{ now.hour }} ${{ now.at }}";
    assert_eq!(said(shown, vec![subject("a", Doing::Create)]), ["deny: 2027-01-04 mon 12:00 12 2027-01-04T12:00:00Z"]);
    let there = format!("{shown}\ntimezone: Pacific/Kiritimati");
    assert_eq!(said(&there, vec![subject("a", Doing::Create)]), ["deny: 2027-01-05 tue 02:00 2 2027-01-04T12:00:00Z"]);
}

#[test]
fn costs_are_dollars_and_what_nobody_knows_is_counted() {
    let priced = |price| Subject { price, ..subject("a", Doing::Create) };
    let known = |cents| priced(Price::Known(Money::from_cents(cents)));
    let rule = "each: plan\ndeny: plan.cost.dollars > 500 or plan.cost.unknown > 0\nmessage: ${{ plan.cost.dollars }} and ${{ plan.cost.unknown }}";
    assert!(said(rule, vec![known(34_750), known(15_250)]).is_empty());
    assert_eq!(said(rule, vec![known(34_750), known(15_251)]), ["deny: 500.01 and 0"]);
    assert_eq!(said(rule, vec![known(34_750), priced(Price::Unknown), priced(Price::NotAsked)]), ["deny: 347.5 and 1"]);
    let each = "when: step.cost\ndeny: step.cost.dollars > 347\nmessage: ${{ step.cost.dollars }}";
    let unknown = "deny 0: the rule cannot be judged: nobody knows what it costs";
    assert_eq!(said(each, vec![priced(Price::Unknown), priced(Price::NotAsked), known(34_750)]), [unknown, "deny 2: 347.5"]);
}

#[test]
fn fields_changes_and_labels_are_those_of_the_ticket() {
    let changed = Subject {
        changes: vec![Change { field: "priority".to_owned(), before: Some(json!("low")), after: None }],
        attachments: vec!["plan.pdf".to_owned()],
        ..subject("a", Doing::Update)
    };
    let rule = "deny: '\"priority\" in step.changes and not step.changes.priority.after'\nmessage: ${{ step.changes.priority.before }} ${{ step.fields.po_number }} ${{ step.labels.region }} ${{ step.attachments[0] }} ${{ step.site }}";
    assert_eq!(said(rule, vec![changed]), ["deny 0: low PO-1 west plan.pdf Store a"]);
}

#[test]
fn the_digest_is_of_what_decides() {
    let digest = |spec: &str| super::digest(&[policy(spec)]);
    let base = digest("deny: true\nmessage: m");
    assert_eq!(super::digest(&[]), None);
    for same in ["deny: true\nmessage: other words", "deny: true\nmessage: m\ndescription: d", "deny: true\nmessage: m\neach: step"] {
        assert_eq!(digest(same), base, "{same}");
    }
    for other in [
        "warn: true\nmessage: m",
        "deny: false\nmessage: m",
        "deny: true\nmessage: m\nwhen: step.waits",
        "deny: true\nmessage: m\neach: plan",
        "deny: true\nmessage: m\ntimezone: Asia/Tokyo",
        "deny: true\nmessage: m\neach: group\ngroup_by: {a: step.kind}",
    ] {
        assert_ne!(digest(other), base, "{other}");
    }
    let entries: Vec<(Cow<'static, str>, Value)> = Vec::new();
    assert!(!Misses::default().closed("empty", entries).is_true());
}
