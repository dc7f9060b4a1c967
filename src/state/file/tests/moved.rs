//! Files that are pulled away, replaced or written to under a run: nothing is added, or nobody acts on what was.

use std::sync::Barrier;

use super::super::live::{Found, Live};
use super::*;

type Pull = fn(&Path);

impl Folder {
    fn refusal(&self, store: &mut FileStore, number: u64) -> String {
        let before = fs::read(self.path("journal.jsonl")).ok();
        let told = self.told(&store.append(&commit(number, vec![])).expect_err("touched"));
        assert_eq!(fs::read(self.path("journal.jsonl")).ok(), before, "something was added");
        assert!(told.starts_with("state/moved: "), "{told}");
        told.lines().next().unwrap_or_default().to_owned()
    }
}

#[test]
fn a_snapshot_that_is_not_the_one_it_was_ends_the_run() {
    let what = "something else wrote to the state during this run";
    let cases: [(&str, Pull); 5] = [
        ("was deleted", |path| fs::remove_file(path).expect("removed")),
        ("was replaced or written to", |path| {
            fs::copy(path, path.with_extension("copy")).expect("copied");
            fs::rename(path.with_extension("copy"), path).expect("renamed");
        }),
        ("was replaced or written to", |path| fs::write(path, "{}").expect("written")),
        ("was replaced or written to", |path| {
            fs::create_dir(path.with_extension("d"))
                .and_then(|()| fs::remove_file(path))
                .and_then(|()| fs::rename(path.with_extension("d"), path))
                .expect("a folder");
        }),
        ("was deleted", |path| {
            let folder = path.parent().expect("a folder");
            let away = folder.with_extension("away");
            fs::rename(folder, &away).and_then(|()| fs::create_dir(folder)).expect("moved");
            for name in ["lock", "journal.jsonl"] {
                fs::hard_link(away.join(name), folder.join(name)).expect("linked");
            }
        }),
    ];
    for (expected, pull) in cases {
        let folder = Folder::made();
        let (mut store, _) = folder.opened();
        store.append(&commit(1, vec![])).expect("added");
        pull(&folder.path("state.json"));
        assert_eq!(folder.refusal(&mut store, 2), format!("state/moved: `.callout/state.json` {expected}: {what}"));
    }
}

#[test]
fn a_journal_with_another_end_of_the_same_length_ends_the_run() {
    let folder = Folder::made();
    let (mut store, _) = folder.opened();
    store.append(&commit(1, vec![intended("a", Write::Create)])).expect("added");
    let text = fs::read_to_string(folder.path("journal.jsonl")).expect("text");
    fs::write(folder.path("journal.jsonl"), text.replace("run-1", "run-2")).expect("written in its place");
    let told = folder.refusal(&mut store, 2);
    assert_eq!(told, "state/moved: `.callout/journal.jsonl` ends with another line: something else wrote to the state during this run");
    fs::write(folder.path("journal.jsonl"), text).expect("the same bytes again");
    store.append(&commit(2, vec![])).expect("nothing is different");
}

#[cfg(unix)]
#[test]
fn a_whole_folder_that_was_swapped_for_a_copy_or_a_link_to_one_ends_the_run() {
    for linked in [false, true] {
        let folder = Folder::filled();
        let (mut store, _) = folder.opened();
        let (own, copy, away) = (folder.path(""), folder.0.path().join("copy"), folder.0.path().join("away"));
        fs::create_dir(&copy).expect("made");
        for name in ["lock", "state.json", "journal.jsonl"] {
            fs::copy(folder.path(name), copy.join(name)).expect("copied");
        }
        fs::rename(&own, away).expect("moved away");
        if linked {
            std::os::unix::fs::symlink(&copy, own.as_os_str().to_str().expect("a path").trim_end_matches('/'))
        } else {
            fs::rename(&copy, &own)
        }
        .expect("put in its place");
        let told = folder.refusal(&mut store, 5);
        assert_eq!(told, "state/moved: the lock file `.callout/lock` was deleted or replaced while this run held it");
    }
}

#[test]
fn nothing_is_folded_over_a_line_of_somebody_else() {
    let folder = Folder::filled();
    let (mut store, loaded) = folder.opened();
    let text = fs::read_to_string(folder.path("journal.jsonl")).expect("text");
    let longer = text + &journal::commit_line(&commit(5, vec![created("b", "8")]), &Cipher::default()).expect("a line");
    fs::write(folder.path("journal.jsonl"), &longer).expect("written");
    assert_eq!(store.compact(&loaded.state).expect_err("touched").code, "state/moved");
    assert_eq!(fs::read_to_string(folder.path("journal.jsonl")).expect("text"), longer);
}

/// As it is where a file system only pretends to lock: both look, both write, and at most one may go on.
#[test]
fn of_two_writers_without_a_lock_at_most_one_goes_on_and_no_line_is_lost() {
    const ROUNDS: usize = 300;
    let taken_up = |folder: &Folder| -> Live {
        let (found, bytes) = Found::open(&folder.path("journal.jsonl")).expect("opened").expect("there");
        let read = journal::read("journal", &bytes, &Cipher::default()).expect("readable");
        found.take_up(bytes, &read).expect("taken up")
    };
    for round in 0..ROUNDS {
        let folder = Folder::made();
        let start = Barrier::new(2);
        let write = |run: usize| {
            let line =
                journal::commit_line(&Commit { run: format!("run-{run}"), ..commit(1, vec![]) }, &Cipher::default()).expect("a line");
            let mut journal = taken_up(&folder);
            start.wait();
            let passed = journal.untouched().and_then(|()| journal.add(&line)).and_then(|()| journal.untouched());
            (line, passed.is_ok())
        };
        let ((first, one), (second, two)) = std::thread::scope(|scope| {
            let other = scope.spawn(|| write(2));
            (write(1), other.join().expect("no panic"))
        });
        let text = fs::read_to_string(folder.path("journal.jsonl")).expect("text");
        assert!(!(one && two), "round {round}: both went on\n{text}");
        for (line, went_on) in [(first, one), (second, two)] {
            assert!(text.contains(&line) || !went_on, "round {round}: a line that was acted on is gone\n{text}");
        }
    }
}

#[test]
fn only_a_part_of_the_own_line_is_cut_off_again() {
    let folder = Folder::made();
    let (store, _) = folder.opened();
    let live = store.live.as_ref().expect("a journal");
    assert!(live.is_begun("{\"own\""));
    let mut file = File::options().append(true).open(folder.path("journal.jsonl")).expect("opened");
    std::io::Write::write_all(&mut file, b"{\"ow").expect("written");
    assert!(live.is_begun("{\"own\""));
    std::io::Write::write_all(&mut file, b"{\"of somebody else").expect("written");
    assert!(!live.is_begun("{\"own\""));
}
