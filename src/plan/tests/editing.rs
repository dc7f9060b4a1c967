//! Tickets of a system that updates: changes, drift, both at once, and `--take`.

use insta::assert_snapshot;
use serde_json::json;

use super::bench::{Bench, key, open, open_with, plain, seen, ticket};
use crate::plan::{Action, Take, marked_request};
use crate::state::{Event, Sighting, Write};
use crate::systems::{Observed, Seen};
use crate::ticket::{Digest, Ticket};

fn with(field: &str, value: &str) -> Ticket {
    let (field, value) = (field.to_owned(), json!(value));
    ticket(1, |document| document["spec"][field] = value)
}

/// The ticket as the system shows it, with these fields changed by hand.
fn shown(ticket: &Ticket, changed: &[(&str, &str)]) -> Observed {
    let mut seen = seen(ticket, "7");
    for (field, value) in changed {
        seen.fields.set(*field, *value);
    }
    Observed::Found(Box::new(seen))
}

/// What the update of the plan's only step sends.
fn sent(bench: &Bench) -> String {
    let plan = bench.plan();
    let Action::Update { changed, .. } = &plan.steps[0].action else { panic!("{:?}", plan.steps[0]) };
    serde_json::to_string(changed).expect("fields")
}

/// The bench after apply wrote the plan's events, and what its update did: the read-back shows the fields that it sent.
fn applied(mut bench: Bench) -> Bench {
    let step = bench.plan().steps.remove(0);
    let before = std::mem::take(&mut bench.observed);
    let mut bench = step.events.iter().fold(bench, Bench::event);
    if let Action::Update { request, changed, .. } = step.action {
        let (key, request) = (step.key.clone(), Some(request));
        bench = bench.event(&Event::Intended { key: key.clone(), write: Write::Update, payload: Digest::of("sent"), request });
        let seen = Some(Sighting { fields: changed, status: Some("Open".to_owned()), finished: false });
        bench = bench.event(&Event::Updated { key, seen });
    }
    bench.observed = before;
    bench.take = None;
    bench
}

/// What the system shows after the update.
fn then_sees(mut bench: Bench, ticket: &Ticket, observed: Observed) -> Bench {
    bench.observed.read.insert(key(ticket), observed);
    bench
}

fn taking(mut bench: Bench, take: Take) -> Bench {
    bench.take = Some(take);
    bench
}

/// The file says `Use the rear door.`, where the ticket was sent with `Ring.` and somebody wrote `Knock.` there.
fn conflict() -> Bench {
    let one = with("special_instructions", "Ring.");
    let edited = with("special_instructions", "Use the rear door.");
    Bench::able().wants(edited).checked(&one, "7").sees(&one, open_with(&one, "7", "special_instructions", "Knock."))
}

/// The file is as it was sent, and somebody changed the ticket.
fn drifted() -> Bench {
    let one = plain(1);
    Bench::able().wants(one.clone()).checked(&one, "7").sees(&one, open_with(&one, "7", "local_contact_name", "Kim Roe"))
}

#[test]
fn a_conflict_names_both_values_and_both_ways_out() {
    assert_snapshot!(conflict().shows(), @"! Dispatch/store-1; conflict: changed on both sides: special_instructions is `Use the rear door.` in the files and `Knock.` in the ticket; changes special_instructions; drift special_instructions");
    assert_snapshot!(conflict().plan().steps[0].next_step().expect("a way out"), @"send the files' values: callout apply --target Dispatch/store-1 --take file; or let the ticket's stand: callout apply --target Dispatch/store-1 --take live");
}

#[test]
fn the_same_edit_on_both_sides_is_no_conflict() {
    let one = with("special_instructions", "Ring.");
    let edited = ticket(1, |document| {
        document["spec"]["special_instructions"] = json!("Knock.");
        document["spec"]["po_number"] = json!("PO-1");
    });
    let bench = Bench::able().wants(edited).checked(&one, "7").sees(&one, shown(&one, &[("special_instructions", "Knock.")]));
    assert_snapshot!(bench.shows(), @"~ Dispatch/store-1; changes po_number, special_instructions; drift special_instructions");
    assert_snapshot!(sent(&bench), @r#"{"po_number":"PO-1"}"#);
}

#[test]
fn taking_the_file_sends_its_values() {
    let bench = taking(conflict(), Take::File);
    assert_snapshot!(bench.shows(), @"~ Dispatch/store-1; changes special_instructions; drift special_instructions");
    assert_snapshot!(sent(&bench), @r#"{"special_instructions":"Use the rear door."}"#);
    let edited = with("special_instructions", "Use the rear door.");
    let after = then_sees(applied(bench), &edited, open(&edited, "7"));
    assert_snapshot!(after.shows(), @". Dispatch/store-1");
}

#[test]
fn taking_the_ticket_sends_nothing_and_is_quiet_until_the_file_changes_again() {
    let bench = taking(conflict(), Take::Live);
    assert_snapshot!(bench.shows(), @". Dispatch/store-1; the ticket's values stand: special_instructions (--take live); changes special_instructions; drift special_instructions; writes `took live values`");
    let after = applied(bench);
    assert_snapshot!(after.shows(), @". Dispatch/store-1");
    let mut again = after;
    again.tickets = vec![with("special_instructions", "Use the bell.")];
    assert_snapshot!(again.shows(), @"~ Dispatch/store-1; changes special_instructions");
    assert_snapshot!(sent(&again), @r#"{"special_instructions":"Use the bell."}"#);
}

#[test]
fn taking_the_ticket_still_sends_what_only_the_file_changed() {
    let one = with("special_instructions", "Ring.");
    let edited = ticket(1, |document| {
        document["spec"]["special_instructions"] = json!("Use the rear door.");
        document["spec"]["po_number"] = json!("PO-1");
    });
    let bench = Bench::able().wants(edited).checked(&one, "7").sees(&one, shown(&one, &[("special_instructions", "Knock.")]));
    let bench = taking(bench, Take::Live);
    assert_snapshot!(bench.shows(), @"~ Dispatch/store-1; the ticket's values stand: special_instructions (--take live); changes po_number, special_instructions; drift special_instructions; writes `took live values`");
    assert_snapshot!(sent(&bench), @r#"{"po_number":"PO-1"}"#);
    let after = then_sees(applied(bench), &one, shown(&one, &[("special_instructions", "Knock."), ("po_number", "PO-1")]));
    assert_snapshot!(after.shows(), @". Dispatch/store-1");
}

#[test]
fn drift_is_left_alone_put_back_or_taken() {
    assert_snapshot!(drifted().shows(), @". Dispatch/store-1; drift local_contact_name");
    let file = taking(drifted(), Take::File);
    assert_snapshot!(file.shows(), @"~ Dispatch/store-1; put back to what the files say: local_contact_name (--take file); changes local_contact_name; drift local_contact_name");
    assert_snapshot!(sent(&file), @r#"{"local_contact_name":"Sam Lee"}"#);
    let one = plain(1);
    assert_snapshot!(then_sees(applied(file), &one, open(&one, "7")).shows(), @". Dispatch/store-1");
    let live = taking(drifted(), Take::Live);
    assert_snapshot!(live.shows(), @". Dispatch/store-1; the ticket's values stand: local_contact_name (--take live); drift local_contact_name; writes `took live values`");
    let taken = applied(live);
    assert_snapshot!(taken.shows(), @". Dispatch/store-1");
    let again =
        || then_sees(Bench { state: taken.state.clone(), ..drifted() }, &one, open_with(&one, "7", "local_contact_name", "Lee Kay"));
    assert_snapshot!(again().shows(), @". Dispatch/store-1; drift local_contact_name");
    assert_snapshot!(sent(&taking(again(), Take::File)), @r#"{"local_contact_name":"Sam Lee"}"#);
}

#[test]
fn what_the_files_do_not_say_cannot_be_put_back() {
    let one = plain(1);
    let bench = Bench::able().wants(one.clone()).checked(&one, "7").sees(&one, open_with(&one, "7", "po_number", "PO-9"));
    assert_snapshot!(taking(bench, Take::File).shows(), @". Dispatch/store-1; not in the files, so there is nothing to put back: po_number; drift po_number");
}

#[test]
fn a_system_without_updates_takes_only_what_it_shows() {
    let one = plain(1);
    let bench = || Bench::new().wants(one.clone()).checked(&one, "7").sees(&one, open_with(&one, "7", "po_number", "PO-9"));
    assert_snapshot!(taking(bench(), Take::File).shows(), @". Dispatch/store-1; --take file cannot put it back: TechExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone; drift po_number");
    let live = taking(bench(), Take::Live);
    assert_snapshot!(live.shows(), @". Dispatch/store-1; the ticket's values stand: po_number (--take live); drift po_number; writes `took live values`");
    assert_snapshot!(applied(live).shows(), @". Dispatch/store-1");
}

#[test]
fn a_wrong_booking_is_never_taken_by_the_way() {
    let one = plain(1);
    let wrong = shown(&one, &[("start_date", "2027-01-12T13:00:00Z")]);
    let bench = applied(Bench::able().wants(one.clone()).sent(&one, "7").sees(&one, wrong));
    let bench = then_sees(bench, &one, shown(&one, &[("start_date", "2027-01-12T13:00:00Z"), ("local_contact_name", "Kim Roe")]));
    assert_snapshot!(taking(bench, Take::Live).shows(), @"! Dispatch/store-1; booked differently: start_date is not what was sent; drift local_contact_name");
}

#[test]
fn drift_beside_an_own_update_stays_drift() {
    let one = plain(1);
    let edited = with("special_instructions", "Use the rear door.");
    let drifted = shown(&one, &[("local_contact_name", "Kim Roe")]);
    let bench = Bench::able().wants(edited.clone()).checked(&one, "7").sees(&one, drifted);
    assert_snapshot!(bench.shows(), @"~ Dispatch/store-1; changes special_instructions; drift local_contact_name");
    let after = then_sees(applied(bench), &one, shown(&edited, &[("local_contact_name", "Kim Roe")]));
    assert_snapshot!(after.shows(), @". Dispatch/store-1; drift local_contact_name");
}

#[test]
fn a_field_that_left_the_file_is_emptied() {
    let one = with("po_number", "PO-1");
    let bench = Bench::able().wants(plain(1)).checked(&one, "7").sees(&one, open(&one, "7"));
    assert_snapshot!(sent(&bench), @r#"{"po_number":null}"#);
}

#[test]
fn an_update_says_whom_it_mails() {
    let one = plain(1);
    let bench = Bench::able().wants(with("contact_name", "Kim Roe")).checked(&one, "7").sees(&one, open(&one, "7"));
    assert_snapshot!(bench.shows(), @"~ Dispatch/store-1; the customer is mailed; changes contact_name");
}

#[test]
fn new_files_are_added_by_hand() {
    let mut one = plain(1);
    let file = |name: &str| crate::ticket::Attachment { filename: name.to_owned(), path: name.into(), size: 1, sha256: Digest::of(name) };
    one.attachments = vec![file("a.pdf")];
    let bench = Bench::able().wants(one.clone()).checked(&plain(1), "7").sees(&one, open(&plain(1), "7"));
    assert_snapshot!(bench.shows(), @"! Dispatch/store-1; do this by hand: files are sent with a create only; add them in the ticket system; changes attachments");
}

#[test]
fn an_ignored_field_is_sent_once_and_never_again() {
    let ignoring = |text: &str, po: &str| {
        let (text, po) = (json!(text), json!(po));
        ticket(1, |document| {
            document["spec"]["special_instructions"] = text;
            document["spec"]["po_number"] = po;
            document["lifecycle"]["ignore_changes"] = json!(["special_instructions"]);
        })
    };
    let first = Bench::able().wants(ignoring("Ring.", "PO-1")).plan();
    let Action::Create { payload, .. } = &first.steps[0].action else { panic!("{:?}", first.steps[0]) };
    assert_eq!(payload.text("special_instructions"), Some("Ring."));
    let one = ignoring("Ring.", "PO-1");
    let seen = || shown(&one, &[("special_instructions", "Knock.")]);
    let edited = Bench::able().wants(ignoring("Use the bell.", "PO-1")).checked(&one, "7").sees(&one, seen());
    assert_snapshot!(edited.shows(), @". Dispatch/store-1");
    let both = || Bench::able().wants(ignoring("Use the bell.", "PO-2")).checked(&one, "7").sees(&one, seen());
    assert_snapshot!(sent(&both()), @r#"{"po_number":"PO-2"}"#);
    assert_snapshot!(sent(&taking(both(), Take::File)), @r#"{"po_number":"PO-2"}"#);
    let plan = both().plan();
    let Action::Update { request, .. } = &plan.steps[0].action else { panic!("{:?}", plan.steps[0]) };
    assert_eq!(request.fields.text("special_instructions"), Some("Ring."), "it was not sent again");
}

#[test]
fn a_field_is_ignored_from_the_plan_on_that_reads_so() {
    let one = plain(1);
    let ignoring = ticket(1, |document| document["lifecycle"]["ignore_changes"] = json!(["local_contact_name"]));
    let bench = Bench { tickets: vec![ignoring], ..drifted() };
    assert_snapshot!(bench.shows(), @". Dispatch/store-1; writes `noted`");
    assert_snapshot!(applied(then_sees(bench, &one, open(&one, "7"))).shows(), @". Dispatch/store-1");
}

#[test]
fn an_answer_without_fields_is_no_baseline() {
    let one = plain(1);
    let created = Event::Created { key: key(&one), id: "7".to_owned(), seen: Sighting::default() };
    let bench = || Bench::able().wants(one.clone()).intended(&one).event(&created);
    assert_snapshot!(bench().sees(&one, open(&one, "7")).shows(), @". Dispatch/store-1; writes `observed`");
    let wrong = bench().sees(&one, open_with(&one, "7", "start_date", "2027-01-12T13:00:00Z"));
    assert_snapshot!(wrong.shows(), @"! Dispatch/store-1; booked differently: start_date is not what was sent; writes `observed`");
}

#[test]
fn an_update_without_a_read_back_is_read_at_the_next_plan() {
    let (one, edited) = (plain(1), with("special_instructions", "Use the rear door."));
    let bench = || {
        let bench = Bench::able().wants(edited.clone()).checked(&one, "7");
        let request = Some(Box::new(marked_request(&edited, &bench.side(), &bench.state)));
        let bench = bench.event(&Event::Intended { key: key(&one), write: Write::Update, payload: Digest::of("update"), request });
        bench.event(&Event::Updated { key: key(&one), seen: None })
    };
    assert!(!bench().state.records[&key(&one)].booking_checked, "it is read");
    assert_snapshot!(bench().sees(&one, open(&edited, "7")).shows(), @". Dispatch/store-1; writes `observed`");
    assert_snapshot!(bench().sees(&one, open_with(&edited, "7", "special_instructions", "Ring.")).shows(), @"! Dispatch/store-1; booked differently: special_instructions is not what was sent; writes `observed`");
}

#[test]
fn writes_in_doubt_are_settled_by_what_is_seen() {
    let (one, edited) = (plain(1), with("special_instructions", "Use the rear door."));
    let doubted = |write: Write, wanted: &Ticket| {
        let bench = Bench::able().wants(wanted.clone()).checked(&one, "7");
        let request = (write == Write::Update).then(|| Box::new(marked_request(wanted, &bench.side(), &bench.state)));
        bench.event(&Event::Intended { key: key(&one), write, payload: Digest::of("sent"), request })
    };
    let updated = applied(doubted(Write::Update, &edited).sees(&one, shown(&edited, &[("local_contact_name", "Kim Roe")])));
    assert_snapshot!(updated.shows(), @". Dispatch/store-1; drift local_contact_name");
    // It was to put back what somebody had changed, so the request is the one that was sent before.
    let restored = doubted(Write::Update, &one);
    assert_snapshot!(then_sees(restored, &one, open(&one, "7")).shows(), @". Dispatch/store-1; the update that was in doubt took effect; writes `write settled`; writes `observed`");
    let restored = doubted(Write::Update, &one);
    assert_snapshot!(then_sees(restored, &one, shown(&one, &[("local_contact_name", "Kim Roe")])).shows(), @"? Dispatch/store-1; in doubt: the update started at 2027-01-04T12:00:00Z has no known result; the ticket does not show it");
    assert_snapshot!(doubted(Write::Close, &one).sees(&one, Observed::Found(Box::new(Seen { finished: true, ..seen(&one, "7") }))).shows(), @". Dispatch/store-1; the close that was in doubt took effect; writes `write settled`; writes `observed`");
    assert_snapshot!(doubted(Write::Close, &one).sees(&one, Observed::Missing).shows(), @"? Dispatch/store-1; in doubt: the close started at 2027-01-04T12:00:00Z has no known result");
    assert_snapshot!(doubted(Write::Delete, &one).sees(&one, open(&one, "7")).shows(), @"? Dispatch/store-1; in doubt: the delete started at 2027-01-04T12:00:00Z has no known result; the ticket does not show it");
    let deleted = doubted(Write::Delete, &one).sees(&one, Observed::Missing);
    assert_snapshot!(deleted.shows(), @". Dispatch/store-1; the delete that was in doubt took effect; writes `closed`");
    assert_snapshot!(applied(deleted).shows(), @". Dispatch/store-1; closed before: nothing is sent; a new visit is `lifecycle.reissue: 1`");
}

#[test]
fn a_change_that_a_person_says_is_done_is_no_drift_and_is_compared_at_the_next_read() {
    let (one, edited) = (plain(1), with("special_instructions", "Use the rear door."));
    let bench = || {
        let bench = Bench::able().wants(edited.clone()).checked(&one, "7");
        let request = Some(Box::new(marked_request(&edited, &bench.side(), &bench.state)));
        let bench = bench.event(&Event::Intended { key: key(&one), write: Write::Update, payload: Digest::of("update"), request });
        bench.event(&Event::WriteSettled { key: key(&one), done: true, reason: "seen in the portal".to_owned() })
    };
    assert_snapshot!(bench().sees(&one, open(&edited, "7")).shows(), @". Dispatch/store-1; writes `observed`");
    assert_snapshot!(bench().sees(&one, open_with(&edited, "7", "special_instructions", "Ring.")).shows(), @"! Dispatch/store-1; booked differently: special_instructions is not what was sent; writes `observed`");
}

#[test]
fn an_answer_without_the_changed_field_leaves_it_to_be_compared() {
    let (one, edited) = (plain(1), with("special_instructions", "Use the rear door."));
    let bench = Bench::able().wants(edited.clone()).checked(&one, "7");
    let request = Some(Box::new(marked_request(&edited, &bench.side(), &bench.state)));
    let bench = bench.event(&Event::Intended { key: key(&one), write: Write::Update, payload: Digest::of("update"), request });
    let mut answered = Sighting::default();
    answered.fields.set("service_type", "Site Audit");
    let bench = bench.event(&Event::Updated { key: key(&one), seen: Some(answered) });
    assert_snapshot!(bench.sees(&one, open(&edited, "7")).shows(), @". Dispatch/store-1; writes `observed`");
}

#[test]
fn what_is_ignored_by_its_whole_counts_as_it_was_sent() {
    let custom = |value: &str, po: &str| {
        let mut ticket = with("po_number", po);
        ticket.fields.set("custom_fields.Rack", value);
        ticket.lifecycle.ignore_changes.insert("custom_fields".to_owned());
        ticket
    };
    let (one, edited) = (custom("A1", "PO-1"), custom("B2", "PO-2"));
    let bench = Bench::able().wants(edited).checked(&one, "7").sees(&one, open(&one, "7"));
    assert_snapshot!(sent(&bench), @r#"{"po_number":"PO-2"}"#);
    let plan = bench.plan();
    let Action::Update { request, .. } = &plan.steps[0].action else { panic!("{:?}", plan.steps[0]) };
    assert_eq!(request.fields.text("custom_fields.Rack"), Some("A1"), "it was not sent again");
}
