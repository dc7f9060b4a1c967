//! The files of a commit, written to a folder that is removed again.
//!
//! Owns listing and writing them, as git keeps them: without filters, so that a file of LFS is its pointer. Refuses what does not lie
//! below the folder, also through links.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::revision::{Revision, git};
use crate::diagnostics::cause;
use crate::manifest::LARGEST;

/// Files of a commit.
pub(super) struct Tree {
    /// The project's folder in it.
    pub project: PathBuf,
    /// Where other repositories would be.
    pub submodules: Vec<PathBuf>,
    root: TempDir,
}

/// One name of a commit's list.
struct Entry {
    kind: Kind,
    object: String,
    path: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Link,
    Submodule,
}

impl Tree {
    /// A path as the repository names it.
    pub fn name(&self, path: &Path) -> String {
        path.strip_prefix(self.root()).unwrap_or(path).display().to_string()
    }

    /// As the repository's own folder.
    pub fn root(&self) -> &Path {
        self.root.path()
    }
}

/// Writes the project's files, and those of more folders of its repository. Answers with why not, in words.
pub(super) fn check_out(revision: &Revision, more: &[String]) -> Result<Tree, String> {
    let root = TempDir::new().map_err(|error| format!("no folder can be made for them: {}", cause(&error)))?;
    let entries = listed(revision, more)?;
    let wrong = |error: &io::Error| format!("they cannot be written to {}: {}", root.path().display(), cause(error));
    // Every folder is there before the first link: nothing is written through one.
    for folder in entries.iter().filter_map(|entry| entry.path.parent()) {
        fs::create_dir_all(root.path().join(folder)).map_err(|error| wrong(&error))?;
    }
    write(revision, &entries, root.path())?;
    let of = |kind: Kind| entries.iter().filter(move |entry| entry.kind == kind).map(|entry| root.path().join(&entry.path));
    Ok(Tree { project: root.path().join(&revision.prefix), submodules: of(Kind::Submodule).collect(), root })
}

/// What the commit has there.
fn listed(revision: &Revision, more: &[String]) -> Result<Vec<Entry>, String> {
    let mut list = git(Path::new(&revision.top));
    list.args(["ls-tree", "-r", "-z", "--full-tree", &revision.commit, "--"]);
    if !revision.prefix.is_empty() {
        list.arg(&revision.prefix).args(more);
    }
    let output = list.output().map_err(|error| cause(&error))?;
    if !output.status.success() {
        return Err(format!("git cannot list its files: {}", first_line(&output.stderr)));
    }
    output.stdout.split(|byte| *byte == 0).filter(|line| !line.is_empty()).map(entry).collect()
}

/// `MODE TYPE OBJECT<tab>PATH`.
fn entry(line: &[u8]) -> Result<Entry, String> {
    let text = std::str::from_utf8(line).map_err(|_| format!("a name in it is no text: {}", String::from_utf8_lossy(line)))?;
    let strange = || format!("git lists its files in a way that callout does not know: {text}");
    let (head, path) = text.split_once('\t').ok_or_else(strange)?;
    let mut words = head.split(' ');
    let (mode, kind, object) = (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next().ok_or_else(strange)?);
    let kind = match (mode, kind) {
        ("120000", "blob") => Kind::Link,
        (_, "blob") => Kind::File,
        (_, "commit") => Kind::Submodule,
        (_, _) => return Err(strange()),
    };
    let is_below = |part: Component<'_>| matches!(part, Component::Normal(name) if !name.eq_ignore_ascii_case(".git"));
    // Parts like `.` and a second slash would be passed over by `components` alone.
    let is_plain = path.split('/').all(|part| !part.is_empty() && part != ".");
    if !is_plain || !Path::new(path).components().all(is_below) {
        return Err(format!("a name in it leads out of the folder: {path}"));
    }
    Ok(Entry { kind, object: object.to_owned(), path: PathBuf::from(path) })
}

/// Asks for all contents at once, files first.
fn write(revision: &Revision, entries: &[Entry], root: &Path) -> Result<(), String> {
    let of = |kind: Kind| entries.iter().filter(move |entry| entry.kind == kind);
    let wanted: Vec<&Entry> = of(Kind::File).chain(of(Kind::Link)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let failed = |error: io::Error| format!("git does not hand out its files: {}", cause(&error));
    // From a file, and not through a pipe: git answers while it still reads.
    let mut names = tempfile::tempfile().map_err(failed)?;
    wanted.iter().try_for_each(|entry| writeln!(names, "{}", entry.object)).map_err(failed)?;
    io::Seek::rewind(&mut names).map_err(failed)?;
    let mut batch: Command = git(Path::new(&revision.top));
    let batch = batch.args(["cat-file", "--batch", "--buffer"]).stdin(names).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = batch.spawn().map_err(failed)?;
    let mut contents = BufReader::new(child.stdout.take().ok_or("git does not hand out its files")?);
    let written = wanted.iter().try_for_each(|entry| one(entry, &mut contents, root));
    drop(contents);
    let ended = child.wait().map_err(failed)?;
    written?;
    if ended.success() { Ok(()) } else { Err("git does not hand out its files".to_owned()) }
}

/// The next content: `OBJECT blob SIZE`, a line's end, so many bytes, a line's end.
fn one(entry: &Entry, contents: &mut impl BufRead, root: &Path) -> Result<(), String> {
    let name = entry.path.display();
    let failed = |error: io::Error| format!("{name} cannot be written: {}", cause(&error));
    let mut head = String::new();
    contents.read_line(&mut head).map_err(failed)?;
    let size = head.trim_end().strip_prefix(&format!("{} blob ", entry.object)).and_then(|size| size.parse::<u64>().ok());
    let Some(size) = size else {
        return Err(format!("this clone does not have the contents of {name}; it was made to leave them out (git clone --filter)"));
    };
    let mut content = contents.take(size);
    let path = root.join(&entry.path);
    match entry.kind {
        Kind::Link => {
            let mut target = String::new();
            content.read_to_string(&mut target).map_err(failed)?;
            link(&target, &path).map_err(failed)?;
        }
        // What nobody can read is not worth the space: as a manifest, a list or an attachment it is refused.
        Kind::File if size > LARGEST && !is_yaml(&path) => drop(io::copy(&mut content, &mut io::sink()).map_err(failed)?),
        Kind::File => drop(File::create_new(&path).and_then(|mut file| io::copy(&mut content, &mut file)).map_err(failed)?),
        Kind::Submodule => {}
    }
    let mut end = [0];
    contents.read_exact(&mut end).map_err(failed)
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("yaml") || end.eq_ignore_ascii_case("yml"))
}

#[cfg(unix)]
fn link(target: &str, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link(_: &str, _: &Path) -> io::Result<()> {
    Err(io::Error::other("it is a link"))
}

fn first_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).lines().next().unwrap_or_default().trim_start_matches("fatal: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_of_the_folder_are_refused() {
        let line = |path: &str| entry(format!("100644 blob 0123456789abcdef\t{path}").as_bytes()).map(|entry| entry.path);
        assert_eq!(line("tickets/a b.yaml"), Ok(PathBuf::from("tickets/a b.yaml")));
        for path in ["../a", "a/../../b", "/etc/passwd", "a//b", "./a", ".git/config", "a/.GIT/hooks/x", ""] {
            assert_eq!(line(path), Err(format!("a name in it leads out of the folder: {path}")), "{path}");
        }
    }

    #[test]
    fn lists_of_another_form_are_refused() {
        assert!(entry(b"100644 blob 0123").is_err() && entry(b"040000 tree 0123\ta").is_err());
        assert_eq!(
            entry(b"100644 blob 0123\t\xff.yaml").err().as_deref(),
            Some("a name in it is no text: 100644 blob 0123\t\u{fffd}.yaml")
        );
    }
}
