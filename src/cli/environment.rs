//! Everything a command gets from outside: folder, variables, time, randomness, and its three streams.
//!
//! The tests build one of their own, so a command in a test is the command that people run.

use std::collections::BTreeMap;
use std::future::Future;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::args::Color;
use super::events::Events;
use super::gate::gated;
use super::hints::Hints;
use crate::diagnostics::Diagnostic;
use crate::render::{self, Look};
use crate::ticket::Clock;

/// What is outside of a command.
pub struct Environment {
    /// The working folder.
    pub folder: PathBuf,
    pub variables: Arc<BTreeMap<String, String>>,
    pub clock: Arc<dyn Clock>,
    /// 128 random bits, fresh at each call.
    pub random: Arc<dyn Fn() -> u128 + Send + Sync>,
    pub input: Box<dyn BufRead + Send>,
    pub input_is_terminal: bool,
    pub out: Output,
    pub err: Output,
    /// Hears Ctrl-C, SIGTERM and SIGHUP.
    pub listens_to_signals: bool,
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// One output stream. Texts come in colour and lose it here where it is not wanted.
#[derive(Clone)]
pub struct Output {
    stream: Arc<Mutex<Box<dyn Write + Send>>>,
    /// Why not everything went out.
    failed: Arc<OnceLock<io::Error>>,
    pub is_terminal: bool,
    pub colour: bool,
    /// In columns.
    width: usize,
    /// What commands that people are told to type need, to act where this one does.
    hints: Hints,
    /// Hears what people would be told here, where a program listens in their place.
    listener: Option<Events>,
}

/// Of text that goes to a file or a pipe.
pub(super) const WIDTH: usize = 110;

impl Output {
    pub fn new(stream: Box<dyn Write + Send>, is_terminal: bool) -> Self {
        Self {
            stream: Arc::new(Mutex::new(stream)),
            failed: Arc::default(),
            is_terminal,
            colour: is_terminal,
            width: WIDTH,
            hints: Hints::default(),
            listener: None,
        }
    }

    /// Writes a text for people: the commands in it get what they need.
    pub fn write(&self, text: &str) {
        self.document(&self.hints.complete(text));
    }

    /// A text whose commands have what they need.
    pub fn completed(&self, text: &str) -> String {
        self.hints.complete(text).into_owned()
    }

    /// Writes a text as it is: for programs, and of what was recorded.
    pub fn document(&self, text: &str) {
        match &self.listener {
            Some(events) => events.notice(gated(text, false).trim()),
            None => self.print(text),
        }
    }

    /// Writes a text to the stream, whoever listens. A reader that went away, as `head` does, is no error of ours.
    fn print(&self, text: &str) {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        let written = stream.write_all(gated(text, self.colour).as_bytes());
        if let Err(error) = written.and_then(|()| stream.flush())
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            // Only the first is of interest.
            let _ = self.failed.set(error);
        }
    }

    /// What kept a text from going out, unless its reader went away.
    pub fn failed(&self) -> Option<&io::Error> {
        self.failed.get()
    }

    pub fn line(&self, text: &str) {
        self.write(&format!("{text}\n"));
    }

    /// Diagnostics whose commands have what they need.
    pub fn completed_all(&self, diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
        let complete = |told: &Diagnostic| Diagnostic {
            message: self.hints.complete(&told.message).into_owned(),
            help: told.help.as_deref().map(|help| self.hints.complete(help).into_owned()),
            ..told.clone()
        };
        diagnostics.iter().map(complete).collect()
    }

    /// Shows diagnostics.
    pub fn tell(&self, diagnostics: &[Diagnostic]) {
        let told = self.completed_all(diagnostics);
        let look = Look { colour: self.colour, unicode: self.is_terminal, width: self.width };
        match &self.listener {
            Some(events) => told.iter().for_each(|diagnostic| events.diagnostic(diagnostic)),
            None => self.print(&render::human(&told, look)),
        }
    }

    /// From now on a program hears what people would be told here; or people again.
    pub(super) fn give_to(&mut self, listener: Option<&Events>) {
        self.listener = listener.cloned();
    }

    /// The program that listens, if one does.
    pub(super) fn listener(&self) -> Option<&Events> {
        self.listener.as_ref()
    }

    /// From now on commands are told with what they need.
    pub(super) fn give(&mut self, hints: &Hints) {
        self.hints = hints.clone();
    }

    /// Settles whether to use colour: the flag, then NO_COLOR, then whether it is a terminal.
    pub fn choose_colour(&mut self, color: Color, variables: &BTreeMap<String, String>) {
        let unwanted = variables.get("NO_COLOR").is_some_and(|value| !value.is_empty());
        self.colour = match color {
            Color::Auto => self.is_terminal && !unwanted,
            Color::Always => true,
            Color::Never => false,
        };
    }
}

impl Environment {
    /// The real one.
    pub fn of_process() -> io::Result<Self> {
        Ok(Self {
            folder: std::env::current_dir()?,
            variables: Arc::new(std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect()),
            clock: Arc::new(SystemClock),
            random: Arc::new(|| uuid::Uuid::new_v4().as_u128()),
            input: Box::new(io::BufReader::new(io::stdin())),
            input_is_terminal: io::stdin().is_terminal(),
            out: Output::new(Box::new(io::stdout()), io::stdout().is_terminal()),
            err: Output::new(Box::new(io::stderr()), io::stderr().is_terminal()),
            listens_to_signals: true,
        })
    }

    /// Asks a question on stderr; yes only for the whole word.
    pub fn confirms(&mut self, question: &str) -> bool {
        // A person answers, whoever listens.
        self.err.print(&self.err.hints.complete(&format!("{question} Only `yes` is taken as yes: ")));
        let mut answer = String::new();
        let read = self.input.read_line(&mut answer).is_ok();
        if !self.input_is_terminal {
            self.err.print("\n");
        }
        read && answer.trim().eq_ignore_ascii_case("yes")
    }
}

/// For the log: a line that goes to the stream as it is.
impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Output {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        Lines(self.clone())
    }
}

/// One log line's writer.
pub struct Lines(Output);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.print(&self.0.hints.complete(&String::from_utf8_lossy(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
