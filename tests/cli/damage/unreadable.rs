//! Files that cannot be opened: each is named, and nothing is sent meanwhile.

use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

const LOCK: &str = ".callout/lock";
const LINEAGE: &str = "callout.lock";
const HISTORY: &str = ".callout/history";

#[derive(Clone, Copy, Debug)]
enum Way {
    /// A folder, or where a folder must be, a file.
    OtherKind,
    /// A link that leads nowhere.
    Dangling,
}

fn put(site: &Site, name: &str, way: Way) {
    let path = site.path(name);
    let is_folder = path.is_dir();
    fs::rename(&path, site.path("kept")).expect("moved away");
    match way {
        Way::OtherKind if is_folder => fs::write(&path, "x"),
        Way::OtherKind => fs::create_dir(&path),
        Way::Dangling => symlink("nowhere", &path),
    }
    .expect("put in its place");
}

#[test]
fn a_file_that_cannot_be_opened_is_named_and_nothing_is_sent() {
    let mut told = String::new();
    for name in [SNAPSHOT, JOURNAL, LOCK, LINEAGE, HISTORY] {
        for way in [Way::OtherKind, Way::Dangling] {
            let site = sent();
            site.write("tickets/0419.yaml", dispatch("store-0419", "0419"));
            put(&site, name, way);
            let ran = site.run("apply --yes");
            let expected = if (name, ran.code) == (LOCK, 0) { 3 } else { 2 };
            assert_eq!(site.vendor.tickets(), expected, "{name} {way:?}\n{ran}");
            told += format!("{name} {way:?}, exit {}: {}", ran.code, crate::started::plain(&ran.err)).trim_end();
            told.push('\n');
            let path = site.path(name);
            if fs::symlink_metadata(&path).expect("there").is_dir() { fs::remove_dir(&path) } else { fs::remove_file(&path) }
                .and_then(|()| fs::rename(site.path("kept"), &path))
                .expect("put back");
            site.run("state check").ends_with(0);
            site.run("apply --yes").ends_with(0);
            assert_eq!(site.vendor.tickets(), 3, "{name} {way:?}");
        }
    }
    insta::with_settings!({filters => crate::shown::DIFFERENT}, {
        insta::assert_snapshot!(told, @r"
        .callout/state.json OtherKind, exit 1: state/disk x cannot read `.callout/state.json`: Is a directory (os error 21) help: A file stands where a folder must be, or the reverse: look at that path.
        .callout/state.json Dangling, exit 1: state/damaged x `.callout/state.json` is missing, though other files of the state are there help: Nothing was changed. Next: callout state check. It says what is left, and how to bring it back.
        .callout/journal.jsonl OtherKind, exit 1: state/disk x cannot read `.callout/journal.jsonl`: Is a directory (os error 21) help: A file stands where a folder must be, or the reverse: look at that path.
        .callout/journal.jsonl Dangling, exit 1: state/damaged x `.callout/journal.jsonl` is missing, though other files of the state are there help: Nothing was changed. Next: callout state check. It says what is left, and how to bring it back.
        .callout/lock OtherKind, exit 1: state/disk x cannot open `.callout/lock`: Is a directory (os error 21) help: A file stands where a folder must be, or the reverse: look at that path.
        .callout/lock Dangling, exit 0:
        callout.lock OtherKind, exit 1: state/lock-file x `callout.lock` cannot be used: it is no regular file help: Put it back from version control: `git checkout -- callout.lock`. Nothing is planned or sent without it.
        callout.lock Dangling, exit 1: state/no-lock-file x `callout.lock` is missing, though `.callout/state.json` (lineage [lineage]) is there help: Get it back with `git checkout -- callout.lock`. If it was never committed: callout state init, then commit it.
        .callout/history OtherKind, exit 1: state/disk x cannot read `.callout/history`: Not a directory (os error 20) help: A file stands where a folder must be, or the reverse: look at that path.
        .callout/history Dangling, exit 1: state/disk x cannot read `.callout/history`: No such file or directory (os error 2) help: Look at the disk first: a state that cannot be trusted must not be used.
        ");
    });
}

/// Root reads everything: then each run just works.
#[test]
fn a_file_of_another_user_is_told_as_such() {
    for name in [SNAPSHOT, JOURNAL, LOCK, LINEAGE, HISTORY] {
        let site = sent();
        let path = site.path(name);
        let before = fs::metadata(&path).expect("there").permissions();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("set");
        let is_root = if path.is_dir() { fs::read_dir(&path).is_ok() } else { fs::read(&path).is_ok() };
        let ran = site.run("apply --yes");
        assert_eq!(ran.code, u8::from(!is_root), "{name}\n{ran}");
        let text = crate::started::plain(&ran.err);
        assert!(is_root || text.contains("ermission denied"), "{name}\n{ran}");
        fs::set_permissions(&path, before).expect("set back");
        site.run("apply --yes").ends_with(0);
        assert_eq!(site.vendor.tickets(), 2);
    }
}
