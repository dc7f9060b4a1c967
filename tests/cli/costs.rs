//! What a plan says of costs and addresses, and what it does when it cannot know them.

use callout::systems::sandbox::{Call, Trouble};
use jiff::SignedDuration;

use crate::shown::shows;
use crate::support::git::git;
use crate::support::project::Project;
use crate::support::server::{Reply, Server};
use crate::vendor::{Site, TOKEN_WITHOUT_SCOPE, dispatch, project_file};

fn stores(site: &Site, stores: &[&str]) {
    for store in stores {
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    }
}

/// A project of so many stores, with this below `spec`.
pub fn site(more: &str, names: &[&str]) -> Site {
    let site = Site::new();
    site.write("callout.yaml", project_file(site.vendor.base_url(), more));
    stores(&site, names);
    site
}

/// Paths of the requests about costs, without their queries.
pub fn asked(site: &Site) -> usize {
    let requests = site.vendor.sandbox.requests();
    requests.iter().filter(|request| request.path.contains("addresses?") || request.path.contains("estimatedCosts")).count()
}

pub fn cache(project: &Project) -> Vec<std::path::PathBuf> {
    project.files().into_iter().filter(|path| path.parent().is_some_and(|folder| folder.ends_with("cache"))).collect()
}

/// The lines of a text that are about costs and addresses.
pub fn lines(text: &str) -> String {
    let about = |line: &&str| ["cost", "Cost:", "address of", "refused:", "next:", "--"].iter().any(|word| line.contains(word));
    text.lines().filter(about).map(str::trim).collect::<Vec<_>>().join("\n")
}

#[test]
fn costs_and_addresses_are_shown_where_they_are_asked_for() {
    let site = site("", &["0417"]);
    shows!(site.run("plan --costs"), @r"
    $ callout plan --costs
    Plan: 1 to create. Cost: about $312.50.

    + Dispatch/store-0417  Store 0417 (0417), account 01230417
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 0417
        location_number: 0417
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01230417
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        address of its account: 178 Kiln Lane, Concord, NH 03301 (01230417 - 217343)
        cost: about $312.50
        at tickets/0417.yaml:4:9

    Plan: 1 to create. Cost: about $312.50.
    | asking what 1 create costs: at most 2 requests
    exit 0
    ");
    let quiet = site.run("plan").ends_with(0);
    assert!(!quiet.out.contains("ost: ") && !quiet.out.contains("address of its account"), "{quiet}");
    let plan = site.run("plan --costs --format json").ends_with(0).json();
    assert!(plan["plan"]["steps"][0]["cost"]["estimated"].as_f64().is_some_and(|dollars| dollars > 100.0), "{plan}");
    assert!(plan["plan"]["steps"][0]["account"]["address"].is_string(), "{plan}");
}

#[test]
fn a_project_can_always_ask() {
    let site = site("  costs: true\n", &["0417", "0418"]);
    let ran = site.run("plan").ends_with(0);
    assert!(ran.err.starts_with("asking what 2 creates cost: at most 4 requests\n"), "{ran}");
    assert_eq!(lines(&ran.out).matches("cost: about $").count(), 2, "{ran}");
    let offline = site.run("plan --refresh none").ends_with(0);
    assert_eq!(lines(&offline.out), "", "who reads nothing asks nothing");
    assert!(site.run("plan --refresh none --costs").ends_with(0).out.contains("cost: about $"));
}

#[test]
fn what_was_told_is_kept_for_a_day_and_for_its_owner_alone() {
    let site = site("", &["0417"]);
    git(&site.path(""), &["init", "-q"]);
    let first = site.run("plan --costs").ends_with(0);
    assert_eq!(asked(&site), 2);
    let again = site.run("plan --costs").ends_with(0);
    assert_eq!((asked(&site), &again.out, again.err.as_str()), (2, &first.out, ""));
    let files = cache(&site);
    assert_eq!(files.len(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&files[0]).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    std::fs::write(&files[0], "{\"format_version\": 1").expect("damage");
    assert_eq!(site.run("plan --costs").ends_with(0).out, first.out);
    assert_eq!(asked(&site), 4);
    site.clock.jump(SignedDuration::from_hours(25));
    site.run("plan --costs").ends_with(0);
    assert_eq!(asked(&site), 5, "the account is kept longer");
    site.clock.jump(SignedDuration::from_hours(8 * 24));
    site.run("plan --costs --target Dispatch/store-0417");
    stores(&site, &["0418"]);
    site.edit("tickets/0418.yaml", "2027-01-11", "2027-02-11");
    site.run("plan --costs --target Dispatch/store-0418").ends_with(0);
    assert_eq!(asked(&site), 7);
}

#[test]
fn a_cache_that_somebody_committed_or_that_git_does_not_vouch_for_is_not_believed() {
    let site = site("", &["0417"]);
    let first = site.run("plan --costs").ends_with(0);
    let says_the_same = || assert_eq!(site.run("plan --costs").ends_with(0).out.lines().next(), first.out.lines().next());
    says_the_same();
    assert_eq!(asked(&site), 4, "nobody knows where it comes from");
    git(&site.path(""), &["init", "-q"]);
    says_the_same();
    assert_eq!(asked(&site), 4);
    git(&site.path(""), &["add", "-f", ".callout/cache"]);
    says_the_same();
    assert_eq!(asked(&site), 6);
}

#[test]
fn a_rule_about_costs_has_them_asked_for_and_an_unknown_one_is_no_way_around_it() {
    let site = site("", &["0417"]);
    let rule = "  when: step.cost\n  deny: step.cost and step.cost.dollars > 1\n  message: ${{ step.address }} costs too much\n";
    site.write("tickets/costs.yaml", format!("apiVersion: callout/v1\nkind: Policy\nmetadata: {{name: costs}}\nspec:\n{rule}"));
    for words in ["plan", "plan --refresh none", "apply --yes --refresh none"] {
        let ran = site.run(words).ends_with(4);
        assert!(ran.out.contains("Dispatch/store-0417 costs too much"), "{ran}");
    }
    site.edit("tickets/0417.yaml", "account_macnum: \"0123", "account_macnum: \"9923");
    let ran = site.run("apply --yes").ends_with(4);
    assert!(ran.out.contains("the rule cannot be judged: nobody knows what it costs"), "{ran}");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn the_sandbox_keeps_what_it_made_up_to_itself() {
    let site = site("", &["0417"]);
    site.run("--sandbox plan --costs").ends_with(0);
    assert!(cache(&site).iter().all(|path| path.parent().and_then(|folder| folder.parent()).is_some_and(|home| home.ends_with("sandbox"))));
    assert_eq!((cache(&site).len(), asked(&site)), (1, 0));
    site.run("plan --costs").ends_with(0);
    assert_eq!(asked(&site), 2);
}

#[test]
fn who_is_not_answered_is_told_once_and_the_plan_is_made_all_the_same() {
    let mut site = site("", &["0417", "0418"]);
    site.set("G360_TOKEN", TOKEN_WITHOUT_SCOPE);
    let ran = site.run("plan --costs").ends_with(0);
    let why = "TechExpress answered 403 Forbidden: The token lacks the scope urn:grt:techexpress";
    assert_eq!(lines(&ran.out).matches(&format!("cost: unknown: {why}")).count(), 2, "{ran}");
    insta::assert_snapshot!(ran.err, @r"
    asking what 2 creates cost: at most 4 requests
    costs/unanswered

      ! what 2 creates cost is not known: TechExpress answered 403 Forbidden: The token lacks the scope
      | urn:grt:techexpress; the token from the variable G360_TOKEN lacks permission: it needs the scope
      | urn:grt:techexpress, and leave to act for granted_tenant_macnum if that is set
      help: Nothing more was asked. The plan shows these costs as unknown, never as nothing; mend that and plan
            again.
    ");
    assert_eq!(asked(&site), 1);
    assert!(cache(&site).is_empty());
}

#[test]
fn without_a_credential_costs_are_unknown_and_nobody_is_asked() {
    let site = site("", &["0417"]);
    site.edit("callout.yaml", "G360_TOKEN", "OTHER_TOKEN");
    let ran = site.run("plan --costs").ends_with(0);
    assert!(ran.out.contains("cost: unknown: the variable OTHER_TOKEN, which holds the access token, is not set."), "{ran}");
    assert_eq!(asked(&site), 0);
}

#[test]
fn costs_of_some_can_be_had_while_others_fail() {
    let site = site("", &["0417", "0418"]);
    git(&site.path(""), &["init", "-q"]);
    site.run("plan --costs --target Dispatch/store-0417").ends_with(0);
    site.vendor.trouble(Call::Read, Trouble::ErrorBeforeCommit { status: 503 });
    let ran = site.run("plan --costs").ends_with(0);
    assert!(ran.out.contains("cost: about $") && ran.out.contains("cost: unknown: TechExpress answered 503 Service Unavailable"), "{ran}");
}

#[test]
fn the_question_before_an_apply_names_the_amount() {
    let site = site("", &["0417"]);
    let ran = site.run_answering("apply --costs", "no").ends_with(1);
    assert!(ran.err.contains("It creates 1 ticket, which cannot be undone from here. Cost: about $"), "{ran}");
}

#[test]
fn what_cannot_be_told_is_said_to_who_asks() {
    let desk = crate::customer::Desk::new();
    let ran = desk.project.run("plan --costs").ends_with(0);
    assert_eq!(ran.err, "Not asked what it costs, as callout knows no call that tells: CustomerTicket (Billing Platform).\n");
    assert!(!ran.out.contains("ost: "), "{ran}");
    let file = desk.project.read("callout.yaml");
    desk.project.write("callout.yaml", format!("{file}  limits: {{spend: 0}}\n"));
    desk.project.run("apply --yes").ends_with(0);
}

#[test]
fn words_of_the_system_reach_no_terminal_as_they_are() {
    let site = Site::new();
    let hostile =
        serde_json::json!([{"macnum": "01230417", "id": 7, "name": "\u{1b}[2JA", "address_line_1": "1 \u{202e}Mill\u{7}", "city": "x\ny"}]);
    let price = serde_json::json!({"message": "\u{1b}]0;title\u{7}"});
    let server = site.vendor.block_on(Server::with([Reply::json(&hostile), Reply::json(&price)]));
    site.write("callout.yaml", project_file(&server.url, ""));
    stores(&site, &["0417"]);
    let ran = site.run("plan --costs").ends_with(0);
    assert!(!ran.out.contains(['\u{1b}', '\u{7}', '\u{202e}']) && !ran.err.contains(['\u{1b}', '\u{7}']), "{ran}");
    assert!(ran.out.contains("    address of its account: 1 Mill, x y ([2JA)\n"), "{ran}");
}
