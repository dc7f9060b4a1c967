//! What must not be mixed: two projects with one prefix, a state without its `callout.lock`, a new lineage over an old one.

use super::*;
use crate::shown::shows;

#[test]
fn of_two_projects_with_one_prefix_the_second_is_refused() {
    let team = Team::sent();
    let other = Team::in_bucket(team.bucket.clone(), "acme");
    other.site.write("tickets/0500.yaml", dispatch("store-0500", "0500"));
    other.site.run("plan").ends_with(1);
    // It has a lineage of its own from elsewhere.
    other.site.write("callout.lock", Site::new().read("callout.lock"));
    shows!(other.site.run("apply --yes"), @"");
    shows!(other.site.run("state init"), @"");
    shows!(other.site.run("state check"), @"");
    shows!(other.site.run_words(&with_reason("state rebuild"), ""), @"");
    shows!(other.site.run_words(&with_reason("state restore"), ""), @"");
    assert_eq!(other.site.vendor.tickets(), 0);
    other.site.edit("callout.yaml", "/acme}", "/other}");
    shows!(other.site.run("plan"), @"");
}

#[test]
fn a_state_whose_lineage_file_is_missing_is_taken_up_again() {
    let team = Team::sent();
    let before = team.records();
    team.site.remove("callout.lock");
    shows!(team.site.run("apply --yes"), @"");
    shows!(team.site.run("state init"), @"");
    team.is_well(&before, 2);
}

#[test]
fn starting_over_fences_whoever_still_has_the_old_lineage() {
    let team = Team::new();
    team.site.run("state init").ends_with(0);
    team.send("0417");
    let stale = team.site.project.copy_without(".callout");
    shows!(team.site.run("state init --start-over --reason gone --yes"), @"");
    team.site.vendor.resolve(482_001);
    team.site.run("apply --yes").ends_with(0);
    shows!(team.site.run("state init --start-over --reason gone --yes"), @"");
    shows!(stale.run("apply --yes"), @"");
    shows!(team.site.run("log"), @"");
    shows!(team.site.run("log --set-aside 1"), @"");
    shows!(team.site.run("log --set-aside 7"), @"");
    assert_eq!(team.site.vendor.tickets(), 1);
    team.site.run("state check").ends_with(0);
}
