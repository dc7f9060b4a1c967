//! The real program, started, and killed at a moment.
//!
//! Refuses to wait for ever: a process that does not end is killed by a guard, which fails the test with all that it printed.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::footprint::Footprint;
use crate::wire::{Stage, Wire};

/// No command of these small projects takes a hundredth of this, on whatever machine.
const GUARD: Duration = Duration::from_secs(300);
/// Between two looks at the files. Shorter than any fsync, and long enough to leave the processor to the program.
const GLANCE: Duration = Duration::from_micros(20);

/// When a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Never,
    /// So long after its start.
    After(Duration),
    /// At a stage of its n-th request that changes something, from 1, and has this text in its head.
    Request(u64, Stage, &'static str),
    /// As soon as its files differ for the n-th time: a name, an inode or the journal's length.
    Change(u64),
    /// In the middle of a write: no file can grow beyond so many blocks of 512 bytes. The kernel then kills it as surely as `kill -9`.
    Full(u64),
}

/// Where commands are typed.
pub struct Desk {
    pub folder: PathBuf,
    pub variables: BTreeMap<String, String>,
}

/// A process that others may kill.
#[derive(Clone)]
pub struct Victim(Arc<Mutex<Child>>);

impl Victim {
    /// SIGKILL. One that has ended already is not killed.
    pub fn kill(&self) {
        // It may have ended a moment before.
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }
}

/// A command that ended, by itself or not.
#[derive(Debug)]
pub struct Run {
    command: String,
    /// None if it was killed.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
    pub took: Duration,
}

impl Run {
    pub fn was_killed(&self) -> bool {
        self.code.is_none()
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$ {}\n{}{}exit {:?}", self.command, self.out, self.err, self.code)
    }
}

/// Starts a command and lets it die at the moment, or end before it comes.
pub fn run(desk: &Desk, words: &[&str], moment: Moment, wire: &Wire) -> Run {
    let started = Instant::now();
    let watched = desk.folder.join(".callout");
    let before = Footprint::of(&watched);
    let mut child = command(words, moment, &desk.variables).current_dir(&desk.folder).spawn().expect("callout");
    let (sender, ended) = channel();
    let out = read_all(child.stdout.take().expect("a stream"), sender.clone());
    let err = read_all(child.stderr.take().expect("a stream"), sender);
    let victim = Victim(Arc::new(Mutex::new(child)));
    let in_time = match moment {
        Moment::Never | Moment::Full(_) => has_ended(&ended, GUARD),
        Moment::After(time) => {
            if !has_ended(&ended, time) {
                victim.kill();
            }
            has_ended(&ended, GUARD)
        }
        Moment::Request(nth, stage, about) => {
            wire.set_trap((nth, stage), about, victim.clone());
            let in_time = has_ended(&ended, GUARD);
            wire.disarm();
            in_time
        }
        Moment::Change(nth) => {
            watch(&watched, (before, nth), &ended, &victim);
            has_ended(&ended, GUARD)
        }
    };
    victim.kill();
    let status = victim.0.lock().unwrap_or_else(PoisonError::into_inner).wait().expect("an end");
    let run = Run {
        command: format!("callout {}", words.join(" ")),
        code: status.code().filter(|_| status.signal().is_none()),
        out: out.join().expect("a text"),
        err: err.join().expect("a text"),
        took: started.elapsed(),
    };
    assert!(in_time, "it did not end in {GUARD:?}: {moment:?}\n{run}");
    run
}

fn command(words: &[&str], moment: Moment, variables: &BTreeMap<String, String>) -> Command {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_callout"));
    let mut command = if let Moment::Full(blocks) = moment {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -c 0; ulimit -f \"$1\"; shift; exec \"$@\"", "sh", &blocks.to_string()]).arg(program);
        shell
    } else {
        Command::new(program)
    };
    command.args(words).env_clear().envs(variables).env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Reads a stream to its end in a thread; the sender goes with it, so that whoever listens hears of the end.
fn read_all(mut stream: impl Read + Send + 'static, sender: Sender<()>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A stream that breaks with its process has said what it had to say.
        let _ = stream.read_to_end(&mut bytes);
        drop(sender);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn has_ended(ended: &Receiver<()>, time: Duration) -> bool {
    ended.recv_timeout(time) == Err(RecvTimeoutError::Disconnected)
}

/// Looks many times in a millisecond: what is waited for may not be there for longer.
fn watch(folder: &Path, (mut last, nth): (Footprint, u64), ended: &Receiver<()>, victim: &Victim) {
    let (started, mut seen) = (Instant::now(), 0);
    while !has_ended(ended, GLANCE) && started.elapsed() < GUARD {
        let now = Footprint::of(folder);
        if now != last {
            (last, seen) = (now, seen + 1);
            if seen == nth {
                return victim.kill();
            }
        }
    }
}
