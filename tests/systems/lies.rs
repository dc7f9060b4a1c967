//! A vendor that is slow, or says what is not so: each fault as a client meets it.

use callout::systems::sandbox::{Call, Fault, Trouble};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::stage::{Stage, told};

const TICKETS: &str = "/backend/api/v1/tickets/";

fn fault(stage: &Stage, call: Call, trouble: Trouble) {
    stage.sandbox.set_faults(vec![Fault::on(call, trouble)]).expect("a fault that can show");
}

/// The ids of some tickets, made a minute from each other.
async fn made(stage: &Stage, count: u64) -> Vec<String> {
    let mut ids = Vec::new();
    for customer in 1..=count {
        let body = json!({"customerID": customer, "subject": "Charged twice"});
        let (status, body) = told(stage.request("POST", TICKETS).bearer_auth("sandbox").json(&body)).await;
        assert_eq!(status, 200, "{body}");
        ids.push(body["id"].as_str().expect("an id is a text").to_owned());
        stage.clock.jump(SignedDuration::from_mins(1));
    }
    ids
}

async fn listed(stage: &Stage, query: &str) -> Vec<String> {
    let body = stage.found(&format!("{TICKETS}{query}")).await;
    body.as_array().expect("a list").iter().map(|ticket| ticket["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn a_late_create_is_made_after_its_client_gave_up() {
    let stage = Stage::new().await;
    let late = Fault::on(Call::Create, Trouble::LateCommit { seconds: 90 }).times(1);
    let error = stage.create_with(late).await.expect_err("a broken connection");
    assert!(error.is_request() && !error.is_connect(), "{error:?}");
    stage.clock.jump(SignedDuration::from_secs(89));
    assert_eq!((stage.sandbox.creates(), stage.sandbox.tickets().len()), (0, 0));
    stage.clock.jump(SignedDuration::from_secs(1));
    assert_eq!((stage.sandbox.creates(), stage.sandbox.tickets().len()), (1, 1));
    assert_eq!(stage.create().await, 482_002);
}

#[tokio::test]
async fn a_refusal_may_come_after_the_work() {
    let stage = Stage::new().await;
    let refused = Fault::on(Call::Create, Trouble::RefusedAfterCommit { status: 404 }).times(1);
    assert_eq!(stage.create_with(refused).await.expect("an answer").status().as_u16(), 404);
    assert_eq!(stage.sandbox.creates(), 1);
    let wrong = stage.sandbox.set_faults(vec![Fault::on(Call::Create, Trouble::RefusedAfterCommit { status: 500 })]);
    assert_eq!(wrong.expect_err("a refusal"), "status 500 is no refusal; take one from 400 to 499");
}

#[tokio::test]
async fn an_answer_may_show_another_ticket_or_an_old_one_or_another_kind_of_id() {
    let stage = Stage::new().await;
    let ids = made(&stage, 2).await;
    let path = format!("{TICKETS}{}", ids[1]);
    fault(&stage, Call::Read, Trouble::OtherTicket);
    assert_eq!(stage.found(&path).await["id"], json!(ids[0]));
    fault(&stage, Call::Read, Trouble::OtherIdType);
    assert_eq!(stage.found(&path).await["id"], json!(482_002));
    fault(&stage, Call::Read, Trouble::OldVersion);
    let changed = json!({"users": "asmith"});
    told(stage.request("PATCH", &path).bearer_auth("sandbox").json(&changed)).await;
    assert_eq!(stage.found(&path).await["users"], Value::Null);
    fault(&stage, Call::List, Trouble::OldVersion);
    assert_eq!(stage.found(&path).await["users"], json!("asmith"));
    assert_eq!(stage.found(TICKETS).await[1]["users"], Value::Null);
}

#[tokio::test]
async fn a_list_may_leave_out_mix_up_and_ignore() {
    let stage = Stage::new().await;
    let ids = made(&stage, 3).await;
    fault(&stage, Call::List, Trouble::NothingListed);
    assert_eq!(listed(&stage, "").await, [""; 0]);
    fault(&stage, Call::List, Trouble::NotListedYet { seconds: 120 });
    assert_eq!(listed(&stage, "").await, ids[..2]);
    fault(&stage, Call::List, Trouble::Unfiltered);
    assert_eq!(listed(&stage, "?createdSince=2030-01-01T00:00:00Z").await, ids);
    fault(&stage, Call::List, Trouble::Shuffled);
    let pages = [listed(&stage, "?limit=2").await, listed(&stage, "?limit=2").await];
    assert_ne!(pages[0], pages[1]);
    assert!(pages.iter().all(|page| page == &ids[..2] || page == &[ids[2].clone(), ids[1].clone()]), "{pages:?}");
}

#[tokio::test]
async fn a_copy_made_by_hand_is_a_second_ticket_and_no_create() {
    let stage = Stage::new().await;
    let id = stage.create().await;
    let (status, copy) = told(stage.request("POST", &format!("/_sandbox/tickets/{id}/copy"))).await;
    assert_eq!((status, &copy["id"], &copy["create"]), (200, &json!(482_002), &json!(0)));
    assert_eq!(copy["received"]["customer_ticket_number"], json!("INC-1,co-7k2m9q4x"));
    assert_eq!(stage.sandbox.creates(), 1);
    let (status, body) = told(stage.request("POST", "/_sandbox/tickets/7/copy")).await;
    assert_eq!((status, body["detail"].as_str()), (404, Some("the sandbox has no ticket 7")));
}
