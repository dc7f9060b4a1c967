//! One contract for every system of the registry, run against the sandbox through the system's own connection.

use std::time::Duration;

use callout::systems::sandbox::{Call, Fault, Trouble};
use callout::systems::{Ability, End, Found, Observed, Sent, System, registry};
use callout::ticket::{Clock, Fields};
use serde_json::{Value, json};

use crate::bench::{Bench, done};
use crate::terms::Terms;

/// Every system, or the test would pass over nothing.
pub fn systems() -> &'static [&'static dyn System] {
    assert!(!registry().is_empty());
    registry()
}

#[tokio::test]
async fn a_ticket_reads_back_as_it_was_sent() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        let files: &[(&str, &str)] =
            if system.attachments().is_some() { &[("plan.pdf", "a plan"), ("site.png", "a picture")] } else { &[] };
        let payload = bench.payload(files);
        let seen = done(bench.create(&payload).await);
        let read = bench.found(&seen.id).await;
        let expected = system.expected(&payload.fields, &payload.attachments, bench.draft().visit.as_ref());
        let (answered, live) = (system.comparable(&seen.fields), system.comparable(&read.fields));
        for (name, value) in expected.iter() {
            let row = bench.row(name).expect("a row");
            assert_eq!(answered.get(name), row.in_create.then_some(value), "{}: {name} in the create's answer", system.id());
            assert_eq!(live.get(name), row.in_read.then_some(value), "{}: {name} in a read", system.id());
        }
        let compared = expected.iter().filter(|(name, _)| bench.row(name).is_some_and(|row| row.in_read)).count();
        assert!(compared > 0, "{}: nothing that was sent is shown", system.id());
        assert_eq!((read.id.as_str(), read.finished, seen.finished), (seen.id.as_str(), false, false));
        assert_eq!((bench.stage.sandbox.creates(), bench.requests()), (1, Terms::of(*system).create_requests + 1));
        let stored = &bench.stage.sandbox.tickets()[0];
        let kept: Vec<_> = stored.files.iter().map(|file| (file.filename.as_str(), file.size, &file.sha256)).collect();
        let sent: Vec<_> = payload.attachments.iter().map(|file| (file.filename.as_str(), file.size, &file.sha256)).collect();
        assert_eq!(kept, sent);
    }
}

#[tokio::test]
async fn the_field_table_says_which_answer_shows_what() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        let seen = bench.created().await;
        let read = bench.found(&seen.id).await;
        for field in system.fields() {
            let shows = |fields: &Fields| fields.iter().any(|(name, _)| bench.row(name).is_some_and(|row| row.name == field.name));
            assert_eq!(shows(&seen.fields), field.in_create, "{}: create, {}", system.id(), field.name);
            assert_eq!(shows(&read.fields), field.in_read, "{}: read, {}", system.id(), field.name);
        }
        for (name, _) in read.fields.iter().chain(seen.fields.iter()) {
            assert!(bench.row(name).is_some(), "{}: {name} is in no row", system.id());
        }
    }
}

#[tokio::test]
async fn reading_twice_shows_no_drift_and_normal_form_is_stable() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        let seen = bench.created().await;
        let (one, two) = (bench.found(&seen.id).await, bench.found(&seen.id).await);
        let normal = system.comparable(&one.fields);
        assert_eq!(normal, system.comparable(&two.fields));
        assert_eq!(normal, system.comparable(&normal), "{}", system.id());
    }
}

#[tokio::test]
async fn the_mark_goes_out_comes_back_where_reads_show_its_field_and_is_in_no_comparison() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        let (plain, marked) = (bench.draft().fields, bench.payload(&[]).fields);
        let carriers: Vec<&str> = marked.iter().filter(|(name, value)| plain.get(name) != Some(value)).map(|(name, _)| name).collect();
        let [carrier] = carriers.as_slice() else { panic!("{}: the mark is in {carriers:?}", system.id()) };
        assert_eq!(system.mark_of(&marked), Some(Bench::mark()), "{}", system.id());
        let seen = bench.created().await;
        let stored = &bench.stage.sandbox.tickets()[0];
        assert!(stored.received[*carrier].contains(Bench::mark().as_str()), "{}: {:?}", system.id(), stored.received);
        let read = bench.found(&seen.id).await;
        let shows = bench.row(carrier).is_some_and(|row| row.in_read);
        assert_eq!(system.mark_of(&read.fields), shows.then(Bench::mark), "{}", system.id());
        let without = system.expected(&bench.draft().fields, &[], bench.draft().visit.as_ref());
        let with = system.expected(&bench.payload(&[]).fields, &[], bench.draft().visit.as_ref());
        assert_eq!(without, with, "{}", system.id());
    }
}

#[tokio::test]
async fn a_ticket_that_is_not_there_is_missing() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        assert_eq!(bench.remote.read("7").await, Observed::Missing, "{}", system.id());
        let seen = bench.created().await;
        bench.stage.sandbox.set_faults(vec![Fault::on(Call::Read, Trouble::NotFound).times(1)]).expect("a fault");
        assert_eq!(bench.remote.read(&seen.id).await, Observed::Missing);
        bench.found(&seen.id).await;
    }
}

#[tokio::test]
async fn an_id_cannot_lead_to_another_path() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        for id in ["../tickets", "1/2", "1?x=y", "1#x", "%2e%2e", ""] {
            let observed = bench.remote.read(id).await;
            assert!(!matches!(observed, Observed::Found(_)), "{}: {id}", system.id());
        }
        let wrong = |path: &str| path.contains("/tickets?") || path.contains("x=y") || path == "/api/v1/tickets/";
        assert!(bench.stage.sandbox.requests().iter().all(|request| !wrong(&request.path)), "{:?}", bench.stage.sandbox.requests());
    }
}

#[tokio::test]
async fn a_token_that_is_refused_stops_the_system_and_is_in_no_message() {
    for system in systems() {
        for token in ["not-the-token-7f3a", "sandbox-without-scope"] {
            let bench = Bench::with(*system, json!({}), token, |_| {}).await;
            let Sent::Rejected { why, stops_system } = bench.create(&bench.payload(&[])).await else { panic!("not rejected") };
            assert!(stops_system && !why.contains(token), "{}: {why}", system.id());
            let Observed::Unread { why, stops_system } = bench.remote.read("482001").await else { panic!("not unread") };
            assert!(stops_system && !why.contains(token), "{}: {why}", system.id());
            assert_eq!((bench.stage.sandbox.creates(), bench.requests()), (0, 2));
        }
    }
}

#[tokio::test]
async fn a_refusal_says_why_and_stops_nothing_else() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        let Sent::Rejected { why, stops_system } = bench.create(&bench.refused_payload()).await else { panic!("not rejected") };
        assert!(why.contains(Terms::of(*system).refused.1) && !stops_system, "{}: {why}", system.id());
        bench.created().await;
    }
}

#[tokio::test]
async fn what_was_sent_and_not_readably_answered_is_unknown_and_sent_once() {
    let troubles = [
        (Trouble::ErrorBeforeCommit { status: 500 }, 0),
        (Trouble::ErrorBeforeCommit { status: 503 }, 0),
        (Trouble::ErrorAfterCommit { status: 502 }, 1),
        (Trouble::DropBeforeCommit, 0),
        (Trouble::DropAfterCommit, 1),
        (Trouble::HalfAnswer, 1),
        (Trouble::Html, 1),
        (Trouble::NoId, 1),
        (Trouble::Redirect { to: "http://127.0.0.1:9/elsewhere".to_owned() }, 0),
    ];
    for system in systems() {
        for (trouble, creates) in &troubles {
            let bench = Bench::new(*system).await;
            let sent = bench.create_with(trouble.clone()).await;
            assert!(matches!(sent, Sent::Unknown { .. }), "{}: {trouble:?}: {sent:?}", system.id());
            assert_eq!((bench.stage.sandbox.creates(), bench.requests()), (*creates, 1), "{}: {trouble:?}", system.id());
        }
    }
}

#[tokio::test]
async fn a_connection_that_was_used_before_and_breaks_is_unknown_and_sent_once() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        bench.created().await;
        let sent = bench.create_with(Trouble::DropAfterCommit).await;
        assert!(matches!(sent, Sent::Unknown { .. }), "{}: {sent:?}", system.id());
        assert_eq!((bench.stage.sandbox.creates(), bench.requests()), (2, Terms::of(*system).create_requests + 1));
    }
}

#[tokio::test]
async fn what_surely_never_arrived_is_unsent() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        let sent = bench.create_with(Trouble::TooManyRequests { retry_after: Some(7) }).await;
        let Sent::Unsent { retry_after, .. } = &sent else { panic!("{}: {sent:?}", system.id()) };
        assert_eq!(*retry_after, Some(Duration::from_secs(7)));
        let sent = bench.create_with(Trouble::TooManyRequests { retry_after: None }).await;
        assert!(matches!(sent, Sent::Unsent { .. }), "{}: {sent:?}", system.id());
        assert_eq!(bench.stage.sandbox.creates(), 0);

        // Nobody listens on a port that was just given back.
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
        let mut gone = Bench::new(*system).await;
        gone.turn_to(&format!("http://127.0.0.1:{port}"));
        let sent = gone.create(&gone.payload(&[])).await;
        assert!(matches!(sent, Sent::Unsent { .. }), "{}: {sent:?}", system.id());
        assert_eq!(gone.stage.sandbox.creates(), 0);
    }
}

#[tokio::test]
async fn a_late_answer_is_an_answer() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        done(bench.create_with(Trouble::Latency { milliseconds: 90_000 }).await);
        assert_eq!(bench.stage.sandbox.creates(), 1);
    }
}

#[tokio::test]
async fn a_read_is_repeated_and_in_the_end_unread() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        let seen = bench.created().await;
        for trouble in [
            Trouble::ErrorBeforeCommit { status: 503 },
            Trouble::DropBeforeCommit,
            Trouble::TooManyRequests { retry_after: Some(1) },
            Trouble::HalfAnswer,
        ] {
            bench.stage.sandbox.set_faults(vec![Fault::on(Call::Read, trouble).times(1)]).expect("a fault");
            bench.found(&seen.id).await;
            assert_eq!(bench.stage.sandbox.faults(), []);
        }
        for trouble in [Trouble::ErrorBeforeCommit { status: 503 }, Trouble::Html, Trouble::HalfAnswer, Trouble::DropBeforeCommit] {
            bench.stage.sandbox.set_faults(vec![Fault::on(Call::Read, trouble.clone())]).expect("a fault");
            let observed = bench.remote.read(&seen.id).await;
            assert!(matches!(observed, Observed::Unread { stops_system: false, .. }), "{}: {trouble:?}: {observed:?}", system.id());
        }
    }
}

#[tokio::test]
async fn what_was_booked_otherwise_shows_in_a_read() {
    for system in systems() {
        for trouble in [Trouble::OtherDate, Trouble::OtherLocation, Trouble::Reworded] {
            let bench = Bench::new(*system).await;
            let seen = done(bench.create_with(trouble.clone()).await);
            // Other words are no other booking, and a ticket without a time of its own has none that could be another.
            let has_date = trouble == Trouble::OtherDate && bench.draft().visit.is_some();
            let wanted = has_date || trouble == Trouble::OtherLocation;
            let live = system.comparable(&bench.found(&seen.id).await.fields);
            assert_eq!(differs(&bench.expected(&bench.payload(&[])), &live), wanted, "{}: {trouble:?}", system.id());
        }
    }
}

/// Whether the section of a system has this setting.
fn has_setting(system: &dyn System, name: &str) -> bool {
    let mut generator = schemars::SchemaGenerator::default();
    let _ = system.settings_schema(&mut generator);
    let sections = generator.definitions().values();
    sections.into_iter().any(|section| section["properties"].get(name).is_some())
}

#[tokio::test]
async fn a_file_that_was_not_kept_shows_in_a_read() {
    for system in systems() {
        if system.attachments().is_none() {
            assert!(system.fields().iter().all(|field| field.name != "attachments"), "{} shows files that it does not take", system.id());
            continue;
        }
        let bench = Bench::new(*system).await;
        bench.stage.sandbox.set_faults(vec![Fault::on(Call::Create, Trouble::UploadFailure)]).expect("a fault");
        let payload = bench.payload(&[("plan.pdf", "a plan")]);
        let seen = done(bench.create(&payload).await);
        let expected = system.expected(&payload.fields, &payload.attachments, bench.draft().visit.as_ref());
        assert!(differs(&expected, &system.comparable(&seen.fields)), "{}: in the create's answer", system.id());
        let shows = bench.row("attachments").is_some_and(|row| row.in_read);
        let live = system.comparable(&bench.found(&seen.id).await.fields);
        assert_eq!(differs(&bench.expected(&payload), &live), shows, "{}: in a read", system.id());
    }
}

/// Whether something that was expected is there in another form, or not at all.
fn differs(expected: &Fields, live: &Fields) -> bool {
    expected.iter().any(|(name, value)| live.get(name) != Some(value))
}

#[tokio::test]
async fn resolved_by_hand_is_finished_where_the_system_says_so() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        let seen = bench.created().await;
        bench.stage.sandbox.resolve(seen.id.parse().expect("a number")).expect("a ticket");
        let read = bench.found(&seen.id).await;
        let (status, is_over) = Terms::of(*system).resolved;
        assert_eq!((read.finished, read.status.as_deref()), (is_over, Some(status)), "{}", system.id());
    }
}

#[tokio::test]
async fn what_a_system_cannot_do_is_refused_and_nothing_is_sent() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        let seen = bench.created().await;
        let before = bench.requests();
        let can = system.capabilities();
        let fields = Fields::from_iter([("po_number".to_owned(), Value::from("x"))]);
        let mut answers = Vec::new();
        if !can.update.yes() {
            answers.push(bench.remote.update(bench.permit().await, &seen.id, &fields).await);
        }
        if !can.close.yes() {
            answers.push(bench.remote.close(bench.permit().await, &seen.id).await);
        }
        if !can.delete.yes() {
            answers.push(bench.remote.delete(bench.permit().await, &seen.id).await);
        }
        assert!(answers.iter().all(|sent| matches!(sent, Sent::Rejected { stops_system: false, .. })), "{answers:?}");
        if let Ability::No(_) = can.find {
            assert_eq!(bench.remote.find(&Bench::mark(), bench.stage.clock.now()).await, Found::Cannot);
        }
        if let Ability::No(_) = can.list {
            assert_eq!(bench.remote.list(None, 10).await.end, End::Cannot);
        }
        assert_eq!(bench.requests(), before, "{}", system.id());
    }
}

#[tokio::test]
async fn look_ups_are_where_the_system_says_so_and_change_nothing() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        let draft = bench.draft();
        let looked = bench.remote.reader().look_up(&[&draft], &|_, _| {}).await;
        assert_eq!(looked.is_some(), system.look_up().yes(), "{}", system.id());
        assert!(looked.is_none_or(|looked| looked.findings.len() == 1), "{}", system.id());
        assert!(bench.stage.sandbox.requests().iter().all(|request| request.method == "GET"), "{}", system.id());
        assert_eq!(bench.requests() > 0, system.look_up().yes(), "{}", system.id());
    }
}

#[tokio::test]
async fn a_tenant_of_the_settings_goes_with_every_request() {
    for system in systems() {
        let own = json!({"granted_tenant_macnum": "09999999"});
        // What a system's section does not know, it refuses: nobody acts for another company unnoticed.
        if !has_setting(*system, "granted_tenant_macnum") {
            assert!(Bench::refuses(*system, &own).await, "{} takes a setting that it does not have", system.id());
            continue;
        }
        let bench = Bench::with(*system, own, "sandbox", |_| {}).await;
        let seen = bench.created().await;
        assert_eq!(bench.stage.sandbox.tickets()[0].tenant.as_deref(), Some("09999999"), "{}", system.id());
        bench.found(&seen.id).await;
    }
}

#[tokio::test]
async fn the_default_pace_stays_under_the_documented_limit() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        let seen = bench.created().await;
        for _ in 0..130 {
            bench.found(&seen.id).await;
        }
        assert!(bench.stage.sandbox.requests().iter().all(|request| request.status == 200), "{}: a 429", system.id());
    }
}

#[tokio::test]
async fn one_ticket_may_be_answered_as_an_object() {
    for system in systems() {
        let bench = Bench::with(*system, json!({}), "sandbox", |options| options.bare_object = true).await;
        let seen = bench.created().await;
        bench.found(&seen.id).await;
    }
}

#[tokio::test]
async fn the_remote_reader_reads() {
    for system in systems() {
        let bench = Bench::new(*system).await;
        let seen = bench.created().await;
        assert!(matches!(bench.remote.reader().read(&seen.id).await, Observed::Found(_)), "{}", system.id());
    }
}
