//! Servers that refuse, hang up, lie or send elsewhere.

use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::shown::shows;
use crate::support::project::Ran;
use crate::support::server::{Reply, Server};
use crate::vendor::{Site, TOKEN_WITHOUT_SCOPE, project_file};

/// What an apply told after its plan.
fn told(ran: &Ran) -> &str {
    ran.out.rsplit_once("to create.\n").expect("a summary").1
}

#[test]
fn without_its_credential_nothing_is_sent() {
    let mut site = Site::with_dispatch();
    site.write("callout.yaml", project_file(site.vendor.base_url(), "").replace("G360_TOKEN", "OTHER_TOKEN"));
    let ran = site.run("apply --yes").ends_with(1);
    insta::assert_snapshot!(told(&ran), @r"
    ! Dispatch/store-0417-router: not started: the variable OTHER_TOKEN, which holds the access token, is not set. Set it and try again: export OTHER_TOKEN=YOUR_TOKEN

    Nothing was applied: 1 not started.
    What was not sent is still to do: mend what is said above, then apply again.
    ");
    site.set("OTHER_TOKEN", "");
    let ran = site.run("apply --yes").ends_with(1);
    insta::assert_snapshot!(told(&ran), @r"
    ! Dispatch/store-0417-router: not started: the variable OTHER_TOKEN is empty. Put the access token there, and nothing else.

    Nothing was applied: 1 not started.
    What was not sent is still to do: mend what is said above, then apply again.
    ");
    assert!(site.vendor.sandbox.requests().is_empty());
    site.write("callout.yaml", project_file(site.vendor.base_url(), ""));
    site.run("apply --yes").ends_with(0);
}

#[test]
fn a_wrong_token_stops_the_system_and_frees_the_address() {
    let mut site = Site::with_dispatch();
    site.write("tickets/b.yaml", crate::vendor::dispatch("store-0418-router", "0418"));
    site.set("G360_TOKEN", "s3cr3t-wrong-token");
    let ran = site.run("apply --yes --parallelism 1").ends_with(1);
    insta::assert_snapshot!(told(&ran), @r#"
    ! Dispatch/store-0417-router: rejected: TechExpress answered 401 Unauthorized: The access token is invalid, or the "Bearer " prefix is missing; it did not accept the token from the variable G360_TOKEN (1/2)
    ! Dispatch/store-0418-router: not started: an earlier request was refused: TechExpress answered 401 Unauthorized: The access token is invalid, or the "Bearer " prefix is missing; it did not accept the token from the variable G360_TOKEN (2/2)

    Nothing was applied: 1 rejected, 1 not started.
    What was not sent is still to do: mend what is said above, then apply again.
    "#);
    assert_eq!(site.vendor.sandbox.requests().len(), 1);
    site.set("G360_TOKEN", crate::vendor::TOKEN);
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn a_token_without_permission_names_what_it_needs() {
    let mut site = Site::with_dispatch();
    site.set("G360_TOKEN", TOKEN_WITHOUT_SCOPE);
    let ran = site.run("apply --yes").ends_with(1);
    insta::assert_snapshot!(told(&ran), @r"
    ! Dispatch/store-0417-router: rejected: TechExpress answered 403 Forbidden: The token lacks the scope urn:grt:techexpress; the token from the variable G360_TOKEN lacks permission: it needs the scope urn:grt:techexpress, and leave to act for granted_tenant_macnum if that is set

    Nothing was applied: 1 rejected.
    What was not sent is still to do: mend what is said above, then apply again.
    ");
}

#[test]
fn reads_that_fail_block_what_depends_on_them() {
    let mut site = Site::with_ticket();
    site.edit("tickets/a.yaml", "PO-88213", "PO-1");
    site.set("G360_TOKEN", "s3cr3t-wrong-token");
    shows!(site.run("plan --detailed-exitcode"), @r#"
    $ callout plan --detailed-exitcode
    Plan: 1 needs a person.

    ! Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        the ticket could not be read: TechExpress answered 401 Unauthorized: The access token is invalid, or the "Bearer " prefix is missing; it did not accept the token from the variable G360_TOKEN
        next: mend that, then plan again
          po_number: PO-88213 -> PO-1
        at tickets/a.yaml:4:9

    Plan: 1 needs a person.
    exit 7
    "#);
}

#[test]
fn a_host_that_cannot_be_reached_leaves_nothing_in_doubt() {
    let site = Site::with_dispatch();
    // A port that was free a moment ago, and that nobody listens on.
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    site.write("callout.yaml", project_file(&format!("http://127.0.0.1:{port}"), ""));
    let ran = site.run("apply --yes").ends_with(1);
    insta::assert_snapshot!(told(&ran), @r"
    ! Dispatch/store-0417-router: not sent: TechExpress cannot be reached at 127.0.0.1: Connection refused (os error 111)

    Nothing was applied: 1 not sent.
    What was not sent is still to do: mend what is said above, then apply again.
    ");
    site.run("plan --detailed-exitcode").ends_with(2);
}

#[test]
fn a_pause_that_the_server_asks_for_is_kept_and_seen() {
    let site = Site::with_dispatch();
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::TooManyRequests { retry_after: Some(90) }).times(1)]);
    let before = site.clock.slept().len();
    let ran = site.run("apply --yes").ends_with(0);
    insta::assert_snapshot!(ran.err, @r"
    TechExpress answered 429: too many requests. This run sends at most 60 a minute (spec.systems.techexpress.requests_per_minute); the vendor's pages print 60 for a key.
    Look for whoever else uses the key of TechExpress: other projects, their CI jobs, a plan made on another machine, other systems of this project, other programs. Each run counts only its own requests: give each project its share with `requests_per_minute` in callout.yaml, so that together they stay below the limit of the key.
    TechExpress: waiting 90 s for the rate limit
    ");
    let slept: u64 = site.clock.slept()[before..].iter().map(std::time::Duration::as_secs).sum();
    assert_eq!((slept, site.vendor.tickets()), (90, 1));
}

#[test]
fn a_pause_without_end_is_given_up() {
    let site = Site::with_dispatch();
    site.vendor.trouble(Call::Create, Trouble::TooManyRequests { retry_after: Some(30) });
    let ran = site.run("apply --yes").ends_with(1);
    insta::assert_snapshot!(format!("{}{}", ran.err, told(&ran)), @r"
    TechExpress answered 429: too many requests. This run sends at most 60 a minute (spec.systems.techexpress.requests_per_minute); the vendor's pages print 60 for a key.
    Look for whoever else uses the key of TechExpress: other projects, their CI jobs, a plan made on another machine, other systems of this project, other programs. Each run counts only its own requests: give each project its share with `requests_per_minute` in callout.yaml, so that together they stay below the limit of the key.
    TechExpress: waiting 30 s for the rate limit
    TechExpress: waiting 30 s for the rate limit
    TechExpress: waiting 30 s for the rate limit
    TechExpress: waiting 30 s for the rate limit
    ! Dispatch/store-0417-router: not sent: TechExpress answered 429 Too Many Requests: Too many requests; it wants a pause of 30s

    Nothing was applied: 1 not sent.
    What was not sent is still to do: mend what is said above, then apply again.
    ");
    site.vendor.well();
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 1);
}

/// An apply against a server that gives this answer to everything.
fn applied_to(reply: Reply) -> (Site, Ran, Vec<String>) {
    let site = Site::with_dispatch();
    let server = site.vendor.block_on(Server::with([reply]));
    site.write("callout.yaml", project_file(&server.url, ""));
    let ran = site.run("apply --yes");
    (site, ran, server.requests())
}

#[test]
fn a_web_page_in_place_of_an_answer_is_a_doubt() {
    let page = "<!DOCTYPE html><html><body><h1>Please sign in</h1></body></html>";
    let (site, ran, requests) = applied_to(Reply::Whole("200 OK", "Content-Type: text/html\r\n".to_owned(), page.to_owned()));
    insta::assert_snapshot!(told(&ran), @r"
    ? Dispatch/store-0417-router: in doubt: TechExpress took the ticket and answered with something that is no JSON: a web page, not an answer of the API: Please sign in

    Applied: 1 in doubt.
    1 ticket needs a person: callout settle tells what to do.
    ");
    assert_eq!((ran.code, requests.len()), (5, 1));
    site.run("apply --yes").ends_with(5);
}

#[test]
fn half_an_answer_is_a_doubt() {
    let half = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n[{\"id\": 482001,".to_owned();
    let (_, ran, requests) = applied_to(Reply::Raw(half));
    insta::assert_snapshot!(told(&ran), @r"
    ? Dispatch/store-0417-router: in doubt: TechExpress broke off in the middle of its answer (end of file before message length reached), after the status 200

    Applied: 1 in doubt.
    1 ticket needs a person: callout settle tells what to do.
    ");
    assert_eq!((ran.code, requests.len()), (5, 1));
}

#[test]
fn an_answer_without_an_end_is_a_doubt() {
    let (_, ran, requests) = applied_to(Reply::Endless);
    insta::assert_snapshot!(told(&ran), @r"
    ? Dispatch/store-0417-router: in doubt: TechExpress sent an answer that is too long; callout stopped reading after 32 MiB, after the status 200

    Applied: 1 in doubt.
    1 ticket needs a person: callout settle tells what to do.
    ");
    assert_eq!((ran.code, requests.len()), (5, 1));
}

#[test]
fn a_redirect_is_never_followed() {
    let site = Site::with_dispatch();
    let elsewhere = site.vendor.block_on(Server::with([Reply::status("200 OK", "[{\"id\": 1}]")]));
    let to = format!("{}/steal", elsewhere.url.replace("127.0.0.1", "localhost"));
    for (status, code) in [("301 Moved Permanently", 5), ("307 Temporary Redirect", 5)] {
        let reply = Reply::Whole(status, format!("Location: {to}\r\n"), String::new());
        let server = site.vendor.block_on(Server::with([reply]));
        site.write("callout.yaml", project_file(&server.url, ""));
        let ran = site.run("apply --yes").ends_with(code);
        assert_eq!(server.requests().len(), 1);
        if status.starts_with("307") {
            continue;
        }
        insta::with_settings!({filters => crate::shown::DIFFERENT}, {
            insta::assert_snapshot!(told(&ran), @r"
            ? Dispatch/store-0417-router: in doubt: TechExpress answered 301 Moved Permanently; it points to http://127.0.0.1:[port]/steal, and callout never follows with the token: check base_url

            Applied: 1 in doubt.
            1 ticket needs a person: callout settle tells what to do.
            ");
        });
        site.run_words(&["settle", "Dispatch/store-0417-router", "--not-created", "--reason", "no such host", "--yes"], "").ends_with(0);
    }
    assert!(elsewhere.requests().is_empty(), "{:?}", elsewhere.requests());
}

#[test]
fn what_is_sent_in_part_ends_with_a_code_of_its_own() {
    let site = Site::with_dispatch();
    site.write("tickets/b.yaml", crate::vendor::dispatch("store-0418-router", "0418"));
    let made = Reply::json(&serde_json::json!([{"id": 7, "location_name": "Store 0417", "location_number": "0417"}]));
    let server = site.vendor.block_on(Server::with([made, Reply::status("400 Bad Request", "{\"message\": \"No such account.\"}")]));
    site.write("callout.yaml", project_file(&server.url, ""));
    let ran = site.run("apply --yes --parallelism 1").ends_with(6);
    insta::assert_snapshot!(told(&ran), @r"
    + Dispatch/store-0417-router: created ticket 7 (1/2)
    ! Dispatch/store-0418-router: rejected: TechExpress answered 400 Bad Request: No such account. (2/2)

    Applied: 1 created, 1 rejected.
    What was not sent is still to do: mend what is said above, then apply again.
    ");
    let again = site.run("plan --refresh none").ends_with(0);
    assert!(again.out.starts_with("Plan: 1 to create, 1 unchanged.\n"), "{again}");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_server_that_explains_its_refusal_is_quoted() {
    let refusal = "{\"detail\": {\"po_number\": [\"unknown purchase order\"]}}";
    let (site, ran, requests) = applied_to(Reply::status("400 Bad Request", refusal));
    insta::assert_snapshot!(told(&ran), @r#"
    ! Dispatch/store-0417-router: rejected: TechExpress answered 400 Bad Request: {"detail":{"po_number":["unknown purchase order"]}}

    Nothing was applied: 1 rejected.
    What was not sent is still to do: mend what is said above, then apply again.
    "#);
    assert_eq!((ran.code, requests.len()), (1, 1));
    site.run("plan --detailed-exitcode").ends_with(2);
}
