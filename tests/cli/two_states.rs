//! Two machines that went on from one copy of the state: neither loses what it knows, and each is told of the other's tickets.

use std::fs;
use std::path::Path;

use callout::systems::sandbox::{Call, Trouble};

use crate::shown::shows;
use crate::support::project::Project;
use crate::vendor::{Site, dispatch};

const JOURNAL: &str = ".callout/journal.jsonl";

/// One ticket, known to both; then one more here, and another one there.
fn apart() -> (Site, Project) {
    let site = Site::new();
    site.write("tickets/0417.yaml", dispatch("store-0417", "0417"));
    site.run("apply --yes").ends_with(0);
    site.run("plan").ends_with(0);
    let other = site.copy_without("nothing");
    site.write("tickets/0418.yaml", dispatch("store-0418", "0418"));
    site.run("apply --yes").ends_with(0);
    other.write("tickets/0419.yaml", dispatch("store-0419", "0419"));
    other.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
    (site, other)
}

fn copied(from: &Project, to: &Site, name: &str) {
    for path in from.files() {
        if let Ok(part) = path.strip_prefix(from.path(".callout")) {
            to.write(Path::new(name).join(part), fs::read(&path).expect("a file"));
        }
    }
}

fn damage_last_line(site: &Site) {
    let text = site.read(JOURNAL);
    let start = text.trim_end().rfind('\n').expect("lines") + 1;
    site.write(JOURNAL, format!("{}{}", &text[..start], text[start..].replace("482002", "482007")));
}

#[test]
fn the_other_ones_commits_are_not_taken_for_the_missing_ones() {
    let (site, other) = apart();
    copied(&other, &site, "other copy");
    damage_last_line(&site);
    shows!(site.run_words(&["state", "restore", "other copy", "--nothing-since", "--reason", "x", "--yes"], ""), @r"
    $ callout state restore other copy --nothing-since --reason x --yes
    | state/incomplete
    |
    |   x the state cannot be restored to what it was: commit 5 cannot be read
    |   help: Nothing was changed. What is wrong: `.callout/journal.jsonl` line 6 is damaged: its checksum does
    |         not fit its content.
    |         The copy is of a state that went on by itself: its commit 3 is another one. Two machines may have
    |         sent somebody to the same place.
    |         Otherwise: callout state rebuild --from 'other copy' --reason TEXT. It keeps the 2 records that can
    |         be read, and holds back every other ticket of the files.
    |
    exit 1
    ");
    shows!(site.run_words(&["state", "rebuild", "--from", "other copy", "--reason", "x", "--yes"], ""), @r"
    $ callout state rebuild --from other copy --reason x --yes
    2 records can still be read, and are kept.
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 1 not found.
    Dispatch/store-0419 was ticket 482003, and no more can be read of it: callout settle Dispatch/store-0419 --id 482003 --reason TEXT
    2 tickets will be in doubt: each may have been sent before, and is not sent until a person says that it was not.
    The state is rebuilt. Next, for tickets that only the copy knows: callout state restore 'other copy' --reason TEXT
    | state/damaged
    |
    |   ! `.callout/journal.jsonl` line 6 is damaged: its checksum does not fit its content
    |
    | ! The copy is of a state that went on by itself: of what it did since, only names are taken over.
    exit 0
    ");
    shows!(site.run("state list"), @r"
    $ callout state list
    ADDRESS              TICKET  STANDING                 SINCE       SITE
    Dispatch/store-0417  482001  Pending Tech Assignment  2027-01-04  Store 0417 (0417), account 0123...
    Dispatch/store-0418  -       in doubt                 2027-01-04  Store 0418 (0418), account 0123...
    Dispatch/store-0419  -       in doubt                 2027-01-04  a location without a name
    exit 0
    ");
    shows!(site.run_words(&["state", "restore", "other copy", "--reason", "both", "--yes"], ""), @r"
    $ callout state restore other copy --reason both --yes
    Dispatch/store-0419: in doubt -> ticket 482003, Pending Tech Assignment
    Restored. Next: callout plan
    exit 0
    ");
    site.run("apply --yes").ends_with(5);
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn a_state_that_comes_back_whole_is_told_of_the_other() {
    let (site, other) = apart();
    copied(&other, &site, "other");
    site.write(".callout/state.json", "");
    shows!(site.run("state restore other --reason x --yes"), @r"
    $ callout state restore other --reason x --yes
    The state can be put together again: 2 records, 2 of them open or in doubt, up to commit 5; nothing is missing.
    ! The copy is of a state that went on by itself: its commit 3 is another one, and nothing from there on is taken over.
    The state is restored. Next, for tickets that only the copy knows: callout state restore other --reason TEXT
    | state/damaged
    |
    |   ! `.callout/state.json` is empty; a state never is
    |
    exit 0
    ");
    shows!(site.run("state restore other --reason both --yes"), @r"
    $ callout state restore other --reason both --yes
    Dispatch/store-0419: no record -> ticket 482003, Pending Tech Assignment
    Restored. Next: callout plan
    exit 0
    ");
}

#[test]
fn what_a_damaged_copy_has_lost_is_told() {
    let (site, other) = apart();
    let journal = other.read(JOURNAL);
    let lines: Vec<&str> = journal.lines().collect();
    let intent = lines.iter().position(|line| line.contains("store-0419")).expect("its intent");
    let damaged = |which: &dyn Fn(usize) -> bool, how: fn(&str) -> String| {
        let line = |(at, line): (usize, &&str)| if which(at) { how(line) } else { (*line).to_owned() };
        other.write(JOURNAL, lines.iter().enumerate().map(line).map(|line| line + "\n").collect::<String>());
        copied(&other, &site, "other");
        site.run("state restore other --reason both --yes")
    };
    shows!(damaged(&|at| at == intent, |line| line.replace("ana", "bob")), @r"
    $ callout state restore other --reason both --yes
    ! The copy is not whole: commit 4 cannot be read. Whoever was sent by that does not come back, and would be sent again. Look up each `+` of callout plan before you apply it; callout import ADDRESS ID takes over what is there.
    ! Dispatch/store-0419 stands in what cannot be read, with ticket 482003: callout import Dispatch/store-0419 482003
    Nothing to restore: the state knows all that can be read of the copy.
    exit 0
    ");
    shows!(damaged(&|at| at >= intent, |_| "#".to_owned()), @r"
    $ callout state restore other --reason both --yes
    ! The copy is not whole: commits 4 to 5 cannot be read. Whoever was sent by that does not come back, and would be sent again. Look up each `+` of callout plan before you apply it; callout import ADDRESS ID takes over what is there.
    Nothing to restore: the state knows all that can be read of the copy.
    exit 0
    ");
    site.write("tickets/0419.yaml", dispatch("store-0419", "0419"));
    assert!(site.run("plan").out.contains("+ Dispatch/store-0419"), "what was said of it is all that keeps it from being sent again");
}

#[test]
fn another_machines_ticket_does_not_answer_this_ones_create() {
    let site = Site::new();
    let other = site.copy_without("nothing");
    for project in [&site.project, &other] {
        project.write("tickets/0417.yaml", dispatch("store-0417", "0417"));
    }
    other.run("apply --yes").ends_with(0);
    site.clock.jump(jiff::SignedDuration::from_mins(5));
    site.vendor.trouble(Call::Create, Trouble::DropAfterCommit);
    site.run("apply --yes").ends_with(5);
    site.vendor.well();
    assert_eq!(site.vendor.tickets(), 2, "two states, two technicians: all that can be done is to tell it");
    copied(&other, &site, "other");
    shows!(site.run("state restore other --reason x --yes"), @r"
    $ callout state restore other --reason x --yes
    ! Dispatch/store-0417: in doubt here, by another create than that of ticket 482001 in the copy. Look for its mark: there may be two tickets. The copy's is remembered until somebody has seen to it
    Remembered. Next: callout settle
    exit 0
    ");
    let plan = site.run("plan").out;
    let told: Vec<&str> = plan.lines().filter(|line| line.contains("in doubt") || line.contains("more than")).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    Plan: 1 in doubt.
        in doubt: the create started at 2027-01-04T12:05:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
        somebody may come for more than was asked for: 482001 for Store 0417 (0417), account 01230417, which a copy of the state has for this visit
    Plan: 1 in doubt.
    ");
    // Nothing was made here, a person says: the other machine's technician comes to this place all the same.
    site.run("settle Dispatch/store-0417 --not-created --reason x --yes").ends_with(0);
    assert!(site.run("apply --yes").ends_with(0).out.contains("1 needs a person"));
    assert_eq!(site.vendor.tickets(), 2);
    assert!(site.run("settle").out.contains("--seen-to"));
    site.run("settle Dispatch/store-0417 --seen-to --reason cancelled --yes").ends_with(0);
    assert!(site.run("plan").ends_with(0).out.contains("1 to create"));
}

/// Both sent the same visit: one technician too many, which is told until somebody has seen to it.
#[test]
fn a_double_of_another_machine_is_remembered_until_somebody_has_seen_to_it() {
    let (site, other) = apart();
    other.write("tickets/0418.yaml", dispatch("store-0418", "0418"));
    other.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 4);
    copied(&other, &site, "other");
    shows!(site.run("state restore other --reason both --yes"), @r"
    $ callout state restore other --reason both --yes
    Dispatch/store-0419: no record -> ticket 482003, Pending Tech Assignment
    ! Dispatch/store-0418: ticket 482002 here, ticket 482004 in the copy. Look both up: one of them may be too many. The copy's is remembered until somebody has seen to it
    Restored. Next: callout plan
    exit 0
    ");
    let settle = site.run("settle").ends_with(0).out;
    let told: Vec<&str> = settle.lines().skip(2).take(3).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    ! Dispatch/store-0418 (ticket 482002)  Store 0418 (0418), account 01230418
        somebody may come for more than was asked for: 482004 for Store 0418 (0418), account 01230418, which a copy of the state has for this visit
        next: look it up in the portal and have cancelled what nobody wants, then: callout settle Dispatch/store-0418 --seen-to --reason TEXT
    ");
    for command in ["plan", "status", "log"] {
        let shown = site.run(command).out;
        assert!(shown.contains("482004 for Store 0418 (0418), account 01230418, which a copy of the state has for this visit"), "{shown}");
    }
    shows!(site.run("state restore other --reason again --yes"), @r"
    $ callout state restore other --reason again --yes
    ! Dispatch/store-0418: ticket 482002 here, ticket 482004 in the copy. Look both up: one of them may be too many. The copy's is remembered until somebody has seen to it
    Nothing to restore: what the copy has besides is remembered already. Next: callout settle
    exit 0
    ");
    site.run("settle Dispatch/store-0418 --seen-to --reason cancelled --yes").ends_with(0);
    assert!(!site.run("settle").out.contains("482004"));
}

#[test]
fn a_whole_folder_of_another_project_is_put_aside_with_its_history() {
    let (site, stranger) = (Site::with_ticket(), Site::new());
    copied(&site.project, &site, "backup");
    for number in 1..4 {
        stranger.write(format!("tickets/{number}.yaml"), dispatch(&format!("s-{number}"), &format!("020{number}")));
        stranger.run("apply --yes").ends_with(0);
    }
    fs::remove_dir_all(site.path(".callout")).expect("removed");
    copied(&stranger.project, &site, ".callout");
    site.write(".callout/history/state-0000000050.json", stranger.read(".callout/history/state-0000000000.json"));
    site.run("plan").ends_with(1);
    shows!(site.run("state restore backup --nothing-since --reason x --yes"), @r"
    $ callout state restore backup --nothing-since --reason x --yes
    The state can be put together again: 1 record, which is open or in doubt, up to commit 2; as you say, nothing was sent since.
    The state is restored. Next: callout plan
    | state/damaged
    |
    |   ! the state in `.callout` ends with commit 8, but its history has commit 50: it is an older copy
    |
    exit 0
    ");
    assert!(site.run("plan").ends_with(0).out.starts_with("No changes. 1 ticket is unchanged.\n"));
    site.run("state check").ends_with(0);
    assert!(site.path(".callout/set-aside-1/history/state-0000000050.json").exists());
}

/// A rebuild leaves another project's state alone, so the way on begins with taking it out of the way.
#[test]
fn the_way_past_another_projects_folder_is_told_and_works() {
    let (site, stranger) = (Site::with_ticket(), Site::new());
    copied(&site.project, &site, "backup");
    stranger.write("tickets/1.yaml", dispatch("s-1", "0201"));
    stranger.run("apply --yes").ends_with(0);
    fs::remove_dir_all(site.path(".callout")).expect("removed");
    copied(&stranger.project, &site, ".callout");
    let told = |line: &str| site.run(line).ends_with(1).err.split_whitespace().collect::<Vec<_>>().join(" ");
    let away = "move the folder of the state that is there away, then callout state rebuild";
    let check = told("state check");
    assert!(check.contains(&format!("Without one: {away} --reason TEXT. No record can be read")), "{check}");
    let restore = told("state restore backup --reason x --yes");
    assert!(
        restore.contains(&format!("Otherwise: {away} --from backup --reason TEXT. It keeps the 1 record that can be read")),
        "{restore}"
    );
    site.run("state rebuild --from backup --reason x --yes").ends_with(1);
    fs::rename(site.path(".callout"), site.path("not-ours")).expect("moved");
    site.run("state rebuild --from backup --reason x --yes").ends_with(0);
    assert!(site.run("plan").ends_with(0).out.starts_with("No changes. 1 ticket is unchanged.\n"));
}

#[test]
fn a_rebuild_that_was_stopped_goes_on_from_what_it_put_aside() {
    let (site, _) = apart();
    damage_last_line(&site);
    // Stopped when the damaged files were put aside, and the new ones were not there yet.
    fs::create_dir_all(site.path(".callout/set-aside-1")).expect("a folder");
    for name in ["state.json", "journal.jsonl", "history"] {
        fs::rename(site.path(".callout").join(name), site.path(".callout/set-aside-1").join(name)).expect("moved");
    }
    shows!(site.run("state rebuild --reason x --yes"), @r"
    $ callout state rebuild --reason x --yes
    | state/set-aside
    |
    |   x an earlier state of this project was put aside in `.callout/set-aside-1`, and may know tickets
    |   help: callout state rebuild --from .callout/set-aside-1 --reason TEXT keeps what it knows. If nothing of
    |         it counts, move that folder away.
    |
    exit 1
    ");
    shows!(site.run("state rebuild --from .callout/set-aside-1 --reason x --yes"), @r"
    $ callout state rebuild --from .callout/set-aside-1 --reason x --yes
    2 records can still be read, and are kept.
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 1 not found.
    1 ticket will be in doubt: it may have been sent before, and is not sent until a person says that it was not.
    The state is rebuilt. Next: callout plan
    exit 0
    ");
    assert_eq!(site.run("state list --format json").json()["records"][0]["id"], "482001");
}
