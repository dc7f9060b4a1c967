//! The journal that a run adds to.
//!
//! Owns one question, asked before and after every commit: is all that this run stands on still as it left it? Refuses to add to
//! anything else. The file is only ever added to at its end, so that of two writers whom no lock keeps apart neither writes over
//! the other's line, and at most one finds its own where it put it.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::disk;
use crate::state::journal::Journal;
use crate::state::replay::Span;

/// How much of the last line is compared, in bytes: it has the number, the run and the events, so no other line ends like it.
const TAIL: usize = 4096;

/// The journal as this run left it.
#[derive(Debug)]
pub(super) struct Live {
    path: PathBuf,
    pub(super) file: File,
    /// In bytes.
    pub(super) length: u64,
    /// Its end, as it was read or written.
    pub(super) tail: Vec<u8>,
    /// The commits in it.
    pub(super) span: Span,
}

/// A journal that was opened by the one who may add to it.
pub(super) struct Found {
    path: PathBuf,
    file: File,
}

impl Found {
    /// Opens the journal, and reads the whole of it; `None` where there is none.
    pub fn open(path: &Path) -> Outcome<Option<(Self, Vec<u8>)>> {
        let mut file = match File::options().read(true).append(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(disk::trouble("open", path, &error).into()),
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| disk::trouble("read", path, &error))?;
        Ok(Some((Self { path: path.to_owned(), file }, bytes)))
    }

    /// Makes it ready for adding: cuts a torn tail, and ends the last line where only its newline is missing. `bytes` are what was read.
    pub fn take_up(self, mut bytes: Vec<u8>, read: &Journal) -> Outcome<Live> {
        let Self { path, file } = self;
        let span = Span { first: read.header.follows + 1, last: read.end() };
        let is_mended = read.intact != bytes.len() || !read.terminated;
        let mut live = Live { length: bytes.len() as u64, tail: end_of(&bytes), path, file, span };
        // What looks like a torn tail may be a line that somebody is still writing.
        live.untouched()?;
        if is_mended {
            bytes.truncate(read.intact);
            bytes.extend((!read.terminated).then_some(b'\n'));
            live.end_with(&bytes, read.terminated).map_err(|error| disk::trouble("write", &live.path, &error))?;
            (live.length, live.tail) = (bytes.len() as u64, end_of(&bytes));
        }
        Ok(live)
    }
}

impl Live {
    /// Whether the path still leads to this file, and the file still ends where and as it was left.
    pub fn untouched(&self) -> Outcome<()> {
        let path = &self.path;
        let ours = self.file.metadata().map_err(|error| disk::trouble("read", path, &error))?;
        let found = found(path)?;
        if !disk::same_file(&ours, &found) {
            return Err(touched(path, "was replaced by another file").into());
        }
        if found.len() != self.length {
            return Err(touched(path, &format!("was {} bytes long and is now {}", self.length, found.len())).into());
        }
        let start = self.length - self.tail.len() as u64;
        let end = self.read_from(start).map_err(|error| disk::trouble("read", path, &error))?;
        if end == self.tail { Ok(()) } else { Err(touched(path, "ends with another line").into()) }
    }

    /// Adds a line, durably. Whether it went to the place that it was meant for is for [`Live::untouched`] to say afterwards.
    pub fn add(&mut self, line: &str) -> Outcome<()> {
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            let cut = self.is_begun(line) && self.file.set_len(self.length).and_then(|()| self.file.sync_all()).is_ok();
            return Err(not_added(&self.path, &error, cut, self.span.last).into());
        }
        // After a failed fsync the kernel may have dropped the bytes: trying again would prove nothing.
        self.file.sync_data().map_err(|error| not_added(&self.path, &error, false, self.span.last))?;
        self.length += line.len() as u64;
        self.tail = end_of(line.as_bytes());
        self.span.last += 1;
        Ok(())
    }

    /// Whether nothing but a part of this line stands behind what was there: only that may be cut off again.
    pub(super) fn is_begun(&self, line: &str) -> bool {
        self.read_from(self.length).is_ok_and(|added| line.as_bytes().starts_with(&added))
    }

    /// Another handle: one that only adds cannot cut on every system.
    fn end_with(&self, bytes: &[u8], is_terminated: bool) -> io::Result<()> {
        let file = disk::open_private(&self.path, false)?;
        let intact = bytes.len() - usize::from(!is_terminated);
        file.set_len(intact as u64)?;
        (&self.file).write_all(&bytes[intact..])?;
        self.file.sync_all()
    }

    fn read_from(&self, start: u64) -> io::Result<Vec<u8>> {
        let (mut file, mut bytes) = (&self.file, Vec::new());
        file.seek(SeekFrom::Start(start))?;
        // One byte more than there should be: enough to see that there is more.
        file.take(self.length.saturating_sub(start).max(TAIL as u64) + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// A file that is read once and that nobody may touch during the run.
#[derive(Debug)]
pub(super) struct Still {
    path: PathBuf,
    was: Option<Metadata>,
}

impl Still {
    /// To be asked for before the file is read.
    pub fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), was: fs::metadata(path).ok() }
    }

    pub fn untouched(&self) -> Outcome<()> {
        let is = found(&self.path)?;
        let same = |was: &Metadata| disk::same_file(&is, was) && (is.len(), is.modified().ok()) == (was.len(), was.modified().ok());
        if self.was.as_ref().is_some_and(same) { Ok(()) } else { Err(touched(&self.path, "was replaced or written to").into()) }
    }
}

fn found(path: &Path) -> Outcome<Metadata> {
    fs::metadata(path).map_err(|error| {
        if error.kind() == ErrorKind::NotFound { touched(path, "was deleted").into() } else { disk::trouble("find", path, &error).into() }
    })
}

fn end_of(bytes: &[u8]) -> Vec<u8> {
    bytes[bytes.len().saturating_sub(TAIL)..].to_vec()
}

fn touched(path: &Path, what: &str) -> Diagnostic {
    let message = format!("`{}` {what}: something else wrote to the state during this run", path.display());
    Diagnostic::error("state/moved", message).help(
        "Nothing was added to it. See that no other callout is running and that nothing synchronises that folder, then run callout plan.",
    )
}

/// Of what was found only after a commit was written: it may lie in a file that is no state any more.
pub(super) fn amid(error: Diagnostic) -> Diagnostic {
    if error.code != "state/moved" {
        return error;
    }
    error.help(
        "It happened while a commit was written, so nobody knows whether that was kept. See that no other callout is running and that \
         nothing synchronises that folder, then run callout plan.",
    )
}

fn not_added(path: &Path, error: &io::Error, cut: bool, last: u64) -> Diagnostic {
    let trouble = disk::trouble("write", path, error);
    let kept = if cut {
        format!("Commits up to {last} are kept, this one is not.")
    } else {
        format!("Commits up to {last} are kept; the next run finds out whether this one is.")
    };
    let help = format!("{kept} {}", trouble.help.as_deref().unwrap_or_default());
    trouble.help(help)
}
