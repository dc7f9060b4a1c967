//! `validate --online`: what the look-ups of NOCExpress say about the files, and what is said when they do not answer.

use callout::systems::sandbox::{Call, Trouble};
use serde_json::{Value, json};

use crate::shown::shows;
use crate::support::project::{Project, Ran};
use crate::support::server::{Reply, Server};
use crate::vendor::{Site, TOKEN_WITHOUT_SCOPE, dispatch};

/// A project file with NOCExpress at this address; `more` is put into its section.
fn project_file(base_url: &str, more: &str) -> String {
    format!(
        "apiVersion: callout/v1
kind: Project
metadata: {{name: acme}}
spec:
  manifests: [tickets/]
  systems:
    nocexpress: {{base_url: \"{base_url}\", credential: {{bearer: \"env:G360_TOKEN\"}}{more}}}
"
    )
}

/// A NOC ticket of one site, as the sandbox knows it.
pub const TICKET: &str = "apiVersion: callout/v1
kind: NocTicket
metadata:
  name: outage-0417
spec:
  issue_name: Circuit down
  type_name: Service Request
  subtype_name: Outage
  configuration_ids: [88213, 88214]
  contact_name: Dana Ortiz
  contact_email_address: dana@example.com
  local_contact_name: Sam Lee
  local_contact_number: 617-555-0123
  automatic_email_cc: false
  sites:
    - macnum: \"01234567\"
      maintenance_window: any time
  access_hours: Mon to Fri, 08:00 to 17:00
";

/// A vendor that knows the made-up world, and a project with this ticket.
fn site(ticket: &str) -> Site {
    let site = Site::new();
    site.write("callout.yaml", project_file(site.vendor.base_url(), ""));
    site.write("tickets/noc.yaml", ticket);
    site
}

/// A server that answers so, and a project with this ticket that asks it.
fn answered(replies: Vec<Reply>, ticket: &str) -> Ran {
    let site = site(ticket);
    let server = site.vendor.block_on(Server::with(replies));
    site.write("callout.yaml", project_file(&server.url, ", look_ups: {page_size: 3}"));
    site.run("validate --online")
}

fn sites() -> Reply {
    Reply::json(&json!([{"id": 1, "macnum": "01234567", "name": "Store 417"}]))
}

fn configurations() -> Reply {
    let row = |id: u64| json!({"id": id, "name": "DIA 100", "type_name": "Service Request", "subtype_name": "Outage"});
    Reply::json(&[88_213, 88_214].map(row).into_iter().collect::<Value>())
}

fn issues() -> Reply {
    Reply::json(&json!({"ticket_issues_dropdown_values": ["Circuit down", "Slow"]}))
}

#[test]
fn what_the_system_knows_is_valid() {
    shows!(answered(vec![sites(), configurations(), issues()], TICKET), @r"
    $ callout validate --online
    Valid: 1 ticket in 1 document; 1 looked up.
    | looking up the values of 1 ticket: at most 4 requests
    exit 0
    ");
}

#[test]
fn without_online_nothing_is_asked() {
    let site = site(&TICKET.replace("01234567", "99234567"));
    shows!(site.run("validate"), @r"
    $ callout validate
    Valid: 1 ticket in 1 document.
    exit 0
    ");
    assert!(site.vendor.sandbox.requests().is_empty());
}

#[test]
fn an_unknown_site_is_told_with_the_nearest() {
    let unknown = site(&TICKET.replace("01234567", "99234067"));
    shows!(unknown.run("validate --online"), @r#"
    $ callout validate --online
    Not valid: 1 error.
    | looking up the values of 1 ticket: at most 4 requests
    | online/macnum in NocTicket/outage-0417
    |
    |   x NOCExpress knows no site with the macnum 99234067
    |     ,-[tickets/noc.yaml:16:15]
    |  13 |   local_contact_number: 617-555-0123
    |  14 |   automatic_email_cc: false
    |  15 |   sites:
    |  16 |     - macnum: "99234067"
    |     :               ^^^^^^^^^^
    |  17 |       maintenance_window: any time
    |  18 |   access_hours: Mon to Fri, 08:00 to 17:00
    |     `----
    |   help: Did you mean `01234067` (Bluefin Grocers Portland)?
    |
    exit 1
    "#);
    let far = site(&TICKET.replace("01234567", "99999999"));
    shows!(far.run("validate --online"), @r#"
    $ callout validate --online
    Not valid: 1 error.
    | looking up the values of 1 ticket: at most 4 requests
    | online/macnum in NocTicket/outage-0417
    |
    |   x NOCExpress knows no site with the macnum 99999999
    |     ,-[tickets/noc.yaml:16:15]
    |  13 |   local_contact_number: 617-555-0123
    |  14 |   automatic_email_cc: false
    |  15 |   sites:
    |  16 |     - macnum: "99999999"
    |     :               ^^^^^^^^^^
    |  17 |       maintenance_window: any time
    |  18 |   access_hours: Mon to Fri, 08:00 to 17:00
    |     `----
    |   help: It knows, among others and nearest first, `01234099` (Larkspur Hardware Concord), `01234009` (Old
    |         Mill Bakeries Concord), `01234019` (Bluefin Grocers Albany), `01234029` (Larkspur Hardware
    |         Portland), `01234039` (Larkspur Hardware Portland).
    |
    exit 1
    "#);
}

#[test]
fn an_unknown_configuration_is_told_with_those_of_the_site() {
    let site = site(&TICKET.replace("[88213, 88214]", "[88213, 88218]"));
    shows!(site.run("validate --online"), @r"
    $ callout validate --online
    Not valid: 1 error, 1 warning.
    | looking up the values of 1 ticket: at most 4 requests
    | online/unchecked
    |
    |   ! type_name and subtype_name could not be checked: configurations of NOCExpress do not show theirs
    |   help: They were looked for in the fields `type_name` and `subtype_name`. If the vendor names them
    |         otherwise, set look_ups.configuration_type_field and look_ups.configuration_subtype_field below
    |         spec.systems.nocexpress.
    |
    | online/configuration in NocTicket/outage-0417
    |
    |   x the site 01234567 has no configuration 88218
    |     ,-[tickets/noc.yaml:9:30]
    |   6 |   issue_name: Circuit down
    |   7 |   type_name: Service Request
    |   8 |   subtype_name: Outage
    |   9 |   configuration_ids: [88213, 88218]
    |     :                              ^^^^^
    |  10 |   contact_name: Dana Ortiz
    |  11 |   contact_email_address: dana@example.com
    |  12 |   local_contact_name: Sam Lee
    |     `----
    |   help: Did you mean `88213` (DIA 88213) or `88214` (Managed SD-WAN 88214)?
    |
    exit 1
    ");
}

#[test]
fn type_and_subtype_must_be_those_of_the_configurations() {
    let ticket = TICKET.replace("subtype_name: Outage", "subtype_name: Outtage");
    shows!(answered(vec![sites(), configurations()], &ticket), @r"
    $ callout validate --online
    Not valid: 1 error.
    | looking up the values of 1 ticket: at most 4 requests
    | online/subtype in NocTicket/outage-0417
    |
    |   x the configurations 88213, 88214 have no subtype `Outtage`
    |     ,-[tickets/noc.yaml:8:17]
    |   5 | spec:
    |   6 |   issue_name: Circuit down
    |   7 |   type_name: Service Request
    |   8 |   subtype_name: Outtage
    |     :                 ^^^^^^^
    |   9 |   configuration_ids: [88213, 88214]
    |  10 |   contact_name: Dana Ortiz
    |  11 |   contact_email_address: dana@example.com
    |     `----
    |   help: Did you mean `Outage`?
    |
    exit 1
    ");
}

#[test]
fn an_unknown_issue_is_told_with_the_nearest() {
    let site = site(&TICKET.replace("Circuit down", "Circuit is down"));
    shows!(site.run("validate --online"), @r"
    $ callout validate --online
    Not valid: 1 error, 1 warning.
    | looking up the values of 1 ticket: at most 4 requests
    | online/unchecked
    |
    |   ! type_name and subtype_name could not be checked: configurations of NOCExpress do not show theirs
    |   help: They were looked for in the fields `type_name` and `subtype_name`. If the vendor names them
    |         otherwise, set look_ups.configuration_type_field and look_ups.configuration_subtype_field below
    |         spec.systems.nocexpress.
    |
    | online/issue in NocTicket/outage-0417
    |
    |   x NOCExpress has no issue `Circuit is down` for the type `Service Request` and the subtype `Outage`
    |    ,-[tickets/noc.yaml:6:15]
    |  3 | metadata:
    |  4 |   name: outage-0417
    |  5 | spec:
    |  6 |   issue_name: Circuit is down
    |    :               ^^^^^^^^^^^^^^^
    |  7 |   type_name: Service Request
    |  8 |   subtype_name: Outage
    |  9 |   configuration_ids: [88213, 88214]
    |    `----
    |   help: Did you mean `Circuit down`?
    |
    exit 1
    ");
}

#[test]
fn mistakes_come_as_json_too() {
    let site = site(&TICKET.replace("Circuit down", "Circuit is down"));
    let told = site.run("validate --online --format json").ends_with(1).json();
    let place = |told: &Value| (told["code"].clone(), told["line"].clone(), told["column"].clone(), told["address"].clone());
    assert_eq!(place(&told["diagnostics"][1]), (json!("online/issue"), json!(6), json!(15), json!("NocTicket/outage-0417")));
}

#[test]
fn a_full_page_is_no_proof() {
    let full = Reply::json(&[1, 2, 3].map(|id| json!({"id": id, "name": "DIA 100"})).into_iter().collect::<Value>());
    shows!(answered(vec![sites(), full, issues()], TICKET), @r"
    $ callout validate --online
    Valid: 1 ticket in 1 document; 1 looked up, 2 warnings.
    | looking up the values of 1 ticket: at most 4 requests
    | online/incomplete in NocTicket/outage-0417
    |
    |   ! whether the site 01234567 has a configuration 88213 is not known: NOCExpress showed 3, and may know more
    |     ,-[tickets/noc.yaml:9:23]
    |   6 |   issue_name: Circuit down
    |   7 |   type_name: Service Request
    |   8 |   subtype_name: Outage
    |   9 |   configuration_ids: [88213, 88214]
    |     :                       ^^^^^
    |  10 |   contact_name: Dana Ortiz
    |  11 |   contact_email_address: dana@example.com
    |  12 |   local_contact_name: Sam Lee
    |     `----
    |   help: Raise look_ups.page_size or name fewer look_ups.configuration_services below
    |         spec.systems.nocexpress.
    |
    | online/incomplete in NocTicket/outage-0417
    |
    |   ! whether the site 01234567 has a configuration 88214 is not known: NOCExpress showed 3, and may know more
    |     ,-[tickets/noc.yaml:9:30]
    |   6 |   issue_name: Circuit down
    |   7 |   type_name: Service Request
    |   8 |   subtype_name: Outage
    |   9 |   configuration_ids: [88213, 88214]
    |     :                              ^^^^^
    |  10 |   contact_name: Dana Ortiz
    |  11 |   contact_email_address: dana@example.com
    |  12 |   local_contact_name: Sam Lee
    |     `----
    |   help: Raise look_ups.page_size or name fewer look_ups.configuration_services below
    |         spec.systems.nocexpress.
    |
    exit 0
    ");
}

#[test]
fn a_token_that_is_refused_is_told_once() {
    let mut site = site(TICKET);
    site.set("G360_TOKEN", "s3cr3t-wrong-token");
    shows!(site.run("validate --online"), @r#"
    $ callout validate --online
    Not valid: 1 error.
    | looking up the values of 1 ticket: at most 4 requests
    | online/unanswered
    |
    |   x the values could not be looked up: NOCExpress answered 401 Unauthorized: The access token is invalid, or
    |   | the "Bearer " prefix is missing; it did not accept the token from the variable G360_TOKEN
    |   help: Nothing more was looked up. Mend that and validate again; without --online, nothing is asked.
    |
    exit 1
    "#);
    assert_eq!(site.vendor.sandbox.requests().len(), 1);
    site.set("G360_TOKEN", TOKEN_WITHOUT_SCOPE);
    let ran = site.run("validate --online").ends_with(1);
    assert!(ran.err.contains("403 Forbidden") && ran.err.contains("urn:grt:nocexpress"), "{ran}");
}

#[test]
fn without_a_credential_nobody_is_asked() {
    let site = site(TICKET);
    site.edit("callout.yaml", "G360_TOKEN", "OTHER_TOKEN");
    shows!(site.run("validate --online"), @r"
    $ callout validate --online
    Not valid: 1 error.
    | looking up the values of 1 ticket: at most 4 requests
    | online/unanswered
    |
    |   x the values could not be looked up: the variable OTHER_TOKEN, which holds the access token, is not set.
    |   | Set it and try again: export OTHER_TOKEN=YOUR_TOKEN
    |   help: Nothing more was looked up. Mend that and validate again; without --online, nothing is asked.
    |
    exit 1
    ");
    assert!(site.vendor.sandbox.requests().is_empty());
}

#[test]
fn a_host_that_cannot_be_reached_is_told_once() {
    let site = site(TICKET);
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    site.write("callout.yaml", project_file(&format!("http://127.0.0.1:{port}"), ""));
    shows!(site.run("validate --online"), @r"
    $ callout validate --online
    Not valid: 1 error.
    | looking up the values of 1 ticket: at most 4 requests
    | online/unanswered
    |
    |   x the values could not be looked up: NOCExpress cannot be reached at 127.0.0.1: Connection refused (os
    |   | error 111)
    |   help: Nothing more was looked up. Mend that and validate again; without --online, nothing is asked.
    |
    exit 1
    ");
}

#[test]
fn an_answer_of_the_wrong_shape_hides_no_other() {
    let moved = Reply::json(&json!({"message": "moved"}));
    let ticket = TICKET.replace("Circuit down", "Circuit dwn");
    shows!(answered(vec![sites(), moved, issues()], &ticket), @r"
    $ callout validate --online
    Not valid: 2 errors.
    | looking up the values of 1 ticket: at most 4 requests
    | online/unanswered
    |
    |   x the configurations could not be looked up: NOCExpress answered without a list of configurations: moved
    |   help: The other look-ups are not touched by that. It was asked at /api/v1/noc/configurations/external;
    |         another path is set as look_ups.configurations_path below spec.systems.nocexpress.
    |
    | online/issue in NocTicket/outage-0417
    |
    |   x NOCExpress has no issue `Circuit dwn` for the type `Service Request` and the subtype `Outage`
    |    ,-[tickets/noc.yaml:6:15]
    |  3 | metadata:
    |  4 |   name: outage-0417
    |  5 | spec:
    |  6 |   issue_name: Circuit dwn
    |    :               ^^^^^^^^^^^
    |  7 |   type_name: Service Request
    |  8 |   subtype_name: Outage
    |  9 |   configuration_ids: [88213, 88214]
    |    `----
    |   help: Did you mean `Circuit down`?
    |
    exit 1
    ");
}

#[test]
fn a_look_up_that_fails_ends_alone() {
    let site = site(&TICKET.replace("Circuit down", "Slwo"));
    site.edit("callout.yaml", "credential:", "look_ups: {sites_path: /sites}, credential:");
    let ran = site.run("validate --online").ends_with(1);
    assert!(ran.err.contains("the sites could not be looked up: NOCExpress answered 404 Not Found"), "{ran}");
    assert!(ran.err.contains("Did you mean `Slow`?"), "{ran}");
    site.vendor.trouble(Call::Read, Trouble::ErrorBeforeCommit { status: 503 });
    let ran = site.run("validate --online").ends_with(1);
    assert!(ran.err.contains("the issues could not be looked up: NOCExpress answered 503 Service Unavailable"), "{ran}");
}

#[test]
fn mistakes_in_the_files_come_first() {
    let site = site(&TICKET.replace("access_hours", "acess_hours"));
    let ran = site.run("validate --online").ends_with(1);
    assert!(ran.err.starts_with("Nothing was looked up: mend these errors first.\n"), "{ran}");
    assert!(site.vendor.sandbox.requests().is_empty());
}

#[test]
fn kinds_that_nobody_can_be_asked_about_are_named() {
    let site = Site::new();
    site.write("tickets/a.yaml", crate::customer::TICKET);
    shows!(site.run("validate --online"), @r"
    $ callout validate --online
    Valid: 1 ticket in 1 document; 0 looked up.
    | Not looked up, as callout knows no call that tells valid values: CustomerTicket (Billing Platform).
    exit 0
    ");
    assert!(site.vendor.sandbox.requests().is_empty());
}

#[test]
fn a_system_without_settings_cannot_be_asked() {
    let site = Site::new();
    site.write("tickets/noc.yaml", TICKET);
    shows!(site.run("validate --online"), @r"
    $ callout validate --online
    Not valid: 1 error.
    | online/no-settings
    |
    |   x 1 ticket was not asked: callout.yaml has no settings for NOCExpress
    |   help: Add its section as spec.systems.nocexpress, as `callout plan` shows, or use --sandbox.
    |
    exit 1
    ");
}

#[test]
fn without_a_project_nobody_can_be_asked() {
    let project = Project::empty();
    project.write("noc.yaml", TICKET);
    let ran = project.run("validate --online noc.yaml").ends_with(1);
    assert!(ran.err.contains("there is no callout.yaml here"), "{ran}");
}

#[test]
fn the_sandbox_answers_in_place_of_the_system() {
    let site = site(TICKET);
    site.write("tickets/dispatch.yaml", dispatch("store-0417-router", "0417"));
    shows!(site.run("--sandbox validate --online"), @r"
    $ callout --sandbox validate --online
    Valid: 2 tickets in 2 documents; 2 looked up, 1 warning.
    | looking up the values of 1 ticket: at most 1 request
    | looking up the values of 1 ticket: at most 4 requests
    | online/unchecked
    |
    |   ! type_name and subtype_name could not be checked: configurations of NOCExpress do not show theirs
    |   help: They were looked for in the fields `type_name` and `subtype_name`. If the vendor names them
    |         otherwise, set look_ups.configuration_type_field and look_ups.configuration_subtype_field below
    |         spec.systems.nocexpress.
    |
    exit 0
    ");
    assert!(site.vendor.sandbox.requests().is_empty());
}

#[test]
fn many_questions_are_announced_and_paced() {
    let site = site("");
    let ticket =
        |number: u32| TICKET.replace("outage-0417", &format!("outage-{number}")).replace("\"01234567\"", &format!("\"{number:08}\""));
    let tickets: Vec<String> = (0..40).map(|at| ticket(2_000_000 + at).replace("[88213, 88214]", &format!("[{}]", 53_646 + at))).collect();
    site.write("tickets/noc.yaml", tickets.join("---\n"));
    let ran = site.run("validate --online").ends_with(0);
    assert!(ran.err.starts_with("looking up the values of 40 tickets: at most 82 requests, about 2 minutes at 60 a minute\n"), "{ran}");
    assert_eq!(ran.out, "Valid: 40 tickets in 40 documents; 40 looked up, 1 warning.\n");
    assert_eq!(site.vendor.sandbox.requests().len(), 82);
}
