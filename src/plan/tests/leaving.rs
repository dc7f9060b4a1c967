//! Tickets whose description left the files.

use insta::assert_snapshot;
use serde_json::json;

use super::bench::{Bench, key, open, over, plain, ticket, unread};
use crate::state::{Event, Write};
use crate::systems::Observed;
use crate::ticket::{Digest, Ticket};

fn leaving(on_remove: &str) -> Ticket {
    ticket(1, |document| document["lifecycle"]["on_remove"] = json!(on_remove))
}

#[test]
fn an_open_ticket_follows_its_recorded_on_remove() {
    let shows = |bench: Bench, on_remove: &str| {
        let one = leaving(on_remove);
        bench.checked(&one, "7").sees(&one, open(&one, "7")).shows()
    };
    assert_snapshot!(shows(Bench::new(), "hold"), @"! Dispatch/store-1; left the files, and ticket 7 is still open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone");
    assert_snapshot!(shows(Bench::new(), "close"), @"! Dispatch/store-1; left the files, and ticket 7 is still open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone");
    assert_snapshot!(shows(Bench::new(), "forget"), @"- Dispatch/store-1; ticket 7 stays open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York");
    assert_snapshot!(shows(Bench::able(), "hold"), @"! Dispatch/store-1; left the files, and ticket 7 is still open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York; `on_remove: hold` keeps it");
    assert_snapshot!(shows(Bench::able(), "close"), @"- Dispatch/store-1; the customer is mailed");
    assert_snapshot!(shows(Bench::able(), "delete"), @"- Dispatch/store-1");
    // Nobody drives to a ticket that has no visit.
    let remote = |on_remove: &str| {
        let one = Ticket { visit: None, ..leaving(on_remove) };
        Bench::new().checked(&one, "7").sees(&one, open(&one, "7")).shows()
    };
    assert_snapshot!(remote("hold"), @"! Dispatch/store-1; left the files, and ticket 7 is still open: people still work on it; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone");
    assert_snapshot!(remote("forget"), @"- Dispatch/store-1; ticket 7 stays open: people still work on it");
}

#[test]
fn nothing_happens_to_a_ticket_that_nobody_saw() {
    for on_remove in ["hold", "forget", "close", "delete"] {
        let one = leaving(on_remove);
        let bench = || Bench::able().checked(&one, "7");
        assert_eq!(
            bench().shows(),
            "! Dispatch/store-1; the ticket could not be read: reading was switched off by --refresh none; it left the files, and its technician may still be coming"
        );
        assert_eq!(
            bench().sees(&one, unread()).shows(),
            "! Dispatch/store-1; the ticket could not be read: TechExpress did not answer; it left the files, and its technician may still be coming"
        );
        assert_eq!(
            bench().sees(&one, Observed::Missing).shows(),
            "! Dispatch/store-1; ticket 7 is not there, or not visible with this credential; nothing is created in its place; it left the files, and its technician may still be coming"
        );
    }
}

#[test]
fn finished_work_leaves_the_records() {
    let one = plain(1);
    assert_snapshot!(Bench::new().finished(&one, "7").shows(), @"- Dispatch/store-1");
    assert_snapshot!(Bench::new().checked(&one, "7").sees(&one, over(&one, "7")).shows(), @"- Dispatch/store-1; writes `observed`");
}

#[test]
fn a_doubt_stays_when_its_description_leaves() {
    let one = plain(1);
    assert_snapshot!(Bench::new().intended(&one).shows(), @"? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result");
    let close = Event::Intended { key: key(&one), write: Write::Close, payload: Digest::of("close"), request: None };
    let closing = || Bench::able().checked(&one, "7").event(&close);
    assert_snapshot!(closing().sees(&one, open(&one, "7")).shows(), @"? Dispatch/store-1; in doubt: the close started at 2027-01-04T12:00:00Z has no known result; the ticket does not show it");
    assert_snapshot!(closing().sees(&one, over(&one, "7")).shows(), @". Dispatch/store-1; the close that was in doubt took effect; writes `write settled`; writes `observed`");
}

#[test]
fn what_is_over_says_nothing() {
    let one = plain(1);
    assert_snapshot!(Bench::new().closed(&one, "7", crate::state::Closing::Cancelled).shows(), @"");
    let rejected = Event::Rejected { key: key(&one), why: "400".to_owned() };
    assert_snapshot!(Bench::new().intended(&one).event(&rejected).shows(), @"");
}
