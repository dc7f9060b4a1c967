//! Signals: the first lets a run end in order, the second leaves. Before anything is sent, each ends the program at once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use callout::systems::sandbox::Call;

use crate::started::{Started, gated, hold, wait_for, within};
use crate::vendor::Site;

/// Everything that the state consists of, apart from the lock file's name of its holder.
fn state(site: &Site) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_state = |path: &PathBuf| path.starts_with(site.path(".callout")) && !path.ends_with("lock");
    site.files().into_iter().filter(is_state).map(|path| (path.clone(), std::fs::read(path).expect("bytes"))).collect()
}

/// A closing terminal says so twice, and neither is a person who insists.
#[test]
fn a_terminal_that_closes_lets_the_run_end_in_order() {
    let (site, gate) = gated(Call::Create);
    let mut run = Started::new(&site, "apply --yes --parallelism 1");
    run.until("a ticket", || site.vendor.tickets() == 1);
    run.signal("HUP");
    run.has_told("stopping: what is in flight is finished and recorded; once more to leave at once");
    run.signal("HUP");
    gate.open();
    let ended = run.end().ends_with(6);
    assert!(ended.out.contains("Applied: 1 created, 2 not started."), "{ended:#?}");
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn the_second_signal_leaves_and_what_was_in_flight_is_in_doubt() {
    for (first, second) in [("TERM", "TERM"), ("INT", "INT"), ("INT", "TERM"), ("HUP", "TERM")] {
        let (site, _gate) = gated(Call::Create);
        let mut run = Started::new(&site, "apply --yes --parallelism 1");
        run.until("a ticket", || site.vendor.tickets() == 1);
        run.signal(first);
        run.has_told("stopping: ");
        run.signal(second);
        let ended = run.end().ends_with(130);
        assert!(ended.told().ends_with("left: what was in flight may be in doubt; `callout settle` lists it"), "{ended:#?}");
        let again = site.run("apply --yes").ends_with(5);
        assert!(again.out.contains("? Dispatch/store-0417  "), "{again}");
        assert_eq!(site.vendor.tickets(), 3, "{first}, {second}");
    }
}

/// `nohup callout apply` is meant to outlive its terminal.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_the_caller_ignores_stays_ignored() {
    let (site, gate) = gated(Call::Create);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" apply --yes --parallelism 1", env!("CARGO_BIN_EXE_callout")]);
    let mut run = Started::of(within(&site, shell));
    run.until("a ticket", || site.vendor.tickets() == 1);
    run.signal("HUP");
    gate.open();
    let ended = run.end().ends_with(0);
    assert!(!ended.err.contains("stopping"), "{ended:#?}");
    assert_eq!(site.vendor.tickets(), 3);
}

/// Nothing is sent yet, and nothing is half written: so there is nothing to finish.
#[test]
fn at_a_question_and_while_reading_each_signal_ends_the_program_and_changes_nothing() {
    const QUESTION: &str = "Only `yes` is taken as yes: ";
    let at_a_question = [
        "apply",
        "settle Dispatch/store-0417 --cancelled --reason x",
        "state rm Dispatch/store-0417 --reason x",
        "state mv Dispatch/store-0417 Dispatch/other --reason x",
    ];
    let (site, gate) = gated(Call::Read);
    site.vendor.well();
    site.run("apply --yes --target Dispatch/store-0417").ends_with(0);
    // The booking is checked once; then a plan reads only when it is told to.
    site.run("apply --yes --target Dispatch/store-0417").ends_with(0);
    let before = state(&site);
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
        for words in at_a_question {
            let run = Started::new(&site, words);
            run.has_told(QUESTION);
            run.signal(signal);
            assert_eq!(run.end().signal, Some(number), "{words} {signal}");
        }
        for words in ["plan --refresh all", "status --refresh all", "import Dispatch/store-0418 482001 --reason x --yes"] {
            hold(&site, Call::Read);
            let held = gate.held();
            let run = Started::new(&site, words);
            wait_for("a request", || gate.held() > held);
            run.signal(signal);
            assert_eq!(run.end().signal, Some(number), "{words} {signal}");
            site.vendor.well();
        }
        assert_eq!(state(&site), before, "{signal}");
        assert_eq!(site.vendor.tickets(), 1);
    }
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}

/// An answer that never comes is no yes.
#[test]
fn a_closed_input_is_no() {
    let (site, _gate) = gated(Call::Create);
    let told = Started::new(&site, "apply").end().ends_with(1).told();
    assert!(told.ends_with("nothing was applied help: --yes applies without asking"), "{told}");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_yes_goes_through_a_pipe() {
    let (site, gate) = gated(Call::Create);
    gate.open();
    let mut run = Started::new(&site, "apply");
    run.has_told("Only `yes` is taken as yes: ");
    run.answers("yes\n");
    run.end().ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}
