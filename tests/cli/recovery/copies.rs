//! Copies: a folder that a cloud's own tool filled, another part of the bucket, and what was put aside.

use jiff::SignedDuration;

use super::*;
use crate::shown::shows;
use crate::support::stores::fault::Fault;

fn lost(team: &Team) {
    team.keys("acme").iter().for_each(|key| team.delete(key));
}

#[test]
fn a_lost_state_is_restored_from_a_folder_of_its_objects() {
    let team = Team::sent();
    let before = team.records();
    team.download("acme", "acme-copy");
    lost(&team);
    shows!(team.site.run_words(&with_reason("state restore acme-copy"), ""), @"");
    shows!(team.site.run_words(&with_reason("state restore acme-copy --nothing-since"), ""), @"");
    team.is_well(&before, 2);
    shows!(team.site.run("log"), @"");
}

#[test]
fn a_lost_state_is_restored_from_another_prefix() {
    let team = Team::sent();
    let before = team.records();
    team.copy("acme", "backup");
    lost(&team);
    let copy = format!("{}/backup", team.bucket.url());
    shows!(team.site.run_words(&with_reason(&format!("state restore {copy}")), ""), @"");
    team.site.run_words(&with_reason(&format!("state restore {copy} --nothing-since")), "").ends_with(0);
    team.is_well(&before, 2);
    shows!(team.site.run_words(&with_reason(&format!("state restore {}/nowhere", team.bucket.url())), ""), @"");
    shows!(team.site.run_words(&with_reason("state restore s3://x"), ""), @"");
}

#[test]
fn an_older_copy_is_rebuilt_from_and_the_rest_is_held_back() {
    let team = Team::sent();
    team.download("acme", "acme-copy");
    team.send("0419");
    lost(&team);
    shows!(team.site.run_words(&with_reason("state rebuild --from acme-copy"), ""), @"");
    team.site.run("apply --yes").ends_with(5);
    assert_eq!(team.site.vendor.tickets(), 3);
    shows!(team.site.run("settle"), @"");
}

#[test]
fn a_mistaken_settlement_is_taken_back_by_the_number_of_a_commit() {
    let team = Team::sent();
    team.download("acme", "acme-copy");
    team.fold();
    team.site.run("settle Dispatch/store-0417 --cancelled --reason mixed-up --yes").ends_with(0);
    shows!(team.site.run("state history"), @"");
    shows!(team.site.run("state restore acme-copy --reason mistake"), @"");
    shows!(team.site.run("state restore 5 --reason mistake --yes"), @"");
    shows!(team.site.run("state restore 5 --reason mistake --yes"), @"");
    team.site.run("apply --yes").ends_with(0);
    assert_eq!(team.site.vendor.tickets(), 2);
}

#[test]
fn a_rebuild_that_was_stopped_goes_on_with_what_was_put_aside() {
    let ends_behind_the_mark = |team: &mut Team, cut: Option<usize>| {
        team.delete(&team.commit(4));
        let proxy = team.behind_a_proxy();
        if let Some(cut) = cut {
            proxy.outage(cut, Fault::Denied);
        }
        let ran = team.site.run_words(&with_reason("state rebuild"), "");
        proxy.calm();
        (ran, proxy.seen())
    };
    let (_, seen) = ends_behind_the_mark(&mut Team::sent(), None);
    let mark = seen.iter().position(|request| request.starts_with("PUT ") && request.ends_with("acme%2Fstate.json")).expect("the mark");
    let mut team = Team::sent();
    let (ran, _) = ends_behind_the_mark(&mut team, Some(mark + 1));
    shows!(ran, @"");
    let team = Team { site: Site { project: team.other_machine(), ..team.site }, ..team };
    team.site.clock.jump(SignedDuration::from_mins(2));
    shows!(team.site.run("plan"), @"");
    shows!(team.site.run_words(&with_reason("state rebuild"), ""), @"");
    let from = format!("{}/acme/set-aside-1", team.bucket.url());
    shows!(team.site.run_words(&with_reason(&format!("state rebuild --from {from}")), ""), @"");
    team.site.run("apply --yes").ends_with(5);
    assert_eq!(team.site.vendor.tickets(), 2);
}

#[test]
fn another_projects_copy_is_refused() {
    let (team, other) = (Team::sent(), Team::sent());
    other.download("acme", "copy");
    let copy = other.site.path("copy");
    shows!(team.site.run_words(&with_reason(&format!("state restore {}", copy.display())), ""), @"");
}
