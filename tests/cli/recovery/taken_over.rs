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
    shows!(ran.err, @r#"
    apply/unrecorded

      x ticket 482001 was created for Dispatch/store-0417, but that could not be recorded: cannot write
      | `gs://[bucket]/acme/journal/[lineage]/0000000/0000000002`:
      | that is not allowed (403: AccessDenied: Made by a test.)
      help: nothing more was sent; mend the state, which callout state check looks at; then: callout settle
            Dispatch/store-0417 --id 482001 --reason "recorded by hand"; if the state knows nothing of it any
            more: callout import Dispatch/store-0417 482001 --reason "recorded by hand"
            callout needs the role `roles/storage.objectUser` on the bucket. docs/credentials.md has it ready to
            copy. Nothing was sent for Dispatch/store-0418. Perhaps not recorded: created Dispatch/store-0417
            (ticket 482001).
    "#);
    assert_eq!(team.site.vendor.tickets(), 1);
    let other = team.other_machine();
    let planned = other.run("plan").ends_with(0);
    assert!(planned.out.ends_with("Plan: 2 to create, 1 in doubt.\n"), "{planned}");
    shows!(other.run("apply --yes"), @r"
    $ callout apply --yes
    | state/locked
    |
    |   x the state is in use by `callout apply` (process [pid], an unknown user, since 2027-01-04T12:00:00Z)
    |   help: It is at `gs://[bucket]/acme`. That run said at 2027-01-04T12:00:00Z that
    |         it goes on. To wait for its end, add --lock-timeout 10m. Only if it is surely dead: callout unlock
    |         [lineage]
    |
    exit 1
    ");
    team.site.clock.jump(SignedDuration::from_mins(1));
    let applied = other.run("apply --yes").ends_with(5);
    shows!(applied.err, @r"
    The state is in use by `callout apply` (process [pid], an unknown user, since 2027-01-04T12:00:00Z), which gave no sign of life since 2027-01-04T12:00:00Z. Waiting for its end, at most 1m. Ctrl-C gives up.
    ");
    assert!(applied.out.contains("Applied: 2 created.\n1 ticket needs a person"), "{applied}");
    shows!(other.run("settle Dispatch/store-0417 --id 482001 --reason portal --yes"), @r"
    $ callout settle Dispatch/store-0417 --id 482001 --reason portal --yes
    Dispatch/store-0417 is ticket 482001
    Settled.
    exit 0
    ");
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
        shows!(other.run("apply --yes"), @r"
        $ callout apply --yes
        | state/locked
        |
        |   x the state is in use by `callout apply` (process [pid], an unknown user, since 2027-01-04T12:00:00Z)
        |   help: It is at `gs://[bucket]/acme`. That run said at 2027-01-04T12:00:00Z that
        |         it goes on. To wait for its end, add --lock-timeout 10m. Only if it is surely dead: callout unlock
        |         [lineage]
        |
        exit 1
        ");
        let lease = team.lease();
        shows!(other.run(&format!("unlock {lease} --yes")), @r"
        $ callout unlock [lineage] --yes
        The lock of `gs://[bucket]/acme` is free. It was held by `callout apply` (process [pid], an unknown user, since 2027-01-04T12:00:00Z), last renewed at 2027-01-04T12:00:00Z. It looked alive at 2027-01-04T12:00:00Z.
        If that run still goes on, it stops at its next commit, before it sends anything more. What it had sent by then and could not record is in doubt for everybody else: callout plan shows it, and callout settle puts it on record.
        exit 0
        ");
        other.run("apply --yes").ends_with(0);
        goes_on.send(()).expect("it waits");
        stale.join().expect("it ends")
    });
    let told = ran.err.split_once("taken as yes: ").expect("a question").1.trim_start();
    shows!(told, @r"
    state/moved

      x commit 1 of `gs://[bucket]/acme` is another run's: `callout apply` of an
      | unknown user wrote it at 2027-01-04T12:00:00Z
      help: Two runs wrote to one state, and the other one was first. This run added nothing there and sends
            nothing more. When no other callout is running, run callout plan: it shows what is in doubt. Nothing
            was sent for Dispatch/store-0417, Dispatch/store-0418, Dispatch/store-0419.
    ");
    assert_eq!(team.site.vendor.tickets(), 3);
    team.site.run("state check").ends_with(0);
}
