//! A state goes into object storage, out of it, and from one prefix to another.

use jiff::SignedDuration;

use super::*;
use crate::shown::shows;
use crate::support::stores::fault::Fault;

/// A project in files with one ticket, and the variables of a bucket.
fn in_files() -> (Team, String) {
    let bucket = stores::gcs();
    let mut site = Site::with_ticket();
    bucket.variables().iter().for_each(|(name, value)| site.set(name, value));
    let (client, url) = (bucket.client(), format!("{}/acme", bucket.url()));
    (Team { site, bucket, client }, url)
}

fn migrate(team: &Team, to: &str) -> crate::support::project::Ran {
    team.site.run_words(&with_reason(&format!("state migrate --to {to}")), "")
}

#[test]
fn a_state_in_files_moves_into_a_bucket() {
    let (team, url) = in_files();
    let before = team.records();
    shows!(migrate(&team, &url), @"");
    shows!(team.site.run("plan"), @"");
    team.site.run("apply --yes").ends_with(1);
    team.site.edit("callout.yaml", "spec:\n", &format!("spec:\n  state: {{url: {url}}}\n"));
    team.is_well(&before, 1);
    shows!(team.site.run("log"), @"");
    shows!(migrate(&team, &url), @"");
}

#[test]
fn a_shared_state_moves_into_files_and_the_bucket_says_where_it_went() {
    let team = Team::sent();
    let before = team.records();
    let stale = team.site.project.copy_without(".callout");
    shows!(migrate(&team, ".callout"), @"");
    let setting = format!("  state: {{url: {}/acme}}\n", team.bucket.url());
    team.site.edit("callout.yaml", &setting, "");
    team.is_well(&before, 2);
    for words in ["plan", "apply --yes", "status", "log", "state list", "state init", "state rebuild --reason x --yes"] {
        let ran = stale.run(words).ends_with(1);
        assert!(ran.err.contains("state/left") && ran.err.contains(".callout/state.json"), "{ran}");
    }
    shows!(stale.run("plan"), @"");
    shows!(stale.run("state check"), @"");
    shows!(stale.run("state init --start-over --reason x --yes"), @"");
    shows!(stale.run("unlock 12"), @"");
    assert_eq!(team.site.vendor.tickets(), 2);
}

#[test]
fn a_shared_state_moves_to_another_prefix() {
    let team = Team::sent();
    let before = team.records();
    let stale = team.site.project.copy_without(".callout");
    let to = format!("{}/ops/acme", team.bucket.url());
    shows!(migrate(&team, &to), @"");
    team.site.edit("callout.yaml", "/acme}", "/ops/acme}");
    team.is_well(&before, 2);
    shows!(stale.run("apply --yes"), @"");
}

/// Stopped at any request, the old place is the state; the same command ends it.
#[test]
fn a_move_that_was_stopped_is_typed_again() {
    let (mut team, url) = in_files();
    let before = team.records();
    let proxy = team.behind_a_proxy();
    let mut stopped = 0;
    loop {
        proxy.outage(stopped, Fault::Denied);
        let ran = migrate(&team, &url);
        proxy.calm();
        if ran.code == 0 {
            break;
        }
        // The lease of whoever was stopped is over then.
        team.site.clock.jump(SignedDuration::from_mins(2));
        let planned = team.site.run("plan").ends_with(0);
        assert!(planned.out.starts_with("No changes."), "{stopped}\n{planned}");
        stopped += 1;
    }
    assert!(stopped > 10, "stopped {stopped} times");
    team.site.edit("callout.yaml", "spec:\n", &format!("spec:\n  state: {{url: {url}}}\n"));
    team.is_well(&before, 1);
}

#[test]
fn a_state_moves_nowhere_where_anything_else_lies() {
    let (team, url) = in_files();
    let other = Team::in_bucket(team.bucket.clone(), "acme");
    other.site.run("state init").ends_with(0);
    shows!(migrate(&team, &url), @"");
    shows!(migrate(&team, "ftp://x/y"), @"");
    team.site.run("plan").ends_with(0);
}
