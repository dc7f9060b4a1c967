//! Saved plans without contacts: what is in the file, and that apply sends exactly what was planned all the same.

use serde_json::{Value, json};

use crate::customer::{Desk, FILE, ID};
use crate::shown::shows;
use crate::support::project::Project;
use crate::vendor::{Site, dispatch, project_file};

const LEFT_OUT: &str = "  saved_plans: {contacts: leave_out}\n";

/// What nobody may find in a file, in any spelling.
const PEOPLE: [&str; 6] = ["Dana", "dana@", "Sam Lee", "617-555", "6175550", "bo@example.com"];

fn names_nobody(project: &Project, file: &str) -> Value {
    let text = project.read(file);
    for name in PEOPLE {
        assert!(!text.contains(name), "{name} in {text}");
    }
    serde_json::from_str(&text).expect("JSON")
}

/// What the last look at the one ticket showed, as it was recorded.
fn recorded(project: &Project) -> Value {
    let journal = project.read(".callout/journal.jsonl");
    let commits = journal.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).expect("a commit"));
    let events: Vec<Value> = commits.flat_map(|commit| commit["body"]["events"].as_array().cloned().unwrap_or_default()).collect();
    events.iter().rev().find_map(|event| event.get("seen")).expect("a look")["fields"].clone()
}

/// A dispatch, not sent yet, and its plan.
fn saved() -> Site {
    let site = Site::with_dispatch();
    site.write("callout.yaml", project_file(site.vendor.base_url(), LEFT_OUT));
    site.run("plan --out p.plan").ends_with(0);
    site
}

/// A ticket of somebody, who is changed in the files, and the plan of that.
fn changed(before: impl FnOnce(&Desk)) -> Desk {
    let desk = Desk::new();
    desk.project.edit("callout.yaml", "spec:\n", &format!("spec:\n{LEFT_OUT}"));
    desk.project.edit(FILE, "  departments:", "  customer_email: dana@example.com\n  departments:");
    desk.project.run("apply --yes").ends_with(0);
    desk.project.run("apply --yes").ends_with(0);
    desk.project.edit(FILE, "dana@example.com", "bo@example.com");
    before(&desk);
    desk
}

#[test]
fn nobody_is_named_in_the_file_and_the_ticket_has_its_people() {
    let site = saved();
    let plan = names_nobody(&site, "p.plan");
    assert_eq!(plan["format_version"], 2, "an older callout would send the words");
    let payload = &plan["body"]["steps"][0]["action"]["payload"];
    assert_eq!(payload["contact_name"], "(left out: as in the files)");
    assert_eq!(payload["initial_description"], "Replace the branch router.");
    let shown = site.run("show p.plan").ends_with(0).out;
    assert!(shown.contains("local_contact_number: (left out: as in the files)"), "{shown}");
    site.run("apply --yes p.plan").ends_with(0);
    let sent = site.vendor.last().fields;
    assert_eq!((&sent["local_contact_name"], &sent["contact_email_address"]), (&json!("Sam Lee"), &json!("dana@example.com")));
    site.run("apply --yes p.plan").ends_with(3);
    assert_eq!(site.vendor.tickets(), 1);
    // What is then seen of it for the first time is recorded as if the plan had kept it.
    site.run("plan --out q.plan").ends_with(0);
    names_nobody(&site, "q.plan");
    let other = Site::with_ticket();
    other.run("plan --out q.plan").ends_with(0);
    site.run("apply --yes q.plan").ends_with(0);
    other.run("apply --yes q.plan").ends_with(0);
    assert_eq!((&recorded(&site), &recorded(&site)["local_contact_name"]), (&recorded(&other), &json!("Sam Lee")));
}

#[test]
fn somebody_else_in_the_files_makes_it_stale() {
    let site = saved();
    site.edit("tickets/a.yaml", "Sam Lee", "Kim Roe");
    shows!(site.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    | plan/stale
    |
    |   x p.plan is not applied: Dispatch/store-0417-router: its description changed since this plan was made
    |   help: nothing was sent; make and review a new one: callout plan --out p.plan
    |
    exit 3
    ");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_change_of_people_is_sent_and_what_somebody_else_changed_meanwhile_is_left_alone() {
    let planned = || {
        let desk = changed(|_| {});
        desk.project.run("plan --out p.plan").ends_with(0);
        names_nobody(&desk.project, "p.plan");
        desk
    };
    let desk = planned();
    desk.project.run("apply --yes p.plan").ends_with(0);
    assert_eq!(desk.field("customerEmail"), "bo@example.com");

    let desk = planned();
    desk.vendor.edit(ID, &json!({"customerEmail": "kim@example.com"}));
    let ran = desk.project.run("apply --yes p.plan").ends_with(0);
    assert!(ran.out.contains("changed in the ticket system since this plan was made, and left alone: customer_email was"), "{ran}");
    assert_eq!(desk.field("customerEmail"), "kim@example.com");
}

#[test]
fn what_only_the_live_ticket_has_is_held_against_its_proof() {
    // Somebody changed it before, and the plan takes the files' side: only the plan knows what it was then.
    let planned = || {
        let desk = changed(|desk| desk.vendor.edit(ID, &json!({"customerEmail": "ann@example.com"})));
        desk.project.run("plan --take file --out p.plan").ends_with(0);
        let plan = names_nobody(&desk.project, "p.plan");
        assert_eq!(plan["body"]["steps"][0]["seen"]["fields"]["customer_email"], "(left out: as it was seen)");
        assert!(!plan.to_string().contains("ann@"), "{plan}");
        desk
    };
    let desk = planned();
    desk.project.run("apply --yes p.plan").ends_with(0);
    assert_eq!(desk.field("customerEmail"), "bo@example.com");

    let desk = planned();
    desk.vendor.edit(ID, &json!({"customerEmail": "kim@example.com"}));
    let writes = desk.writes();
    shows!(desk.project.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    Plan: 1 needs a person, 1 changed in the ticket system.

    ! CustomerTicket/line-rental-4711 (ticket 482001)  customer 4711
        changed in the ticket system since this plan was made, and left alone: customer_email was `(left out: as it was seen)` and is `(something else)`
        next: look at what it has become: callout plan --target CustomerTicket/line-rental-4711
          customer_email: dana@example.com -> bo@example.com
        changed in the ticket system:
          customer_email: dana@example.com -> (left out: as it was seen)
        at tickets/a.yaml:4:9

    Plan: 1 needs a person, 1 changed in the ticket system.

    Nothing was applied.
    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    assert_eq!((desk.writes(), desk.field("customerEmail")), (writes, json!("kim@example.com")));
}

#[test]
fn a_ticket_that_is_taken_over_is_what_the_plan_saw() {
    let planned = || {
        let site = Site::with_ticket();
        // Another project made it: it has no mark of this one.
        site.vendor.edit(ID, &json!({"local_contact_name": "Ann Poe", "customer_ticket_number": ""}));
        for state in [".callout", "callout.lock"] {
            let path = site.path(state);
            if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }.expect("gone");
        }
        site.run("state init").ends_with(0);
        site.write("callout.yaml", project_file(site.vendor.base_url(), LEFT_OUT));
        site.write("tickets/a.yaml", format!("{}lifecycle: {{adopt: {ID}}}\n", dispatch("store-0417-router", "0417")));
        site.run("plan --out p.plan").ends_with(0);
        assert!(!names_nobody(&site, "p.plan").to_string().contains("Ann Poe"));
        site
    };
    let site = planned();
    assert!(site.run("apply --yes p.plan").ends_with(0).out.contains("Applied: 1 adopted."));
    assert_eq!(recorded(&site)["local_contact_name"], "Ann Poe");

    let site = planned();
    site.vendor.edit(ID, &json!({"local_contact_name": "Kim Roe"}));
    let ran = site.run("apply --yes p.plan").ends_with(0);
    assert!(ran.out.contains("left alone: local_contact_name was `(left out: as it was seen)` and is `(something else)`"), "{ran}");
    assert!(!site.run("state list").out.contains("482001"), "it is not taken over");
}

#[test]
fn a_policy_judges_the_saved_plan_by_the_contacts_that_it_does_not_show() {
    let rule = "apiVersion: callout/v1\nkind: Policy\nmetadata: {name: no-bo}\nspec:\n  when: step.action == \"update\"\n  deny: step.changes.customer_email and \"bo@\" in step.changes.customer_email.after\n  message: nobody asks bo\n";
    // Once nobody touched the ticket, and once only the plan and the live ticket know what it was.
    for (edit, words) in [(json!({}), ""), (json!({"customerEmail": "ann@example.com"}), "--take file ")] {
        let desk = changed(|desk| desk.vendor.edit(ID, &edit));
        desk.project.write("tickets/rule.yaml", rule);
        let writes = desk.writes();
        let planned = desk.project.run(&format!("plan {words}--out p.plan")).ends_with(4);
        names_nobody(&desk.project, "p.plan");
        let ran = desk.project.run("apply --yes p.plan").ends_with(4);
        let refused = |out: &str| out[out.find("\nrefused: ").expect("a refusal")..].to_owned();
        assert_eq!(refused(&ran.out), refused(&planned.out));
        assert_eq!((desk.writes(), desk.field("customerEmail") == "bo@example.com"), (writes, false));
    }
}

#[test]
fn a_report_of_the_file_hides_the_names_that_a_report_of_the_plan_hides() {
    let site = Site::with_dispatch();
    site.write("callout.yaml", project_file(site.vendor.base_url(), LEFT_OUT));
    site.edit("tickets/a.yaml", "Replace the branch router.", "Ask for Sam Lee.");
    // What one ticket names, the text of another may name as well.
    let other = dispatch("store-0418-router", "0418").replace("Sam Lee", "Kim Roe").replace("Replace the branch router.", "Not Sam Lee.");
    site.write("tickets/b.yaml", other);
    for format in ["markdown", "html"] {
        let planned = site.run(&format!("plan --out p.plan --format {format}")).ends_with(0).out;
        let shown = site.run(&format!("show p.plan --format {format}")).ends_with(0).out;
        for report in [planned, shown] {
            assert!(report.contains("Ask for (hidden).") && report.contains("Not (hidden)."), "{report}");
            assert!(!report.contains("Sam Lee") && !report.contains("Kim Roe"), "{report}");
        }
    }
    // What is sent is the text as it was reviewed.
    site.run("apply --yes p.plan").ends_with(0);
    let tickets = site.vendor.sandbox.tickets();
    let mut sent: Vec<&str> = tickets.iter().filter_map(|ticket| ticket.fields["initial_description"].as_str()).collect();
    sent.sort_unstable();
    assert_eq!(sent, ["Ask for Sam Lee.", "Not Sam Lee."]);
}
