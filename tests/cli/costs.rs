//! What a plan says of costs and addresses, and what it does when it cannot know them.

use callout::systems::sandbox::{Call, Trouble};
use jiff::SignedDuration;

use crate::shown::shows;
use crate::support::project::Project;
use crate::support::server::{Reply, Server};
use crate::vendor::{Site, TOKEN_WITHOUT_SCOPE, dispatch, project_file};

fn stores(site: &Site, stores: &[&str]) {
    for store in stores {
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    }
}

/// A project of so many stores, with this below `spec`.
fn site(more: &str, names: &[&str]) -> Site {
    let site = Site::new();
    site.write("callout.yaml", project_file(site.vendor.base_url(), more));
    stores(&site, names);
    site
}

/// Paths of the requests about costs, without their queries.
fn asked(site: &Site) -> usize {
    let requests = site.vendor.sandbox.requests();
    requests.iter().filter(|request| request.path.contains("addresses?") || request.path.contains("estimatedCosts")).count()
}

fn cache(project: &Project) -> Vec<std::path::PathBuf> {
    project.files().into_iter().filter(|path| path.parent().is_some_and(|folder| folder.ends_with("cache"))).collect()
}

/// The lines of a text that are about costs and addresses.
fn lines(text: &str) -> String {
    let about = |line: &&str| ["cost", "Cost:", "address of", "refused:", "next:", "--"].iter().any(|word| line.contains(word));
    text.lines().filter(about).map(|line| format!("{}\n", line.trim())).collect()
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
fn a_cache_that_somebody_committed_is_not_believed() {
    let site = site("", &["0417"]);
    let first = site.run("plan --costs").ends_with(0);
    let git = |words: &[&str]| {
        let done = std::process::Command::new("git").arg("-C").arg(site.path("")).args(words).output().expect("git");
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "-q"]);
    site.run("plan --costs").ends_with(0);
    assert_eq!(asked(&site), 2);
    git(&["add", "-f", ".callout/cache"]);
    assert_eq!(site.run("plan --costs").ends_with(0).out.lines().next(), first.out.lines().next());
    assert_eq!(asked(&site), 4);
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
fn more_than_the_limit_refuses_the_whole_plan() {
    let site = site("  limits: {spend: 700}\n", &["0417", "0418", "0419"]);
    let planned = site.run("plan").ends_with(4);
    let ran = site.run("apply --yes").ends_with(4);
    assert_eq!(planned.out, ran.out);
    insta::assert_snapshot!(lines(&ran.out), @r"
    Plan: 3 to create. Cost: about $875. Refused: over a limit.
    address of its account: 178 Kiln Lane, Concord, NH 03301 (01230417 - 217343)
    cost: about $312.50
    address of its account: 431 Harbor Road, Quincy, MA 02169 (01230418 - 466896)
    cost: about $297.50
    address of its account: 16 Bridge Street, Concord, NH 03301 (01230419 - 384959)
    cost: about $265
    refused: creates for about $875 are over the limit of $700 (spec.limits.spend)
    next: `callout apply --allow-spend 875` lifts it for one run
    --target Dispatch/store-0417 --target Dispatch/store-0418 (2 to create)
    Plan: 3 to create. Cost: about $875. Refused: over a limit.
    ");
    site.run("apply --yes --allow-spend 700").ends_with(4);
    assert_eq!(site.vendor.tickets(), 0);
    site.run("apply --yes --target Dispatch/store-0417").ends_with(0);
    site.run("apply --yes --allow-spend 2000").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn a_cost_that_nobody_knows_refuses_under_a_limit_and_nowhere_else() {
    let site = site("", &["0417", "0418"]);
    site.edit("tickets/0418.yaml", "01230418", "99230418");
    let free = site.run("plan --costs").ends_with(0);
    assert!(free.out.contains("    cost: unknown: TechExpress knows no account with the macnum 99230418\n"), "{free}");
    site.write("callout.yaml", project_file(site.vendor.base_url(), "  limits: {spend: 5000}\n"));
    let ran = site.run("apply --yes").ends_with(4);
    insta::assert_snapshot!(lines(&ran.out), @r"
    Plan: 2 to create. Cost: about $312.50, 1 unknown. Refused: over a limit.
    address of its account: 178 Kiln Lane, Concord, NH 03301 (01230417 - 217343)
    cost: about $312.50
    cost: unknown: TechExpress knows no account with the macnum 99230418
    refused: nobody knows what 1 create costs, and spec.limits.spend allows none such: Dispatch/store-0418
    next: `cost:` says why; mend that and plan again. `callout apply --allow-unknown-costs 1` sends them all the same, for one run
    --target Dispatch/store-0417 (1 to create)
    Plan: 2 to create. Cost: about $312.50, 1 unknown. Refused: over a limit.
    ");
    site.run("apply --yes --allow-spend 9999").ends_with(4);
    assert_eq!(site.vendor.tickets(), 0);
    site.run("apply --yes --allow-unknown-costs 1").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
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
    site.run("plan --costs --target Dispatch/store-0417").ends_with(0);
    site.vendor.trouble(Call::Read, Trouble::ErrorBeforeCommit { status: 503 });
    let ran = site.run("plan --costs").ends_with(0);
    assert!(ran.out.contains("cost: about $") && ran.out.contains("cost: unknown: TechExpress answered 503 Service Unavailable"), "{ran}");
}

#[test]
fn a_saved_plan_keeps_its_costs_and_asks_for_none() {
    let site = site("  limits: {spend: 5000}\n", &["0417"]);
    site.run("plan --out plan.json").ends_with(0);
    let requests = asked(&site);
    let shown = site.run("show plan.json").ends_with(0);
    assert!(shown.out.contains("cost: about $"), "{shown}");
    std::fs::remove_file(&cache(&site)[0]).expect("the cache");
    let ran = site.run("apply --yes plan.json").ends_with(0);
    assert!(ran.out.contains("cost: about $"), "{ran}");
    assert_eq!((asked(&site), site.vendor.tickets()), (requests, 1));
}

#[test]
fn a_saved_plan_without_costs_is_refused_once_an_amount_is_said() {
    let site = site("", &["0417"]);
    site.run("plan --out plan.json").ends_with(0);
    let ran = site.run("apply --yes --allow-spend 5000 plan.json").ends_with(4);
    assert!(ran.out.contains("nobody knows what 1 create costs"), "{ran}");
    site.run("apply --yes plan.json").ends_with(0);
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

const ROLLOUT: &str = "\
apiVersion: callout/v1
kind: Rollout
metadata: {name: routers}
spec:
  sites: {csv: sites.csv, key: store}
  waves: [{name: pilot, where: 'site.wave == \"pilot\"'}, {name: rest}]
  limits: {spend: 2000}
  template:
    kind: Dispatch
    metadata: {name: \"router-${{ site.store }}\"}
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: Replace the branch router.
      automatic_email_contact: true
      automatic_email_cc: false
      locations:
        - location_name: Store ${{ site.store }}
          location_number: ${{ site.store }}
          local_contact_name: Sam Lee
          local_contact_number: 617-555-0123
          account_macnum: ${{ site.account }}
          start_date: 2027-02-01T08:00:00
          end_date: 2027-02-01T12:00:00
          timezone: America/New_York
";

#[test]
fn each_wave_says_what_it_costs_and_folding_loses_nothing() {
    let site = Site::new();
    site.write("tickets/routers.yaml", ROLLOUT);
    let row =
        |number: u32| format!("{number:04},{},{}\n", if number < 5 { "pilot" } else { "rest" }, if number % 7 == 0 { "99" } else { "12" });
    let rows: Vec<String> =
        (1..=20).map(row).map(|row| row.replace(",99", ",99000001").replace(",12", &format!(",0123{}", &row[..4]))).collect();
    site.write("tickets/sites.csv", format!("store,wave,account\n{}", rows.concat()));
    let ran = site.run("plan").ends_with(4);
    let told = |line: &&str| {
        ["Plan:", "Rollout/", " tickets: ", "cost: ", "sites: ", "refused: ", "next: "].iter().any(|word| line.contains(word))
    };
    insta::assert_snapshot!(ran.out.lines().filter(told).map(|line| format!("{line}\n")).collect::<String>(), @r"
    Plan: 20 to create. Cost: about $5,855, 2 unknown. Refused: over a limit.
    Rollout/routers, wave pilot: 4 to create, about $1,430
    + 4 tickets: same 14 fields, 4 vary by site
        cost: about $1,430 together, from $310 to $405
        sites: 0001, 0002, 0003, 0004
            cost: about $310
    Rollout/routers, wave rest: 16 to create, about $4,425, 2 unknown
    + 14 tickets: same 14 fields, 4 vary by site
        cost: about $4,425 together, from $220 to $387.50
        sites: 0005, 0006, 0008, 0009, 0010 and 9 more, --verbose lists them
            cost: about $387.50
        cost: unknown: TechExpress knows no account with the macnum 99000001
        cost: unknown: TechExpress knows no account with the macnum 99000001
    refused: creates for about $5,855 are over the limit of $2,000 (spec.limits.spend of Rollout/routers)
        next: `callout apply --allow-spend 5855` lifts it for one run
    refused: nobody knows what 2 creates cost, and spec.limits.spend of Rollout/routers allows none such: Dispatch/router-0007, Dispatch/router-0014
        next: `cost:` says why; mend that and plan again. `callout apply --allow-unknown-costs 2` sends them all the same, for one run
        --target Rollout/routers --wave pilot (4 to create)
    Plan: 20 to create. Cost: about $5,855, 2 unknown. Refused: over a limit.
    ");
    let each = site.run("plan --verbose").ends_with(4).out;
    assert_eq!((each.matches("    cost: about $").count(), each.matches("    cost: unknown: ").count()), (18, 2));
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
