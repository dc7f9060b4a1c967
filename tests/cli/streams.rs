//! Readers that go away and disks that take no output: no panic, and no half of a text that passes for the whole.

use std::fs::File;
use std::io::Read;
use std::process::Stdio;

use crate::started::{plain, program, write_dispatches};
use crate::vendor::Site;

/// Every command that prints, in a project with one ticket and one more to send.
const COMMANDS: [&str; 34] = [
    "--help",
    "--version",
    "apply --help",
    "validate",
    "validate --format json",
    "validate --format sarif",
    "expand",
    "plan",
    "plan --format json",
    "plan --format markdown",
    "plan --format html",
    "show p.plan",
    "show p.plan --format json",
    "status",
    "status --format json",
    "status --format csv",
    "log",
    "log --format json",
    "log --format csv",
    "settle",
    "settle --format json",
    "state list",
    "state list --format json",
    "state show Dispatch/store-0417",
    "state check",
    "state check --format json",
    "state history",
    "state restore --reason x",
    "schedule --show",
    "schema",
    "systems",
    "completions bash",
    "completions zsh",
    "apply --target Dispatch/store-0417 --yes",
];

fn site() -> Site {
    let site = Site::new();
    write_dispatches(&site, &["0417"]);
    site.run("apply --yes").ends_with(0);
    site.run("apply --yes").ends_with(0);
    write_dispatches(&site, &["0418"]);
    site.run("plan --out p.plan").ends_with(0);
    site
}

/// The code and what was told, with these streams.
fn ran(site: &Site, words: &str, out: Stdio) -> (Option<i32>, String) {
    let mut child =
        program(site).args(words.split_whitespace()).stdin(Stdio::null()).stdout(out).stderr(Stdio::piped()).spawn().expect("callout");
    drop(child.stdout.take());
    let mut told = String::new();
    child.stderr.take().expect("a stream").read_to_string(&mut told).expect("text");
    (child.wait().expect("an end").code(), told)
}

#[test]
fn a_reader_that_goes_away_changes_no_exit_code() {
    let site = site();
    for words in COMMANDS {
        let normal = site.run(words);
        let (code, told) = ran(&site, words, Stdio::piped());
        assert_eq!((code, told.contains("panic")), (Some(i32::from(normal.code)), false), "{words}: {told}\n{normal}");
        assert!(!told.contains("cli/output"), "{words}: {told}");
    }
}

/// `/dev/full` answers every write as a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let site = site();
    for words in COMMANDS {
        let normal = site.run(words);
        let full = File::options().write(true).open("/dev/full").expect("a full disk");
        let (code, told) = ran(&site, words, full.into());
        if normal.out.is_empty() {
            assert_eq!(code, Some(i32::from(normal.code)), "{words}: {told}");
            continue;
        }
        let expected = "cli/output x not everything could be printed: no space left on device help: What the command did stays done: \
                        callout log tells it. See that its output can be written, then run it again.";
        assert_eq!(code, Some(1), "{words}: {told}");
        assert!(plain(&told).ends_with(expected), "{words}: {told}");
    }
}

/// A closed stderr is no panic either, and a ticket that was made is recorded.
#[test]
fn a_run_whose_streams_are_all_closed_records_what_it_does() {
    let site = site();
    let mut child = program(&site)
        .args(["apply", "--yes"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("callout");
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().expect("an end").code(), Some(0));
    assert_eq!(site.vendor.tickets(), 2);
    site.run("plan --detailed-exitcode --refresh all").ends_with(0);
}
