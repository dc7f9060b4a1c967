//! Damaged state files: each case comes back exactly, or stops with what was kept and what to type. Nobody is sent twice.

mod checked;
mod copies;
mod rebuilt;
#[cfg(unix)]
mod unreadable;

use std::fs;

use callout::state::{By, Home, Owner, Session, open_for_writing};
use jiff::Timestamp;

use crate::shown::shows;
use crate::support::project::{Project, Ran};
use crate::vendor::{Site, dispatch};

const SNAPSHOT: &str = ".callout/state.json";
const JOURNAL: &str = ".callout/journal.jsonl";

/// One ticket in the snapshot, one in the journal.
fn sent() -> Site {
    let site = Site::new();
    site.write("tickets/0417.yaml", dispatch("store-0417", "0417"));
    site.run("apply --yes").ends_with(0);
    fold(&site);
    site.write("tickets/0418.yaml", dispatch("store-0418", "0418"));
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
    site
}

/// Folds the journal into the snapshot, as a long run does at its end.
fn fold(site: &Site) {
    let home = Home { lock_file: site.path("callout.lock"), state: site.path(SNAPSHOT).into() };
    let owner = Owner { by: By::default(), pid: 1, command: "a test".to_owned(), since: Timestamp::UNIX_EPOCH };
    site.vendor.block_on(async {
        open_for_writing(&home, Session::new(owner)).expect("opened").compact().await.expect("folded");
    });
}

fn records(site: &Site) -> serde_json::Value {
    site.run("state list --format json").ends_with(0).json()["records"].clone()
}

#[derive(Clone, Copy, Debug)]
enum Damage {
    Half,
    Empty,
    Missing,
    AnotherProjects,
    /// The disk does not give it out: a folder stands in its place.
    Unreadable,
    /// A letter of this line, from 1.
    Line(usize),
    /// The end of the last line is not there.
    Torn,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// `state restore` brings all of it back.
    Exact,
    /// Nobody knows what was done last, or what a line said.
    Copy,
    /// As it is after a loss of power: what was acted on is in doubt.
    Doubt,
    /// Out of reach, and perhaps whole.
    Disk,
}

const CASES: [(&str, Damage, Way); 15] = [
    (SNAPSHOT, Damage::Half, Way::Exact),
    (SNAPSHOT, Damage::Empty, Way::Exact),
    (SNAPSHOT, Damage::Missing, Way::Exact),
    (SNAPSHOT, Damage::AnotherProjects, Way::Exact),
    (SNAPSHOT, Damage::Line(1), Way::Exact),
    (SNAPSHOT, Damage::Unreadable, Way::Disk),
    (JOURNAL, Damage::Half, Way::Copy),
    (JOURNAL, Damage::Empty, Way::Copy),
    (JOURNAL, Damage::Missing, Way::Copy),
    (JOURNAL, Damage::AnotherProjects, Way::Copy),
    (JOURNAL, Damage::Line(1), Way::Exact),
    (JOURNAL, Damage::Line(2), Way::Copy),
    (JOURNAL, Damage::Line(3), Way::Copy),
    (JOURNAL, Damage::Torn, Way::Doubt),
    (JOURNAL, Damage::Unreadable, Way::Disk),
];

fn damage(site: &Site, file: &str, damage: Damage) {
    let bytes = fs::read(site.path(file)).expect("a file");
    match damage {
        // Half of the first line: of a journal, less would be a torn end.
        Damage::Half => site.write(file, &bytes[..bytes.iter().position(|byte| *byte == b'\n').expect("a line") / 2]),
        Damage::Empty => site.write(file, b""),
        Damage::Missing => site.remove(file),
        Damage::AnotherProjects => site.write(file, fs::read(Project::started().path(file)).expect("a file")),
        Damage::Unreadable => {
            site.remove(file);
            fs::create_dir(site.path(file)).expect("a folder");
        }
        Damage::Line(number) => {
            let text = String::from_utf8(bytes).expect("text");
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines[number - 1] = lines[number - 1].replacen("lineage\":\"", "lineage\":\"0", 1);
            site.write(file, lines.join("\n") + "\n");
        }
        Damage::Torn => site.write(file, &bytes[..bytes.len() - 20]),
    }
}

fn back_up(site: &Site) {
    for path in site.files() {
        let name = path.strip_prefix(site.path("")).expect("a file of the project").to_owned();
        if let Ok(rest) = name.strip_prefix(".callout") {
            site.write(site.path("backup").join(rest), fs::read(&path).expect("a file"));
        }
    }
}

const RESTORE: [&str; 5] = ["state", "restore", "--reason", "the disk", "--yes"];
const RESTORE_COPY: [&str; 7] = ["state", "restore", "backup", "--nothing-since", "--reason", "the disk", "--yes"];
const REBUILD: [&str; 5] = ["state", "rebuild", "--reason", "the disk", "--yes"];

#[test]
fn every_damage_is_told_and_mended_and_sends_nobody_twice() {
    for (file, what, way) in CASES {
        let site = sent();
        let before = records(&site);
        back_up(&site);
        damage(&site, file, what);
        let told = |ran: Ran, code: u8| assert_eq!(ran.code, code, "{file} {what:?}\n{ran}");
        match way {
            Way::Exact => {
                told(site.run("apply --yes"), 1);
                let checked = site.run("state check");
                assert!(checked.err.contains("Nothing is lost"), "{checked}");
                told(checked, 1);
                told(site.run_words(&REBUILD, ""), 1);
                told(site.run_words(&RESTORE, ""), 0);
                assert_eq!(records(&site), before, "{file} {what:?}");
                told(site.run("state check"), 0);
                told(site.run("apply --yes"), 0);
            }
            Way::Copy => {
                told(site.run("apply --yes"), 1);
                told(site.run("state check"), 1);
                told(site.run_words(&RESTORE, ""), 1);
                told(site.run_words(&RESTORE_COPY, ""), 0);
                assert_eq!(records(&site), before, "{file} {what:?}");
                told(site.run("state check"), 0);
                told(site.run("apply --yes"), 0);
            }
            Way::Doubt => {
                told(site.run("state check"), 0);
                told(site.run("apply --yes"), 5);
            }
            Way::Disk => {
                told(site.run("apply --yes"), 1);
                let checked = site.run("state check");
                assert!(checked.err.contains("state/disk"), "{checked}");
                told(checked, 1);
                told(site.run_words(&RESTORE, ""), 1);
                told(site.run_words(&REBUILD, ""), 1);
            }
        }
        assert_eq!(site.vendor.tickets(), 2, "{file} {what:?}");
    }
}

#[test]
fn without_a_copy_a_rebuild_keeps_what_is_left_and_holds_the_rest_back() {
    for (file, what, _) in CASES.into_iter().filter(|(_, _, way)| *way == Way::Copy) {
        let site = sent();
        damage(&site, file, what);
        site.run_words(&REBUILD, "").ends_with(0);
        let ran = site.run("apply --yes");
        // In line 2 stands what was seen of the first ticket: that alone is seen again.
        let code = if matches!(what, Damage::Line(2)) { 0 } else { 5 };
        assert_eq!((ran.code, site.vendor.tickets()), (code, 2), "{file} {what:?}\n{ran}");
        let listed = site.run("state show Dispatch/store-0417").out;
        assert!(listed.contains("ticket 482001, open"), "{file} {what:?}\n{listed}");
        site.run("state check").ends_with(0);
    }
}

/// Wherever a bit flips, the next run stops, or loses nothing.
#[test]
fn a_flipped_bit_sends_nobody_wherever_it_is() {
    let site = sent();
    let before = records(&site);
    for file in [SNAPSHOT, JOURNAL] {
        let bytes = fs::read(site.path(file)).expect("a file");
        for at in (0..bytes.len()).step_by(bytes.len() / 24).chain([bytes.len() - 1]) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 4;
            site.write(file, &flipped);
            let ran = site.run("plan");
            if ran.code == 0 {
                assert!(ran.out.starts_with("No changes."), "{file} {at}\n{ran}");
                assert_eq!(records(&site), before, "{file} {at}");
            }
            assert_eq!(site.run("state check").code, ran.code, "{file} {at}");
        }
        site.write(file, &bytes);
    }
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn the_sandboxs_state_is_looked_after_alike() {
    let site = sent();
    site.run("--sandbox apply --yes").ends_with(0);
    site.write(".callout/sandbox/state.json", "");
    assert!(site.run("--sandbox state check").ends_with(1).err.contains("callout --sandbox state restore"));
    site.run("--sandbox state restore --reason x --yes").ends_with(0);
    site.run("--sandbox apply --yes").ends_with(0);
}
