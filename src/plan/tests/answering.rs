//! What the answer to a change leaves to be compared, and changes without one.

use insta::assert_snapshot;

use super::bench::{Bench, key, open, open_with, plain, seen};
use crate::plan::marked_request;
use crate::state::{Event, Sighting, Write};
use crate::systems::{Observed, Seen};
use crate::ticket::{Digest, Ticket};

use super::editing::{applied, shown, then_sees, with};

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
