//! What a server of tokens answers: the first line of the input is the status, the rest is the body.
//!
//! Without a token nothing is sent to the ticket system. What is taken for one goes into one header and nowhere else, and neither it nor
//! the secret that it was got with is ever told.

use callout::systems::{Sent, Unready, by_id};
use serde_json::{Value, json};

use super::desk::{Answer, Desk, SECRET, runtime};
use super::support::server::{Reply, Server};
use super::told;

/// A token that is shorter could stand in any message by chance.
const LONG: usize = 8;

pub fn run(input: &[u8]) {
    let answer = Answer::of(input);
    runtime().block_on(async {
        let tokens = Server::with([answer.reply()]).await;
        let api = Server::with([Reply::json(&json!({"id": 482_001}))]).await;
        let pair = json!({"token_url": format!("{}/token", tokens.url), "client_id": "acme", "client_secret": "env:T"});
        let settings = json!({"base_url": api.url, "credential": {"client_credentials": pair}, "requests_per_minute": "unlimited"});
        let document = json!({
            "apiVersion": "callout/v1", "kind": "Dispatch", "metadata": {"name": "a"},
            "spec": {"service_type": "Equipment Install", "contact_name": "Dana Ortiz", "contact_email_address": "d@example.com",
                "initial_description": "x", "automatic_email_contact": true, "automatic_email_cc": false,
                "locations": [{"location_name": "Store 417", "location_number": "0417", "local_contact_name": "Sam Lee",
                    "local_contact_number": 6_175_550_123_u64, "account_macnum": "01234567",
                    "start_date": "2027-01-11T08:00:00", "end_date": "2027-01-11T12:00:00"}]},
        });
        let desk = Desk::new(by_id("techexpress").expect("a system"), &settings, &document);
        let token = serde_json::from_str::<Value>(&answer.body).ok().and_then(|body| Some(body.get("access_token")?.as_str()?.to_owned()));
        match desk.remote.ready(Some(&desk.payload)).await {
            Ok(()) => {
                let token = token.expect("ready, and no token was given");
                assert!(answer.is_success(), "ready, after the status {}", answer.status);
                let sent = desk.remote.create(desk.permit().await, &desk.payload).await;
                assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
                let requests = api.requests();
                assert_eq!(requests.len(), 1, "one permit, one request");
                let headers: Vec<&str> = requests[0].lines().take_while(|line| !line.is_empty()).collect();
                let carried = headers.iter().filter(|line| line.to_ascii_lowercase().starts_with("authorization:")).collect::<Vec<_>>();
                assert_eq!(carried.len(), 1, "{headers:?}");
                assert!(carried[0].ends_with(&format!("Bearer {}", token.trim())), "{carried:?} carries another token than {token:?}");
            }
            Err(Unready::System(why) | Unready::Ticket(why)) => {
                assert!(api.requests().is_empty(), "nothing is sent without a token");
                told::check_line(&why);
                assert!(!why.contains(SECRET), "the secret is told: {why}");
                let is_told = token.is_some_and(|token| token.len() >= LONG && why.contains(&token));
                assert!(!is_told, "the token is told: {why}");
            }
        }
    });
}
