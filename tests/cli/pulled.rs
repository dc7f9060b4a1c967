//! Files that are pulled away or replaced under a running apply: it sends nothing more, and says which ticket it could not record.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use callout::systems::sandbox::Call;

use crate::started::{Ended, Started, gated};
use crate::support::project::Project;
use crate::vendor::Site;

/// What the next apply makes of the files.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Next {
    /// They are whole, and the ticket that was in flight is in doubt: all others are sent.
    Goes,
    /// It refuses.
    Stops,
    /// They are an older copy, which nobody can tell: only what the first run told helps.
    Forgets,
}

/// Puts something in the place of a file or folder, of which `kept` is an older copy.
type Pull = fn(&Site, path: &Path, kept: &Path);

fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) {
    fs::rename(from, to).expect("moved");
}

/// Like `cp -r`.
fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).expect("copied");
        return;
    }
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("listed") {
        let entry = entry.expect("an entry");
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    path.with_file_name(format!("{}-{end}", path.file_name().expect("a name").to_string_lossy()))
}

fn delete(_: &Site, path: &Path, _: &Path) {
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.expect("deleted");
}

fn replace_by_its_copy(_: &Site, path: &Path, _: &Path) {
    copy(path, &beside(path, "copy"));
    rename(path, beside(path, "away"));
    rename(beside(path, "copy"), path);
}

fn replace_by_a_link_to_its_copy(_: &Site, path: &Path, _: &Path) {
    copy(path, &beside(path, "copy"));
    rename(path, beside(path, "away"));
    symlink(beside(path, "copy"), path).expect("linked");
}

fn replace_by_an_older_one(_: &Site, path: &Path, kept: &Path) {
    rename(path, beside(path, "away"));
    copy(kept, path);
}

fn overwrite_with_an_older_one(_: &Site, path: &Path, kept: &Path) {
    fs::write(path, fs::read(kept).expect("bytes")).expect("written");
}

fn replace_by_another_projects(site: &Site, path: &Path, _: &Path) {
    rename(path, beside(path, "away"));
    copy(&Project::started().path(path.strip_prefix(site.path("")).expect("a file of the project")), path);
}

fn empty(_: &Site, path: &Path, _: &Path) {
    rename(path, beside(path, "away"));
    fs::write(path, "").expect("written");
}

const LOCK: &str = ".callout/lock";
const JOURNAL: &str = ".callout/journal.jsonl";
const SNAPSHOT: &str = ".callout/state.json";
const FOLDER: &str = ".callout";

const CASES: [(&str, &str, Pull, Next); 22] = [
    (LOCK, "deleted", delete, Next::Goes),
    (LOCK, "emptied", empty, Next::Goes),
    (LOCK, "a copy", replace_by_its_copy, Next::Goes),
    (LOCK, "a link", replace_by_a_link_to_its_copy, Next::Goes),
    (LOCK, "older", replace_by_an_older_one, Next::Goes),
    (JOURNAL, "deleted", delete, Next::Stops),
    (JOURNAL, "emptied", empty, Next::Stops),
    (JOURNAL, "a copy", replace_by_its_copy, Next::Goes),
    (JOURNAL, "a link", replace_by_a_link_to_its_copy, Next::Goes),
    (JOURNAL, "older", replace_by_an_older_one, Next::Forgets),
    (JOURNAL, "overwritten", overwrite_with_an_older_one, Next::Forgets),
    (JOURNAL, "another's", replace_by_another_projects, Next::Stops),
    (SNAPSHOT, "deleted", delete, Next::Stops),
    (SNAPSHOT, "emptied", empty, Next::Stops),
    (SNAPSHOT, "a copy", replace_by_its_copy, Next::Goes),
    (SNAPSHOT, "a link", replace_by_a_link_to_its_copy, Next::Goes),
    (SNAPSHOT, "another's", replace_by_another_projects, Next::Stops),
    (FOLDER, "deleted", delete, Next::Stops),
    (FOLDER, "a copy", replace_by_its_copy, Next::Goes),
    (FOLDER, "a link", replace_by_a_link_to_its_copy, Next::Goes),
    (FOLDER, "older", replace_by_an_older_one, Next::Forgets),
    (FOLDER, "another's", replace_by_another_projects, Next::Stops),
];

/// A run whose first ticket is made and not answered yet, when something happens to its files. Then the answer comes.
fn pulled(site: &Site, open: impl FnOnce(), file: &str, pull: Pull, meanwhile: impl FnOnce()) -> Ended {
    let (path, kept) = (site.path(file), site.path("kept"));
    copy(&path, &kept);
    let mut run = Started::new(site, "apply --yes --parallelism 1");
    run.until("a ticket", || site.vendor.tickets() == 1);
    pull(site, &path, &kept);
    meanwhile();
    open();
    run.end()
}

#[test]
fn whatever_is_pulled_away_the_run_sends_nothing_more() {
    for (file, what, pull, next) in CASES {
        let (site, gate) = gated(Call::Create);
        let ended = pulled(&site, || gate.open(), file, pull, || {}).ends_with(1);
        let told = ended.told();
        let case = format!("{file} {what}: {ended:#?}");
        assert!(told.contains("ticket 482001 was created for Dispatch/store-0417, but that could not be recorded: "), "{case}");
        assert!(told.contains("callout settle Dispatch/store-0417 --id 482001 --reason \"recorded by hand\""), "{case}");
        assert_eq!(site.vendor.tickets(), 1, "{case}");
        let code = match next {
            Next::Goes => 5,
            Next::Stops => 1,
            Next::Forgets => {
                // The state does not know of the create any more: the second command that was told is for this.
                assert!(told.contains("callout import Dispatch/store-0417 482001 --reason \"recorded by hand\""), "{case}");
                site.run("settle Dispatch/store-0417 --id 482001 --reason recorded --yes").ends_with(1);
                site.run("import Dispatch/store-0417 482001 --reason recorded --yes").ends_with(0);
                site.run("apply --yes").ends_with(0);
                assert_eq!(site.vendor.tickets(), 3, "{case}");
                continue;
            }
        };
        let again = site.run("apply --yes");
        assert_eq!((again.code, site.vendor.tickets()), (code, if next == Next::Goes { 3 } else { 1 }), "{case}\n{again}");
        if next == Next::Goes {
            site.run("settle Dispatch/store-0417 --id 482001 --reason recorded --yes").ends_with(0);
            site.run("apply --yes").ends_with(0);
            assert_eq!(site.vendor.tickets(), 3, "{case}");
        }
    }
}

/// Where the lock file is gone, a second run finds nobody. It sends what is left, and the first run nothing more.
#[test]
fn a_second_run_beside_one_that_lost_its_lock_file_sends_only_the_rest() {
    let (site, gate) = gated(Call::Create);
    let first = pulled(
        &site,
        || gate.open(),
        LOCK,
        delete,
        || {
            Started::new(&site, "apply --yes").end().ends_with(5);
            assert_eq!(site.vendor.tickets(), 3);
        },
    );
    let told = first.ends_with(1).told();
    let why = "the lock file `.callout/lock` was deleted or replaced while this run held it";
    assert!(told.contains(why), "{told}");
    site.run("settle Dispatch/store-0417 --id 482001 --reason recorded --yes").ends_with(0);
    site.run("apply --yes").ends_with(0);
    site.run("state check").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}

/// A backup that is made while a run works: it is whole, and knows what was in flight.
#[test]
fn a_copy_made_during_a_run_is_whole_and_brings_the_rest_back() {
    let (site, gate) = gated(Call::Create);
    let ended = pulled(&site, || gate.open(), FOLDER, |site, path, _| copy(path, &site.path("backup")), || {});
    ended.ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
    fs::remove_dir_all(site.path(FOLDER)).expect("deleted");
    site.run("state restore backup --reason lost --yes").ends_with(1);
    site.run("state rebuild --from backup --reason lost --yes").ends_with(0);
    let ran = site.run("apply --yes").ends_with(5);
    assert_eq!(ran.out.matches("\n? ").count(), 3, "{ran}");
    assert_eq!(site.vendor.tickets(), 3);
}
