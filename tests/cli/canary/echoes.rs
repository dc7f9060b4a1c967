//! Servers that repeat what they were sent: in answers, in pages, in redirects, in every spelling.

use serde_json::json;

use super::spelled::every_spelling;
use super::{CANARY, Cage, Form, PAIR};
use crate::support::server::{Reply, Server};

/// What makes requests.
pub const ASKING: &[&str] = &[
    "schedule",
    "validate --online",
    "plan --refresh all --out p.plan",
    "apply --yes",
    "apply --yes --target CustomerTicket/line-rental-4711",
    "apply --yes --target HelpdeskTicket/router-417",
    "apply --yes --target NocTicket/outage-0417",
    "plan --refresh all --format json",
    "status --refresh all",
    "settle",
    "settle Dispatch/store-0417-router --id 482001 --reason x --yes",
    "settle HelpdeskTicket/router-417 --id 482001 --reason x --yes",
    "import CustomerTicket/line-rental-4711 482001 --yes",
    "import --match mark --yes",
    "state list --format json",
    "state rebuild --reason x --yes",
    "log --format json",
    "log",
];

/// What a server may do with a secret that it was sent.
fn answers(secret: &str) -> Vec<Reply> {
    let spelled = every_spelling(secret);
    let text = |status| Reply::status(status, &spelled);
    let message = |status| Reply::Whole(status, "Content-Type: application/json\r\n".to_owned(), json!({"message": spelled}).to_string());
    let header = format!("X-Sent: {secret}\r\nWWW-Authenticate: Bearer error=\"{secret}\"\r\nContent-Type: {secret}\r\n");
    let page = format!("<html><title>{spelled}</title></html>");
    let ticket = json!({"id": 482_001, "status_name": spelled, "po_number": spelled, "location_name": spelled, "subject": spelled});
    let quoted: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let location = format!("Location: http://localhost/{quoted}?key={quoted}#{secret}\r\n");
    vec![
        text("200 OK"),
        message("200 OK"),
        Reply::Whole("200 OK", "Content-Type: text/html\r\n".to_owned(), page),
        Reply::json(&json!([ticket.clone()])),
        Reply::json(&ticket),
        Reply::json(&json!({"error": "invalid_client", "error_description": spelled, "access_token": spelled})),
        Reply::Whole("302 Found", location, spelled.clone()),
        message("400 Bad Request"),
        Reply::Whole("401 Unauthorized", header.clone(), spelled.clone()),
        text("403 Forbidden"),
        text("404 Not Found"),
        text("408 Request Timeout"),
        Reply::Whole("429 Too Many Requests", format!("Retry-After: 1\r\n{header}"), spelled.clone()),
        message("500 Internal Server Error"),
        Reply::Raw(format!("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n{spelled}")),
        Reply::Raw(format!("{spelled}\r\n\r\n")),
    ]
}

#[test]
fn when_a_system_repeats_it() {
    for reply in answers(CANARY) {
        let cage = Cage::new(Form::Variable);
        let server = cage.site.vendor.block_on(Server::with([reply]));
        cage.points_to(&server.url, Form::Variable);
        for line in ASKING {
            cage.run(line);
        }
        let quoted: String = url::form_urlencoded::byte_serialize(CANARY.as_bytes()).collect();
        let seen = server.requests();
        assert!(seen.iter().any(|request| request.contains(CANARY)), "no request had the token");
        assert!(seen.iter().any(|request| request.contains(&quoted)), "no request had the key");
    }
}

#[test]
fn when_the_server_of_tokens_repeats_it() {
    for (form, replies) in [(Form::PairInHeader, answers(PAIR)), (Form::PairInBody, answers(PAIR))] {
        for reply in replies {
            let mut cage = Cage::new(form);
            cage.tokens = cage.site.vendor.block_on(Server::with([reply]));
            cage.points_to(cage.site.vendor.base_url(), form);
            for line in ["schedule", "plan --refresh all --out p.plan", "apply --yes", "validate --online"] {
                cage.run(line);
            }
            assert!(!cage.tokens.requests().is_empty(), "{form:?}");
        }
    }
}
