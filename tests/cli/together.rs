//! Several locations in one request: what a person reads, what goes out, and what becomes of each.

use std::fmt::Write as _;
use std::fs;

use callout::systems::sandbox::{Call, Fault, Trouble};
use serde_json::json;

use crate::shown::shows;
use crate::support::project::Ran;
use crate::support::server::{Reply, Server};
use crate::vendor::{Site, dispatch, project_file};

/// A project whose dispatches go out three to a request.
fn site(stores: &[&str]) -> Site {
    let site = Site::new();
    settings(&site, site.vendor.base_url(), "locations_per_request: 3");
    for store in stores {
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    }
    site
}

fn settings(site: &Site, url: &str, own: &str) {
    let file = project_file(url, "  limits: {creates: 20, stop_after_unknown: 5}\n");
    site.write("callout.yaml", file.replace("techexpress: {", &format!("techexpress: {{{own}, ")));
}

/// What an apply told after its plan.
fn told(ran: &Ran) -> &str {
    ran.out.rsplit_once("to create.\n").expect("a summary").1
}

/// The tickets at the vendor: id, place, and the create that made it.
fn tickets(site: &Site) -> Vec<(u64, String, u64)> {
    let place = |fields: &serde_json::Map<String, serde_json::Value>| fields["location_number"].as_str().expect("a number").to_owned();
    site.vendor.sandbox.tickets().iter().map(|ticket| (ticket.id, place(&ticket.fields), ticket.create)).collect()
}

const THREE: [&str; 3] = ["0401", "0402", "0403"];
const FOUR: [&str; 4] = ["0401", "0402", "0403", "0404"];

#[test]
fn what_travels_together_is_said_in_the_plan_and_sent_so() {
    let site = site(&FOUR);
    site.write("tickets/0405.yaml", dispatch("store-0405", "0405").replace("PO-88213", "PO-1"));
    let plan = site.run("plan").ends_with(0);
    let together: Vec<&str> = plan.out.lines().filter(|line| line.starts_with('+') || line.contains("in one request")).collect();
    insta::assert_snapshot!(together.join("\n"), @r"
    + Dispatch/store-0401  Store 0401 (0401), account 01230401
        in one request with 2 others
    + Dispatch/store-0402  Store 0402 (0402), account 01230402
        in one request with 2 others
    + Dispatch/store-0403  Store 0403 (0403), account 01230403
        in one request with 2 others
    + Dispatch/store-0404  Store 0404 (0404), account 01230404
    + Dispatch/store-0405  Store 0405 (0405), account 01230405
    ");
    let steps = &plan_json(&site)["plan"]["steps"];
    assert_eq!(steps[1]["batch"], json!({"first": {"address": "Dispatch/store-0401", "reissue": 0}, "tickets": 3}));
    assert!(steps[3].get("batch").is_none() && steps[4].get("batch").is_none(), "{steps}");
    insta::assert_snapshot!(told(&site.run("apply --yes --parallelism 1").ends_with(0)), @r"
    + Dispatch/store-0401: created ticket 482001 (1/5)
    + Dispatch/store-0402: created ticket 482002 (2/5)
    + Dispatch/store-0403: created ticket 482003 (3/5)
    + Dispatch/store-0404: created ticket 482004 (4/5)
    + Dispatch/store-0405: created ticket 482005 (5/5)

    Applied: 5 created.
    ");
    let made: Vec<(String, u64)> = tickets(&site).into_iter().map(|(_, place, create)| (place, create)).collect();
    let wanted = [("0401", 1), ("0402", 1), ("0403", 1), ("0404", 2), ("0405", 3)];
    assert_eq!(made, wanted.map(|(place, create)| (place.to_owned(), create)));
    assert_eq!(site.vendor.sandbox.requests().len(), 3, "one slot of the rate limit for each request");
    let marks: Vec<String> = site.vendor.sandbox.tickets().iter().map(|ticket| ticket.received["customer_ticket_number"].clone()).collect();
    assert_eq!((&marks[0], &marks[0]), (&marks[1], &marks[2]));
    assert!(marks[0] != marks[3] && marks[3] != marks[4]);
    insta::assert_snapshot!(site.run("plan").ends_with(0).out, @"No changes. 5 tickets are unchanged.");
}

fn plan_json(site: &Site) -> serde_json::Value {
    site.run("plan --format json").ends_with(0).json()
}

#[test]
fn sites_of_a_rollout_are_told_with_their_number_of_requests() {
    let site = site(&[]);
    let rows = (1..=7).fold("store\n".to_owned(), |mut text, number| {
        let _ = writeln!(text, "04{number:02}");
        text
    });
    site.write("tickets/sites.csv", rows);
    let document = dispatch("router-${{ site.store }}", "${{ site.store }}").replace("apiVersion: callout/v1\n", "");
    let template = format!("    {}\n", document.trim_end().replace('\n', "\n    "));
    let rollout =
        "apiVersion: callout/v1\nkind: Rollout\nmetadata: {name: routers}\nspec:\n  sites: {csv: sites.csv, key: store}\n  template:\n";
    site.write("tickets/routers.yaml", format!("{rollout}{template}"));
    let shown = site.run("plan").ends_with(0).out;
    let told: Vec<&str> = shown.lines().filter(|line| line.starts_with('+') || line.contains("request")).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    + 7 tickets: same 15 fields, 4 vary by site
        in 3 requests
            in one request with 2 others
    ");
    site.run("apply --yes").ends_with(0);
    assert_eq!((site.vendor.tickets(), site.vendor.sandbox.creates()), (7, 3));
}

#[test]
fn limits_count_tickets_and_not_requests() {
    let site = site(&THREE);
    site.edit("callout.yaml", "creates: 20", "creates: 2");
    let ran = site.run("apply --yes").ends_with(4);
    assert!(ran.out.contains("refused: 3 creates are over the limit of 2 (spec.limits.creates)"), "{ran}");
    assert_eq!(site.vendor.sandbox.requests().len(), 0);
}

#[test]
fn the_order_of_an_answer_means_nothing() {
    let site = site(&THREE);
    site.vendor.trouble(Call::Create, Trouble::OtherOrder);
    insta::assert_snapshot!(told(&site.run("apply --yes").ends_with(0)), @r"
    + Dispatch/store-0401: created ticket 482001 (1/3)
    + Dispatch/store-0402: created ticket 482002 (2/3)
    + Dispatch/store-0403: created ticket 482003 (3/3)

    Applied: 3 created.
    ");
    let ids: Vec<(u64, String)> = tickets(&site).into_iter().map(|(id, place, _)| (id, place)).collect();
    assert_eq!(ids, [(482_001, "0401".to_owned()), (482_002, "0402".to_owned()), (482_003, "0403".to_owned())]);
    assert!(site.run("plan --refresh all").ends_with(0).out.starts_with("No changes."));
}

#[test]
fn a_ticket_that_the_answer_leaves_out_stays_in_doubt_alone_and_is_settled_by_its_id() {
    let site = site(&THREE);
    site.vendor.trouble(Call::Create, Trouble::TicketLeftOut);
    insta::assert_snapshot!(told(&site.run("apply --yes").ends_with(5)), @r"
    + Dispatch/store-0401: created ticket 482001 (1/3)
    + Dispatch/store-0402: created ticket 482002 (2/3)
    ? Dispatch/store-0403: in doubt: TechExpress took the request and names no ticket for this place (3/3)

    Applied: 2 created, 1 in doubt.
    1 ticket needs a person: callout settle tells what to do.
    ");
    site.vendor.well();
    shows!(site.run("settle"), @r"
    $ callout settle
    1 ticket needs a person:

    ? Dispatch/store-0403  Store 0403 (0403), account 01230403
        in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress took the request and names no ticket for this place
        next: look for its mark in the portal, then: callout settle Dispatch/store-0403 --id ID --reason TEXT, or --not-created
        mark: [mark]
        2 other tickets were sent with this mark, too: its own is the one for this place
        at tickets/0403.yaml:4:9
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        system: techexpress at http://127.0.0.1:[port]
        since: 2027-01-04T12:00:00Z, 0 min ago
        sent: Equipment Install; Dana Ortiz; dana@example.com; Replace the branch router.; PO-88213
    | reading 2 tickets
    exit 0
    ");
    shows!(site.run_words(&["settle", "Dispatch/store-0403", "--id", "482001", "--reason", "portal", "--yes"], ""), @r"
    $ callout settle Dispatch/store-0403 --id 482001 --reason portal --yes
    | import/misfit in Dispatch/store-0403
    |
    |   x Dispatch/store-0403 is not linked to ticket 482001: it belongs to Dispatch/store-0401
    |   help: look the ticket up in the portal, and check the id
    |
    exit 1
    ");
    shows!(site.run_words(&["settle", "Dispatch/store-0403", "--id", "482003", "--reason", "portal", "--yes"], ""), @r"
    $ callout settle Dispatch/store-0403 --id 482003 --reason portal --yes
    Dispatch/store-0403 is ticket 482003
    Settled.
    exit 0
    ");
    assert!(site.run("plan").ends_with(0).out.starts_with("No changes."));
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn an_answer_that_shows_one_place_for_all_is_nobodys() {
    let site = site(&THREE);
    site.vendor.trouble(Call::Create, Trouble::SamePlaces);
    insta::assert_snapshot!(told(&site.run("apply --yes").ends_with(5)), @r"
    ? Dispatch/store-0401: in doubt: TechExpress answered with 3 tickets for this place: 482001, 482002, 482003 (1/3)
    ? Dispatch/store-0402: in doubt: TechExpress took the request and names no ticket for this place (2/3)
    ? Dispatch/store-0403: in doubt: TechExpress took the request and names no ticket for this place (3/3)

    Applied: 3 in doubt.
    3 tickets need a person: callout settle lists them.
    ");
    site.vendor.well();
    // Another's ticket of the same request has the same mark: the place says that it is not this one's.
    shows!(site.run_words(&["settle", "Dispatch/store-0402", "--id", "482001", "--reason", "portal", "--yes"], ""), @r"
    $ callout settle Dispatch/store-0402 --id 482001 --reason portal --yes
    | import/misfit in Dispatch/store-0402
    |
    |   x Dispatch/store-0402 is not linked to ticket 482001: its location_number is `0401`, and the file says
    |   | `0402`
    |   help: look the ticket up in the portal, and check the id
    |
    exit 1
    ");
    site.write(
        "ids.csv",
        "address,settlement,id,reason\nDispatch/store-0401,id,482001,x\nDispatch/store-0402,id,482002,x\nDispatch/store-0403,id,482003,x\n",
    );
    site.run("settle --from ids.csv --yes").ends_with(0);
    assert!(site.run("apply --yes").ends_with(0).out.starts_with("No changes."));
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn one_request_without_an_answer_is_one_thing_to_look_up() {
    let site = site(&FOUR);
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit)]);
    site.run("apply --yes --parallelism 1").ends_with(5);
    site.vendor.well();
    shows!(site.run("settle"), @r"
    $ callout settle
    4 tickets need a person:

    ? 3 tickets of one request, in doubt together
        in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
        next: look for their mark in the portal. Each ticket that is there, by its place: callout settle ADDRESS --id ID --reason TEXT; if there is none: callout settle Dispatch/store-0401 Dispatch/store-0402 Dispatch/store-0403 --not-created --reason TEXT
        mark: [mark]
        system: techexpress at http://127.0.0.1:[port]
        since: 2027-01-04T12:00:00Z, 0 min ago
        ? Dispatch/store-0401  Store 0401 (0401), account 01230401
            at: tickets/0401.yaml:4:9
            visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
            sent: Equipment Install; Dana Ortiz; dana@example.com; Replace the branch router.; PO-88213
        ? Dispatch/store-0402  Store 0402 (0402), account 01230402
            at: tickets/0402.yaml:4:9
            visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
            sent: Equipment Install; Dana Ortiz; dana@example.com; Replace the branch router.; PO-88213
        ? Dispatch/store-0403  Store 0403 (0403), account 01230403
            at: tickets/0403.yaml:4:9
            visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
            sent: Equipment Install; Dana Ortiz; dana@example.com; Replace the branch router.; PO-88213

    ? Dispatch/store-0404  Store 0404 (0404), account 01230404
        in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
        next: look for its mark in the portal, then: callout settle Dispatch/store-0404 --id ID --reason TEXT, or --not-created
        mark: [mark]
        at tickets/0404.yaml:4:9
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        system: techexpress at http://127.0.0.1:[port]
        since: 2027-01-04T12:00:00Z, 0 min ago
        sent: Equipment Install; Dana Ortiz; dana@example.com; Replace the branch router.; PO-88213
    exit 0
    ");
    shows!(site.run("settle Dispatch/store-0402"), @r"
    $ callout settle Dispatch/store-0402
    1 ticket needs a person:

    ? Dispatch/store-0402  Store 0402 (0402), account 01230402
        in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
        next: look for its mark in the portal, then: callout settle Dispatch/store-0402 --id ID --reason TEXT, or --not-created
        mark: [mark]
        2 other tickets were sent with this mark, too: its own is the one for this place
        at tickets/0402.yaml:4:9
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        system: techexpress at http://127.0.0.1:[port]
        since: 2027-01-04T12:00:00Z, 0 min ago
        sent: Equipment Install; Dana Ortiz; dana@example.com; Replace the branch router.; PO-88213
    exit 0
    ");
    // The command of the list, as it is typed.
    let typed = ["settle", "Dispatch/store-0401", "Dispatch/store-0402", "Dispatch/store-0403", "--not-created", "--reason", "x", "--yes"];
    site.run_words(&typed, "").ends_with(0);
    assert_eq!(site.run("settle --format json").json()["counts"]["in_doubt"], 1);
}

#[test]
fn without_an_answer_all_of_them_are_in_doubt_and_the_next_request_waits() {
    for trouble in [Trouble::DropAfterCommit, Trouble::ErrorAfterCommit { status: 502 }, Trouble::HalfAnswer, Trouble::Html, Trouble::NoId]
    {
        let site = site(&FOUR);
        site.edit("callout.yaml", "stop_after_unknown: 5", "stop_after_unknown: 1");
        site.vendor.faults(vec![Fault::on(Call::Create, trouble).times(1)]);
        let ran = site.run("apply --yes --parallelism 1").ends_with(5);
        assert!(ran.out.contains("Applied: 1 not started, 3 in doubt."), "{ran}");
        assert_eq!(ran.out.matches("the run stopped after 1 unknown result").count(), 1, "{ran}");
        let again = site.run("apply --yes").ends_with(5);
        assert!(again.out.contains("Applied: 1 created."), "{again}");
        assert_eq!(tickets(&site).iter().map(|(_, place, _)| place.as_str()).collect::<Vec<_>>(), FOUR);
    }
}

#[test]
fn a_refusal_after_some_were_made_frees_nobody() {
    let site = site(&THREE);
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::RefusedHalfWay).times(1)]);
    insta::assert_snapshot!(told(&site.run("apply --yes").ends_with(5)), @r"
    ? Dispatch/store-0401: in doubt: TechExpress answered 400 Bad Request: A location cannot be served; it was asked for 3 locations, and nobody says that it made none of them (1/3)
    ? Dispatch/store-0402: in doubt: TechExpress answered 400 Bad Request: A location cannot be served; it was asked for 3 locations, and nobody says that it made none of them (2/3)
    ? Dispatch/store-0403: in doubt: TechExpress answered 400 Bad Request: A location cannot be served; it was asked for 3 locations, and nobody says that it made none of them (3/3)

    Applied: 3 in doubt.
    3 tickets need a person: callout settle lists them.
    ");
    site.write("ids.csv", "address,settlement,id,reason\nDispatch/store-0401,id,482001,x\nDispatch/store-0402,not-created,,x\nDispatch/store-0403,not-created,,x\n");
    site.run("settle --from ids.csv --yes").ends_with(0);
    // The two that are left go out under another mark: the first one's is on a ticket already.
    site.run("apply --yes").ends_with(0);
    assert_eq!(
        tickets(&site).iter().map(|(_, place, create)| (place.as_str(), *create)).collect::<Vec<_>>(),
        [("0401", 1), ("0402", 2), ("0403", 2)]
    );
}

/// What an apply of three tells when their request meets this answer.
fn meets(own: &str, reply: Reply) -> (Site, Ran) {
    let site = site(&THREE);
    let server = site.vendor.block_on(Server::with([reply]));
    settings(&site, &server.url, own);
    let ran = site.run("apply --yes");
    assert_eq!(server.requests().len(), 1);
    (site, ran)
}

#[test]
fn a_refusal_counts_for_all_only_where_the_settings_say_so() {
    let refusal = || Reply::status("400 Bad Request", r#"{"detail": "No such account."}"#);
    let (_, ran) = meets("locations_per_request: 3", refusal());
    insta::assert_snapshot!(told(&ran.ends_with(5)), @r"
    ? Dispatch/store-0401: in doubt: TechExpress answered 400 Bad Request: No such account; it was asked for 3 locations, and nobody says that it made none of them (1/3)
    ? Dispatch/store-0402: in doubt: TechExpress answered 400 Bad Request: No such account; it was asked for 3 locations, and nobody says that it made none of them (2/3)
    ? Dispatch/store-0403: in doubt: TechExpress answered 400 Bad Request: No such account; it was asked for 3 locations, and nobody says that it made none of them (3/3)

    Applied: 3 in doubt.
    3 tickets need a person: callout settle lists them.
    ");
    let (site, ran) = meets("locations_per_request: 3, batch_rejects_whole: true", refusal());
    insta::assert_snapshot!(told(&ran.ends_with(1)), @r"
    ! Dispatch/store-0401: rejected: TechExpress answered 400 Bad Request: No such account. (1/3)
    ! Dispatch/store-0402: rejected: TechExpress answered 400 Bad Request: No such account. (2/3)
    ! Dispatch/store-0403: rejected: TechExpress answered 400 Bad Request: No such account. (3/3)

    Nothing was applied: 3 rejected.
    What was not sent is still to do: mend what is said above, then apply again.
    ");
    settings(&site, site.vendor.base_url(), "locations_per_request: 3");
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3, "their addresses were free");
}

#[test]
fn a_ticket_that_nobody_asked_for_is_told_last() {
    let body = json!([
        {"id": 9, "location_name": "Store 0409", "location_number": "0409"}, {"id": 7, "location_name": "Store 0402", "location_number": "0402"},
        {"id": 6, "location_name": "Store 0401", "location_number": "0401"}, {"id": 8, "location_name": "Store 0403", "location_number": "0403"},
    ]);
    let (_, ran) = meets("locations_per_request: 3", Reply::json(&body));
    let shown = format!("{}{}exit {}", told(&ran), ran.err, ran.code);
    insta::assert_snapshot!(shown, @r"
    + Dispatch/store-0401: created ticket 6 (1/3)
    + Dispatch/store-0402: created ticket 7 (2/3)
    + Dispatch/store-0403: created ticket 8 (3/3)

    Applied: 3 created.
    apply/surplus

      ! TechExpress answered the request for Dispatch/store-0401 and 2 others with more than their tickets: 9
      | for Store 0409 (0409)
      help: somebody may be sent for each of these: look them up in the portal, and have what nobody wants
            cancelled there; `callout settle` tells them until somebody has seen to it

    exit 5
    ");
}

/// A fourth ticket in the answer to three.
fn with_surplus() -> Site {
    let ticket = |id: u32, store: &str| json!({"id": id, "location_name": format!("Store {store}"), "location_number": store});
    let body = json!([ticket(6, "0401"), ticket(9, "0409"), ticket(7, "0402"), ticket(8, "0403")]);
    meets("locations_per_request: 3", Reply::json(&body)).0
}

#[test]
fn a_ticket_that_nobody_asked_for_is_remembered_until_somebody_has_seen_to_it() {
    let site = with_surplus();
    shows!(site.run("settle Dispatch/store-0401"), @r"
    $ callout settle Dispatch/store-0401
    1 ticket needs a person:

    ! Dispatch/store-0401 (ticket 6)  Store 0401 (0401), account 01230401
        somebody may come for more than was asked for: 9 for Store 0409 (0409)
        next: look it up in the portal and have cancelled what nobody wants, then: callout settle Dispatch/store-0401 --seen-to --reason TEXT
        it could not be read, and is shown as last known: TechExpress cannot be reached at 127.0.0.1: Connection refused (os error 111)
        at tickets/0401.yaml:4:9
        mark: [mark]
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        system: techexpress at http://127.0.0.1:[port]
        since: 2027-01-04T12:00:00Z, 0 min ago
        sent: Equipment Install; Dana Ortiz; dana@example.com; Replace the branch router.; PO-88213
    | reading 3 tickets
    exit 0
    ");
    let status = site.run("status --refresh none").ends_with(0);
    let told: Vec<&str> = status.out.lines().filter(|line| line.contains("more than was asked for")).collect();
    insta::assert_snapshot!(told.join("\n"), @"      somebody may come for more than was asked for: 9 for Store 0409 (0409)");
    let seen_to = ["settle", "Dispatch/store-0401", "--seen-to", "--reason", "cancelled by phone, case 8812", "--yes"];
    shows!(site.run_words(&seen_to, ""), @r"
    $ callout settle Dispatch/store-0401 --seen-to --reason cancelled by phone, case 8812 --yes
    Dispatch/store-0401: the tickets that nobody asked for have been seen to
    Settled.
    exit 0
    ");
    shows!(site.run_words(&seen_to, ""), @r"
    $ callout settle Dispatch/store-0401 --seen-to --reason cancelled by phone, case 8812 --yes
    | settle/misfit in Dispatch/store-0401
    |
    |   x Dispatch/store-0401 cannot be settled like this: no ticket is known that nobody asked for, or somebody
    |   | has seen to it
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    let log = site.run("log --event surplus --event surplus-settled").ends_with(0);
    shows!(log, @r"
    $ callout log --event surplus --event surplus-settled
    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000001
      12:00:00  surplus        Dispatch/store-0401                 ticket 6, 9 for Store 0409 (0409)

    2027-01-04T12:00:15Z  callout settle by an unknown user
      12:00:15  surplus settled  Dispatch/store-0401                 ticket 6: cancelled by phone, case 8812

    2 events in 2 runs.
    exit 0
    ");
    assert!(!site.run("settle").out.contains("more than was asked for"));
}

/// What went out under the first one's mark is not found by its own: whoever looks for that alone would have it sent again.
#[test]
fn after_a_rebuild_a_ticket_of_several_is_to_be_looked_for_by_its_site() {
    let site = site(&THREE);
    site.run("apply --yes").ends_with(0);
    fs::remove_dir_all(site.path(".callout")).expect("removed");
    site.run("state rebuild --reason lost --yes").ends_with(0);
    let told = site.run("settle Dispatch/store-0402").ends_with(0).out;
    let next: Vec<&str> = told.lines().filter(|line| line.contains("next:")).collect();
    insta::assert_snapshot!(next.join("\n"), @"    next: look for its site in the portal, and not for its mark alone: sent in one request with other sites, it carries the mark of one of these; then: callout settle Dispatch/store-0402 --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv");
}

#[test]
fn a_saved_plan_goes_on_after_an_answer_was_lost() {
    let site = site(&FOUR);
    site.write("tickets/0405.yaml", dispatch("store-0405", "0405"));
    site.edit("callout.yaml", "stop_after_unknown: 5", "stop_after_unknown: 1");
    site.run("plan --out p.plan").ends_with(0);
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    site.run("apply --yes --parallelism 1 p.plan").ends_with(5);
    let again = site.run("apply --yes p.plan").ends_with(5);
    let lines: Vec<&str> = again.out.lines().filter(|line| line.starts_with(['?', '+']) || line.contains("request")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    ? Dispatch/store-0401  Store 0401 (0401), account 01230401
    ? Dispatch/store-0402  Store 0402 (0402), account 01230402
    ? Dispatch/store-0403  Store 0403 (0403), account 01230403
    + Dispatch/store-0404  Store 0404 (0404), account 01230404
        in one request with 1 other
    + Dispatch/store-0405  Store 0405 (0405), account 01230405
        in one request with 1 other
    + Dispatch/store-0404: created ticket 482004 (1/2)
    + Dispatch/store-0405: created ticket 482005 (2/2)
    ");
    assert_eq!(tickets(&site).iter().map(|(_, _, create)| *create).collect::<Vec<_>>(), [1, 1, 1, 2, 2]);
}

#[test]
fn a_saved_plan_sends_no_larger_requests_than_the_settings_allow_by_now() {
    let site = site(&THREE);
    site.run("plan --out p.plan").ends_with(0);
    settings(&site, site.vendor.base_url(), "locations_per_request: 2");
    shows!(site.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    | plan/stale
    |
    |   x p.plan is not applied: Dispatch/store-0401: its system takes fewer tickets in one request than when this
    |   | plan was made
    |   help: nothing was sent; make and review a new one: callout plan --out p.plan
    |
    exit 3
    ");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn after_a_lost_state_the_tickets_of_one_request_are_taken_over_by_their_ids() {
    let site = site(&THREE);
    site.run("apply --yes").ends_with(0);
    fs::remove_dir_all(site.path(".callout")).expect("a state to lose");
    site.run_words(&["state", "rebuild", "--reason", "the disk died", "--yes"], "").ends_with(0);
    site.write("ids.csv", "address,id\nDispatch/store-0401,482002\nDispatch/store-0402,482003\nDispatch/store-0403,482001\n");
    shows!(site.run("import --from ids.csv --yes"), @r"
    $ callout import --from ids.csv --yes
    | reading 3 tickets
    | import/misfit in Dispatch/store-0401
    |
    |   x ids.csv: line 2: Dispatch/store-0401 is not linked to ticket 482002: its location_number is `0402`, and
    |   | the file says `0401`
    |   help: look the ticket up in the portal, and check the id
    |
    | import/misfit in Dispatch/store-0402
    |
    |   x ids.csv: line 3: Dispatch/store-0402 is not linked to ticket 482003: it carries the mark [mark],
    |   | which belongs to another visit
    |   help: look the ticket up in the portal, and check the id
    |
    | import/misfit in Dispatch/store-0403
    |
    |   x ids.csv: line 4: Dispatch/store-0403 is not linked to ticket 482001: it carries the mark [mark],
    |   | which belongs to another visit
    |   help: look the ticket up in the portal, and check the id
    |
    exit 1
    ");
    site.write("ids.csv", "address,id\nDispatch/store-0401,482001\nDispatch/store-0402,482002\nDispatch/store-0403,482003\n");
    shows!(site.run("import --from ids.csv --yes"), @r"
    $ callout import --from ids.csv --yes
    = Dispatch/store-0401 is ticket 482001 (Pending Tech Assignment)  Store 0401 (0401), account 01230401
    = Dispatch/store-0402 is ticket 482002 (Pending Tech Assignment)  Store 0402 (0402), account 01230402
    = Dispatch/store-0403 is ticket 482003 (Pending Tech Assignment)  Store 0403 (0403), account 01230403
    Imported 3 tickets.
    | reading 3 tickets
    exit 0
    ");
    assert!(site.run("apply --yes").ends_with(0).out.starts_with("No changes."));
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn only_dispatches_have_the_settings_and_each_has_its_bounds() {
    let site = site(&THREE);
    settings(&site, "https://api.example.com", "locations_per_request: 51, batch_rejects_whole: \"yes\"");
    shows!(site.run("validate"), @r#"
    $ callout validate
    Not valid: 2 errors.
    | schema/too-large
    |
    |   x locations_per_request is 51; the largest is 50
    |    ,-[callout.yaml:7:42]
    |  4 | spec:
    |  5 |   manifests: [tickets/]
    |  6 |   systems:
    |  7 |     techexpress: {locations_per_request: 51, batch_rejects_whole: "yes", base_url: "https://api.example.com", credential: {bearer: "env:G360_TOKEN"}}
    |    :                                          ^^
    |  8 |   limits: {creates: 20, stop_after_unknown: 5}
    |    `----
    |
    | schema/type
    |
    |   x batch_rejects_whole is the text `yes`; it must be true or false
    |    ,-[callout.yaml:7:67]
    |  4 | spec:
    |  5 |   manifests: [tickets/]
    |  6 |   systems:
    |  7 |     techexpress: {locations_per_request: 51, batch_rejects_whole: "yes", base_url: "https://api.example.com", credential: {bearer: "env:G360_TOKEN"}}
    |    :                                                                   ^^^^^
    |  8 |   limits: {creates: 20, stop_after_unknown: 5}
    |    `----
    |   help: Write true, without quotes. In YAML 1.2, yes and on are plain words.
    |
    exit 1
    "#);
    let noc =
        "    nocexpress: {base_url: \"https://api.example.com\", credential: {bearer: \"env:G360_TOKEN\"}, locations_per_request: 3}\n";
    site.write("callout.yaml", project_file("https://api.example.com", noc));
    shows!(site.run("validate"), @r#"
    $ callout validate
    Not valid: 1 error.
    | schema/unknown-key
    |
    |   x nocexpress has no key `locations_per_request`
    |    ,-[callout.yaml:8:95]
    |  5 |   manifests: [tickets/]
    |  6 |   systems:
    |  7 |     techexpress: {base_url: "https://api.example.com", credential: {bearer: "env:G360_TOKEN"}}
    |  8 |     nocexpress: {base_url: "https://api.example.com", credential: {bearer: "env:G360_TOKEN"}, locations_per_request: 3}
    |    :                                                                                               ^^^^^^^^^^^^^^^^^^^^^
    |    `----
    |   help: These keys fit here: base_url, credential, requests_per_minute, granted_tenant_macnum, create_path,
    |         read_path, timeout_seconds, insecure_http, list_encoding, look_ups.
    |
    exit 1
    "#);
}
