//! A journal as far as it can be read: line by line, whatever is wrong with the others.
//!
//! Owns what can still be used of a damaged journal. A state is never loaded from this; it is for looking, and for mending.

use std::collections::BTreeSet;

use super::cipher::{Cipher, is_encrypted};
use super::journal::{self, COMMIT, Commit, HEADER, Header, starts_with_a_whole_line};
use super::model::Key;
use super::seal::Broken;
use crate::ticket::Address;

/// What is left of a journal.
#[derive(Debug, Default)]
pub struct Lines {
    pub header: Option<Header>,
    /// Those whose checksums fit, in the order of the file.
    pub commits: Vec<Commit>,
    pub damage: Vec<Damage>,
    /// It ends in a line that was never written to its end.
    pub torn: bool,
    /// Written by a newer callout, which only that one reads.
    pub newer: Option<String>,
    /// Encrypted for others than whoever reads.
    pub locked: Option<String>,
    /// How many commits are not encrypted.
    pub plain: usize,
}

/// A line that cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub struct Damage {
    /// From 1.
    pub line: u64,
    pub why: String,
    /// The commit that must have stood there, if the lines before it tell.
    pub sequence: Option<u64>,
    /// Visits that its text names. It may be wrong in every letter, so this is no more than a warning.
    pub names: BTreeSet<Key>,
}

impl Lines {
    /// Reads every line by itself.
    pub fn of(bytes: &[u8], cipher: &Cipher) -> Self {
        let mut lines = Self::default();
        let (whole, tail) = match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => (&bytes[..end], &bytes[end + 1..]),
            None => (&bytes[..0], bytes),
        };
        let mut number = 0;
        for line in whole.split(|byte| *byte == b'\n').filter(|_| !whole.is_empty()) {
            number += 1;
            lines.line(number, line, cipher);
        }
        if !tail.is_empty() {
            lines.tail(number + 1, tail, cipher);
        }
        lines
    }

    /// The number of the last commit that it has, or follows.
    pub fn end(&self) -> Option<u64> {
        self.commits.last().map(|commit| commit.sequence).or(self.header.as_ref().map(|header| header.follows))
    }

    fn line(&mut self, number: u64, line: &[u8], cipher: &Cipher) {
        if number == 1 {
            match journal::open::<Header>(HEADER, line, cipher) {
                Ok(header) => self.header = Some(header),
                Err(why) => self.wrong(number, &why, line),
            }
            return;
        }
        match journal::open::<Commit>(COMMIT, line, cipher) {
            Ok(commit) => self.take(number, commit, line),
            Err(why) => self.wrong(number, &why, line),
        }
    }

    fn take(&mut self, number: u64, commit: Commit, line: &[u8]) {
        let wanted = self.next().filter(|wanted| *wanted != commit.sequence);
        if let Some(wanted) = wanted {
            let why = format!("it holds commit {}, where commit {wanted} must be", commit.sequence);
            self.damage.push(Damage { line: number, why, sequence: None, names: names(line) });
        }
        self.plain += usize::from(!is_encrypted(&String::from_utf8_lossy(line)));
        self.commits.push(commit);
    }

    /// What stands after the last newline: a commit that lacks only that, or one that was never written to its end.
    fn tail(&mut self, number: u64, tail: &[u8], cipher: &Cipher) {
        if number > 1 {
            match journal::open::<Commit>(COMMIT, tail, cipher) {
                Ok(commit) => return self.take(number, commit, tail),
                Err(Broken::NotSealed(_)) if !starts_with_a_whole_line(tail) => {
                    self.torn = true;
                    return;
                }
                Err(why) => return self.wrong(number, &why, tail),
            }
        }
        let why = "a journal always has a first line that says where it begins".to_owned();
        self.damage.push(Damage { line: number, why, sequence: None, names: names(tail) });
    }

    fn wrong(&mut self, number: u64, why: &Broken, line: &[u8]) {
        if let Broken::Newer { .. } = why {
            self.newer = Some(why.to_string());
        }
        if let Broken::Locked(why) = why {
            self.locked = Some(why.clone());
        }
        let sequence = if number == 1 { None } else { self.next() };
        self.damage.push(Damage { line: number, why: why.to_string(), sequence, names: names(line) });
    }

    /// The commit that the next line must hold, counting lines that cannot be used.
    fn next(&self) -> Option<u64> {
        let unread = self.damage.iter().filter_map(|damage| damage.sequence).max();
        self.end().max(unread).map(|last| last + 1)
    }
}

/// Every visit that a text names, also where it is no JSON any more.
fn names(line: &[u8]) -> BTreeSet<Key> {
    const BEFORE: &str = "\"address\":\"";
    let text = String::from_utf8_lossy(line);
    let mut found = BTreeSet::new();
    for part in text.split(BEFORE).skip(1) {
        let Some((address, rest)) = part.split_once('"') else { continue };
        let Ok(address) = address.parse::<Address>() else { continue };
        let digits = rest.strip_prefix(",\"reissue\":").map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
        found.insert(Key::new(address, digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)));
    }
    found
}

#[cfg(test)]
mod tests;
