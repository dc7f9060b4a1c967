//! The real program on a disk that takes no more: at every write that a command makes.
//!
//! A limit on the length of files stands in for the full disk, so each step of a run can be met: the kernel writes what fits, and
//! refuses the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use callout::state::{By, Event, Home, Owner, Session, open_for_writing};
use jiff::Timestamp;

use crate::shown::DIFFERENT;
use crate::started::{Ended, Started, plain, within, write_dispatches};
use crate::support::project::Project;
use crate::vendor::Site;

const STORES: [&str; 3] = ["0417", "0418", "0419"];
const JOURNAL: &str = ".callout/journal.jsonl";

/// Runs a command whose files may not grow beyond so many blocks of 512 bytes.
fn limited(project: &Project, blocks: u32, words: &str) -> Ended {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {words}"), env!("CARGO_BIN_EXE_callout")]);
    let mut command = within(project, shell);
    // It stands in every commit. So each is longer than two blocks, and no write can slip in between two limits.
    command.env("CALLOUT_CI_RUN", format!("https://ci.example.com/{}", "7".repeat(1000)));
    Started::of(command).end()
}

fn three() -> Site {
    let site = Site::with(|options| options.rate_limit = None);
    write_dispatches(&site, &STORES);
    site
}

/// What was struck, by what was told.
fn struck(ended: &Ended, site: &Site) -> &'static str {
    let told = ended.told();
    let is = |text: &str| told.contains(text);
    match ended.code {
        Some(0) => "nothing",
        Some(1) if is("that could not be recorded: ") => "outcome",
        Some(1) if is("Nothing was sent for Dispatch/") => "intent",
        Some(1) if is("Perhaps not recorded: plan started") => "start",
        Some(1) if is("Perhaps not recorded: plan finished") => "end",
        Some(1) if is("cannot write `.callout/lock`") => "lock",
        _ => panic!("{ended:#?}\n{}", site.vendor.tickets()),
    }
}

/// What was told of a ticket whose record could not be written: its address and its id.
fn unrecorded(ended: &Ended) -> Option<(String, String)> {
    let told = ended.told();
    let (_, rest) = told.split_once("callout settle ")?;
    let mut words = rest.split_whitespace();
    let (address, flag, id) = (words.next()?, words.next()?, words.next()?);
    assert_eq!(flag, "--id", "{ended:#?}");
    Some((address.to_owned(), id.to_owned()))
}

#[test]
fn at_every_write_of_an_apply_nothing_is_sent_twice_and_each_ticket_is_told() {
    let mut seen: BTreeMap<&str, String> = BTreeMap::new();
    for blocks in std::iter::once(0).chain((3..).step_by(2)) {
        let site = three();
        site.run("plan --out p.plan").ends_with(0);
        let ended = limited(&site, blocks, "apply --yes --parallelism 1 p.plan");
        let what = struck(&ended, &site);
        seen.entry(what).or_insert_with(|| plain(&ended.err));
        site.run("state check").ends_with(0);
        let made = site.vendor.tickets();
        let told = ended.out.matches(": created ticket ").count() + usize::from(what == "outcome");
        assert_eq!(made, told, "{blocks} blocks: each ticket is named\n{ended:#?}");
        if what == "nothing" {
            break;
        }
        if let Some((address, id)) = unrecorded(&ended) {
            let doubted = site.run("apply --yes p.plan").ends_with(5);
            assert!(doubted.out.contains(&format!("? {address}  ")), "{blocks} blocks\n{doubted}");
            site.run(&format!("settle {address} --id {id} --reason by-hand --yes")).ends_with(0);
        }
        site.run("apply --yes").ends_with(0);
        site.run("plan --detailed-exitcode --refresh all").ends_with(0);
        let stores: BTreeSet<_> =
            site.vendor.sandbox.tickets().into_iter().map(|ticket| ticket.fields["location_number"].to_string()).collect();
        assert_eq!((site.vendor.tickets(), stores.len()), (3, 3), "{blocks} blocks\n{ended:#?}");
    }
    let text: String = seen.iter().map(|(what, text)| format!("{what}: {text}").trim_end().to_owned() + "\n").collect();
    insta::with_settings!({filters => DIFFERENT}, {
        insta::assert_snapshot!(text, @r#"
        end: state/disk x cannot write `.callout/journal.jsonl`: File too large (os error 27) help: Commits up to 7 are kept, this one is not. The file may grow no further: see `ulimit -f` and the file system's largest file, then run the command again. Perhaps not recorded: plan finished.
        intent: state/disk x cannot write `.callout/journal.jsonl`: File too large (os error 27) help: Commits up to 1 are kept, this one is not. The file may grow no further: see `ulimit -f` and the file system's largest file, then run the command again. Nothing was sent for Dispatch/store-0417.
        lock: state/disk x cannot write `.callout/lock`: File too large (os error 27) help: The file may grow no further: see `ulimit -f` and the file system's largest file, then run the command again.
        nothing:
        outcome: apply/unrecorded in Dispatch/store-0417 x ticket 482001 was created for Dispatch/store-0417, but that could not be recorded: cannot write `.callout/journal.jsonl`: File too large (os error 27) help: nothing more was sent; mend the state, which callout state check looks at; then: callout settle Dispatch/store-0417 --id 482001 --reason "recorded by hand"; if the state knows nothing of it any more: callout import Dispatch/store-0417 482001 --reason "recorded by hand"
        start: state/disk x cannot write `.callout/journal.jsonl`: File too large (os error 27) help: Commits up to 0 are kept, this one is not. The file may grow no further: see `ulimit -f` and the file system's largest file, then run the command again. Perhaps not recorded: plan started.
        "#);
    });
}

/// Where several are in flight, each ticket that was made is named with the command that records it.
#[test]
fn of_several_in_flight_each_is_told() {
    let both = (1..60).step_by(2).any(|blocks| {
        let site = three();
        let ended = limited(&site, blocks, "apply --yes --parallelism 3");
        let told = ended.told();
        let made: Vec<_> = site.vendor.sandbox.tickets().iter().map(|ticket| ticket.id).collect();
        for id in &made {
            let is_kept = ended.out.contains(&format!("created ticket {id}"));
            let is_told = told.contains(&format!("ticket {id} was created for Dispatch/")) && told.contains(&format!("--id {id} "));
            assert!(is_kept || is_told, "{blocks} blocks, ticket {id}: {ended:#?}");
        }
        told.matches(" --id ").count() > 1
    });
    assert!(both, "in no case two tickets could not be recorded");
}

/// A long journal is folded when a run ends. Where that fails, the run is done all the same, and the next one folds.
#[test]
fn a_snapshot_that_does_not_fit_costs_nothing() {
    const COMMITS: usize = 1001;
    let site = three();
    let home = Home { lock_file: site.path("callout.lock"), state: site.path(".callout/state.json").into() };
    let owner = Owner { by: By::default(), pid: 1, command: "a test".to_owned(), since: Timestamp::UNIX_EPOCH };
    site.vendor.block_on(async {
        let ledger = open_for_writing(&home, Session::new(owner)).expect("opened");
        let started = |plan: String| vec![Event::PlanStarted { plan }];
        ledger.record(started("p".repeat(2_000_000)), Timestamp::UNIX_EPOCH).await.expect("recorded");
        ledger.compact().await.expect("folded");
        for number in 0..COMMITS {
            ledger.record(started(number.to_string()), Timestamp::UNIX_EPOCH).await.expect("recorded");
        }
    });
    let before = fs::read(site.path(".callout/state.json")).expect("a snapshot");
    let ended = limited(&site, 3000, "apply --yes").ends_with(0);
    // How many commits three creates make depends on which of them come together.
    let told = plain(&ended.err);
    let number = told.split("state-").nth(1).and_then(|rest| rest.split('.').next()).expect("a snapshot").to_owned();
    insta::assert_snapshot!(told.replace(&number, "NUMBER"), @"state/disk ! cannot write `.callout/history/state-NUMBER.json`: File too large (os error 27) help: Nothing is lost: the journal has everything, and the next run folds it into the snapshot. The file may grow no further: see `ulimit -f` and the file system's largest file, then run the command again.");
    assert_eq!((site.vendor.tickets(), fs::read(site.path(".callout/state.json")).expect("a snapshot")), (3, before));
    site.run("state check").ends_with(0);
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.read(JOURNAL).lines().count(), 1, "folded");
    site.run("plan --detailed-exitcode").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn a_plan_that_does_not_fit_is_not_saved() {
    let site = three();
    let before = site.files();
    let ended = limited(&site, 1, "plan --out p.plan").ends_with(1);
    insta::assert_snapshot!(plain(&ended.err), @"plan/save x the plan cannot be saved to p.plan: file too large help: nothing was applied; name a file in a folder that can be written");
    assert_eq!(site.files(), before);
}

/// What a person says is kept whole or not at all.
#[test]
fn a_settlement_that_does_not_fit_changes_nothing() {
    let site = three();
    site.run("apply --yes").ends_with(0);
    let before = site.run("state list --format json").out;
    let full = u32::try_from(fs::metadata(site.path(JOURNAL)).expect("a journal").len() / 512).expect("small");
    for words in [
        "settle Dispatch/store-0417 --cancelled --reason x --yes",
        "state rm Dispatch/store-0417 --reason x --yes",
        "state mv Dispatch/store-0417 Dispatch/other --reason x --yes",
    ] {
        let ended = limited(&site, full, words).ends_with(1);
        assert!(ended.told().contains("cannot write `.callout/journal.jsonl`: File too large"), "{ended:#?}");
        assert_eq!(site.run("state list --format json").out, before, "{words}");
    }
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}

/// A restore and a rebuild that run out of room leave what is there, and are run again.
#[test]
fn a_restore_that_does_not_fit_is_run_again() {
    let site = three();
    site.run("apply --yes").ends_with(0);
    let records = || site.run("state list --format json").json()["records"].clone();
    let before = records();
    let mut failures = 0;
    for blocks in (0..).step_by(2) {
        site.write(".callout/state.json", "");
        let ended = limited(&site, blocks, "state restore --reason disk --yes");
        if ended.code == Some(0) {
            break;
        }
        failures += 1;
        assert_eq!(ended.code, Some(1), "{ended:#?}");
        site.run("apply --yes").ends_with(1);
        site.run("state restore --reason disk --yes").ends_with(0);
        assert_eq!(records(), before, "{blocks} blocks");
    }
    assert!(failures > 3, "{failures} failures");
    assert_eq!(records(), before);
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn an_init_that_does_not_fit_is_run_again() {
    let mut failures = BTreeSet::new();
    for blocks in [0, 1, 16, 4096] {
        let project = Project::empty();
        let ended = limited(&project, blocks, "init --name acme");
        if ended.code == Some(0) {
            break;
        }
        assert_eq!(ended.code, Some(1), "{ended:#?}");
        let told = ended.told();
        failures.insert(told.split('`').nth(1).or(told.split_whitespace().nth(2)).unwrap_or_default().to_owned());
        project.run("init --name acme").ends_with(0);
        project.run("--sandbox apply --yes").ends_with(0);
        project.run("--sandbox plan --detailed-exitcode").ends_with(0);
    }
    assert_eq!(failures.into_iter().collect::<Vec<_>>(), [".callout/lock", "callout.schema.json"]);
}
