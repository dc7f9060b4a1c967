//! Objects that are gone, damaged or older than they should be.

use super::*;
use crate::shown::shows;

fn damaged(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replacen("lineage\":\"", "lineage\":\"0", 1).into_bytes()
}

#[test]
fn a_lost_snapshot_comes_back_from_what_is_left() {
    let team = Team::sent();
    let before = team.records();
    team.delete("acme/state.json");
    shows!(team.site.run("apply --yes"), @"");
    shows!(team.site.run("state check"), @"");
    team.site.run_words(&with_reason("state rebuild"), "").ends_with(1);
    shows!(team.site.run_words(&with_reason("state restore"), ""), @"");
    team.is_well(&before, 2);
}

#[test]
fn a_damaged_snapshot_comes_back_from_what_is_left() {
    let team = Team::sent();
    let (before, whole) = (team.records(), team.get("acme/state.json"));
    for bytes in [b"".as_slice(), &whole[..whole.len() / 2], &damaged(&whole)] {
        team.put("acme/state.json", bytes);
        team.site.run("apply --yes").ends_with(1);
        team.site.run_words(&with_reason("state restore"), "").ends_with(0);
        team.is_well(&before, 2);
    }
    team.put("acme/state.json", b"");
    shows!(team.site.run("plan"), @"");
    shows!(team.site.run("state check"), @"");
}

#[test]
fn an_older_snapshot_harms_nothing() {
    let team = Team::sent();
    let (before, older) = (team.records(), team.get("acme/history/state-0000000000.json"));
    team.put("acme/state.json", &older);
    team.is_well(&before, 2);
}

/// Before it was folded there is one copy of a commit; from then on there are two.
#[test]
fn a_lost_commit_that_was_folded_is_not_needed() {
    let team = Team::sent();
    let before = team.records();
    team.delete(&team.commit(2));
    team.is_well(&before, 2);
    team.delete("acme/state.json");
    team.site.run("apply --yes").ends_with(1);
    team.site.run_words(&with_reason("state restore"), "").ends_with(0);
    team.is_well(&before, 2);
}

#[test]
fn a_lost_commit_comes_back_from_a_copy() {
    let team = Team::sent();
    let before = team.records();
    team.download("acme", "acme-copy");
    team.delete(&team.commit(4));
    shows!(team.site.run("apply --yes"), @"");
    shows!(team.site.run("state check"), @"");
    shows!(team.site.run_words(&with_reason("state restore"), ""), @"");
    shows!(team.site.run_words(&with_reason("state restore acme-copy"), ""), @"");
    team.is_well(&before, 2);
}

#[test]
fn a_damaged_commit_comes_back_from_a_copy() {
    let team = Team::sent();
    let before = team.records();
    team.download("acme", "acme-copy");
    let key = team.commit(4);
    team.put(&key, &damaged(&team.get(&key)));
    shows!(team.site.run("plan"), @"");
    shows!(team.site.run("state check"), @"");
    shows!(team.site.run("log"), @"");
    team.site.run_words(&with_reason("state restore acme-copy"), "").ends_with(0);
    team.is_well(&before, 2);
}

#[test]
fn without_a_copy_of_a_lost_commit_what_it_may_have_sent_is_held_back() {
    let team = Team::sent();
    team.delete(&team.commit(4));
    shows!(team.site.run_words(&with_reason("state rebuild"), ""), @"");
    shows!(team.site.run("plan"), @"");
    shows!(team.site.run("state check"), @"");
    team.site.run("apply --yes").ends_with(5);
    assert_eq!(team.site.vendor.tickets(), 2);
    shows!(team.site.run("log"), @"");
    shows!(team.site.run("log --set-aside 1"), @"");
}

#[test]
fn a_journal_without_its_end_is_no_shorter_journal() {
    let team = Team::sent();
    let (before, last) = (team.records(), team.commit(5));
    let kept = team.get(&last);
    team.delete(&last);
    shows!(team.site.run("apply --yes"), @"");
    shows!(team.site.run("state check"), @"");
    team.site.run_words(&with_reason("state restore"), "").ends_with(1);
    // As the bucket's versions bring it back.
    team.put(&last, &kept);
    team.is_well(&before, 2);
    team.delete(&last);
    team.delete(&team.commit(4));
    team.site.run_words(&with_reason("state rebuild"), "").ends_with(0);
    team.site.run("state check").ends_with(0);
    shows!(team.site.run("apply --yes"), @"");
    assert_eq!(team.site.vendor.tickets(), 2);
}

#[test]
fn a_lost_journal_comes_back_from_the_newest_copy() {
    let team = Team::sent();
    let before = team.records();
    team.download("acme", "acme-copy");
    team.keys("acme/journal").iter().for_each(|key| team.delete(key));
    shows!(team.site.run("plan"), @"");
    shows!(team.site.run("state check"), @"");
    shows!(team.site.run_words(&with_reason("state restore acme-copy"), ""), @"");
    team.site.run_words(&with_reason("state restore acme-copy --nothing-since"), "").ends_with(0);
    team.is_well(&before, 2);
}

#[test]
fn a_damaged_lock_object_says_what_to_do_with_it() {
    let team = Team::sent();
    let before = team.records();
    team.put("acme/lock.json", b"{}");
    shows!(team.site.run("plan"), @"");
    shows!(team.site.run("state check"), @"");
    team.delete("acme/lock.json");
    team.is_well(&before, 2);
}

#[test]
fn a_damaged_history_is_told_and_harms_nothing() {
    let team = Team::sent();
    team.put("acme/history/state-0000000000.json", b"");
    team.put("acme/history/journal-0000000001-0000000002.jsonl", b"");
    shows!(team.site.run("state check"), @"");
    shows!(team.site.run("state history"), @"");
    team.site.run("log").ends_with(0);
    team.site.run("apply --yes").ends_with(0);
    assert_eq!(team.site.vendor.tickets(), 2);
}

#[test]
fn when_everything_is_gone_nothing_is_sent() {
    let team = Team::sent();
    let before = team.records();
    team.copy("acme", "backup/acme");
    team.keys("acme").iter().for_each(|key| team.delete(key));
    shows!(team.site.run("apply --yes"), @"");
    shows!(team.site.run("state check"), @"");
    team.copy("backup/acme", "acme");
    team.is_well(&before, 2);
}
