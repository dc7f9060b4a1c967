//! A system that lists its tickets: a lost state is found again by their marks.

use callout::systems::sandbox::{Call, Fault, Trouble};
use serde_json::json;

use crate::shown::shows;
use crate::support::project::Project;
use crate::vendor::{TOKEN, Vendor, dispatch};

const REBUILD: [&str; 5] = ["state", "rebuild", "--reason", "the disk died", "--yes"];

/// A project with customers' tickets, and both systems on this machine.
struct Desk {
    project: Project,
    vendor: Vendor,
}

impl Desk {
    fn new() -> Self {
        let mut project = Project::started();
        let vendor = Vendor::new(project.clock.clone(), |_| {});
        project.set("TOKEN", TOKEN);
        let section = format!("{{base_url: \"{}\", credential: {{bearer: \"env:TOKEN\"}}}}", vendor.base_url());
        let file = format!(
            "apiVersion: callout/v1\nkind: Project\nmetadata: {{name: acme}}\nspec:\n  manifests: [tickets/]\n  systems:\n    billing_platform: {section}\n    techexpress: {section}\n"
        );
        project.write("callout.yaml", file);
        Self { project, vendor }
    }

    /// Tickets of these names, sent in this order.
    fn with(names: &[&str]) -> Self {
        let desk = Self::new();
        for name in names {
            desk.project.write(format!("tickets/{name}.yaml"), ticket(name));
            desk.project.run("apply --yes").ends_with(0);
        }
        assert_eq!(desk.vendor.tickets(), names.len());
        desk
    }

    fn lose(self) -> Self {
        std::fs::remove_dir_all(self.project.path(".callout")).expect("a state to lose");
        self
    }
}

fn ticket(name: &str) -> String {
    format!(
        "apiVersion: callout/v1
kind: CustomerTicket
metadata:
  name: {name}
spec:
  customer_id: 4711
  ticket_type: billing
  ticket_priority: normal
  subject: About {name}
  ticket_content: The January invoice has it twice.
  departments: Billing
"
    )
}

#[test]
fn a_lost_state_is_made_again_and_nothing_is_sent() {
    let desk = Desk::with(&["one", "two"]).lose();
    desk.vendor.edit(482_002, &json!({"ticketPriority": "high"}));
    shows!(desk.project.run_words(&REBUILD, ""), @r"");
    shows!(desk.project.run("plan"), @r"");
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.vendor.tickets(), 2);
}

#[test]
fn what_is_found_is_a_record_and_what_is_not_is_in_doubt() {
    let desk = Desk::with(&["one", "two", "three"]);
    desk.vendor.edit(482_002, &json!({"subject": "Somebody wrote this"}));
    desk.project.remove("tickets/three.yaml");
    desk.project.write("tickets/d.yaml", dispatch("store-0417", "0417"));
    let desk = desk.lose();
    shows!(desk.project.run_words(&REBUILD, ""), @r"");
    shows!(desk.project.run("apply --yes"), @r"");
    shows!(desk.project.run("import CustomerTicket/two 482002 --yes"), @r"");
    desk.project.run_words(&["settle", "Dispatch/store-0417", "--not-created", "--reason", "new", "--yes"], "").ends_with(0);
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.vendor.tickets(), 4, "the dispatch came, once");
    desk.project.run("plan --detailed-exitcode").ends_with(0);
}

#[test]
fn two_tickets_with_one_mark_are_reported_and_never_linked() {
    let desk = Desk::with(&["one", "two"]).lose();
    let mark = desk.vendor.sandbox.tickets()[0].fields["subject"].clone();
    desk.vendor.edit(482_002, &json!({"subject": mark}));
    shows!(desk.project.run_words(&REBUILD, ""), @r"");
    shows!(desk.project.run("import --match mark --yes"), @r"");
    desk.project.run("apply --yes").ends_with(5);
    assert_eq!(desk.vendor.tickets(), 2);
}

#[test]
fn a_listing_that_breaks_off_links_nothing_and_is_taken_up_later() {
    let desk = Desk::with(&["one", "two"]).lose();
    desk.vendor.faults(vec![Fault::on(Call::List, Trouble::ErrorBeforeCommit { status: 500 })]);
    shows!(desk.project.run_words(&REBUILD, ""), @r"");
    desk.project.run("apply --yes").ends_with(5);
    desk.vendor.well();
    shows!(desk.project.run_answering("import --match mark CustomerTicket/two", "yes\n"), @r"");
    shows!(desk.project.run("import --match mark --yes"), @r"");
    shows!(desk.project.run("import --match mark --yes"), @r"");
    desk.project.run("apply --yes").ends_with(0);
    desk.project.run("plan --detailed-exitcode").ends_with(0);
    assert_eq!(desk.vendor.tickets(), 2);
}

#[test]
fn an_older_copy_is_completed_before_it_sends_anything() {
    let desk = Desk::with(&["one"]);
    let older = desk.project.read(".callout/journal.jsonl");
    desk.project.write("tickets/two.yaml", ticket("two"));
    desk.project.run("apply --yes").ends_with(0);
    desk.project.write(".callout/journal.jsonl", older);
    assert!(desk.project.run("plan").out.contains("1 to create"));
    shows!(desk.project.run("import --match mark --yes"), @r"");
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.vendor.tickets(), 2);
}

#[test]
fn a_further_visit_and_a_rename_are_found_with_what_came_before() {
    let desk = Desk::with(&["one", "two"]);
    desk.project.write("tickets/two.yaml", ticket("three").replace("About three", "About two") + "lifecycle: {renamed_from: CustomerTicket/two}\n");
    desk.project.run("apply --yes").ends_with(0);
    desk.vendor.resolve(482_001);
    desk.project.run("apply --yes --refresh all").ends_with(0);
    desk.project.write("tickets/one.yaml", ticket("one") + "lifecycle: {reissue: 1}\n");
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.vendor.tickets(), 3);
    let desk = desk.lose();
    shows!(desk.project.run_words(&REBUILD, ""), @r"");
    shows!(desk.project.run("state list"), @r"");
    // The rename is taken back: its tombstone is there again, and nobody is sent.
    desk.project.write("tickets/two.yaml", ticket("two"));
    desk.project.run("apply --yes");
    assert_eq!(desk.vendor.tickets(), 3);
}
