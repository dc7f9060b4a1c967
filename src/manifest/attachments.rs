//! Files that go with a ticket: found, measured and fingerprinted.
//!
//! Owns the rules for paths. Refuses a file outside the project, also through a link: what is sent must be what a reviewer can see. Other
//! folders have to be named in `spec.attachment_folders`, where a reviewer sees them.

use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::load::relative;
use crate::diagnostics::is_hidden;
use crate::state::read_regular;
use crate::systems::{AttachmentRules, nearest};
use crate::ticket::{Attachment, Digest};

const OUTSIDE: &str = "attachment/outside";

/// Why a file cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub code: &'static str,
    pub message: String,
    pub help: String,
}

impl Refused {
    fn new(code: &'static str, message: String, help: impl Into<String>) -> Self {
        Self { code, message, help: help.into() }
    }
}

/// Looks files up, each once: thousands of tickets may carry the same plan.
#[derive(Debug, Clone)]
pub struct Attachments {
    /// The project's folder, as the file system knows it.
    root: PathBuf,
    /// Folders outside the project whose files may be sent, as the file system knows them.
    folders: Vec<PathBuf>,
    known: HashMap<(PathBuf, String), Result<Attachment, Refused>>,
}

impl Attachments {
    pub fn new(root: &Path) -> Self {
        Self { root: fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf()), folders: Vec::new(), known: HashMap::new() }
    }

    /// The project's folder, as the file system knows it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// From now on, files of these folders may be sent too.
    pub fn allow<'f>(&mut self, folders: impl IntoIterator<Item = &'f PathBuf>) {
        self.folders.extend(folders.into_iter().filter_map(|folder| fs::canonicalize(folder).ok()));
    }

    /// The file that a manifest in `folder` means.
    pub fn find(&mut self, folder: &Path, written: &str, rules: AttachmentRules) -> Result<Attachment, Refused> {
        let key = (folder.to_path_buf(), written.to_owned());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let found = self.look_up(folder, written, rules);
        self.known.insert(key, found.clone());
        found
    }

    /// The real path of a file that `written` means from `folder`; `what` names it in messages. It must exist, inside the project.
    pub fn inside(&self, folder: &Path, written: &str, what: &str) -> Result<PathBuf, Refused> {
        let outside = || {
            let help = "Copy it into the project and write its path relative to this file.";
            Refused::new(OUTSIDE, format!("the {what} `{written}` is outside the project's folder"), help)
        };
        // On another machine, an absolute path is another file.
        if Path::new(written).components().any(|part| matches!(part, Component::RootDir | Component::Prefix(_))) {
            return Err(if self.is_below_root(written) { absolute(written, what) } else { outside() });
        }
        let real = fs::canonicalize(folder.join(written)).map_err(|_| missing(folder, written))?;
        if real.starts_with(&self.root) { Ok(real) } else { Err(outside()) }
    }

    fn is_below_root(&self, written: &str) -> bool {
        fs::canonicalize(written).is_ok_and(|real| real.starts_with(&self.root))
    }

    /// The same for a file that is sent, which may also be in one of the folders that the project names.
    fn sendable(&self, folder: &Path, written: &str) -> Result<PathBuf, Refused> {
        let real = fs::canonicalize(folder.join(written)).ok();
        let named = real.filter(|real| self.folders.iter().any(|allowed| real.starts_with(allowed)));
        named.map_or_else(|| self.inside(folder, written, "attachment"), Ok).map_err(|why| {
            let more = if why.code == OUTSIDE { " Or name its folder in spec.attachment_folders of callout.yaml." } else { "" };
            Refused { help: why.help.clone() + more, ..why }
        })
    }

    fn look_up(&self, folder: &Path, written: &str, rules: AttachmentRules) -> Result<Attachment, Refused> {
        let path = folder.join(written);
        let real = self.sendable(folder, written)?;
        let metadata = fs::metadata(&real).map_err(|_| missing(folder, written))?;
        if !metadata.is_file() {
            let kind = if metadata.is_dir() { "a folder" } else { "no regular file" };
            return Err(Refused::new("attachment/no-file", format!("the attachment `{written}` is {kind}"), "Name each file by itself."));
        }
        fits(written, rules)?;
        if metadata.len() > rules.total_bytes {
            return Err(too_large(&format!("the attachment `{written}` is"), metadata.len(), rules));
        }
        let unreadable = |error: std::io::Error| {
            Refused::new("attachment/unreadable", format!("the attachment `{written}` cannot be read: {error}"), "Allow reading it.")
        };
        let bytes = read_regular(&real, rules.total_bytes).map_err(unreadable)?;
        let filename = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Attachment { filename, path: relative(&real, &self.root), size: bytes.len() as u64, sha256: Digest::of_bytes(&bytes) })
    }
}

fn absolute(written: &str, what: &str) -> Refused {
    let message = format!("the {what} `{written}` has an absolute path, which is another file elsewhere");
    Refused::new("attachment/absolute", message, "Write its path relative to this file.")
}

/// Whether all files of one ticket fit into one request.
pub fn fit_together(attachments: &[Attachment], rules: AttachmentRules) -> Result<(), Refused> {
    let total = attachments.iter().map(|attachment| attachment.size).sum();
    if total > rules.total_bytes { Err(too_large("the attachments are", total, rules)) } else { Ok(()) }
}

fn too_large(what: &str, size: u64, rules: AttachmentRules) -> Refused {
    let message = format!("{what} {} MB in all; at most {} MB can be sent", megabytes(size), megabytes(rules.total_bytes));
    Refused::new("attachment/too-large", message, "Make it smaller, or hand it over in another way and say so in the ticket.")
}

/// With one decimal, rounded up, so that a size just above a limit does not look like the limit.
fn megabytes(size: u64) -> String {
    let tenths = size.div_ceil(100_000);
    if tenths.is_multiple_of(10) { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

fn fits(written: &str, rules: AttachmentRules) -> Result<(), Refused> {
    // Its name goes into a header of the request, and onto the screen of who opens the ticket.
    if written.contains(is_hidden) {
        let message = format!("the name of the attachment `{written}` has a sign in it that nobody sees");
        return Err(Refused::new("attachment/name", message, "Rename the file: letters, digits, blanks, `-`, `_` and `.` are fine."));
    }
    let extension = Path::new(written).extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    if rules.extensions.contains(&extension.as_str()) {
        return Ok(());
    }
    let message = if extension.is_empty() {
        format!("the attachment `{written}` has no extension")
    } else {
        format!("the attachment `{written}` is a .{extension} file, which cannot be sent")
    };
    Err(Refused::new("attachment/extension", message, format!("Convert it; these can be sent: {}.", rules.extensions.join(", "))))
}

fn missing(folder: &Path, written: &str) -> Refused {
    let wanted = Path::new(written);
    let beside = folder.join(wanted.parent().unwrap_or(Path::new("")));
    let names: Vec<String> = fs::read_dir(beside)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    let name = wanted.file_name().unwrap_or_default().to_string_lossy();
    if names.iter().any(|there| *there == name) {
        let message = format!("`{written}` is a link that leads nowhere, or cannot be looked at");
        return Refused::new("attachment/missing", message, "Put the file itself in its place.");
    }
    let help = nearest(&name, names.iter().map(String::as_str)).map_or_else(
        || "The path is relative to this manifest's folder.".to_owned(),
        |near| format!("Did you mean `{}`?", wanted.with_file_name(near).display()),
    );
    Refused::new("attachment/missing", format!("there is no file `{written}`"), help)
}
