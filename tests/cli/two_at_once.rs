//! Two and three runs at once on one project: one writes, the others say who it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use callout::systems::sandbox::{Call, Stored};

use crate::started::{Ended, Started, gated, wait_for, write_dispatches};
use crate::support::random::Random;
use crate::vendor::{Site, dispatch};

/// Everything that writes, while another run does.
const WRITERS: [&str; 10] = [
    "apply --yes",
    "apply --yes p.plan",
    "settle Dispatch/store-0416 --cancelled --reason x --yes",
    "settle Dispatch/store-0417 --not-created --reason x --yes",
    "import Dispatch/store-0418 482001 --reason x --yes",
    "import --match mark --reason x --yes",
    "state mv Dispatch/store-0416 Dispatch/other --reason x --yes",
    "state rm Dispatch/store-0416 --reason x --yes",
    "state restore 0 --reason x --yes",
    "state init --start-over --reason x --yes",
];

/// What refuses before it asks for the lock, because there is nothing for it to do.
const REFUSED: [(&str, &str); 3] = [
    ("init", "this is a project"),
    ("state init", "this project has a state already"),
    ("state rebuild --reason x --yes", "is not lost: it is whole"),
];

const READERS: [&str; 12] = [
    "validate",
    "expand",
    "plan",
    "plan --out other.plan",
    "show p.plan",
    "status",
    "settle",
    "log",
    "state list",
    "state show Dispatch/store-0417",
    "state check",
    "state history",
];

#[test]
fn while_one_run_writes_every_other_writer_is_refused_and_every_reader_works() {
    let (site, gate) = gated(Call::Create);
    site.vendor.well();
    write_dispatches(&site, &["0416"]);
    site.run("apply --yes --target Dispatch/store-0416").ends_with(0);
    site.run("plan --out p.plan").ends_with(0);
    crate::started::hold(&site, Call::Create);
    let mut run = Started::new(&site, "apply --yes --parallelism 1");
    run.until("a ticket", || site.vendor.tickets() == 2);
    let before = site.run("state list --format json").out;
    for words in WRITERS {
        let told = crate::started::plain(&site.run(words).ends_with(1).err);
        let owner = format!("the state is in use by `callout apply` (process {}, ", run.pid());
        assert!(told.contains(&owner), "{words}: {told}");
        assert!(told.contains("help: Wait until it ends, then run the command again, or add"), "{words}: {told}");
    }
    for (words, why) in REFUSED {
        let ran = site.run(words).ends_with(1);
        assert!(crate::started::plain(&ran.err).contains(why), "{ran}");
    }
    for words in READERS {
        site.run(words).ends_with(0);
    }
    assert_eq!(site.run("state list --format json").out, before);
    gate.open();
    run.end().ends_with(0);
    assert_eq!(site.vendor.tickets(), 4);
    site.run("state check").ends_with(0);
}

/// Of two applies of one saved plan, the second is refused: beside the first, and after it. What a killed one left is done by the next.
#[test]
fn a_saved_plan_is_applied_once_however_its_runs_meet() {
    let (site, gate) = gated(Call::Create);
    site.run("plan --out p.plan").ends_with(0);
    let mut first = Started::new(&site, "apply --yes p.plan --parallelism 1");
    first.until("a ticket", || site.vendor.tickets() == 1);
    let told = Started::new(&site, "apply --yes p.plan").end().ends_with(1).told();
    assert!(told.contains(&format!("the state is in use by `callout apply` (process {}, ", first.pid())), "{told}");
    gate.open();
    first.end().ends_with(0);
    let told = Started::new(&site, "apply --yes p.plan").end().ends_with(3).told();
    assert!(told.contains("p.plan is not applied: this plan was already applied, on "), "{told}");
    assert_eq!(site.vendor.tickets(), 3);

    let (site, _gate) = gated(Call::Create);
    site.run("plan --out p.plan").ends_with(0);
    let mut first = Started::new(&site, "apply --yes p.plan --parallelism 1");
    first.until("a ticket", || site.vendor.tickets() == 1);
    first.kill();
    assert_eq!(first.end().signal, Some(9));
    Started::new(&site, "apply --yes p.plan").end().ends_with(5);
    assert_eq!(site.vendor.tickets(), 3, "what was in flight is in doubt, and the rest is sent");
    Started::new(&site, "apply --yes p.plan").end().ends_with(3);
    site.run("settle Dispatch/store-0417 --id 482001 --reason found --yes").ends_with(0);
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}

/// How runs ended.
type Counts = BTreeMap<&'static str, usize>;

/// What one run of a round may come to, by what it told.
fn judged(ended: &Ended, killed: bool, pids: &BTreeSet<u32>) -> &'static str {
    let told = ended.told();
    let holder = || {
        let (_, rest) = told.split_once("the state is in use by `callout apply` (process ")?;
        rest.split(',').next()?.parse::<u32>().ok()
    };
    match (ended.code, ended.signal) {
        (None, Some(9)) if killed => "killed",
        (Some(0), _) => "done",
        (Some(5), _) => "in doubt",
        (Some(1), _) if holder().is_some_and(|pid| pids.contains(&pid)) => "refused, by name",
        (Some(3), _) if told.contains("this plan was already applied, on ") => "refused, the plan is used",
        (Some(3), _) if told.contains("its record changed since this plan was made") => "refused, the plan is stale",
        _ => panic!("{ended:#?}"),
    }
}

/// A person looks every doubt up by its mark.
fn settle(site: &Site) -> usize {
    let plan = site.run("plan --format json").ends_with(0).json();
    let steps = plan["plan"]["steps"].as_array().expect("steps").clone();
    let doubted: Vec<_> = steps.iter().filter(|step| step["action"]["do"] == "in_doubt").collect();
    for step in &doubted {
        let (mark, name) = (step["mark"].as_str().expect("a mark"), step["key"]["address"].as_str().expect("an address"));
        let carries = |ticket: &Stored| ticket.fields["customer_ticket_number"].as_str().is_some_and(|text| text.contains(mark));
        let verdict = match site.vendor.sandbox.tickets().into_iter().find(carries) {
            Some(ticket) => format!("--id {}", ticket.id),
            None => "--not-created".to_owned(),
        };
        site.run(&format!("settle {name} {verdict} --reason looked --yes")).ends_with(0);
    }
    doubted.len()
}

/// `CALLOUT_ROUNDS` and `CALLOUT_SEED` ask for more, or for the same again.
fn asked(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
#[expect(clippy::print_stdout, reason = "whoever sees it fail needs the seed, and whoever asks for more rounds the figures")]
fn whoever_starts_together_and_whoever_is_killed_each_address_gets_one_ticket() {
    let (rounds, seed) = (asked("CALLOUT_ROUNDS", 12), asked("CALLOUT_SEED", u64::from(std::process::id())));
    println!("{rounds} rounds, seed {seed}");
    let mut random = Random::new(seed);
    let site = Site::with(|options| {
        options.clock = std::sync::Arc::new(callout::cli::SystemClock);
        options.rate_limit = None;
    });
    let file = site.read("callout.yaml").replace("techexpress: {", "techexpress: {requests_per_minute: unlimited, ");
    site.write("callout.yaml", file + "  limits: {creates: 10000, creates_per_day: 10000}\n");
    let (mut pids, mut counts, mut addresses) = (BTreeSet::new(), Counts::new(), 0);
    for round in 0..rounds {
        let new = 1 + random.below(3);
        let text = (0..new).fold(String::new(), |mut text, _| {
            addresses += 1;
            let store = format!("{:04}", 1000 + addresses);
            let ticket = dispatch(&format!("store-{store}"), &store).replace("2027-01-11", "2199-01-11");
            write!(text, "---\n{ticket}").expect("text");
            text
        });
        site.write("tickets/all.yaml", text);
        let words = match random.below(3) {
            0 => {
                site.run("plan --out p.plan").ends_with(0);
                "apply --yes p.plan"
            }
            1 => "apply --yes --parallelism 1",
            _ => "apply --yes",
        };
        let mut runs: Vec<Started> = (0..2 + random.below(2)).map(|_| Started::new(&site, words)).collect();
        pids.extend(runs.iter().map(Started::pid));
        let kills = random.one_in(2);
        if kills {
            let (after, victim) = (site.vendor.tickets() + usize::try_from(random.below(2)).expect("small"), random.below(2));
            let victim = usize::try_from(victim).expect("small");
            wait_for("a ticket or an end", || site.vendor.tickets() >= after || runs.iter_mut().all(Started::is_over));
            runs[victim].kill();
        }
        for (number, run) in runs.into_iter().enumerate() {
            *counts.entry(judged(&run.end(), kills && number < 2, &pids)).or_default() += 1;
        }
        *counts.entry("doubts settled").or_default() += settle(&site);
        site.run("apply --yes").ends_with(0);
        let listed = site.run("state list --format json").ends_with(0).json();
        let records = listed["records"].as_array().expect("records");
        let made = site.vendor.tickets();
        assert_eq!((records.len(), made), (addresses, addresses), "round {round} of seed {seed}");
    }
    site.run("state check").ends_with(0);
    let marks: BTreeSet<_> =
        site.vendor.sandbox.tickets().iter().map(|ticket| ticket.fields["customer_ticket_number"].to_string()).collect();
    assert_eq!(marks.len(), addresses, "two tickets have one mark");
    println!("{addresses} tickets for {addresses} addresses; runs: {counts:?}");
}
