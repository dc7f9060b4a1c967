//! `apply --log-format json`: what a program hears, and that it hears the end.

use callout::systems::sandbox::{Call, Fault, Trouble};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::shown::shows;
use crate::support::project::{Project, Ran};
use crate::support::server::{Reply, Server};
use crate::vendor::{Site, dispatch, project_file};

const APPLY: &str = "apply --yes --log-format json";

/// Each line.
fn events(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The names of its events, after each other; of a diagnostic its code.
fn told(ran: &Ran) -> String {
    let name = |event: &Value| match event["event"].as_str() {
        Some("diagnostic") => event["code"].as_str().expect("a code").to_owned(),
        Some("step") => event["result"].as_str().expect("a result").to_owned(),
        Some("finished") => format!("finished: {}", event["result"].as_str().expect("a result")),
        name => name.expect("a name").to_owned(),
    };
    events(ran).iter().map(name).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_program_hears_what_is_done_and_nothing_else_is_printed() {
    let site = Site::with_dispatch();
    let ran = site.run(APPLY).ends_with(0);
    shows!(ran, @r#"
    $ callout apply --yes --log-format json
    {"format_version":1,"at":"2027-01-04T12:00:00Z","event":"plan","plan":"000000000001","project":"acme","made":"2027-01-04T12:00:00Z","expires":"2027-01-05T12:00:00Z","summary":"Plan: 1 to create.","counts":{"create":1,"adopt":0,"update":0,"close":0,"delete":0,"retire":0,"rename":0,"blocked":0,"still_coming":0,"in_doubt":0,"deferred":0,"closed_before":0,"unchanged":0,"drifted":0},"spend":{"known":0.0,"estimated":0,"unknown":0,"not_asked":1},"refusals":[],"rulings":[]}
    {"format_version":1,"at":"2027-01-04T12:00:00Z","event":"started","writes":1}
    {"format_version":1,"at":"2027-01-04T12:00:00Z","event":"step","address":"Dispatch/store-0417-router","reissue":0,"kind":"Dispatch","action":"create","result":"created","ticket":"482001"}
    {"format_version":1,"at":"2027-01-04T12:00:00Z","event":"finished","exit_code":0,"result":"done","summary":"Applied: 1 created.","tally":{"created":1,"adopted":0,"updated":0,"closed":0,"deleted":0,"retired":0,"rejected":0,"unsent":0,"unknown":0,"not_started":0,"booked_differently":0},"needs_person":0,"deferred":0}
    exit 0
    "#);
    assert_eq!(told(&site.run(APPLY).ends_with(0)), "plan, started, finished: done", "the first look at it is recorded");
    assert_eq!(told(&site.run(APPLY).ends_with(0)), "plan, finished: done", "there is nothing to do");
}

#[test]
fn whatever_ends_it_the_last_line_says_so() {
    let site = Site::with_dispatch();
    site.run("plan --out p.plan").ends_with(0);
    site.limit("creates: 0");
    assert_eq!(told(&site.run(APPLY).ends_with(4)), "plan, finished: refused");
    assert_eq!(told(&site.run("apply --yes --log-format json p.plan").ends_with(3)), "plan/stale, finished: stale");
    assert_eq!(told(&site.run("apply --log-format json none.plan").ends_with(1)), "plan/unreadable, finished: error");
    site.limit("creates: 1");
    site.edit("tickets/a.yaml", "po_number", "po_nubmer");
    assert_eq!(told(&site.run(APPLY).ends_with(1)), "schema/unknown-key, finished: error");
    assert_eq!(told(&site.run(&format!("-C none {APPLY}")).ends_with(1)), "cli/folder, finished: error");
    assert_eq!(told(&Project::empty().run(APPLY).ends_with(1)), "project/none, finished: error");
    site.remove(".callout/state.json");
    site.edit("tickets/a.yaml", "po_nubmer", "po_number");
    assert_eq!(told(&site.run(APPLY).ends_with(1)), "state/damaged, finished: error");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_person_is_asked_beside_it() {
    let site = Site::with_dispatch();
    let ran = site.run_answering("apply --log-format json", "no\n").ends_with(1);
    assert_eq!(told(&ran), "plan, apply/declined, finished: error");
    let question = "Apply this plan? It creates 1 ticket, which cannot be undone from here. Only `yes` is taken as yes:";
    assert_eq!(ran.err.trim(), question);
    let late = site.run_answering_after("apply --log-format json", SignedDuration::from_hours(25), "yes\n").ends_with(3);
    assert_eq!(told(&late), "plan, apply/expired, finished: stale");
    assert_eq!(site.vendor.tickets(), 0);
    let ran = site.run_answering("apply --log-format json", "yes\n").ends_with(0);
    assert_eq!((told(&ran).as_str(), ran.err.trim()), ("plan, started, created, finished: done", question));
}

#[test]
fn what_went_wrong_has_its_reason_and_its_count() {
    let site = Site::with_dispatch();
    site.write("tickets/b.yaml", dispatch("store-0418-router", "0418"));
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    let ran = site.run("apply --yes --log-format json --parallelism 1").ends_with(5);
    assert_eq!(told(&ran), "plan, started, unknown, not_started, finished: in_doubt");
    let [.., unknown, held, finished] = events(&ran).try_into().map(|events: [Value; 5]| events).expect("five events");
    assert_eq!((&unknown["action"], &unknown["ticket"]), (&json!("create"), &Value::Null));
    assert!(unknown["why"].as_str().is_some_and(|why| !why.is_empty()), "{unknown}");
    assert_eq!(held["why"], "the run stopped after 1 unknown result (spec.limits.stop_after_unknown: 1)");
    assert_eq!((&finished["tally"]["unknown"], &finished["tally"]["not_started"]), (&json!(1), &json!(1)));
    assert_eq!(finished["needs_person"], 1);
    // What was in doubt is told by the next plan, and nothing more is sent for it.
    assert_eq!(told(&site.run(APPLY).ends_with(5)), "plan, started, created, finished: in_doubt");

    let other = Site::with_dispatch();
    other.vendor.faults(vec![Fault::on(Call::Create, Trouble::OtherLocation).times(1)]);
    let [.., step, finished] = events(&other.run(APPLY).ends_with(0)).try_into().map(|events: [Value; 4]| events).expect("four events");
    assert_eq!((&step["result"], &step["differs"]), (&json!("created"), &json!(["location_name"])));
    assert_eq!((&finished["tally"]["booked_differently"], &finished["needs_person"]), (&json!(1), &json!(1)));
}

#[test]
fn what_people_are_told_meanwhile_is_an_event_too() {
    let site = Site::new();
    for store in ["0417", "0418"] {
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    }
    site.run("apply --yes").ends_with(0);
    let ran = site.run(APPLY).ends_with(0);
    assert_eq!(events(&ran)[0]["message"], "reading 2 tickets");
    assert_eq!((told(&ran).as_str(), ran.err.as_str()), ("notice, plan, started, finished: done", ""));
}

#[test]
fn nobody_is_named_in_it() {
    let site = Site::with_dispatch();
    // This server repeats what it was sent.
    let body = json!({"detail": "Sam Lee (617-555-0123) and dana@example.com are not known here"}).to_string();
    let server = site.vendor.block_on(Server::with([Reply::status("400 Bad Request", &body)]));
    site.write("callout.yaml", project_file(&server.url, ""));
    let ran = site.run(APPLY);
    assert_eq!(told(&ran.clone().ends_with(1)), "plan, started, rejected, finished: error");
    assert!(ran.out.contains("are not known here"), "{ran}");
    for name in ["Dana", "dana@", "Sam Lee", "555", "6175550123"] {
        assert!(!ran.out.contains(name), "{name} in {ran}");
    }
}
