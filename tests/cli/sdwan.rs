//! `examples/sdwan-rollout` from its first plan to its last ticket: 120 sites, three waves, and one run that is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use callout::systems::sandbox::{Call, Fault, Stored, Trouble};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::support::project::Ran;
use crate::vendor::{Site, TOKEN};

const CSV: &str = include_str!("../../examples/sdwan-rollout/rollouts/stores.csv");
const ROLLOUT: &str = include_str!("../../examples/sdwan-rollout/rollouts/sdwan-2035.yaml");
const SCHEDULE: &str = include_str!("../../examples/sdwan-rollout/rollouts/sdwan-2035.schedule.csv");
const PROJECT: &str = include_str!("../../examples/sdwan-rollout/callout.yaml");

/// The cells of each store.
fn stores() -> impl Iterator<Item = Vec<&'static str>> {
    // The only quoted cells are names and notes with a comma in them, behind which nothing is looked at from the left.
    CSV.lines().skip(1).map(|line| {
        let (quoted, plain): (Vec<_>, Vec<_>) = line.split('"').enumerate().partition(|(at, _)| at % 2 == 1);
        assert!(quoted.len() <= 2, "{line}");
        plain.into_iter().flat_map(|(_, part)| part.split(',')).filter(|cell| !cell.is_empty()).collect()
    })
}

/// The stores of a wave, by their numbers.
fn wave(name: &str) -> BTreeSet<String> {
    stores().filter(|cells| cells.contains(&name)).map(|cells| cells[0].to_owned()).collect()
}

/// The example, with a vendor that knows where each account is.
fn example() -> Site {
    let site = Site::with(|options| {
        options.rate_limit = None;
        for cells in stores() {
            let account = format!("0123{}", cells[0]);
            let zone = cells.iter().find(|cell| cell.starts_with("America/")).expect("a zone");
            options.timezones.insert(account, TimeZone::get(zone).expect("a zone"));
        }
    });
    let system = format!("base_url: {}\n      requests_per_minute: unlimited", site.vendor.base_url());
    site.write("callout.yaml", PROJECT.replace("base_url: https://api.example.com ", &system));
    site.write("rollouts/stores.csv", CSV);
    site.write("rollouts/sdwan-2035.yaml", ROLLOUT);
    site.write("rollouts/sdwan-2035.schedule.csv", SCHEDULE);
    site
}

fn summary(ran: &Ran) -> &str {
    ran.out.lines().next().unwrap_or_default()
}

/// Tickets by the number of their store.
fn by_store(site: &Site) -> BTreeMap<String, Vec<Stored>> {
    let mut stores: BTreeMap<String, Vec<Stored>> = BTreeMap::new();
    for ticket in site.vendor.sandbox.tickets() {
        let number = ticket.fields["location_number"].as_str().expect("a number").to_owned();
        stores.entry(number).or_default().push(ticket);
    }
    stores
}

/// The work is over at so many of these stores.
fn resolve(site: &Site, stores: &BTreeSet<String>, count: usize) {
    let sent = by_store(site);
    for store in stores.iter().take(count) {
        site.vendor.resolve(sent[store][0].id);
    }
}

/// Starts the program, and kills it in the middle of its writes: so many are answered, and at least one is in flight then.
fn killed_after(site: &Site, creates: u32) {
    let tickets = site.vendor.tickets() + usize::try_from(creates).expect("a number");
    // Whatever is made from then on is never answered. The vendor's clock jumps, so no answer can be made to wait.
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).after(creates)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_callout"))
        .current_dir(site.path(""))
        .env_clear()
        .env("G360_TOKEN", TOKEN)
        .args(["apply", "--yes"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("callout");
    let patience = Instant::now() + Duration::from_secs(60);
    while site.vendor.tickets() <= tickets {
        assert!(Instant::now() < patience, "{} tickets of {tickets}", site.vendor.tickets());
        std::thread::yield_now();
    }
    child.kill().and_then(|()| child.wait()).expect("an end");
    site.vendor.well();
}

/// A person looks for each mark in the portal, and says what is there.
fn settle_doubts(site: &Site) -> usize {
    let plan = site.run("plan --format json").ends_with(0).json();
    let steps = plan["plan"]["steps"].as_array().expect("steps").clone();
    let doubted: Vec<_> = steps.iter().filter(|step| step["action"]["do"] == "in_doubt").collect();
    for step in &doubted {
        let mark = step["mark"].as_str().expect("a mark");
        let name = step["key"]["address"].as_str().expect("an address");
        let carries = |ticket: &Stored| ticket.fields["customer_ticket_number"].as_str().is_some_and(|text| text.contains(mark));
        let verdict = match site.vendor.sandbox.tickets().into_iter().find(carries) {
            Some(ticket) => format!("--id {}", ticket.id),
            None => "--not-created".to_owned(),
        };
        site.run(&format!("settle {name} {verdict} --reason looked --yes")).ends_with(0);
    }
    doubted.len()
}

#[cfg(unix)]
#[test]
fn three_waves_and_a_killed_run_make_exactly_one_ticket_for_each_of_120_sites() {
    let site = example();
    let (pilot, core, rest) = (wave("pilot"), wave("core"), wave("rest"));
    assert_eq!((pilot.len(), core.len(), rest.len()), (6, 37, 77));
    assert_eq!(summary(&site.run("plan").ends_with(0)), "Plan: 6 to create, 114 deferred.");

    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 6);
    let again = site.run("apply --yes").ends_with(0);
    assert_eq!((summary(&again), site.vendor.tickets()), ("Plan: 114 deferred, 6 unchanged.", 6), "the gate is shut: {again}");
    resolve(&site, &pilot, 5);
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 6, "one visit of the pilot is not over");
    resolve(&site, &pilot, 6);

    killed_after(&site, 12);
    let made = site.vendor.tickets();
    assert!((6 + 13..6 + 37).contains(&made), "{made} tickets when it was killed");
    let ran = site.run("apply --yes").ends_with(5);
    assert!(ran.out.contains("77 tickets are deferred"), "{ran}");
    assert!(settle_doubts(&site) > 0, "nothing was in flight");
    site.run("apply --yes").ends_with(0);
    assert_eq!(by_store(&site).keys().filter(|store| core.contains(*store)).count(), 37);
    assert_eq!(site.vendor.tickets(), 43);

    site.clock.jump(SignedDuration::from_hours(24));
    resolve(&site, &core, 29);
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 43, "29 visits went well, and 30 have to");
    resolve(&site, &core, 30);
    let ran = site.run("apply --yes").ends_with(0);
    assert_eq!((summary(&ran), site.vendor.tickets()), ("Plan: 77 to create, 43 unchanged.", 120), "{ran}");

    for (store, tickets) in by_store(&site) {
        assert_eq!(tickets.len(), 1, "store {store}");
        assert!(pilot.contains(&store) || core.contains(&store) || rest.contains(&store), "store {store}");
    }
    resolve(&site, &core, 37);
    resolve(&site, &rest, 77);
    site.run("apply --yes --refresh all").ends_with(0);
    let last = site.run("plan --detailed-exitcode").ends_with(0);
    assert_eq!(summary(&last), "No changes. 120 tickets are unchanged.", "{last}");
    assert_eq!((by_store(&site).len(), site.vendor.tickets()), (120, 120));
}

/// The lines that are in one text and not in the other, each with its side.
fn changed_lines(before: &str, after: &str) -> Vec<String> {
    let (old, new): (BTreeSet<_>, BTreeSet<_>) = (before.lines().collect(), after.lines().collect());
    let gone = old.difference(&new).map(|line| format!("-{line}"));
    gone.chain(new.difference(&old).map(|line| format!("+{line}"))).collect()
}

#[test]
fn a_site_more_is_one_line_and_one_step_and_another_order_is_nothing() {
    let site = example();
    site.run("apply --yes").ends_with(0);
    let before = site.run("plan --format json").ends_with(0).json();

    let (head, rows) = CSV.split_once('\n').expect("a head");
    let turned: Vec<&str> = rows.lines().rev().collect();
    site.write("rollouts/stores.csv", format!("{head}\n{}\n", turned.join("\n")));
    let ran = site.run("schedule --check").ends_with(0);
    assert!(ran.out.contains("up to date"), "{ran}");
    assert_eq!(site.run("plan --format json").ends_with(0).json()["plan"]["steps"], before["plan"]["steps"]);

    let more = "0460a,\"Denver, Union Station\",mountain,America/Denver,01230999,Sam Lee,303-555-0199,rest,\n";
    let at = CSV.find("0461,").expect("a row");
    site.write("rollouts/stores.csv", format!("{}{more}{}", &CSV[..at], &CSV[at..]));
    site.write("rollouts/sdwan-2035.yaml", ROLLOUT.replace("expect: 120", "expect: 121"));
    site.run("schedule").ends_with(0);
    let lines = changed_lines(SCHEDULE, &site.read("rollouts/sdwan-2035.schedule.csv"));
    assert!(matches!(lines.as_slice(), [line] if line.starts_with("+0460a,0,2035-")), "{lines:?}");
    let after = site.run("plan --format json").ends_with(0).json();
    let steps = |plan: &serde_json::Value| -> BTreeMap<String, String> {
        let step = |step: &serde_json::Value| (step["key"].to_string(), step["action"].to_string());
        plan["plan"]["steps"].as_array().expect("steps").iter().map(step).collect()
    };
    let (before, after) = (steps(&before), steps(&after));
    let new: Vec<_> = after.iter().filter(|(key, action)| before.get(*key) != Some(action)).map(|(key, _)| key).collect();
    assert!(matches!(new.as_slice(), [key] if key.contains("sdwan-0460a")), "{new:?}");
    assert_eq!(after.len(), 121);
}
