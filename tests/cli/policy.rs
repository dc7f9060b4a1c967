//! Policies: plans that they refuse, saved ones too, and their own tests.

use jiff::SignedDuration;

use crate::shown::shows;
use crate::support::project::Project;
use crate::vendor::{Site, dispatch, with_lifecycle};

/// A policy document; `spec` is put below its `spec`.
fn policy(name: &str, spec: &str) -> String {
    let spec = spec.replace('\n', "\n  ");
    format!("apiVersion: callout/v1\nkind: Policy\nmetadata: {{name: {name}}}\nspec:\n  {spec}\n")
}

const ORDER: &str = "deny: not step.fields.po_number\nmessage: ${{ step.site }} has no purchase order";

const LEAD: &str =
    "when: step.action == \"create\"\ndeny: step.visit.hours_ahead < 160\nmessage: starts in ${{ step.visit.hours_ahead }} hours";

fn without_order(name: &str, store: &str) -> String {
    dispatch(name, store).replace("  po_number: PO-88213\n", "")
}

/// What stands behind the steps of a plan.
fn refused(out: &str) -> &str {
    let at = out.find("\nrefused: ").expect("a refusal");
    &out[at + 1..]
}

#[test]
fn a_plan_against_a_policy_is_refused_as_a_whole() {
    let site = Site::new();
    site.write("tickets/po.yaml", policy("purchase-order", ORDER));
    site.write("tickets/program.yaml", policy("program", "warn: not step.labels.program\nmessage: no program"));
    site.write("tickets/0400.yaml", dispatch("store-0400", "0400"));
    for store in ["0401", "0402", "0403", "0404"] {
        site.write(format!("tickets/{store}.yaml"), without_order(&format!("store-{store}"), store));
    }
    let planned = site.run("plan").ends_with(4);
    let ran = site.run("apply --yes").ends_with(4);
    assert_eq!(refused(&planned.out), refused(&ran.out));
    insta::assert_snapshot!(refused(&ran.out), @r"
    refused: policy purchase-order (tickets/po.yaml:5:9)
        Dispatch/store-0401: Store 0401 (0401), account 01230401 has no purchase order
        Dispatch/store-0402: Store 0402 (0402), account 01230402 has no purchase order
        Dispatch/store-0403: Store 0403 (0403), account 01230403 has no purchase order
        and 1 more; --verbose lists them all
        next: change what is against it; if the rule itself is wrong, change the policy

    warning: policy program (tickets/program.yaml:5:9)
        Dispatch/store-0400: no program
        Dispatch/store-0401: no program
        Dispatch/store-0402: no program
        and 2 more; --verbose lists them all

    Plan: 5 to create. Refused: against a policy.
    ");
    assert_eq!(ran.err, "Nothing was applied.\n");
    assert!(site.vendor.sandbox.requests().is_empty());
    let all = site.run("plan --verbose").ends_with(4);
    assert!(refused(&all.out).contains("Dispatch/store-0404: Store 0404 (0404), account 01230404 has no purchase order"), "{all}");
    // What a part is, a person says; here the part that is within the policy.
    site.run("apply --yes --target Dispatch/store-0401").ends_with(4);
    site.run("apply --yes --target Dispatch/store-0400").ends_with(0);
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn no_flag_lifts_a_policy() {
    let site = Site::new();
    site.limit("creates: 1");
    site.write("tickets/po.yaml", policy("purchase-order", ORDER));
    for store in ["0401", "0402"] {
        site.write(format!("tickets/{store}.yaml"), without_order(&format!("store-{store}"), store));
    }
    let both = site.run("apply --yes").ends_with(4);
    assert!(both.out.ends_with("\nPlan: 2 to create. Refused: over a limit, and against a policy.\n"), "{both}");
    assert!(!both.out.contains("Parts of it"), "{both}");
    let one = site.run("apply --yes --allow-creates 2").ends_with(4);
    assert!(one.out.ends_with("\nPlan: 2 to create. Refused: against a policy.\n"), "{one}");
    let sandboxed = site.run("--sandbox apply --yes --allow-creates 2").ends_with(4);
    assert!(sandboxed.out.ends_with("\nPlan: 2 to create. Refused: against a policy.\n"), "{sandboxed}");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_part_of_the_project_is_counted_with_the_rest_of_it() {
    let site = Site::new();
    let rule = "each: group\ngroup_by: {date: step.visit.date}\ndeny: group.count > 2\nmessage: ${{ group.count }} visits on ${{ group.date }}, ${{ group.joining }} of them new";
    site.write("tickets/per-day.yaml", policy("per-day", rule));
    for store in ["0401", "0402"] {
        site.write(format!("tickets/{store}.yaml"), with_lifecycle(&dispatch(&format!("store-{store}"), store), "{on_remove: forget}"));
    }
    site.run("apply --yes").ends_with(0);
    // One of them leaves the files and is let go of; its technician still comes.
    site.remove("tickets/0402.yaml");
    site.write("tickets/0403.yaml", dispatch("store-0403", "0403"));
    site.write("tickets/0404.yaml", dispatch("store-0404", "0404"));
    for words in ["apply --yes --target Dispatch/store-0403", "apply --yes --file tickets/0403.yaml"] {
        let ran = site.run(words).ends_with(4);
        assert!(refused(&ran.out).contains("\n    3 visits on 2027-01-11, 1 of them new\n"), "{ran}");
    }
    let ran = site.run("apply --yes").ends_with(4);
    assert!(refused(&ran.out).contains("\n    4 visits on 2027-01-11, 2 of them new\n"), "{ran}");
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn a_saved_plan_is_judged_again_when_it_is_applied() {
    let site = Site::with_dispatch();
    site.write("tickets/lead.yaml", policy("lead-time", LEAD));
    site.run("plan --out p.plan").ends_with(0);
    site.clock.jump(SignedDuration::from_hours(10));
    assert!(!site.run("show p.plan").ends_with(0).out.contains("refused"));
    let ran = site.run("apply --yes p.plan").ends_with(4);
    insta::assert_snapshot!(refused(&ran.out), @r"
    refused: policy lead-time (tickets/lead.yaml:6:9)
        Dispatch/store-0417-router: starts in 159 hours
        next: change what is against it; if the rule itself is wrong, change the policy

    Plan: 1 to create. Refused: against a policy.
    ");
    assert_eq!((ran.err.as_str(), site.vendor.tickets()), ("Nothing was applied.\n", 0));
}

#[test]
fn a_question_that_stands_too_long_is_judged_by_its_answer() {
    let site = Site::with_dispatch();
    site.write("tickets/lead.yaml", policy("lead-time", LEAD));
    let ran = site.run_answering_after("apply", SignedDuration::from_hours(10), "yes\n").ends_with(4);
    assert!(ran.out.contains("starts in 159 hours") && ran.err.ends_with("Nothing was applied.\n"), "{ran}");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_policy_that_changed_makes_a_saved_plan_stale() {
    let site = Site::with_dispatch();
    site.run("plan --out p.plan").ends_with(0);
    site.write("tickets/po.yaml", policy("purchase-order", ORDER));
    shows!(site.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    | plan/stale
    |
    |   x p.plan is not applied: the policies changed since this plan was made
    |   help: nothing was sent; make and review a new one: callout plan --out p.plan
    |
    exit 3
    ");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn what_is_recorded_and_settled_is_not_judged() {
    let site = Site::with_ticket();
    site.write("tickets/frozen.yaml", policy("frozen", "each: plan\ndeny: true\nmessage: frozen until March"));
    site.vendor.resolve(site.vendor.last().id);
    site.run("apply --yes --refresh all").ends_with(0);
    site.run("settle Dispatch/store-0417-router --outcome ok --reason told --yes").ends_with(0);
    site.write("tickets/b.yaml", dispatch("store-0418-router", "0418"));
    let frozen = site.run("apply --yes").ends_with(4);
    assert!(frozen.out.contains("\n    frozen until March\n"), "{frozen}");
    let json = site.run("plan --format json").ends_with(4).json();
    assert_eq!(json["plan"]["rulings"][0]["policy"], "frozen");
    assert_eq!(json["plan"]["rulings"][0]["effect"], "deny");
}

#[test]
fn hostile_words_stay_in_their_line() {
    let site = Site::new();
    site.write("tickets/po.yaml", policy("rule", "warn: true\nmessage: ${{ step.fields.initial_description }}"));
    let text = dispatch("store-0401", "0401").replace("Replace the branch router.", "\"a\\nrefused: nothing\\e[2J\\u202e\"");
    site.write("tickets/a.yaml", text);
    let ran = site.run("plan").ends_with(0);
    assert!(ran.out.contains("    Dispatch/store-0401: a\n      refused: nothing\u{fffd}[2J\u{fffd}\n"), "{ran}");
}

/// Two policies, one of them without tests.
fn tested(expect: &str) -> Project {
    let project = Project::started();
    let test = format!(
        "tests:\n  - name: a Saturday\n    steps:\n      - {{site: Store 417, visit: {{start: 2027-01-09T08:00:00}}}}\n    {expect}"
    );
    let spec = format!("deny: step.visit.weekday == \"sat\"\nmessage: ${{{{ step.site }}}} is closed\n{test}");
    project.write("tickets/a.yaml", policy("weekends", &spec));
    project.write("tickets/b.yaml", policy("untested", "warn: false\nmessage: m"));
    project
}

#[test]
fn the_tests_of_policies_are_tried() {
    shows!(tested("expect: deny\n    message: Store 417 is closed").run("policy test"), @r"
    $ callout policy test
    ok    weekends: a Saturday
    none  untested: it has no tests
    1 of 1 test of 2 policies passed; 1 policy has no tests.
    exit 0
    ");
    shows!(tested("expect: pass").run("policy test"), @r"
    $ callout policy test
    FAIL  weekends: a Saturday
          at tickets/a.yaml:8:13
          expected pass
          came to  deny: Store 417 is closed
    none  untested: it has no tests
    0 of 1 test of 2 policies passed; 1 policy has no tests.
    exit 1
    ");
    shows!(tested("expect: deny\n    message: closed").run("policy test tickets/a.yaml"), @r"
    $ callout policy test tickets/a.yaml
    FAIL  weekends: a Saturday
          at tickets/a.yaml:8:13
          expected deny: closed
          came to  deny: Store 417 is closed
    0 of 1 test of 1 policy passed.
    exit 1
    ");
}

#[test]
fn a_rule_that_fails_in_a_test_is_a_failed_test() {
    let project = tested("expect: deny");
    project.edit("tickets/a.yaml", "{site: Store 417, visit: {start: 2027-01-09T08:00:00}}", "{site: Store 417}");
    shows!(project.run("policy test tickets/a.yaml"), @r"
    $ callout policy test tickets/a.yaml
    FAIL  weekends: a Saturday
          at tickets/a.yaml:8:13
          expected deny
          came to  deny: the rule cannot be judged: Dispatch/example has no visit; `when: step.visit` leaves such tickets out
    0 of 1 test of 1 policy passed.
    exit 1
    ");
}

#[test]
fn the_tests_are_told_to_programs() {
    let ran = tested("expect: pass").run("policy test --format json").ends_with(1);
    insta::assert_snapshot!(ran.out, @r#"{"format_version":1,"policies":[{"policy":"weekends","tests":[{"name":"a Saturday","place":"tickets/a.yaml:8:13","passed":false,"expected":{"result":"pass","message":null},"came":{"result":"deny","messages":["Store 417 is closed"],"failed":false}}]},{"policy":"untested","tests":[]}]}"#);
}

#[test]
fn without_policies_there_is_nothing_to_try() {
    shows!(Project::started().run("policy test"), @r"
    $ callout policy test
    | policy/none
    |
    |   x there are no policies
    |   help: A policy is a document with `kind: Policy` in a file that belongs to the project; docs/policies.md
    |         shows some.
    |
    exit 1
    ");
}

#[test]
fn policies_are_counted_where_files_are_checked() {
    let project = tested("expect: pass");
    project.write("tickets/c.yaml", dispatch("store-0417", "0417"));
    assert_eq!(project.run("validate").ends_with(0).out, "Valid: 1 ticket in 1 document; 2 policies.\n");
    let expanded = project.run("expand").ends_with(0);
    assert!(!expanded.out.contains("Policy") && expanded.err.is_empty(), "{expanded}");
}
