//! Several tickets in one request: who can, what the vendor makes of it, and each trouble as the engine meets it.

use callout::systems::sandbox::{Call, Fault, Trouble};
use callout::systems::techexpress::TechExpress;
use callout::systems::{Payload, Sent, Several, System};
use serde_json::json;

use crate::bench::Bench;
use crate::contract::systems;

/// The draft at these places, all else alike.
fn payloads(bench: &Bench, numbers: &[&str]) -> Vec<Payload> {
    let at = |number: &&str| {
        let mut payload = bench.payload(&[("plan.pdf", "a plan")]);
        payload.fields.set("location_number", *number);
        payload
    };
    numbers.iter().map(at).collect()
}

async fn create(bench: &Bench, payloads: &[Payload]) -> Several {
    bench.remote.ready_together(payloads).await.expect("ready");
    bench.remote.create_together(bench.permit().await, payloads).await
}

/// The places that an answer names, in its order.
fn answered(several: Several) -> Vec<String> {
    let Several::Answered { tickets, nameless: 0 } = several else { panic!("not answered: {several:?}") };
    tickets.iter().map(|seen| seen.fields.text("location_number").expect("a number").to_owned()).collect()
}

#[tokio::test]
async fn who_says_what_tickets_must_share_can_send_several_and_nobody_else() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        let can = system.together(&bench.draft().fields).is_some();
        let most = system.tickets_per_request(&json!({"locations_per_request": 50}));
        assert_eq!((most > 1, system.tickets_per_request(&json!({}))), (can, 1), "{}", system.id());
        if !can {
            let both = [bench.payload(&[]), bench.payload(&[])];
            let why = "this system takes one ticket at a time; nothing was sent".to_owned();
            let unsent = Several::Same { sent: Sent::Unsent { why, retry_after: None, stops_system: false }, stops_system: false };
            let answer = bench.remote.create_together(bench.permit().await, &both).await;
            assert_eq!(answer, unsent, "{}", system.id());
            assert_eq!(bench.requests(), 0, "{}", system.id());
        }
    }
}

#[tokio::test]
async fn what_is_shared_and_the_place_are_all_that_a_create_sends() {
    let bench = Bench::new(&TechExpress).await;
    let mut one = bench.draft().fields;
    let before = TechExpress.together(&one).expect("together");
    for field in TechExpress.fields().iter().filter(|field| field.sent && field.name != "attachments") {
        let kept = one.clone();
        one.set(field.name, "something else");
        let after = TechExpress.together(&one).expect("together");
        let is_of_place = field.name.starts_with("loc") || field.name.starts_with("secondary_lcon") || field.name.ends_with("_date");
        assert_eq!(after.shared != before.shared, !is_of_place && field.name != "account_macnum", "{}", field.name);
        one = kept;
    }
}

#[tokio::test]
async fn each_location_gets_a_ticket_of_its_own_with_the_files_and_the_mark() {
    let bench = Bench::new(&TechExpress).await;
    let payloads = payloads(&bench, &["1", "2", "3"]);
    assert_eq!(answered(create(&bench, &payloads).await), ["1", "2", "3"]);
    assert_eq!((bench.stage.sandbox.creates(), bench.requests()), (1, 1));
    for (stored, payload) in bench.stage.sandbox.tickets().iter().zip(&payloads) {
        let read = bench.found(&stored.id.to_string()).await;
        assert_eq!(TechExpress.mark_of(&read.fields), Some(Bench::mark()));
        let (mut shown, expected) = (TechExpress.comparable(&read.fields), bench.expected(payload));
        shown.0.retain(|name, _| expected.get(name).is_some());
        assert_eq!(shown, expected);
    }
}

#[tokio::test]
async fn an_answer_may_come_in_another_order_or_without_a_ticket_that_was_made() {
    let bench = Bench::new(&TechExpress).await;
    let payloads = payloads(&bench, &["1", "2", "3"]);
    bench.fault(Fault::on(Call::Create, Trouble::OtherOrder));
    assert_eq!(answered(create(&bench, &payloads).await), ["3", "2", "1"]);
    bench.fault(Fault::on(Call::Create, Trouble::TicketLeftOut));
    assert_eq!(answered(create(&bench, &payloads).await), ["1", "2"]);
    bench.fault(Fault::on(Call::Create, Trouble::SamePlaces));
    assert_eq!(answered(create(&bench, &payloads).await), ["1", "1", "1"]);
    let made: Vec<_> = bench.stage.sandbox.tickets().iter().map(|ticket| ticket.fields["location_number"].clone()).collect();
    assert_eq!(made, ["1", "2", "3"].repeat(3), "only the answers were wrong");
    bench.fault(Fault::on(Call::Create, Trouble::NoId));
    assert_eq!(create(&bench, &payloads).await, Several::Answered { tickets: Vec::new(), nameless: 3 });
}

#[tokio::test]
async fn a_refusal_half_way_has_made_some() {
    let bench = Bench::new(&TechExpress).await;
    bench.fault(Fault::on(Call::Create, Trouble::RefusedHalfWay).times(2));
    let several = create(&bench, &payloads(&bench, &["1", "2", "3"])).await;
    assert!(matches!(&several, Several::Same { sent: Sent::Unknown { .. }, stops_system: false }), "{several:?}");
    assert_eq!(bench.stage.sandbox.tickets().len(), 1);
    // One location cannot be refused half-way.
    assert!(matches!(bench.create(&bench.payload(&[])).await, Sent::Done(_)));
}

#[tokio::test]
async fn one_bad_location_refuses_the_sandboxs_whole_request() {
    let bench = Bench::with(&TechExpress, json!({"batch_rejects_whole": true}), "sandbox", |_| {}).await;
    let mut payloads = payloads(&bench, &["1", "2"]);
    payloads[1].fields.set("end_date", "soon");
    let several = create(&bench, &payloads).await;
    assert!(matches!(&several, Several::Same { sent: Sent::Rejected { .. }, .. }), "{several:?}");
    assert_eq!(bench.stage.sandbox.tickets().len(), 0);
}

#[tokio::test]
async fn settings_out_of_bounds_make_no_connection() {
    for own in [json!({"locations_per_request": 0}), json!({"locations_per_request": 51}), json!({"batch_rejects_whole": 1})] {
        assert!(Bench::refuses(&TechExpress, &own).await, "{own}");
    }
}
