//! Each fault as a client meets it, and whether a ticket was made.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use callout::systems::sandbox::{Call, Fault, Options, Sandbox, Trouble};
use callout::ticket::Clock;
use jiff::Timestamp;
use serde_json::json;
use tokio::sync::Notify;

use crate::stage::{Stage, clock, file, form, told};

fn once(trouble: Trouble) -> Fault {
    Fault::on(Call::Create, trouble).times(1)
}

fn on_read(trouble: Trouble) -> Fault {
    Fault::on(Call::Read, trouble).times(1)
}

#[tokio::test]
async fn before_the_commit_nothing_is_made() {
    let stage = Stage::new().await;
    let busy = stage.create_with(once(Trouble::TooManyRequests { retry_after: Some(7) })).await.expect("an answer");
    assert_eq!((busy.status().as_u16(), busy.headers()["retry-after"].to_str().ok()), (429, Some("7")));
    let busy = stage.create_with(once(Trouble::TooManyRequests { retry_after: None })).await.expect("an answer");
    assert_eq!((busy.status().as_u16(), busy.headers().get("retry-after")), (429, None));
    let down = stage.create_with(once(Trouble::ErrorBeforeCommit { status: 503 })).await.expect("an answer");
    assert_eq!(down.status().as_u16(), 503);
    let to = "http://127.0.0.1:9/elsewhere".to_owned();
    let away = stage.create_with(once(Trouble::Redirect { to: to.clone() })).await.expect("an answer");
    assert_eq!((away.status().as_u16(), away.headers()["location"].to_str().ok()), (307, Some(to.as_str())));
    let error = stage.create_with(once(Trouble::DropBeforeCommit)).await.expect_err("a broken connection");
    assert!(error.is_request() && !error.is_connect(), "{error:?}");
    assert_eq!((stage.sandbox.creates(), stage.sandbox.faults()), (0, vec![]));
    assert_eq!(stage.create().await, 482_001);
}

#[tokio::test]
async fn after_the_commit_one_ticket_is_made_whatever_the_answer() {
    let stage = Stage::new().await;
    let down = stage.create_with(once(Trouble::ErrorAfterCommit { status: 502 })).await.expect("an answer");
    assert_eq!(down.status().as_u16(), 502);
    assert_eq!(stage.sandbox.creates(), 1);

    let error = stage.create_with(once(Trouble::DropAfterCommit)).await.expect_err("a broken connection");
    assert!(error.is_request() && !error.is_connect() && error.status().is_none(), "{error:?}");
    assert_eq!(stage.sandbox.creates(), 2);

    let half = stage.create_with(once(Trouble::HalfAnswer)).await.expect("a head");
    assert_eq!(half.status().as_u16(), 200);
    let error = half.text().await.expect_err("half a body");
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    assert_eq!(stage.sandbox.creates(), 3);

    let page = stage.create_with(once(Trouble::Html)).await.expect("an answer");
    assert_eq!((page.status().as_u16(), page.headers()["content-type"].to_str().ok()), (200, Some("text/html")));
    assert!(page.text().await.expect("a body").starts_with("<!DOCTYPE html>"));
    assert_eq!(stage.sandbox.creates(), 4);

    let anonymous = stage.create_with(once(Trouble::NoId)).await.expect("an answer");
    assert_eq!(anonymous.status().as_u16(), 200);
    let body: serde_json::Value = anonymous.json().await.expect("JSON");
    assert_eq!((body[0].get("id"), &body[0]["location_name"]), (None, &json!("Store 417")));
    assert_eq!(stage.sandbox.creates(), 5);
    assert_eq!(stage.sandbox.tickets().len(), 5);
}

#[tokio::test]
async fn a_refused_request_uses_no_fault_up() {
    let stage = Stage::new().await;
    stage.sandbox.set_faults(vec![once(Trouble::DropAfterCommit)]).expect("a fault");
    assert_eq!(told(stage.post(form(&[("contact_name", "")]))).await.0, 400);
    assert_eq!(stage.sandbox.faults(), vec![once(Trouble::DropAfterCommit)]);
}

#[tokio::test]
async fn reads_meet_faults_of_their_own() {
    let stage = Stage::new().await;
    let id = stage.create().await;
    let read = async |trouble: Trouble| {
        stage.sandbox.set_faults(vec![on_read(trouble)]).expect("a fault");
        stage.get(&format!("/api/v1/tickets/{id}")).send().await
    };
    assert_eq!(read(Trouble::NotFound).await.expect("an answer").status().as_u16(), 404);
    assert_eq!(read(Trouble::ErrorBeforeCommit { status: 500 }).await.expect("an answer").status().as_u16(), 500);
    assert!(read(Trouble::DropBeforeCommit).await.is_err());
    assert!(read(Trouble::HalfAnswer).await.expect("a head").text().await.is_err());
    assert!(read(Trouble::Html).await.expect("an answer").text().await.expect("a body").contains("<html>"));
    let before = stage.clock.now();
    assert_eq!(read(Trouble::Latency { milliseconds: 90_000 }).await.expect("an answer").status().as_u16(), 200);
    assert_eq!(stage.clock.now().duration_since(before).as_secs(), 90);
    stage.read(id).await;
}

#[tokio::test]
async fn a_ticket_can_be_booked_otherwise_than_asked() {
    let stage = Stage::new().await;
    let all = [Trouble::OtherDate, Trouble::OtherLocation, Trouble::Reworded, Trouble::UploadFailure];
    stage.sandbox.set_faults(all.map(once).to_vec()).expect("faults");
    let (status, body) = told(stage.post(form(&[]).part("file", file("plan.pdf", 3)))).await;
    assert_eq!((status, &body[0]["attachments"]), (200, &json!([{"filename": "plan.pdf", "status": "failure"}])));
    let read = stage.read(482_001).await;
    assert_eq!(read["schedule"]["start_date"], "2027-01-12T13:00:00Z");
    assert_eq!(read["schedule"]["end_date"], "2027-01-12T17:00:00Z");
    assert_eq!(read["location_name"], "Store 417 Annex");
    assert_eq!(read["service_type"], "Installation");
    assert_eq!(read["attachments"], json!([]));
}

/// A clock whose waits begin and never end.
struct StandingClock(Notify);

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.notify_one();
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_client_that_gives_up_on_a_late_answer_has_a_ticket() {
    let standing = Arc::new(StandingClock(Notify::new()));
    let stage = Stage::of(clock(), Sandbox::new(Options::new(standing.clone()))).await;
    let late = Fault::on(Call::Create, Trouble::Latency { milliseconds: 1 });
    tokio::select! {
        answer = stage.create_with(late) => panic!("an answer: {answer:?}"),
        () = standing.0.notified() => {}
    }
    assert_eq!(stage.sandbox.creates(), 1);
}
