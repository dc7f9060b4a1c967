//! From paths to texts.
//!
//! Owns finding the files and reading them. Refuses what is no text, what is too large to be a manifest, and folders that are ours
//! or hidden. The order is by path, so that two runs over the same files say the same.

use std::collections::HashSet;
use std::fs;
use std::io::Read as _;
use std::num::NonZero;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;

use crate::diagnostics::{Diagnostic, Outcome, SourceFile, cause};

/// In bytes. Thirty thousand dispatches fit; what is larger is a data dump in the wrong folder.
pub const LARGEST: u64 = 32_000_000;

/// The files below some paths, and what could not be looked into.
#[derive(Debug, Default)]
pub struct Listing {
    pub files: Vec<PathBuf>,
    pub problems: Vec<Diagnostic>,
    from: PathBuf,
    /// What links may lead to.
    within: PathBuf,
    /// Files and folders already listed, by their real path: a link back up must not go round for ever, and no file is read twice.
    seen: HashSet<PathBuf>,
}

/// Lists the YAML files at and below the paths. A file that is named itself may have any name. Of what is inside `root`, the project's
/// real folder, links may lead to all of it; of another path, only to what is below.
pub fn list(paths: &[PathBuf], from: &Path, root: &Path) -> Listing {
    let mut listing = Listing { from: from.to_path_buf(), ..Listing::default() };
    for path in paths {
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        listing.within = if real.starts_with(root) { root.to_path_buf() } else { real };
        match fs::canonicalize(path) {
            Ok(real) if real.is_dir() => listing.folder(path, &real),
            Ok(real) => listing.file(path.clone(), real),
            Err(error) => {
                let problem = Diagnostic::error("load/path", format!("cannot read {}: {}", shown(path, from), cause(&error)));
                listing.problems.push(problem.help("Check the path; it is relative to the working folder."));
            }
        }
    }
    // By text, which is far quicker than by parts.
    listing.files.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    listing
}

impl Listing {
    fn folder(&mut self, folder: &Path, real: &Path) {
        if !self.seen.insert(real.to_path_buf()) {
            return;
        }
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut entries = entries.unwrap_or_else(|error| {
            // An unread entry may be somebody's ticket.
            let message = format!("cannot look into the folder {}: {}", shown(folder, &self.from), cause(&error));
            let help = "Allow reading it, or name the folders to read in spec.manifests of callout.yaml.";
            self.problems.push(Diagnostic::error("load/folder", message).help(help));
            Vec::new()
        });
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            self.entry(&entry, real);
        }
    }

    fn entry(&mut self, entry: &fs::DirEntry, folder: &Path) {
        let (name, path) = (entry.file_name(), entry.path());
        if name.to_string_lossy().starts_with('.') {
            return;
        }
        // Without a link, the real path is known without asking for it.
        let plain = entry.file_type().ok().filter(|kind| !kind.is_symlink());
        let real = if plain.is_some() { folder.join(&name) } else { fs::canonicalize(&path).unwrap_or_else(|_| path.clone()) };
        let is_folder = plain.map_or_else(|| real.is_dir(), |kind| kind.is_dir());
        let is_yaml = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("yaml") || end.eq_ignore_ascii_case("yml"));
        if plain.is_none() && (is_folder || is_yaml) && real.exists() && !real.starts_with(&self.within) {
            // What it leads to would be shown in messages, and no reviewer of this project sees it. Passed over, it could be somebody's ticket.
            let message = format!("{} is a link out of the project's folder", shown(&path, &self.from));
            let help = "Put a copy of what it leads to in its place, or name the folders to read in spec.manifests of callout.yaml.";
            self.problems.push(Diagnostic::error("load/outside", message).help(help));
        } else if is_folder {
            self.folder(&path, &real);
        } else if is_yaml {
            self.file(path, real);
        }
    }

    fn file(&mut self, path: PathBuf, real: PathBuf) {
        if self.seen.insert(real) {
            self.files.push(path);
        }
    }
}

/// Reads one file; `from` is the folder that its shown name is relative to.
pub fn read(path: &Path, from: &Path) -> Outcome<Arc<SourceFile>> {
    read_text(path, &shown(path, from))
}

/// Reads one file that people know by this name.
pub fn read_text(path: &Path, name: &str) -> Outcome<Arc<SourceFile>> {
    let unreadable = |error: &std::io::Error| {
        Diagnostic::error("load/unreadable", format!("cannot read {name}: {}", cause(error)))
            .help("Allow reading it, or move it out of the project's folders.")
    };
    let metadata = fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !metadata.is_file() {
        return Err(Diagnostic::error("load/no-file", format!("{name} is no regular file")).help("Name a YAML file or a folder.").into());
    }
    if metadata.len() > LARGEST {
        return Err(too_large(name, metadata.len()).into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    // The limit holds while reading too: a file may grow between the two calls.
    fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large(name, bytes.len() as u64).into());
    }
    Ok(SourceFile::new(name, path, text(name, bytes)?))
}

fn too_large(name: &str, size: u64) -> Diagnostic {
    let message = format!("{name} is {} MB; callout reads files of up to {} MB", size / 1_000_000, LARGEST / 1_000_000);
    Diagnostic::error("load/too-large", message).help("Split it, or name the folders to read in spec.manifests of callout.yaml.")
}

/// How files begin that people take for texts, and what they are.
const NO_TEXTS: [(&[u8], &str); 4] = [
    (b"PK\x03\x04", "a zip file, as spreadsheets keep their workbooks (.xlsx, .ods)"),
    (b"\xD0\xCF\x11\xE0", "an old Office file, such as a workbook (.xls)"),
    (b"\x1F\x8B", "a gzip file"),
    (b"%PDF-", "a PDF file"),
];

fn text(name: &str, bytes: Vec<u8>) -> Outcome<String> {
    let error =
        |code, message: String| Diagnostic::error(code, message).help("Save it as UTF-8 text, or move it out of the project's folders.");
    if let Some((_, what)) = NO_TEXTS.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Err(error("load/binary", format!("{name} is no text: it is {what}")).into());
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(error("load/not-utf8", format!("{name} is UTF-16, not UTF-8")).into());
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let line = 1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count();
        return Err(error("load/binary", format!("{name} is no text: line {line} has a NUL byte (byte {at})")).into());
    }
    String::from_utf8(bytes).map_err(|wrong| {
        let at = wrong.utf8_error().valid_up_to();
        let line = 1 + wrong.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
        if wrong.utf8_error().error_len().is_none() {
            let message = format!("{name} ends on line {line} in the middle of a character: it lost its end");
            return Diagnostic::error("load/cut", message).help("Take the whole file once more from where it came.").into();
        }
        error("load/not-utf8", format!("{name} is not UTF-8: line {line}, byte {at}")).into()
    })
}

/// A path from a folder, with `..` where it is not below.
pub fn relative(path: &Path, from: &Path) -> PathBuf {
    let common = path.components().zip(from.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().count() - common;
    std::iter::repeat_n(Component::ParentDir, up).chain(path.components().skip(common)).collect()
}

/// A path as people see it from a folder: the shorter of relative and absolute.
pub fn shown(path: &Path, from: &Path) -> String {
    let relative = relative(path, from);
    let (relative, absolute) = (relative.to_string_lossy(), path.to_string_lossy());
    if relative.is_empty() {
        ".".to_owned()
    } else if relative.len() <= absolute.len() {
        relative.into_owned()
    } else {
        absolute.into_owned()
    }
}

/// How many threads read so many files. A few files are read before a thread has started.
pub fn readers(files: usize) -> usize {
    const AT_LEAST: usize = 4;
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    processors.min(files / AT_LEAST).max(1)
}
