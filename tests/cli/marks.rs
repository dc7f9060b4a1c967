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
    shows!(desk.project.run_words(&REBUILD, ""), @r"
    $ callout state rebuild --reason the disk died --yes
    = CustomerTicket/one is ticket 482001 (open)  customer 4711
    = CustomerTicket/two is ticket 482002 (open)  customer 4711
        the ticket differs from the file:
          ticket_priority: normal -> high
    Tickets: 2 found by their marks.
    Nothing is in doubt then.
    The state is rebuilt. Next: callout plan
    | listing the tickets of Billing Platform
    exit 0
    ");
    shows!(desk.project.run("plan"), @r"
    $ callout plan
    Plan: 1 needs a person, 1 unchanged.

    ! CustomerTicket/two (ticket 482002)  customer 4711
        booked differently: ticket_priority is not what was sent
          ticket_priority: normal -> high
        next: have it corrected, then plan again; or leave it: callout settle CustomerTicket/two --accept --reason TEXT
        at tickets/two.yaml:4:9

    Plan: 1 needs a person, 1 unchanged.
    | reading 2 tickets
    exit 0
    ");
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
    shows!(desk.project.run_words(&REBUILD, ""), @r"
    $ callout state rebuild --reason the disk died --yes
    = CustomerTicket/one is ticket 482001 (open)  customer 4711
    ! Billing Platform ticket 482003 (open) carries the mark [mark], which no file and no record accounts for  customer 4711
        next: somebody may be at work on it: find its file in git, or see to it in the ticket system
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 1 found by their marks, 2 not found, 1 with a mark that nothing accounts for.
    2 tickets will be in doubt: each may have been sent before, and is not sent until a person says that it was not.
    The state is rebuilt. Next: callout plan
    | listing the tickets of Billing Platform
    exit 0
    ");
    shows!(desk.project.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 2 in doubt, 1 unchanged.

    ? CustomerTicket/two  customer 4711
        in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
        next: look for its mark or its site in the portal, then: callout settle CustomerTicket/two --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv
        mark: [mark]
        at tickets/two.yaml:4:9

    ? Dispatch/store-0417  Store 0417 (0417), account 01230417
        in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
        next: look for its site in the portal, and not for its mark alone: sent in one request with other sites, it carries the mark of one of these; then: callout settle Dispatch/store-0417 --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv
        mark: [mark]
        at tickets/d.yaml:4:9

    Plan: 2 in doubt, 1 unchanged.

    What was seen is recorded.
    2 tickets need a person: callout settle lists them.
    exit 5
    ");
    shows!(desk.project.run("import CustomerTicket/two 482002 --yes"), @r"
    $ callout import CustomerTicket/two 482002 --yes
    = CustomerTicket/two is ticket 482002 (open)  customer 4711
        the ticket differs from the file:
          subject: About two -> Somebody wrote this
    Imported 1 ticket.
    exit 0
    ");
    desk.project.run_words(&["settle", "Dispatch/store-0417", "--not-created", "--reason", "new", "--yes"], "").ends_with(0);
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.vendor.tickets(), 4, "the dispatch came, once");
    // Whoever wrote another subject is asked about, as with any ticket that was taken over.
    desk.project.run("plan --detailed-exitcode").ends_with(7);
}

#[test]
fn what_a_rebuild_could_not_list_is_looked_for_before_its_address_is_freed() {
    let desk = Desk::with(&["one", "two"]).lose();
    desk.vendor.faults(vec![Fault::on(Call::List, Trouble::ErrorBeforeCommit { status: 503 })]);
    desk.project.run_words(&REBUILD, "").ends_with(0);
    let not_created = "settle CustomerTicket/one --not-created --reason new --yes";
    shows!(desk.project.run(not_created), @r"
    $ callout settle CustomerTicket/one --not-created --reason new --yes
    | listing the tickets of Billing Platform
    | settle/misfit in CustomerTicket/one
    |
    |   x CustomerTicket/one cannot be settled like this: its mark could not be looked for: the list of tickets
    |   | broke off: Billing Platform answered 503 Service Unavailable: Something went wrong; mend that, and
    |   | settle it then
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    desk.vendor.faults(Vec::new());
    shows!(desk.project.run(not_created), @r"
    $ callout settle CustomerTicket/one --not-created --reason new --yes
    | listing the tickets of Billing Platform
    | settle/misfit in CustomerTicket/one
    |
    |   x CustomerTicket/one cannot be settled like this: ticket 482001 carries its mark; `callout import --match
    |   | mark` links it
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    desk.vendor.edit(482_001, &json!({"subject": "Somebody wrote this"}));
    desk.project.run(not_created).ends_with(0);
}

#[test]
fn two_tickets_with_one_mark_are_reported_and_never_linked() {
    let desk = Desk::with(&["one", "two"]).lose();
    let mark = desk.vendor.sandbox.tickets()[0].fields["subject"].clone();
    desk.vendor.edit(482_002, &json!({"subject": mark}));
    shows!(desk.project.run_words(&REBUILD, ""), @r"
    $ callout state rebuild --reason the disk died --yes
    ! CustomerTicket/one: 2 tickets carry its mark: 482001, 482002
        next: the same work may be done twice: cancel all but one, then: callout import CustomerTicket/one ID
    Tickets: 0 found by their marks, 1 unclear, 2 not found.
    2 tickets will be in doubt: each may have been sent before, and is not sent until a person says that it was not.
    The state is rebuilt. Next: callout plan
    | listing the tickets of Billing Platform
    exit 0
    ");
    shows!(desk.project.run("import --match mark --yes"), @r"
    $ callout import --match mark --yes
    ! CustomerTicket/one: 2 tickets carry its mark: 482001, 482002
        next: the same work may be done twice: cancel all but one, then: callout import CustomerTicket/one ID
    Tickets: 0 found by their marks, 1 unclear, 2 not found.
    Nothing to take over.
    | listing the tickets of Billing Platform
    exit 0
    ");
    desk.project.run("apply --yes").ends_with(5);
    assert_eq!(desk.vendor.tickets(), 2);
}

#[test]
fn a_listing_that_breaks_off_links_nothing_and_is_taken_up_later() {
    let desk = Desk::with(&["one", "two"]).lose();
    desk.vendor.faults(vec![Fault::on(Call::List, Trouble::ErrorBeforeCommit { status: 500 })]);
    shows!(desk.project.run_words(&REBUILD, ""), @r"
    $ callout state rebuild --reason the disk died --yes
    ! Billing Platform was not searched: the list of tickets broke off: Billing Platform answered 500 Internal Server Error: Something went wrong.
        next: callout import --match mark, once that is mended; or look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 2 not found.
    2 tickets will be in doubt: each may have been sent before, and is not sent until a person says that it was not.
    The state is rebuilt. Next: callout plan
    | listing the tickets of Billing Platform
    exit 0
    ");
    desk.project.run("apply --yes").ends_with(5);
    desk.vendor.well();
    shows!(desk.project.run_answering("import --match mark CustomerTicket/two", "yes\n"), @r"
    $ callout import --match mark CustomerTicket/two
    = CustomerTicket/two is ticket 482002 (open)  customer 4711
    Tickets: 1 found by their marks.
    Imported 1 ticket.
    | listing the tickets of Billing Platform
    |
    | Take over 1 ticket? Nothing is sent. Only `yes` is taken as yes:
    exit 0
    ");
    shows!(desk.project.run("import --match mark --yes"), @r"
    $ callout import --match mark --yes
    = CustomerTicket/one is ticket 482001 (open)  customer 4711
    Tickets: 1 found by their marks.
    Imported 1 ticket.
    | listing the tickets of Billing Platform
    exit 0
    ");
    shows!(desk.project.run("import --match mark --yes"), @r"
    $ callout import --match mark --yes
    Tickets: 0 found by their marks.
    Nothing to take over.
    | listing the tickets of Billing Platform
    exit 0
    ");
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
    assert!(desk.project.run("plan --refresh none").out.contains("1 to create"));
    shows!(desk.project.run("import --match mark --yes"), @r"
    $ callout import --match mark --yes
    = CustomerTicket/two is ticket 482002 (open)  customer 4711
    Tickets: 1 found by their marks.
    Imported 1 ticket.
    | listing the tickets of Billing Platform
    exit 0
    ");
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.vendor.tickets(), 2);
}

#[test]
fn an_older_copy_sends_nothing_that_a_list_pass_shows_as_sent() {
    let desk = Desk::with(&["one"]);
    let older = desk.project.read(".callout/journal.jsonl");
    desk.project.write("tickets/two.yaml", ticket("two"));
    desk.project.run("apply --yes").ends_with(0);
    desk.project.write(".callout/journal.jsonl", &older);
    shows!(desk.project.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 to adopt, 1 unchanged.

    = CustomerTicket/two (ticket 482002)  customer 4711
        taken over, not sent: its mark was found
        at tickets/two.yaml:4:9

    Plan: 1 to adopt, 1 unchanged.
    = CustomerTicket/two: adopted ticket 482002

    Applied: 1 adopted.
    exit 0
    ");
    assert_eq!(desk.vendor.tickets(), 2);
}

#[test]
fn a_further_visit_and_a_rename_are_found_with_what_came_before() {
    let desk = Desk::with(&["one", "two"]);
    desk.project
        .write("tickets/two.yaml", ticket("three").replace("About three", "About two") + "lifecycle: {renamed_from: CustomerTicket/two}\n");
    desk.project.run("apply --yes").ends_with(0);
    desk.vendor.resolve(482_001);
    desk.project.run("apply --yes --refresh all").ends_with(0);
    desk.project.write("tickets/one.yaml", ticket("one") + "lifecycle: {reissue: 1}\n");
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.vendor.tickets(), 3);
    let desk = desk.lose();
    shows!(desk.project.run_words(&REBUILD, ""), @r"
    $ callout state rebuild --reason the disk died --yes
    = CustomerTicket/one is ticket 482001 (closed, finished)  customer 4711
    = CustomerTicket/one#1 is ticket 482003 (open)  customer 4711
    = CustomerTicket/three is ticket 482002 (open)  customer 4711
        it was sent as CustomerTicket/two
    Tickets: 3 found by their marks.
    Nothing is in doubt then.
    The state is rebuilt. Next: callout plan
    | listing the tickets of Billing Platform
    exit 0
    ");
    shows!(desk.project.run("state list"), @r"
    $ callout state list
    ADDRESS               TICKET  STANDING  SINCE       SITE
    CustomerTicket/one    482001  finished  2027-01-04  customer 4711
    CustomerTicket/one#1  482003  open      2027-01-04  customer 4711
    CustomerTicket/three  482002  open      2027-01-04  customer 4711
    CustomerTicket/two    482002  renamed   2027-01-04  customer 4711
    exit 0
    ");
    // The rename is taken back: its tombstone is there again, and nobody is sent.
    desk.project.write("tickets/two.yaml", ticket("two"));
    desk.project.run("apply --yes");
    assert_eq!(desk.vendor.tickets(), 3);
}

#[test]
fn what_is_presumed_sent_and_carries_its_mark_is_never_called_not_created() {
    let desk = Desk::with(&["one"]).lose();
    desk.vendor.faults(vec![Fault::on(Call::List, Trouble::ErrorBeforeCommit { status: 500 })]);
    desk.project.run_words(&REBUILD, "").ends_with(0);
    desk.vendor.faults(Vec::new());
    let settled = ["settle", "CustomerTicket/one", "--not-created", "--reason", "new", "--yes"];
    shows!(desk.project.run_words(&settled, ""), @r"
    $ callout settle CustomerTicket/one --not-created --reason new --yes
    | listing the tickets of Billing Platform
    | settle/misfit in CustomerTicket/one
    |
    |   x CustomerTicket/one cannot be settled like this: ticket 482001 carries its mark; `callout import --match
    |   | mark` links it
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    desk.project.run("import --match mark --yes").ends_with(0);
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.vendor.tickets(), 1);
}
