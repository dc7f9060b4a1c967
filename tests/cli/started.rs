//! The real program as a process of its own, and a vendor whose answers are held back until a test lets them go.

use std::future::Future;
use std::io::{Read, Write};
use std::pin::Pin;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use callout::systems::sandbox::{Call, Fault, Trouble};
use callout::ticket::Clock;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::support::project::Project;
use crate::vendor::{Site, TOKEN, dispatch};

/// A clock that does not go on while the gate is shut: an answer that takes its time takes it until then.
pub struct Gate {
    open: watch::Sender<bool>,
    held: AtomicUsize,
}

impl Gate {
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// How many answers came to it so far.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::SeqCst)
    }
}

impl Clock for Gate {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.held.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            let _ = self.open.subscribe().wait_for(|open| *open).await;
        })
    }
}

/// Dispatches to these stores, which no clock of any test comes near to.
pub fn write_dispatches(site: &Project, stores: &[&str]) {
    for store in stores {
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store).replace("2027-01-11", "2199-01-11"));
    }
}

/// Three dispatches, and a vendor that makes a ticket of the first one that comes, and answers when the gate opens.
pub fn gated(call: Call) -> (Site, Arc<Gate>) {
    let gate = Arc::new(Gate { open: watch::Sender::new(false), held: AtomicUsize::new(0) });
    let clock = gate.clone();
    let site = Site::with(|options| {
        options.clock = clock;
        options.rate_limit = None;
    });
    write_dispatches(&site, &["0417", "0418", "0419"]);
    hold(&site, call);
    (site, gate)
}

/// The next call of this kind is answered when the gate opens.
pub fn hold(site: &Site, call: Call) {
    site.vendor.faults(vec![Fault::on(call, Trouble::Latency { milliseconds: 1 }).times(1)]);
}

/// A process that runs.
pub struct Started {
    child: Child,
    input: Option<ChildStdin>,
    out: JoinHandle<String>,
    err: JoinHandle<String>,
    told: Arc<Mutex<String>>,
}

/// A process that ended.
#[derive(Debug)]
pub struct Ended {
    /// None where a signal ended it.
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub out: String,
    pub err: String,
}

/// The program in a project's folder, with nothing of the machine around it.
pub fn program(project: &Project) -> Command {
    within(project, hearing(env!("CARGO_BIN_EXE_callout")))
}

/// Whoever runs the tests in the background ignores Ctrl-C, and so would all that they start.
#[cfg(target_os = "linux")]
fn hearing(program: &str) -> Command {
    let mut command = Command::new("env");
    command.args(["--default-signal=INT,HUP,TERM", program]);
    command
}

#[cfg(not(target_os = "linux"))]
fn hearing(program: &str) -> Command {
    Command::new(program)
}

/// Whatever starts the program.
pub fn within(project: &Project, mut command: Command) -> Command {
    command.current_dir(project.path("")).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("G360_TOKEN", TOKEN);
    command
}

impl Started {
    /// `words` with blanks between them.
    pub fn new(project: &Project, words: &str) -> Self {
        let mut command = program(project);
        command.args(words.split_whitespace());
        Self::of(command)
    }

    pub fn of(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("callout");
        let mut stdout = child.stdout.take().expect("a stream");
        let mut stderr = child.stderr.take().expect("a stream");
        let told = Arc::new(Mutex::new(String::new()));
        let heard = told.clone();
        Self {
            input: child.stdin.take(),
            child,
            out: std::thread::spawn(move || {
                let mut text = String::new();
                stdout.read_to_string(&mut text).expect("text");
                text
            }),
            err: std::thread::spawn(move || {
                let mut bytes = [0; 1024];
                while let Ok(read @ 1..) = stderr.read(&mut bytes) {
                    heard.lock().expect("a text").push_str(&String::from_utf8_lossy(&bytes[..read]));
                }
                heard.lock().expect("a text").clone()
            }),
            told,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Such as `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status().expect("kill");
        assert!(sent.success(), "kill -{name}");
    }

    pub fn answers(&mut self, text: &str) {
        self.input.as_mut().expect("an open stream").write_all(text.as_bytes()).expect("a reader");
    }

    /// Waits until the process told this on stderr.
    pub fn has_told(&self, text: &str) {
        wait_for(&format!("`{text}` in:\n{}", self.told.lock().expect("a text")), || self.told.lock().expect("a text").contains(text));
    }

    /// Waits for something that this process does.
    pub fn until(&mut self, what: &str, mut is_there: impl FnMut() -> bool) {
        wait_for(what, || {
            let is_over = self.is_over();
            let is_there = is_there();
            assert!(is_there || !is_over, "it ended before {what}: {}", self.told.lock().expect("a text"));
            is_there
        });
    }

    pub fn is_over(&mut self) -> bool {
        self.child.try_wait().expect("a process").is_some()
    }

    pub fn kill(&mut self) {
        self.child.kill().expect("a process");
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ended {
        use std::os::unix::process::ExitStatusExt;
        drop(self.input.take());
        let patience = Instant::now() + PATIENCE;
        while !self.is_over() {
            if Instant::now() > patience {
                self.kill();
            }
            std::thread::park_timeout(Duration::from_millis(1));
        }
        let status = self.child.wait().expect("an end");
        let (out, err) = (self.out.join().expect("text"), self.err.join().expect("text"));
        Ended { code: status.code(), signal: status.signal(), out, err }
    }
}

impl Ended {
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// What it told, without the breaks of its lines.
    pub fn told(&self) -> String {
        plain(&self.err)
    }
}

/// A text without the breaks and bars of its lines.
pub fn plain(text: &str) -> String {
    text.replace(['\n', '|'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Only for a test that hangs: it decides nothing.
const PATIENCE: Duration = Duration::from_secs(120);

pub fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    let patience = Instant::now() + PATIENCE;
    while !is_there() {
        assert!(Instant::now() < patience, "waited in vain for {what}");
        // It waits for another process, which tells nobody. Spinning would take the processor from it.
        std::thread::park_timeout(Duration::from_millis(1));
    }
}
