//! Where visits stand, by what the files want, what is remembered and what is seen.

mod counted;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Board, Period, Row, Standing, View};
use crate::plan::Plan;
use crate::plan::tests::bench::{Bench, key, open, open_with, over, plain, seen, ticket};
use crate::refresh::{Side, Sides};
use crate::state::{Closing, Event, Sighting, VisitOutcome};
use crate::systems::readydesk::ReadyDesk;
use crate::systems::{Found, Observed, Seen, System};
use crate::ticket::{Address, Fields, RolloutSite, Ticket};

/// The board of a bench, and what is asked of it.
fn on<T>(bench: &Bench, ask: impl FnOnce(&Board<'_>) -> T) -> T {
    let (plan, sides) = (bench.plan(), sides(bench));
    ask(&view(bench, &plan, &sides).board())
}

fn sides(bench: &Bench) -> Sides {
    Sides::from([
        ("Dispatch".to_owned(), bench.side()),
        ("HelpdeskTicket".to_owned(), Side { system: &ReadyDesk, origin: bench.origin.clone(), per_request: 1, endings: None }),
    ])
}

fn view<'a>(bench: &'a Bench, plan: &'a Plan, sides: &'a Sides) -> View<'a> {
    let Bench { tickets, state, observed, selection, rollouts, now, .. } = bench;
    View { plan, tickets, state, observed, sides, selection, rollouts, now: *now, near: SignedDuration::from_hours(72) }
}

/// Each row on a line: its visit, where it stands, its status, and what it needs.
fn rows(bench: &Bench) -> String {
    on(bench, |board| board.rows.iter().map(line).collect::<Vec<_>>().join("\n"))
}

fn line(row: &Row<'_>) -> String {
    let flags = [
        (row.needs_person(), "needs a person"),
        (row.is_overdue, "overdue"),
        (row.is_unassigned, "nobody assigned"),
        (row.is_booked_differently(), "booked differently"),
        (row.is_drifted(), "changed"),
        (row.is_read, "read"),
    ];
    let mut parts = vec![format!("{} {}", row.key, row.standing.word())];
    parts.extend(row.status.map(str::to_owned));
    parts.extend(row.id.map(|id| format!("ticket {id}")));
    parts.extend(row.remark.clone());
    parts.extend(flags.iter().filter(|(is_so, _)| *is_so).map(|(_, flag)| (*flag).to_owned()));
    parts.join("; ")
}

/// At a later moment than the bench's, `2027-01-04T12:00:00Z`.
fn at(mut bench: Bench, now: &str) -> Bench {
    bench.now = now.parse().expect("a moment");
    bench
}

fn ended(ticket: &Ticket, outcome: VisitOutcome) -> Event {
    Event::VisitEnded { key: key(ticket), outcome, reason: "told by telephone".to_owned() }
}

fn of_rollout(number: u32, wave: Option<&str>, day: &str) -> Ticket {
    let mut ticket = ticket(number, |document| {
        for name in ["start_date", "end_date"] {
            document["spec"]["locations"][0][name] = json!(format!("{day}T08:00:00"));
        }
    });
    ticket.site = Some(RolloutSite { rollout: "routers".to_owned(), key: number.to_string(), wave: wave.map(str::to_owned) });
    ticket
}

#[test]
fn each_visit_stands_in_one_place() {
    let [new, sent, done, failed, cancelled, doubted] = [1, 2, 3, 4, 5, 6].map(plain);
    let bench = Bench::new()
        .checked(&sent, "2")
        .checked(&done, "3")
        .checked(&failed, "4")
        .event(&ended(&failed, VisitOutcome::NoAccess))
        .closed(&cancelled, "5", Closing::Cancelled)
        .intended(&doubted)
        .sees(&sent, open(&sent, "2"))
        .sees(&done, over(&done, "3"));
    let bench = [new, sent, done, failed, cancelled, doubted].into_iter().fold(bench, Bench::wants);
    insta::assert_snapshot!(rows(&bench), @r"
    Dispatch/store-1 not sent
    Dispatch/store-2 open; Open; ticket 2; read
    Dispatch/store-3 finished; Open; ticket 3; read
    Dispatch/store-4 failed; Open; ticket 4
    Dispatch/store-5 closed; Open; ticket 5; cancelled
    Dispatch/store-6 in doubt
    ");
    on(&bench, |board| {
        let counts = board.counts();
        let sum: usize = Standing::ALL.into_iter().map(|standing| counts.standing(standing)).sum();
        assert_eq!((sum, counts.total, counts.read), (6, 6, 1));
    });
}

#[test]
fn a_visit_is_overdue_from_its_own_end_until_it_is_known_to_be_over() {
    let (sent, new, done) = (plain(1), plain(2), plain(3));
    let bench = || Bench::new().checked(&sent, "1").finished(&done, "3").wants(sent.clone()).wants(new.clone()).wants(done.clone());
    let before = rows(&at(bench(), "2027-01-11T17:00:00Z"));
    assert!(!before.contains("overdue"), "noon in New York is its end, and not yet over: {before}");
    insta::assert_snapshot!(rows(&at(bench(), "2027-01-11T17:00:01Z")), @r"
    Dispatch/store-1 open; Open; ticket 1; overdue
    Dispatch/store-2 not sent; needs a person; overdue
    Dispatch/store-3 finished; ticket 3
    ");
    let told = at(bench().event(&ended(&sent, VisitOutcome::Ok)), "2027-01-12T00:00:00Z");
    assert!(rows(&told).starts_with("Dispatch/store-1 open; Open; ticket 1\n"), "{}", rows(&told));
}

#[test]
fn without_a_zone_a_visit_is_overdue_when_its_end_has_passed_everywhere() {
    let ticket = ticket(1, |document| document["spec"]["locations"][0]["timezone"] = Value::Null);
    let bench = || Bench::new().checked(&ticket, "1").wants(ticket.clone());
    assert!(!rows(&at(bench(), "2027-01-11T23:59:00Z")).contains("overdue"));
    assert!(rows(&at(bench(), "2027-01-12T00:01:00Z")).contains("overdue"));
}

#[test]
fn nobody_assigned_is_told_when_the_visit_is_near_and_the_system_says_so() {
    let ticket = plain(1);
    let with = |technician: Value| {
        let mut seen = seen(&ticket, "1");
        seen.fields.set("technician_id", technician);
        Observed::Found(Box::new(seen))
    };
    let rows = |now: &str, observed: Option<Observed>| {
        let bench = Bench::new().checked(&ticket, "1").wants(ticket.clone());
        rows(&at(if let Some(observed) = observed { bench.sees(&ticket, observed) } else { bench }, now))
    };
    let near = "2027-01-08T13:00:01Z";
    assert!(rows(near, Some(with(Value::Null))).contains("nobody assigned"));
    assert!(!rows("2027-01-08T12:59:59Z", Some(with(Value::Null))).contains("nobody assigned"), "not near yet");
    assert!(!rows(near, Some(with(json!(77)))).contains("nobody assigned"), "somebody is");
    assert!(!rows(near, Some(open(&ticket, "1"))).contains("nobody assigned"), "the answer has no such field");
    assert!(!rows(near, None).contains("nobody assigned"), "nothing was read");
}

#[test]
fn a_visit_that_its_system_moved_is_on_the_day_it_was_moved_to() {
    let ticket = plain(1);
    let mut moved = seen(&ticket, "1");
    moved.fields.set("start_date", "2027-01-13T02:00:00Z");
    moved.fields.set("end_date", "2027-01-13T03:00:00Z");
    let bench = Bench::new().checked(&ticket, "1").sees(&ticket, Observed::Found(Box::new(moved))).wants(ticket);
    let shown = |bench: &Bench| {
        on(bench, |board| {
            let visit = board.rows[0].visit.as_ref().map(|visit| format!("{} to {}", visit.start, visit.end));
            (visit, board.days().periods.iter().map(|(period, _)| *period).collect::<Vec<_>>())
        })
    };
    let day = "2027-01-12".parse().expect("a day");
    assert_eq!(shown(&bench), (Some("2027-01-12T21:00:00 to 2027-01-12T22:00:00".to_owned()), vec![Period::Day(day)]));
    assert!(
        !rows(&at(bench, "2027-01-12T12:00:00Z")).contains("overdue"),
        "the day that was ordered has passed, and means nothing any more"
    );
}

#[test]
fn work_that_its_system_gives_a_due_date_is_overdue_after_it() {
    let document = |due: &str| {
        json!({
            "apiVersion": "callout/v1", "kind": "HelpdeskTicket", "metadata": {"name": "router"},
            "spec": {"cid": "store-0417", "subject": "Router is down", "summary": "x", "due_date": due},
        })
    };
    let overdue = |due: &str, now: &str| {
        let draft = ReadyDesk.tickets(&document(due)).expect("a ticket").0.remove(0);
        let ticket = Ticket { address: Address::new("HelpdeskTicket", "router"), fields: draft.fields, visit: None, ..plain(1) };
        let mut bench = Bench::new();
        bench.system = &ReadyDesk;
        let bench = at(bench.sent(&ticket, "1").wants(ticket), now);
        on(&bench, |board| (board.rows[0].due.is_some(), board.rows[0].is_overdue))
    };
    assert_eq!(overdue("2027-01-11T17:00:00", "2027-01-12T04:59:00Z"), (true, false));
    assert_eq!(overdue("2027-01-11T17:00:00", "2027-01-12T05:01:00Z"), (true, true));
    assert_eq!(overdue("2027-01-11", "2027-01-12T11:59:00Z"), (true, false), "the whole day");
    assert_eq!(overdue("", "2030-01-01T00:00:00Z"), (false, false));
}

#[test]
fn what_needs_a_person_keeps_its_place_and_is_counted_besides() {
    let (booked, drifted, missing, alike) =
        (plain(1), plain(2), plain(3), ticket(1, |document| document["metadata"]["name"] = "twin".into()));
    let annex: Fields = [("location_name".to_owned(), json!("Annex"))].into_iter().collect();
    let seen = Sighting { fields: annex, ..Sighting::default() };
    let bench = Bench::new()
        .intended(&booked)
        .event(&Event::Created { key: key(&booked), id: "1".to_owned(), seen })
        .checked(&drifted, "2")
        .checked(&missing, "3")
        .sees(&booked, open_with(&booked, "1", "location_name", "Annex"))
        .sees(&drifted, open_with(&drifted, "2", "po_number", "X"))
        .sees(&missing, Observed::Missing);
    let bench = [booked, drifted, missing, alike].into_iter().fold(bench, Bench::wants);
    insta::assert_snapshot!(rows(&bench), @r"
    Dispatch/store-1 open; Open; ticket 1; needs a person; booked differently; read
    Dispatch/twin not sent; needs a person
    Dispatch/store-2 open; Open; ticket 2; changed; read
    Dispatch/store-3 open; Open; ticket 3; needs a person; read
    ");
}

#[test]
fn a_doubt_that_a_read_settles_is_none() {
    let [found, twice, sent] = [1, 2, 3].map(plain);
    let carrying = |ticket: &Ticket| Found::One(Box::new(Seen { status: Some("Scheduled".to_owned()), ..seen(ticket, "9") }));
    let bench = Bench::able()
        .intended(&found)
        .intended(&twice)
        .finds(&found, carrying(&found))
        .finds(&twice, Found::Several(vec!["7".to_owned(), "8".to_owned()]))
        .finds(&sent, Found::Several(vec!["6".to_owned()]));
    let bench = [found, twice, sent].into_iter().fold(bench, Bench::wants);
    // The last one has no record, and a ticket with its mark: it may have been sent.
    insta::assert_snapshot!(rows(&bench), @r"
    Dispatch/store-1 open; Scheduled; ticket 9; read
    Dispatch/store-2 in doubt
    Dispatch/store-3 in doubt
    ");
}

#[test]
fn each_visit_of_an_address_is_a_row() {
    let first = plain(1);
    let again = ticket(1, |document| document["lifecycle"] = json!({"reissue": 1}));
    let bench = Bench::new().closed(&first, "1", Closing::Cancelled).wants(again.clone());
    insta::assert_snapshot!(rows(&bench), @r"
    Dispatch/store-1 closed; Open; ticket 1; cancelled
    Dispatch/store-1#1 not sent
    ");
    let bench = Bench::new().checked(&first, "1").sees(&first, open(&first, "1")).wants(again);
    insta::assert_snapshot!(rows(&bench), @r"
    Dispatch/store-1 open; Open; ticket 1; read
    Dispatch/store-1#1 not sent; needs a person
    ");
}

#[test]
fn a_renamed_ticket_is_one_row_under_its_new_name() {
    let old = plain(1);
    let new = ticket(1, |document| {
        document["metadata"]["name"] = "better".into();
        document["lifecycle"] = json!({"renamed_from": "Dispatch/store-1"});
    });
    let bench = Bench::new().checked(&old, "1").sees(&old, open(&old, "1")).wants(new);
    assert_eq!(rows(&bench), "Dispatch/better open; Open; ticket 1; read");
}

#[test]
fn what_left_the_files_is_shown_while_somebody_may_come() {
    let [open_one, cancelled, forgotten, refused] = [1, 2, 3, 4].map(plain);
    let not_created = Event::NotCreated { key: key(&refused), reason: "no such ticket".to_owned() };
    let bench = || {
        Bench::new()
            .checked(&open_one, "1")
            .sees(&open_one, open(&open_one, "1"))
            .closed(&cancelled, "2", Closing::Cancelled)
            .closed(&forgotten, "3", Closing::Forgotten)
            .intended(&refused)
            .event(&not_created)
    };
    insta::assert_snapshot!(rows(&bench()), @r"
    Dispatch/store-1 open; Open; ticket 1; needs a person; read
    Dispatch/store-3 let go; Open; ticket 3; forgotten
    ");
    let later = rows(&at(bench(), "2027-02-01T00:00:00Z"));
    assert!(!later.contains("store-3"), "{later}");
    assert_eq!(
        rows(&Bench::new().intended(&refused).event(&not_created).wants(refused.clone())),
        "Dispatch/store-4 not sent; not created before: no such ticket"
    );
}
