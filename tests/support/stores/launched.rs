//! The servers of others, each one process that ends with this one.

use std::io::{BufRead, BufReader, Write, stderr};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// A server that listens. Its launcher ends it when the other end of the pipe is closed, as it is when this process ends, however it ends.
pub struct Launched {
    /// Like `http://127.0.0.1:40123`.
    pub origin: String,
    _launcher: Child,
    _end: ChildStdin,
}

/// Long enough for a machine that is busy with everything else; only a server that hangs is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// `None` where the servers were not installed and nobody says that they must be.
pub fn launch(kind: &str) -> Option<Launched> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if !root.join("target/servers/installed").is_file() {
        let message = format!("No server `{kind}`: the tests that need it were not run. Install it with: tests/servers/install");
        assert!(std::env::var_os("CALLOUT_NEEDS_SERVERS").is_none(), "{message}");
        // Not by a macro: those are caught, and shown only of a test that fails.
        writeln!(stderr(), "{message}").expect("the standard error");
        return None;
    }
    Some(started(&root.join("tests/servers/run"), kind))
}

fn started(script: &PathBuf, kind: &str) -> Launched {
    let mut command = Command::new(script);
    command.arg(kind).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut launcher = command.spawn().expect("the script starts");
    let (end, output) = (launcher.stdin.take().expect("a pipe"), launcher.stdout.take().expect("a pipe"));
    let (said, lines) = mpsc::channel();
    // It reads on after the first line that counts: a full pipe would stop the server.
    thread::spawn(move || BufReader::new(output).lines().map_while(Result::ok).for_each(|line| drop(said.send(line))));
    let mut heard = Vec::new();
    loop {
        let Ok(line) = lines.recv_timeout(PATIENCE) else { panic!("the server `{kind}` does not say where it listens, only: {heard:?}") };
        match line.split_once("listen").and_then(|(_, rest)| rest.split_once("127.0.0.1:")) {
            Some((_, port)) => {
                return Launched { origin: format!("http://127.0.0.1:{}", port.trim()), _launcher: launcher, _end: end };
            }
            None => heard.push(line),
        }
    }
}
