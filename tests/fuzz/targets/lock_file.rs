//! `callout.lock`: the file that names the one state.
//!
//! It is read as what it says, or not at all; what was read is written and read again as the same; and with a lineage that is not the
//! state's, no state is opened.

use callout::state::{Home, LockFile, open_for_reading};

use super::folder::Folder;
use super::story::{self, LINEAGE};
use super::told;

pub fn run(input: &[u8]) {
    let folder = Folder::of(&[(story::LOCK_FILE, input)]);
    for (name, bytes) in story::files() {
        folder.write(name, bytes);
    }
    let home = Home { lock_file: folder.at(story::LOCK_FILE), state: folder.at(story::SNAPSHOT).into() };
    let opened = open_for_reading(&home);
    let lock = match LockFile::read(&home.lock_file) {
        Ok(lock) => lock.expect("the file is there"),
        Err(wrong) => {
            told::check(&[*wrong]);
            assert!(opened.is_err(), "a state is opened without its lock file");
            return;
        }
    };
    assert!(!lock.lineage.trim().is_empty(), "an empty lineage would fit any state");
    assert_eq!(opened.is_ok(), lock.lineage == LINEAGE, "lineage {:?}", lock.lineage);
    if let Err(wrong) = opened {
        told::check(&[*wrong]);
    }
    let copy = folder.at("copy.lock");
    lock.write(&copy).expect("what was read can be written");
    assert_eq!(LockFile::read(&copy).expect("readable"), Some(lock));
}
