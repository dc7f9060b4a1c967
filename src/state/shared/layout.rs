//! Where in a shared state each object lies: the keys, below the state's prefix.
//!
//! Owns the names. A commit's key has its number, and a number counts over the whole life of a lineage: the key can be taken once in all
//! eternity, whatever was folded, whoever broke a lock.

use crate::state::history::{journal_name, snapshot_name};
use crate::state::replay::Span;

pub const SNAPSHOT: &str = "state.json";
pub const HISTORY: &str = "history";
/// The journals of all lineages.
pub const JOURNALS: &str = "journal";
/// In a state that was put aside, the commits that no kept journal has: as the files of a local state lie.
pub const ASIDE_JOURNAL: &str = "journal.jsonl";
const ASIDE: &str = "set-aside-";
/// Commits whose objects lie in one folder, so that a list of the newest is short.
pub const BLOCK: u64 = 1000;

/// The journal of a lineage.
pub fn journal(lineage: &str) -> String {
    format!("{JOURNALS}/{lineage}")
}

/// The folder that a commit's object lies in.
pub fn block(lineage: &str, sequence: u64) -> String {
    format!("{}/{}", journal(lineage), block_name(sequence))
}

/// Its last part. Names of blocks sort as their numbers do.
pub fn block_name(sequence: u64) -> String {
    format!("{:07}", sequence / BLOCK)
}

/// A commit's object; of 0, the journal's first line.
pub fn commit(lineage: &str, sequence: u64) -> String {
    format!("{}/{sequence:010}", block(lineage, sequence))
}

/// The number that a commit's key ends with.
pub fn sequence(key: &str) -> Option<u64> {
    last_part(key).parse().ok()
}

pub fn kept_snapshot(through: u64) -> String {
    format!("{HISTORY}/{}", snapshot_name(through))
}

pub fn kept_journal(span: Span) -> String {
    format!("{HISTORY}/{}", journal_name(span))
}

/// The folder of a state that was put aside.
pub fn aside(number: u16) -> String {
    format!("{ASIDE}{number}")
}

pub fn aside_number(folder: &str) -> Option<u16> {
    folder.strip_prefix(ASIDE)?.parse().ok()
}

pub fn last_part(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_as_their_numbers_do() {
        let keys: Vec<String> = [0, 9, 10, 999, 1000, 10_000, 123_456_789].map(|sequence| commit("l1", sequence)).to_vec();
        assert_eq!(keys[3], "journal/l1/0000000/0000000999");
        assert_eq!(keys[4], "journal/l1/0000001/0000001000");
        assert!(keys.is_sorted());
        assert_eq!(keys.iter().map(|key| sequence(key)).collect::<Option<Vec<_>>>(), Some(vec![0, 9, 10, 999, 1000, 10_000, 123_456_789]));
    }

    #[test]
    fn only_numbers_are_sequences_and_only_our_folders_are_set_aside() {
        assert_eq!(sequence("journal/l1/0000000/notes.txt"), None);
        assert_eq!((aside_number("set-aside-12"), aside_number("set-aside-x"), aside_number("history")), (Some(12), None, None));
        assert_eq!(aside(12), "set-aside-12");
    }
}
