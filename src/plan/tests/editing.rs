//! Tickets of a system that updates: changes, drift, both at once, and `--take`.

use insta::assert_snapshot;
use serde_json::json;

use super::bench::{Bench, key, open, open_with, plain, seen, ticket};
use crate::plan::{Action, Take};
use crate::state::{Event, Sighting, Write};
use crate::systems::Observed;
use crate::ticket::{Digest, Ticket};

pub(super) fn with(field: &str, value: &str) -> Ticket {
    let (field, value) = (field.to_owned(), json!(value));
    ticket(1, |document| document["spec"][field] = value)
}

/// The ticket as the system shows it, with these fields changed by hand.
pub(super) fn shown(ticket: &Ticket, changed: &[(&str, &str)]) -> Observed {
    let mut seen = seen(ticket, "7");
    for (field, value) in changed {
        seen.fields.set(*field, *value);
    }
    Observed::Found(Box::new(seen))
}

/// What the update of the plan's only step sends.
pub(super) fn sent(bench: &Bench) -> String {
    let plan = bench.plan();
    let Action::Update { changed, .. } = &plan.steps[0].action else { panic!("{:?}", plan.steps[0]) };
    serde_json::to_string(changed).expect("fields")
}

/// The bench after apply wrote the plan's events, and what its update did: the read-back shows the fields that it sent.
pub(super) fn applied(mut bench: Bench) -> Bench {
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
pub(super) fn then_sees(mut bench: Bench, ticket: &Ticket, observed: Observed) -> Bench {
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
