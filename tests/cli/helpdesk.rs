//! A help desk, whose key is in the address of every request: a ticket's life from the commands, and that the key shows nowhere.

use callout::systems::sandbox::{Call, Trouble};
use serde_json::{Value, json};

use crate::support::project::{Project, Ran};
use crate::vendor::{TOKEN, Vendor};

const FILE: &str = "tickets/a.yaml";
const ID: u64 = 482_001;

pub const TICKET: &str = "apiVersion: callout/v1
kind: HelpdeskTicket
metadata:
  name: router-417
spec:
  cid: store-0417
  subject: Router is down
  summary: No link since 06:40.
  priority: High
  custom_fields: {Rack: R12, Floor: 2}
lifecycle:
  on_remove: close
";

/// A project with a ticket in its files, and a ReadyDesk without tickets.
struct Desk {
    project: Project,
    vendor: Vendor,
}

impl Desk {
    fn new(format: &str) -> Self {
        let mut project = Project::started();
        let vendor = Vendor::new(project.clock.clone(), |_| {});
        project.set("READYDESK_KEY", TOKEN);
        let desk = Self { project, vendor };
        desk.set_out(&format!("{}/API/default.aspx", desk.vendor.base_url()), format);
        desk.project.write(FILE, TICKET);
        desk
    }

    fn set_out(&self, base_url: &str, format: &str) {
        let section = format!(
            "{{base_url: \"{base_url}\", credential: {{key: \"env:READYDESK_KEY\"}}, timezone: America/New_York, format: {format}, format_parameter: format={format}}}"
        );
        let head = "apiVersion: callout/v1\nkind: Project\nmetadata: {name: acme}\nspec:\n  manifests: [tickets/]\n  systems:\n";
        self.project.write("callout.yaml", format!("{head}    readydesk: {section}\n"));
    }

    /// A command, after which the key is in no output and in no file.
    fn run(&self, words: &str) -> Ran {
        let ran = self.project.run(words);
        assert!(!ran.out.contains(TOKEN) && !ran.err.contains(TOKEN), "{ran}");
        for file in self.project.files() {
            let bytes = std::fs::read(&file).expect("a file");
            assert!(!String::from_utf8_lossy(&bytes).contains(TOKEN), "{} after\n{ran}", file.display());
        }
        ran
    }

    fn field(&self, name: &str) -> Value {
        self.vendor.last().fields.get(name).cloned().unwrap_or_default()
    }

    /// The actions of requests that change something, since the start.
    fn writes(&self) -> Vec<String> {
        let requests = self.vendor.sandbox.requests();
        let actions = requests.iter().filter_map(|request| request.path.split("action=").nth(1)?.split('&').next());
        actions.filter(|action| *action != "get_tickets").map(str::to_owned).collect()
    }

    fn has_no_changes(&self) {
        let before = self.writes();
        let ran = self.run("apply --yes").ends_with(0);
        assert!(ran.out.contains("No changes. ") || ran.out.contains("No tickets: "), "{ran}");
        assert_eq!(self.writes(), before);
    }
}

#[test]
fn a_ticket_is_created_changed_and_closed_in_every_format() {
    for format in ["json", "xml", "delimited"] {
        let desk = Desk::new(format);
        desk.run("apply --yes").ends_with(0);
        desk.has_no_changes();
        assert_eq!(desk.writes(), ["add_ticket"]);
        desk.project.edit(FILE, "Router is down", "Router is down again");
        desk.project.edit(FILE, "Rack: R12, Floor: 2", "Rack: R13");
        desk.run("apply --yes").ends_with(0);
        assert_eq!(desk.field("custom_fields"), json!({"Custom_field_1": "", "Rack": "R13", "Floor": ""}), "{format}");
        assert!(desk.field("subject").as_str().is_some_and(|text| text.starts_with("Router is down again [co-")), "the mark stays");
        desk.has_no_changes();
        desk.project.remove(FILE);
        let ran = desk.run("plan").ends_with(0);
        assert!(ran.out.contains("close"), "{ran}");
        desk.run("apply --yes").ends_with(0);
        assert_eq!((desk.field("status"), desk.field("date_closed")), (json!("Closed"), json!("2027-01-04T12:00:00Z")), "{format}");
        desk.project.write(FILE, TICKET);
        desk.has_no_changes();
        assert_eq!((desk.writes().join(" "), desk.vendor.tickets()), ("add_ticket update_ticket update_ticket".to_owned(), 1));
    }
}

#[test]
fn a_person_who_changes_a_custom_field_is_seen_and_left_alone() {
    let desk = Desk::new("json");
    desk.run("apply --yes").ends_with(0);
    desk.has_no_changes();
    desk.vendor.edit(ID, &json!({"custom_fields": {"Rack": "R99"}, "assigned_tech": "kroe"}));
    let ran = desk.run("plan --refresh all").ends_with(0);
    assert!(ran.out.contains("custom_fields.Rack: R12 -> R99"), "{ran}");
    assert_eq!(desk.writes(), ["add_ticket"]);
    desk.project.write(FILE, format!("{TICKET}  ignore_changes: [custom_fields]\n"));
    // What is to be ignored is taken over by the next run.
    desk.has_no_changes();
    let ran = desk.run("plan --refresh all").ends_with(0);
    assert!(ran.out.contains("assigned_to: (none) -> kroe") && !ran.out.contains("R99"), "{ran}");
}

#[test]
fn a_summary_that_the_server_drops_is_told() {
    let desk = Desk::new("json");
    // As where the variable has another name: it is taken, and nobody reads it.
    let file = desk.project.read("callout.yaml").replace("timezone:", "field_names: {summary: description}, timezone:");
    desk.project.write("callout.yaml", file);
    desk.run("apply --yes");
    let ran = desk.run("plan");
    assert!(ran.out.contains("summary: No link since 06:40. -> (none)"), "{ran}");
    assert_eq!(desk.vendor.tickets(), 1);
}

#[test]
fn a_create_whose_answer_was_lost_is_found_by_its_mark() {
    let desk = Desk::new("json");
    desk.vendor.trouble(Call::Create, Trouble::DropAfterCommit);
    desk.run("apply --yes").ends_with(5);
    desk.vendor.well();
    desk.project.clock.jump(jiff::SignedDuration::from_secs(60));
    let ran = desk.run("apply --yes");
    assert!(ran.out.contains("its mark was found"), "{ran}");
    desk.run("apply --yes").ends_with(0);
    assert_eq!((desk.writes(), desk.vendor.tickets()), (vec!["add_ticket".to_owned()], 1));
}

/// Where nobody looked, nobody has to look by hand either: the next plan does.
#[test]
fn a_mark_that_was_not_looked_for_is_looked_for_by_the_next_plan() {
    let desk = Desk::new("json");
    desk.project.write("tickets/b.yaml", TICKET.replace("417", "418"));
    desk.project.run("plan --out p.plan").ends_with(0);
    desk.vendor.trouble(Call::Create, Trouble::DropAfterCommit);
    desk.project.run("apply p.plan --yes --parallelism 1").ends_with(5);
    desk.vendor.well();
    desk.project.clock.jump(jiff::SignedDuration::from_secs(60));
    for line in ["apply p.plan --yes", "plan --refresh none"] {
        let told = desk.project.run(line).to_string();
        assert!(
            told.contains("connection closed before message completed; its mark was not looked for\n    next: let its mark be looked for: callout plan\n"),
            "{told}"
        );
    }
    assert!(desk.project.run("plan").ends_with(0).out.contains("its mark was found"));
}

#[test]
fn the_key_shows_nowhere_when_things_go_wrong() {
    for trouble in [
        Trouble::Html,
        Trouble::HalfAnswer,
        Trouble::ErrorBeforeCommit { status: 500 },
        Trouble::Redirect { to: format!("http://127.0.0.1:9/login?return=/API/default.aspx?key={TOKEN}") },
    ] {
        let desk = Desk::new("json");
        desk.vendor.trouble(Call::Create, trouble);
        desk.run("plan --out p.json").ends_with(0);
        desk.run("apply p.json --yes").ends_with(5);
        for command in ["plan --format json", "settle", "state list", "state history"] {
            desk.run(command);
        }
        let log: String = desk.vendor.sandbox.requests().into_iter().map(|request| request.path).collect();
        assert!(!log.contains(TOKEN) && log.contains("key=[key]"), "{log}");
    }
    let desk = Desk::new("json");
    let refused = Desk::new("json");
    desk.set_out("http://127.0.0.1:9/API/default.aspx", "json");
    let ran = desk.run("apply --yes");
    assert!(ran.to_string().contains("cannot be reached"), "{ran}");
    refused.set_out(&format!("{}/API/default.aspx?key={TOKEN}", refused.vendor.base_url()), "json");
    let ran = refused.project.run("validate").ends_with(1);
    assert!(!ran.to_string().contains(TOKEN) && ran.to_string().contains("base_url has a `?`"), "{ran}");
}

#[test]
fn an_older_copy_of_the_state_sends_nothing_that_a_list_shows_as_sent() {
    let desk = Desk::new("json");
    desk.run("apply --yes").ends_with(0);
    let older = desk.project.read(".callout/journal.jsonl");
    desk.project.write("tickets/b.yaml", TICKET.replace("router-417", "router-418").replace("store-0417", "store-0418"));
    desk.run("apply --yes").ends_with(0);
    assert_eq!(desk.vendor.tickets(), 2);
    desk.project.write(".callout/journal.jsonl", older);
    desk.run("state check").ends_with(0);
    let ran = desk.run("apply --yes").ends_with(0);
    assert!(ran.out.contains("taken over, not sent: its mark was found"), "{ran}");
    assert_eq!(desk.vendor.tickets(), 2);
}
