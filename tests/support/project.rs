//! A project in a folder of its own, and the commands that a test types there.
//!
//! The commands run in this process, with nothing of the machine around them: no variables, no terminal, a clock that jumps.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use callout::cli::{Environment, Output, run};
use jiff::SignedDuration;
use tempfile::TempDir;

use super::clock::JumpingClock;
use super::schemas;

/// Of the working folder's path. Messages that name it then break their lines at the same words on every machine.
const PATH_LENGTH: usize = 72;

/// A working folder and what surrounds it.
pub struct Project {
    folder: TempDir,
    pub clock: Arc<JumpingClock>,
    variables: BTreeMap<String, String>,
    drawn: Arc<AtomicU64>,
}

/// An answer that takes its time: something happens while its question stands.
struct Late {
    meanwhile: Option<Box<dyn FnOnce() + Send>>,
    answer: Cursor<Vec<u8>>,
}

impl Read for Late {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(meanwhile) = self.meanwhile.take() {
            meanwhile();
        }
        self.answer.read(buffer)
    }
}

/// What a command left behind.
#[derive(Debug, Clone)]
pub struct Ran {
    command: String,
    pub code: u8,
    pub out: String,
    pub err: String,
}

impl Project {
    /// An empty folder.
    pub fn empty() -> Self {
        let missing = PATH_LENGTH.saturating_sub(std::env::temp_dir().join("123456").as_os_str().len()).max(1);
        Self {
            folder: tempfile::Builder::new().prefix(&"p".repeat(missing)).rand_bytes(6).tempdir().expect("a folder"),
            clock: JumpingClock::at("2027-01-04T12:00:00Z"),
            variables: BTreeMap::new(),
            drawn: Arc::default(),
        }
    }

    /// The folder after `callout init`, without its example.
    pub fn started() -> Self {
        let project = Self::empty();
        let ran = project.run("init --name acme");
        assert_eq!(ran.code, 0, "{ran}");
        project.remove("tickets/example.yaml");
        project
    }

    /// Another working folder with the same files, apart from what `left_out` names.
    pub fn copy_without(&self, left_out: &str) -> Self {
        let other = Self { clock: Arc::clone(&self.clock), variables: self.variables.clone(), ..Self::empty() };
        for path in self.files() {
            let name = path.strip_prefix(self.path("")).expect("a file of the project");
            if !name.starts_with(left_out) {
                other.write(name, fs::read(&path).expect("a file"));
            }
        }
        other
    }

    pub fn set(&mut self, variable: &str, value: &str) {
        self.variables.insert(variable.to_owned(), value.to_owned());
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).and_then(|()| fs::write(path, content)).expect("a file");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a text file")
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).expect("a file");
    }

    /// Replaces a text that must be in the file.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no `{from}`:\n{text}");
        self.write(name, text.replace(from, to));
    }

    /// Every file below the folder, hidden ones too.
    pub fn files(&self) -> Vec<PathBuf> {
        let (mut folders, mut files) = (vec![self.path("")], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files.sort();
        files
    }

    /// Types a command; blanks separate its words.
    pub fn run(&self, words: &str) -> Ran {
        self.run_words(&words.split_whitespace().collect::<Vec<_>>(), "")
    }

    /// Types a command and then an answer to its question.
    pub fn run_answering(&self, words: &str, answer: &str) -> Ran {
        self.run_words(&words.split_whitespace().collect::<Vec<_>>(), answer)
    }

    /// Types a command, and answers its question only after a while.
    pub fn run_answering_after(&self, words: &str, time: SignedDuration, answer: &str) -> Ran {
        let clock = Arc::clone(&self.clock);
        self.run_answering_once(words, move || clock.jump(time), answer)
    }

    /// Types a command, and answers its question only after something has happened.
    pub fn run_answering_once(&self, words: &str, meanwhile: impl FnOnce() + Send + 'static, answer: &str) -> Ran {
        let late = Late { meanwhile: Some(Box::new(meanwhile)), answer: Cursor::new(answer.as_bytes().to_vec()) };
        self.run_reading(&words.split_whitespace().collect::<Vec<_>>(), Box::new(io::BufReader::new(late)))
    }

    /// Types a command whose words may have blanks.
    pub fn run_words(&self, words: &[&str], input: &str) -> Ran {
        self.run_reading(words, Box::new(Cursor::new(input.as_bytes().to_vec())))
    }

    #[track_caller]
    fn run_reading(&self, words: &[&str], input: Box<dyn io::BufRead + Send>) -> Ran {
        let (out, err) = (Captured::default(), Captured::default());
        let drawn = Arc::clone(&self.drawn);
        let environment = Environment {
            folder: self.folder.path().to_path_buf(),
            variables: Arc::new(self.variables.clone()),
            clock: self.clock.clone(),
            random: Arc::new(move || u128::from(drawn.fetch_add(1, Ordering::Relaxed) + 1) << 80),
            input,
            input_is_terminal: false,
            out: Output::new(Box::new(out.clone()), false),
            err: Output::new(Box::new(err.clone()), false),
            listens_to_signals: false,
        };
        let arguments = std::iter::once("callout").chain(words.iter().copied());
        let code = run(arguments.map(Into::into), environment);
        // Not where the time is taken.
        if cfg!(test) {
            schemas::check_command(words, (code, &out.text()), self.folder.path());
        }
        Ran { command: format!("callout {}", words.join(" ")), code, out: out.text(), err: err.text() }
    }
}

impl Ran {
    /// The standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in\n{self}"))
    }

    /// Fails the test unless the command ended like this.
    #[track_caller]
    pub fn ends_with(self, code: u8) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }
}

/// The command, its standard output, its standard error behind a bar, and its exit code.
impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "$ {}", self.command)?;
        for line in self.out.lines() {
            writeln!(f, "{}", line.trim_end())?;
        }
        for line in self.err.lines() {
            writeln!(f, "{}", format!("| {line}").trim_end())?;
        }
        write!(f, "exit {}", self.code)
    }
}

/// A stream that keeps what is written.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("the stream").clone()).expect("text")
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the stream").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
