//! A system that can change, close and delete: what goes out, what stays, and that a second run has nothing to do.

use callout::systems::sandbox::{Call, Fault, Trouble};
use serde_json::{Value, json};

use crate::shown::shows;
use crate::support::project::Project;
use crate::vendor::{TOKEN, Vendor};

pub const FILE: &str = "tickets/a.yaml";
const NAME: &str = "CustomerTicket/line-rental-4711";
pub const ID: u64 = 482_001;

pub const TICKET: &str = "apiVersion: callout/v1
kind: CustomerTicket
metadata:
  name: line-rental-4711
spec:
  customer_id: 4711
  ticket_type: billing
  ticket_priority: normal
  subject: Line rental charged twice
  ticket_content: The January invoice has it twice.
  departments: Billing
";

/// A project with a ticket in its files, and a Billing Platform without tickets.
pub struct Desk {
    pub project: Project,
    pub vendor: Vendor,
}

impl Desk {
    pub fn new() -> Self {
        let mut project = Project::started();
        let vendor = Vendor::new(project.clock.clone(), |_| {});
        project.set("BILLING_TOKEN", TOKEN);
        let base_url = vendor.base_url();
        let file = format!(
            "apiVersion: callout/v1\nkind: Project\nmetadata: {{name: acme}}\nspec:\n  manifests: [tickets/]\n  systems:\n    billing_platform: {{base_url: \"{base_url}\", credential: {{bearer: \"env:BILLING_TOKEN\"}}}}\n"
        );
        project.write("callout.yaml", file);
        project.write(FILE, TICKET);
        Self { project, vendor }
    }

    /// The same after its ticket was sent, and read once.
    pub fn with_ticket() -> Self {
        let desk = Self::new();
        desk.project.run("apply --yes").ends_with(0);
        desk.project.run("apply --yes").ends_with(0);
        assert_eq!(desk.vendor.tickets(), 1);
        desk
    }

    pub fn field(&self, name: &str) -> Value {
        self.vendor.last().fields.get(name).cloned().unwrap_or_default()
    }

    /// Requests that change something, since the start.
    pub fn writes(&self) -> Vec<String> {
        let requests = self.vendor.sandbox.requests();
        requests.iter().filter(|request| request.method != "GET").map(|request| request.method.clone()).collect()
    }

    /// A second run has nothing to do, and sends nothing.
    pub fn has_no_changes(&self) {
        let before = self.writes();
        let ran = self.project.run("apply --yes").ends_with(0);
        assert!(ran.out.contains("No changes. ") || ran.out.contains("No tickets: "), "{ran}");
        self.project.run("plan --detailed-exitcode").ends_with(0);
        assert_eq!(self.writes(), before);
    }
}

#[test]
fn a_ticket_is_created_once() {
    let desk = Desk::new();
    shows!(desk.project.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 to create.

    + CustomerTicket/line-rental-4711  customer 4711
        customer_id: 4711
        ticket_type: billing
        ticket_priority: normal
        subject: Line rental charged twice [[mark]]
        ticket_content: The January invoice has it twice.
        departments: Billing
        at tickets/a.yaml:4:9

    Plan: 1 to create.
    + CustomerTicket/line-rental-4711: created ticket 482001

    Applied: 1 created.
    exit 0
    ");
    desk.has_no_changes();
    assert_eq!((desk.vendor.tickets(), desk.writes()), (1, vec!["POST".to_owned()]));
}

#[test]
fn a_changed_field_is_sent_alone() {
    let desk = Desk::with_ticket();
    // Somebody at the vendor gave it to a person meanwhile, and called the customer.
    desk.vendor.edit(ID, &json!({"owner": "asmith", "ticketContent": "called back"}));
    desk.project.edit(FILE, "normal", "high");
    desk.project.edit(FILE, "  departments: Billing\n", "");
    shows!(desk.project.run("plan"), @r"
    $ callout plan
    Plan: 1 to update, 1 changed in the ticket system.

    ~ CustomerTicket/line-rental-4711 (ticket 482001)  customer 4711
          departments: Billing -> (none)
          ticket_priority: normal -> high
        changed in the ticket system:
          owner: (none) -> asmith
        at tickets/a.yaml:4:9

    Plan: 1 to update, 1 changed in the ticket system.
    exit 0
    ");
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!((desk.field("ticketPriority"), desk.field("departments")), (json!("high"), Value::Null));
    assert_eq!((desk.field("owner"), desk.field("ticketContent")), (json!("asmith"), json!("called back")));
    assert_eq!(desk.writes(), ["POST", "PATCH"]);
    desk.has_no_changes();
}

#[test]
fn a_changed_subject_keeps_its_mark() {
    let desk = Desk::with_ticket();
    let mark = |desk: &Desk| desk.field("subject").as_str().and_then(|text| text.rsplit(' ').next().map(str::to_owned)).expect("a subject");
    let before = mark(&desk);
    assert!(before.starts_with("[co-"), "{before}");
    desk.project.edit(FILE, "charged twice", "charged three times");
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.field("subject"), json!(format!("Line rental charged three times {before}")));
    desk.has_no_changes();
}

#[test]
fn the_latest_activity_is_no_drift_and_an_edit_of_the_content_is_told_as_without_effect() {
    let desk = Desk::with_ticket();
    desk.vendor.edit(ID, &json!({"ticketContent": "called back"}));
    shows!(desk.project.run("plan --refresh all"), @r"
    $ callout plan --refresh all
    No changes. 1 ticket is unchanged.
    exit 0
    ");
    desk.project.edit(FILE, "has it twice", "and the February invoice have it twice");
    shows!(desk.project.run("apply --yes"), @r"
    $ callout apply --yes
    No changes. 1 ticket is unchanged.

    . CustomerTicket/line-rental-4711 (ticket 482001)  customer 4711
        the edit of ticket_content has no effect: Billing Platform takes it only when a ticket is created
        at tickets/a.yaml:4:9

    No changes. 1 ticket is unchanged.
    exit 0
    ");
    // Beside another change it is told as well, and still not sent.
    desk.project.edit(FILE, "normal", "high");
    let ran = desk.project.run("apply --yes");
    assert!(ran.out.contains("the edit of ticket_content has no effect"), "{ran}");
    assert_eq!((desk.field("ticketContent"), desk.field("ticketPriority")), (json!("called back"), json!("high")));
    desk.project.write(FILE, format!("{}lifecycle: {{ignore_changes: [ticket_content]}}\n", desk.project.read(FILE)));
    let ran = desk.project.run("plan");
    assert!(!ran.out.contains("ticket_content"), "{ran}");
    assert_eq!(desk.writes(), ["POST", "PATCH"]);
}

#[test]
fn a_change_that_somebody_made_by_hand_is_recognised() {
    let desk = Desk::with_ticket();
    desk.vendor.edit(ID, &json!({"ticketPriority": "High"}));
    desk.project.edit(FILE, "normal", "high");
    let ran = desk.project.run("apply --yes");
    assert!(ran.out.contains("the change was made by hand in the ticket system"), "{ran}");
    assert_eq!(desk.writes(), ["POST"]);
    desk.has_no_changes();
}

#[test]
fn both_changed_one_field_and_nothing_is_sent() {
    let desk = Desk::with_ticket();
    desk.vendor.edit(ID, &json!({"ticketPriority": "low"}));
    desk.project.edit(FILE, "normal", "high");
    desk.project.run("apply --yes");
    assert_eq!((desk.writes(), desk.field("ticketPriority")), (vec!["POST".to_owned()], json!("low")));
}

#[test]
fn a_ticket_whose_file_goes_is_closed_or_deleted_and_a_restored_file_sends_nothing() {
    for (on_remove, method) in [("close", "PATCH"), ("delete", "DELETE")] {
        let desk = Desk::new();
        let text = format!("{TICKET}lifecycle: {{on_remove: {on_remove}}}\n");
        desk.project.write(FILE, &text);
        desk.project.run("apply --yes").ends_with(0);
        desk.project.remove(FILE);
        desk.project.run("apply --yes").ends_with(0);
        assert_eq!(desk.writes(), ["POST", method]);
        assert_eq!((desk.field("status") == json!("closed"), desk.vendor.last().hidden), (on_remove == "close", on_remove == "delete"));
        desk.has_no_changes();
        desk.project.write(FILE, &text);
        desk.has_no_changes();
        assert_eq!(desk.vendor.tickets(), 1);
    }
}

#[test]
fn a_closing_that_did_not_close_is_in_doubt_until_it_shows() {
    let desk = Desk::new();
    desk.project.write(FILE, format!("{TICKET}lifecycle: {{on_remove: close}}\n"));
    desk.project.run("apply --yes").ends_with(0);
    desk.project.remove(FILE);
    desk.vendor.trouble(Call::Update, Trouble::Ignored);
    let ran = desk.project.run("apply --yes").ends_with(5);
    assert!(ran.to_string().contains("shows its status as `open`"), "{ran}");
    desk.vendor.well();
    desk.vendor.resolve(ID);
    let ran = desk.project.run("apply --yes").ends_with(0);
    assert!(ran.out.contains("the close that was in doubt took effect"), "{ran}");
    desk.project.run("apply --yes").ends_with(0);
    desk.has_no_changes();
    assert_eq!(desk.writes(), ["POST", "PATCH"]);
}

#[test]
fn a_change_whose_answer_was_lost_is_settled_by_looking() {
    let desk = Desk::with_ticket();
    desk.vendor.faults(vec![Fault::on(Call::Update, Trouble::DropAfterCommit).times(1)]);
    desk.project.edit(FILE, "normal", "high");
    desk.project.run("apply --yes").ends_with(5);
    desk.project.run("apply --yes").ends_with(0);
    desk.has_no_changes();
    assert_eq!(desk.writes(), ["POST", "PATCH"]);
}

#[test]
fn a_create_whose_answer_was_lost_is_found_by_its_mark() {
    let desk = Desk::new();
    desk.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    desk.project.run("apply --yes").ends_with(5);
    // Long enough for a system to show what it has.
    desk.project.clock.jump(jiff::SignedDuration::from_hours(1));
    desk.project.run("apply --yes").ends_with(0);
    desk.has_no_changes();
    assert_eq!((desk.vendor.tickets(), desk.writes()), (1, vec!["POST".to_owned()]));
    assert!(desk.project.run("state list").out.contains(NAME));
}

#[test]
fn a_finished_ticket_is_left_alone() {
    let desk = Desk::with_ticket();
    desk.vendor.edit(ID, &json!({"status": "Closed"}));
    desk.project.edit(FILE, "normal", "high");
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.writes(), ["POST"]);
    desk.has_no_changes();
}

#[test]
fn another_ticket_of_the_customer_about_the_same_is_held_back() {
    let desk = Desk::with_ticket();
    desk.project.write("tickets/b.yaml", TICKET.replace("line-rental-4711", "line-rental").replace("charged twice", "Charged  twice"));
    shows!(desk.project.run("plan"), @r"
    $ callout plan
    Plan: 1 needs a person, 1 unchanged.

    ! CustomerTicket/line-rental  customer 4711
        same place and same work as CustomerTicket/line-rental-4711 (ticket 482001): this could send a second technician
        next: the same ticket renamed: lifecycle.renamed_from: CustomerTicket/line-rental-4711; a second one on purpose: lifecycle.alongside: CustomerTicket/line-rental-4711
        at tickets/b.yaml:4:9

    Plan: 1 needs a person, 1 unchanged.
    exit 0
    ");
    desk.project.run("apply --yes");
    assert_eq!(desk.vendor.tickets(), 1);
}
