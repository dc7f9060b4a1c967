//! The journal's text: one header, then one line for each commit.
//!
//! Owns how a commit is written and how lines are read back. Forgives one thing, a last line that was not written to its end;
//! refuses all other damage, gaps and repetitions, and lines of another lineage.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cipher::{self, Cipher};
use super::event::Event;
use super::location::is_shared;
use super::restore::CHECK;
use super::seal::{Broken, Form};
use super::store::By;
use crate::diagnostics::{Diagnostic, Outcome};

pub(super) const HEADER: Form = Form { kind: "journal", version: 1 };
/// Version 2 has tickets that nobody asked for, version 3 what was heard of writes in doubt. A commit without them is written as ever, for
/// a callout that does not know of them. Version 4 is that of encrypted ones, around what is one of the others.
pub(super) const COMMIT: Form = Form { kind: "commit", version: 4 };

/// Events that became durable together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// From 1, without gaps over the whole life of a lineage.
    pub sequence: u64,
    pub lineage: String,
    pub at: Timestamp,
    /// The run that wrote it: all commits of one `apply` share it.
    pub run: String,
    /// What was typed, such as `callout apply`. Journals of early versions lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The plan that the run carries out, saved or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    #[serde(default, skip_serializing_if = "By::is_unknown")]
    pub by: By,
    pub events: Vec<Event>,
}

/// The first line. Without it an emptied file would pass for a journal in which nothing happened yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub lineage: String,
    /// The number of the last commit before this file.
    pub follows: u64,
}

/// A journal file, read.
#[derive(Debug)]
pub struct Journal {
    /// For messages.
    pub name: String,
    pub header: Header,
    pub commits: Vec<Commit>,
    /// Length in bytes of what is intact; what comes after it is a torn tail.
    pub intact: usize,
    /// Whether the intact part ends with its newline.
    pub terminated: bool,
}

impl Journal {
    /// The number of the last commit.
    pub fn end(&self) -> u64 {
        self.commits.last().map_or(self.header.follows, |commit| commit.sequence)
    }

    /// The line of the file at which a commit of it stands, from 1.
    pub fn line_of(&self, sequence: u64) -> u64 {
        sequence.saturating_sub(self.header.follows) + 1
    }
}

/// The first line of a journal, with its newline.
pub fn header_line(header: &Header) -> Outcome<String> {
    HEADER.seal(header).map(|line| line + "\n").map_err(|error| unwritable(&error).into())
}

/// A commit as its line, with its newline.
pub fn commit_line(commit: &Commit, cipher: &Cipher) -> Outcome<String> {
    let version = commit.events.iter().map(version).max().unwrap_or(1);
    let line = Form { version, ..COMMIT }.seal(commit).map_err(|error| unwritable(&error))?;
    Ok(cipher.wrap(COMMIT.kind, line)? + "\n")
}

/// The format version that a callout has to know to read a commit with this event. What an older one would drop without a word, it must refuse.
fn version(event: &Event) -> u32 {
    match event {
        Event::Heard { .. } => 3,
        Event::Surplus { .. } | Event::SurplusSettled { .. } => 2,
        Event::Restored { record, .. } => record.format_version(),
        Event::Intended { .. }
        | Event::Created { .. }
        | Event::Updated { .. }
        | Event::Rejected { .. }
        | Event::Unsent { .. }
        | Event::Adopted { .. }
        | Event::Presumed { .. }
        | Event::Observed { .. }
        | Event::DoneByHand { .. }
        | Event::TookLive { .. }
        | Event::Noted { .. }
        | Event::Closed { .. }
        | Event::NotCreated { .. }
        | Event::WriteSettled { .. }
        | Event::Accepted { .. }
        | Event::VisitEnded { .. }
        | Event::Moved { .. }
        | Event::Mended { .. }
        | Event::PlanStarted { .. }
        | Event::PlanFinished { .. } => 1,
    }
}

fn unwritable(error: &serde_json::Error) -> Diagnostic {
    Diagnostic::error("state/unwritable", format!("the commit has no JSON form: {error}"))
        .help("Nothing was sent. This is a bug in callout.")
}

/// Reads a journal's bytes.
pub fn read(name: &str, bytes: &[u8], cipher: &Cipher) -> Outcome<Journal> {
    let (journal, damage) = read_to_damage(name, bytes, cipher)?;
    damage.map_or(Ok(journal), Err)
}

/// Reads a journal's bytes up to the first damage: what stands before it, and what it is. For the log only, which sends nobody.
pub fn read_to_damage(name: &str, bytes: &[u8], cipher: &Cipher) -> Outcome<(Journal, Option<Box<Diagnostic>>)> {
    let Some(first_end) = bytes.iter().position(|byte| *byte == b'\n') else {
        let what = if bytes.is_empty() { "is empty" } else { "has no complete first line" };
        return Err(damaged(name, &format!("`{name}` {what}; a journal always has a first line that says where it begins")).into());
    };
    let header = open(HEADER, &bytes[..first_end], cipher).map_err(|why| at_line(name, 1, &why))?;
    let mut journal = Journal { name: name.to_owned(), header, commits: Vec::new(), intact: first_end + 1, terminated: true };
    let damage = journal.take_all(bytes, cipher).err();
    Ok((journal, damage))
}

impl Journal {
    fn take_all(&mut self, bytes: &[u8], cipher: &Cipher) -> Outcome<()> {
        while self.intact < bytes.len() {
            let rest = &bytes[self.intact..];
            let Some(length) = rest.iter().position(|byte| *byte == b'\n') else { return self.take_tail(rest, cipher) };
            let number = self.line_of(self.end() + 1);
            let commit = open(COMMIT, &rest[..length], cipher).map_err(|why| at_line(&self.name, number, &why))?;
            self.take(commit)?;
            self.intact += length + 1;
        }
        Ok(())
    }

    fn take(&mut self, commit: Commit) -> Outcome<()> {
        let (name, wanted) = (&self.name, self.end() + 1);
        let line = self.line_of(wanted);
        if commit.lineage != self.header.lineage {
            let message =
                format!("`{name}` line {line} belongs to another state (lineage {}, not {})", commit.lineage, self.header.lineage);
            return Err(damaged(name, &message).into());
        }
        if commit.sequence != wanted {
            let message = format!("`{name}` line {line} holds commit {}, where commit {wanted} must be", commit.sequence);
            return Err(damaged(name, &message).into());
        }
        self.commits.push(commit);
        Ok(())
    }

    /// What stands after the last newline. A line that lacks only its newline is whole, as its checksum shows: it may have been acted on, so it counts.
    /// A whole line followed by anything is damage. The rest was never written to its end, so nobody acted on it.
    fn take_tail(&mut self, tail: &[u8], cipher: &Cipher) -> Outcome<()> {
        match open::<Commit>(COMMIT, tail, cipher) {
            Ok(commit) => {
                self.take(commit)?;
                self.intact += tail.len();
                self.terminated = false;
                Ok(())
            }
            Err(Broken::NotSealed(_)) if !starts_with_a_whole_line(tail) => Ok(()),
            Err(why) => Err(at_line(&self.name, self.line_of(self.end() + 1), &why).into()),
        }
    }
}

/// Whether a complete JSON value stands at the front: a torn write never gets that far.
pub(super) fn starts_with_a_whole_line(tail: &[u8]) -> bool {
    serde_json::Deserializer::from_slice(tail).into_iter::<serde::de::IgnoredAny>().next().is_some_and(|first| first.is_ok())
}

pub(super) fn open<T: serde::de::DeserializeOwned>(form: Form, line: &[u8], cipher: &Cipher) -> Result<T, Broken> {
    form.open(std::str::from_utf8(line).map_err(|error| Broken::NotSealed(error.to_string()))?, cipher)
}

fn at_line(name: &str, line: u64, why: &Broken) -> Diagnostic {
    unusable(name, &format!("`{name}` line {line}"), why)
}

/// What to say of a line that cannot be read. `place` is what it is called, in the journal of this name.
pub(super) fn unusable(name: &str, place: &str, why: &Broken) -> Diagnostic {
    if let Broken::Newer { .. } = why {
        let message = format!("{place} was written by a newer callout: {why}");
        return Diagnostic::error("state/newer", message).help("Install that version or a later one. Nothing was changed.");
    }
    if let Broken::Locked(why) = why {
        return cipher::locked(place, why);
    }
    damaged(name, &format!("{place} is damaged: {why}"))
}

pub(super) fn damaged(name: &str, message: &str) -> Diagnostic {
    let what = if is_shared(name) { "" } else { "lines of " };
    let who = if is_shared(name) { "it" } else { "each" };
    let help = format!("{CHECK} Do not delete {what}`{name}`: {who} may stand for a technician who was sent.");
    Diagnostic::error("state/damaged", message).help(help)
}
