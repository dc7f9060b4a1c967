//! An apply that ended in the middle on one machine is finished on another, which has the repository, the credentials and nothing else.

use jiff::SignedDuration;

use super::*;
use crate::shown::shows;
use crate::support::project::Ran;
use crate::support::stores::fault::Fault;

fn three() -> Team {
    let team = Team::new();
    team.site.run("state init").ends_with(0);
    for store in ["0417", "0418", "0419"] {
        team.site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    }
    team
}

/// Applies one ticket after the other. From this request on the store refuses: a credential has run out.
fn applied(team: &mut Team, cut: Option<usize>) -> (Ran, Vec<String>) {
    let proxy = team.behind_a_proxy();
    if let Some(cut) = cut {
        proxy.outage(cut, Fault::Denied);
    }
    let ran = team.site.run("apply --yes --parallelism 1");
    proxy.calm();
    (ran, proxy.seen())
}

#[test]
fn an_apply_that_lost_its_store_is_finished_on_another_machine() {
    let (_, seen) = applied(&mut three(), None);
    let second = seen.iter().position(|request| request.starts_with("PUT ") && request.ends_with("0000000002")).expect("a second commit");
    let mut team = three();
    let (ran, _) = applied(&mut team, Some(second));
    shows!(ran, @"");
    assert_eq!(team.site.vendor.tickets(), 1);
    let other = team.other_machine();
    shows!(other.run("plan"), @"");
    shows!(other.run("apply --yes"), @"");
    team.site.clock.jump(SignedDuration::from_mins(1));
    shows!(other.run("apply --yes"), @"");
    shows!(other.run("settle Dispatch/store-0417 --id 482001 --reason portal --yes"), @"");
    other.run("apply --yes").ends_with(0);
    let planned = other.run("plan").ends_with(0);
    assert!(planned.out.starts_with("No changes. 3 tickets are unchanged."), "{planned}");
    assert_eq!(team.site.vendor.tickets(), 3);
}

/// Its lock was broken while it asked, and another run was first: it is fenced, and sends nothing.
#[test]
fn a_run_whose_lease_was_broken_stops_before_it_sends() {
    let team = three();
    let (first, other) = (team.other_machine(), team.other_machine());
    let ran = std::thread::scope(|scope| {
        let (asks, asked) = std::sync::mpsc::channel();
        let (goes_on, answered) = std::sync::mpsc::channel::<()>();
        let stale = scope.spawn(move || {
            let meanwhile = move || {
                asks.send(()).expect("somebody waits");
                answered.recv().expect("an answer");
            };
            first.run_answering_once("apply", meanwhile, "yes\n")
        });
        asked.recv().expect("a question");
        shows!(other.run("apply --yes"), @"");
        let lease = team.lease();
        shows!(other.run(&format!("unlock {lease} --yes")), @"");
        shows!(other.run("apply --yes"), @"");
        goes_on.send(()).expect("it waits");
        stale.join().expect("it ends")
    });
    shows!(ran, @"");
    assert_eq!(team.site.vendor.tickets(), 3);
    team.site.run("state check").ends_with(0);
}
