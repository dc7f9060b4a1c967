//! A look at every file of the state, and what is to be done about it; and the list of what is kept.
//!
//! Owns the verdict. It changes nothing, and takes no lock.

use jiff::Timestamp;

use super::by::By;
use super::journal::Commit;
use super::lineage::{Home, lineage_of};
use super::lines::{Damage, Lines};
use super::location::is_shared;
use super::mendable::Mendable;
use super::restore::{Standing, incomplete, is_claimed};
use super::salvage::salvage;
use super::survey::{Content, Piece, Role};
use crate::diagnostics::{Diagnostic, Outcome};

/// What a check found.
#[derive(Debug)]
pub struct Checkup {
    pub lineage: String,
    /// On record, if the state is whole.
    pub records: Option<usize>,
    /// File by file.
    pub findings: Vec<Finding>,
    /// What is wrong in all, with the next command.
    pub wrong: Option<Diagnostic>,
}

/// What a file turned out to be.
#[derive(Debug)]
pub struct Finding {
    pub name: String,
    pub what: String,
    pub is_fine: bool,
    /// It is encrypted for others than whoever looks.
    pub is_locked: bool,
}

impl Checkup {
    /// Reads everything. An error only where the lineage is not known.
    pub fn of(home: &Home) -> Outcome<Self> {
        let (store, lineage) = (home.state.open()?, lineage_of(home)?);
        let pieces = store.pieces()?;
        let findings: Vec<Finding> = pieces.iter().map(|piece| finding(&*store, piece, &lineage, home.state.cipher().is_on())).collect();
        let (records, wrong) = match Standing::of(home) {
            Ok(Standing::Whole(state)) => (Some(state.records.len()), history(&pieces, &findings)),
            Ok(Standing::Missing(why)) => (None, Some(why)),
            Ok(Standing::Damaged(why)) => (None, Some(mendable(why, &*store, (home, &lineage))?)),
            Err(why) => (None, Some(*why)),
        };
        // Of a state that is not there, there are no files to tell of.
        let findings = if matches!(&wrong, Some(why) if why.code == "state/missing") { Vec::new() } else { findings };
        Ok(Self { lineage, records, findings, wrong })
    }
}

fn mendable(why: Diagnostic, store: &dyn Mendable, (home, lineage): (&Home, &str)) -> Outcome<Diagnostic> {
    let salvage = salvage(&[store], lineage)?;
    if !salvage.is_exact() {
        let is_ours = is_claimed(&why, store, lineage)?;
        return Ok(incomplete((&why, is_ours), &salvage, None, home));
    }
    let through = salvage.state.through;
    let help = format!(
        "Nothing is lost: every commit up to {through} can be read. callout state restore --reason TEXT puts the state together again, exactly."
    );
    Ok(why.help(help))
}

fn history(pieces: &[Piece], findings: &[Finding]) -> Option<Diagnostic> {
    let is_bad = |(piece, finding): &(&Piece, &Finding)| piece.role.is_kept() && !finding.is_fine;
    let is_objects = pieces.iter().any(|piece| is_shared(&piece.name));
    let message = match pieces.iter().zip(findings).filter(is_bad).count() {
        0 => return None,
        1 if is_objects => "the state is whole, but an object of its history cannot be used".to_owned(),
        1 => "the state is whole, but a file of its history cannot be used".to_owned(),
        many if is_objects => format!("the state is whole, but {many} objects of its history cannot be used"),
        many => format!("the state is whole, but {many} files of its history cannot be used"),
    };
    let mut help = "Nothing needs them today: they are earlier snapshots, and the log.".to_owned();
    if findings.iter().any(|finding| finding.is_locked) {
        help += " What is encrypted for others opens with a key of one of them: an identity may have several, each on a line of its own.";
    }
    if findings.iter().any(|finding| !finding.is_fine && !finding.is_locked) {
        help += " Copy them back from a backup if you have one; delete nothing.";
    }
    Some(Diagnostic::error("state/history", message).help(help))
}

/// `secret`: the project asks for encryption, so what is not encrypted is told.
fn finding(store: &dyn Mendable, piece: &Piece, lineage: &str, secret: bool) -> Finding {
    let content = store.content(piece.role, lineage);
    let is_locked = matches!(content, Content::Locked(_));
    let (what, is_fine) = match (content, piece.role) {
        (Content::Locked(why), _) => (format!("cannot be read: {why}"), false),
        (Content::Missing, _) => ("missing".to_owned(), false),
        (Content::Unreadable(why), _) => (why.message, false),
        (Content::Newer(why), _) => (why, false),
        (Content::Foreign(other), _) => (format!("of another state (lineage {other})"), false),
        (Content::Broken(why), _) => (format!("damaged: {why}"), false),
        (Content::Snapshot { state, .. }, Role::KeptSnapshot(through)) if state.through != through => {
            (format!("damaged: its name says commit {through}, and it ends with commit {}", state.through), false)
        }
        (Content::Snapshot { state, is_plain }, _) => {
            let records = if state.records.len() == 1 { "1 record".to_owned() } else { format!("{} records", state.records.len()) };
            let plain = if secret && is_plain { "; not encrypted" } else { "" };
            (format!("whole: {records}, up to commit {}{plain}", state.through), true)
        }
        (Content::Journal(lines), _) => journal(&lines, piece, secret),
    };
    Finding { name: piece.name.clone(), what, is_fine, is_locked }
}

fn journal(lines: &Lines, piece: &Piece, secret: bool) -> (String, bool) {
    const SHOWN: usize = 3;
    let span = lines.commits.first().map(|first| first.sequence).zip(lines.end());
    if !lines.damage.is_empty() {
        let mut told: Vec<String> = lines.damage.iter().take(SHOWN).map(|damage| told(damage, is_shared(&piece.name))).collect();
        if lines.damage.len() > SHOWN {
            told.push(match lines.damage.len() - SHOWN {
                1 => "1 more line is damaged".to_owned(),
                more => format!("{more} more lines are damaged"),
            });
        }
        return (told.join("; "), false);
    }
    let has = match (span, &lines.header) {
        (Some((first, last)), _) if first == last => format!("whole: commit {first}"),
        (Some((first, last)), _) => format!("whole: commits {first} to {last}"),
        (None, Some(header)) => format!("whole: nothing since commit {}", header.follows),
        (None, None) => "whole".to_owned(),
    };
    if let Role::KeptJournal(kept) = piece.role
        && span != Some((kept.first, kept.last))
    {
        return (format!("damaged: its name says commits {} to {}, and it has others", kept.first, kept.last), false);
    }
    let end = if lines.torn { "; the last line was never written to its end, and does not count" } else { "" };
    let plain = match lines.plain {
        0 => String::new(),
        _ if !secret => String::new(),
        all if all == lines.commits.len() => "; not encrypted".to_owned(),
        some => format!("; not encrypted: {some} of {}", lines.commits.len()),
    };
    (format!("{has}{plain}{end}"), true)
}

/// Objects have no lines that a person could look up, but names.
fn told(damage: &Damage, is_object: bool) -> String {
    match damage.sequence {
        Some(sequence) if is_object => format!("commit {sequence}: {}", damage.why),
        None if is_object => damage.why.clone(),
        Some(_) | None => format!("line {} is damaged: {}", damage.line, damage.why),
    }
}

/// An earlier snapshot.
#[derive(Debug)]
pub struct Kept {
    pub name: String,
    /// The last commit in it.
    pub through: u64,
    /// When that was written, and by whom, as far as a journal tells.
    pub at: Option<Timestamp>,
    pub by: Option<By>,
    /// On record in it, or why it cannot be used.
    pub records: Result<usize, String>,
}

/// Every snapshot of the history, the oldest first.
pub fn kept(home: &Home) -> Outcome<Vec<Kept>> {
    let (store, lineage) = (home.state.open()?, lineage_of(home)?);
    let (mut kept, mut last): (Vec<Kept>, Vec<Commit>) = (Vec::new(), Vec::new());
    for piece in store.pieces()? {
        let content = store.content(piece.role, &lineage);
        if let Role::KeptSnapshot(through) = piece.role {
            let records = match content {
                Content::Snapshot { state, .. } => Ok(state.records.len()),
                Content::Missing | Content::Journal(_) => Err("it is not there".to_owned()),
                Content::Unreadable(why) => Err(why.message),
                Content::Broken(why) | Content::Newer(why) | Content::Locked(why) => Err(why),
                Content::Foreign(other) => Err(format!("it is of another state (lineage {other})")),
            };
            kept.push(Kept { name: piece.name, through, at: None, by: None, records });
        } else if let Content::Journal(lines) = content {
            last.extend(lines.commits.into_iter().map(|commit| Commit { events: Vec::new(), ..commit }));
        }
    }
    for one in &mut kept {
        let commit = last.iter().find(|commit| commit.sequence == one.through);
        one.at = commit.map(|commit| commit.at);
        one.by = commit.map(|commit| commit.by.clone()).filter(|by| !by.is_unknown());
    }
    Ok(kept)
}
