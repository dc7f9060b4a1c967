//! One object of a journal: a line, as it would stand in a file.
//!
//! Owns what is read of it. Refuses every object that does not hold the one line that its number asks for.

use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::cipher::Cipher;
use crate::state::journal::{self, COMMIT, Commit, HEADER, Header};
use crate::state::seal::Broken;

/// The commit that an object of this name must hold.
pub fn commit_in(name: &str, bytes: &[u8], (lineage, sequence): (&str, u64), cipher: &Cipher) -> Outcome<Commit> {
    if bytes.is_empty() {
        return Err(journal::damaged(name, &format!("`{name}` is empty; a commit never is")).into());
    }
    let commit: Commit = one_line(bytes).and_then(|line| journal::open(COMMIT, line, cipher)).map_err(|why| unusable(name, &why))?;
    if commit.lineage != lineage {
        let message = format!("`{name}` belongs to another state (lineage {}, not {lineage})", commit.lineage);
        return Err(journal::damaged(name, &message).into());
    }
    if commit.sequence != sequence {
        let message = format!("`{name}` holds commit {}, where commit {sequence} must be", commit.sequence);
        return Err(journal::damaged(name, &message).into());
    }
    Ok(commit)
}

/// A journal's first line, which is never encrypted. Whose journal it says to be is for the caller to judge.
pub fn header_in(name: &str, bytes: &[u8]) -> Outcome<Header> {
    if bytes.is_empty() {
        let message = format!("`{name}` is empty; a journal always has a first line that says where it begins");
        return Err(journal::damaged(name, &message).into());
    }
    let header: Header =
        one_line(bytes).and_then(|line| journal::open(HEADER, line, &Cipher::default())).map_err(|why| unusable(name, &why))?;
    if header.follows != 0 {
        let message = format!("`{name}` begins after commit {}, and not at the beginning", header.follows);
        return Err(journal::damaged(name, &message).into());
    }
    Ok(header)
}

fn unusable(name: &str, why: &Broken) -> Diagnostic {
    journal::unusable(name, &format!("`{name}`"), why)
}

/// Objects are written whole: one without its newline, or with something behind it, was changed since.
fn one_line(bytes: &[u8]) -> Result<&[u8], Broken> {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) if end + 1 == bytes.len() => Ok(&bytes[..end]),
        Some(_) => Err(Broken::NotSealed("it has more than one line".to_owned())),
        None => Err(Broken::NotSealed("it has no end of a line".to_owned())),
    }
}

/// A line of a journal's text from whatever an object holds: exactly one, so that the lines behind it keep their places.
pub fn as_line(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes.iter().copied().filter(|byte| *byte != b'\n').chain([b'\n'])
}
