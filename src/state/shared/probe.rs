//! Whether a store keeps what it is asked under a condition.
//!
//! Owns a trial of all that the fence between two runs stands on: *create if absent* and *replace this version*. Refuses a store that says
//! yes to both of two writers, or that does not show what was just written. Run before a state is made in it.

use uuid::Uuid;

use super::objects::{Created, Found, Objects, Replaced};
use crate::diagnostics::{Diagnostic, Outcome};

/// Bytes that a store must not touch: no UTF-8, a zero, line ends of both kinds, a blank at the end.
const FIRST: &[u8] = b"callout probe: first\r\n\0\xff\xfe ";
const SECOND: &[u8] = b"callout probe: second\n";
const THIRD: &[u8] = b"callout probe: third\n";

/// Tries the store out, below a folder of its own. What it answers with is a warning: the store is fit, but some of the trial is left there.
pub fn probe(objects: &Objects) -> Outcome<Option<Diagnostic>> {
    let folder = format!("probe-{}", Uuid::new_v4().simple());
    let key = format!("{folder}/object");
    let tried = try_out(objects, &folder, &key);
    let removed = objects.delete(&key);
    tried?;
    Ok(removed.err().map(|why| left_over(objects, &key, &why)))
}

fn try_out(objects: &Objects, folder: &str, key: &str) -> Outcome<()> {
    let unfit = |what| Err(unfit(objects, what).into());
    let created = objects.create(key, FIRST).map_err(|why| perhaps_unfit(*why))?;
    let Created::New(first) = created else { return unfit(Unfit::OtherBytes) };
    match objects.create(key, SECOND)? {
        Created::New(_) => return unfit(Unfit::CreateTwice),
        Created::Other(Found { bytes, .. }) if bytes != FIRST => return unfit(Unfit::OtherBytes),
        Created::Other(_) => {}
    }
    let replaced = objects.replace(key, SECOND, &first).map_err(|why| not_replaced(objects, *why))?;
    let Replaced::Done(second) = replaced else { return unfit(Unfit::Replace) };
    if second == first {
        return unfit(Unfit::SameVersion);
    }
    match objects.replace(key, THIRD, &first)? {
        Replaced::Done(_) => return unfit(Unfit::ReplaceStale),
        Replaced::Stale => {}
    }
    if objects.get(key)?.map(|found| found.bytes).as_deref() != Some(SECOND) {
        return unfit(Unfit::OtherBytes);
    }
    if !objects.list(folder)?.iter().any(|listed| listed.key == key) {
        return unfit(Unfit::List);
    }
    Ok(())
}

/// What a store did that it may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unfit {
    CreateTwice,
    Replace,
    ReplaceStale,
    SameVersion,
    OtherBytes,
    List,
}

impl Unfit {
    fn said(self) -> &'static str {
        match self {
            Self::CreateTwice => "it was asked to make an object only if there is none, and wrote over one that was there",
            Self::Replace => "it did not replace an object whose newest version was named",
            Self::ReplaceStale => "it was asked to replace an object only if it is still a certain version, and wrote over a newer one",
            Self::SameVersion => "it gave an object with new content the version of the old one",
            Self::OtherBytes => "it gave back other bytes than were written",
            Self::List => "it did not list an object that was written a moment ago",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::CreateTwice | Self::ReplaceStale | Self::SameVersion | Self::OtherBytes => {
                "On such a store two runs could each believe that they alone wrote the next commit, and technicians would be sent twice."
            }
            Self::Replace => "On such a store no run could write down what it is about to do.",
            Self::List => "On such a store a run could overlook what another has sent, and technicians would be sent twice.",
        }
    }
}

const ADVICE: &str = "Nothing was made there. Take a store that keeps conditional writes: Amazon S3, Cloudflare R2, MinIO, Azure Blob Storage or \
                      Google Cloud Storage, in a version of today. If it is one of these, look for a proxy or gateway in between that drops the \
                      headers If-None-Match and If-Match.";

fn unfit(objects: &Objects, what: Unfit) -> Diagnostic {
    let message = format!("`{}` cannot hold a state: {}", objects.name(), what.said());
    Diagnostic::error("state/unfit-store", message).help(format!("{} {ADVICE}", what.meaning()))
}

/// Whether an error has its own reason, whatever the store is fit for.
fn tells_why(why: &Diagnostic) -> bool {
    const CODES: [&str; 7] =
        ["state/no-bucket", "state/denied", "state/credential", "state/clock", "state/region", "state/endpoint", "state/unreachable"];
    CODES.contains(&why.code)
}

/// The object was just made, so it is not the way there that fails.
fn not_replaced(objects: &Objects, why: Diagnostic) -> Diagnostic {
    if tells_why(&why) {
        return why;
    }
    let unfit = unfit(objects, Unfit::Replace);
    Diagnostic { message: format!("{}: {}", unfit.message, why.message), ..unfit }
}

/// Nobody can tell a store that refuses the condition from one that fails.
fn perhaps_unfit(why: Diagnostic) -> Diagnostic {
    if tells_why(&why) {
        return why;
    }
    let help = why.help.as_deref().unwrap_or_default();
    let help = format!("{help} If it answers to everything else, it does not know conditional writes, and cannot hold a state.");
    why.help(help.trim_start())
}

fn left_over(objects: &Objects, key: &str, why: &Diagnostic) -> Diagnostic {
    let message = format!("`{}/{key}`, which was made to try the store out, is still there: {why}", objects.name());
    Diagnostic::warning("state/left-over", message).help("It is of no use; delete it when you like. The store is fit to hold a state.")
}

#[cfg(test)]
mod tests;
