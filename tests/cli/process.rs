//! The program itself: its streams and its signals.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::support::project::Project;
use crate::vendor::{Site, TOKEN, dispatch};

/// The program in a project's folder, with nothing of the machine around it.
pub fn program(project: &Project) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callout"));
    command.current_dir(project.path("")).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

#[test]
fn the_program_runs_the_commands() {
    let project = Project::empty();
    let callout = |words: &[&str]| {
        assert_cmd::Command::from_std({
            let mut command = program(&project);
            command.args(words);
            command
        })
        .assert()
    };
    callout(&["init", "--name", "acme"]).success().stderr("");
    let planned = callout(&["plan", "--sandbox", "--detailed-exitcode"]).code(2).stderr("");
    assert!(String::from_utf8_lossy(&planned.get_output().stdout).starts_with("Plan: 1 to create.\n"));
    callout(&["apply", "--sandbox"]).code(1);
    callout(&["apply", "--sandbox", "--yes"]).success();
    callout(&["plan", "--sandbox", "--detailed-exitcode"]).success();
    callout(&["pln"]).code(1);
}

#[test]
fn the_sandbox_prints_the_settings_that_lead_to_it() {
    let project = Project::empty();
    let run = |words: &str| {
        let mut command = program(&project);
        command.args(words.split(' ')).env("CALLOUT_SANDBOX_TOKEN", "sandbox");
        assert_cmd::Command::from_std(command).assert()
    };
    run("init --name acme").success();
    let mut sandbox = program(&project).args(["sandbox", "--port", "0"]).stdout(Stdio::piped()).spawn().expect("callout");
    let lines = BufReader::new(sandbox.stdout.take().expect("a stream")).lines().map_while(Result::ok);
    let printed: Vec<String> = lines.skip_while(|line| !line.ends_with("in its callout.yaml:")).take(6).collect();
    let (told, sections) = printed.split_first().expect("a hint");
    assert_eq!(told, "To point a project here: export CALLOUT_SANDBOX_TOKEN=sandbox, and in its callout.yaml:");
    let defaults = "  defaults: {Dispatch: {spec: {automatic_email_contact: true, automatic_email_cc: false}}}";
    let file = format!("apiVersion: callout/v1\nkind: Project\nmetadata: {{name: acme}}\nspec:\n{}\n{defaults}\n", sections.join("\n"));
    project.write("callout.yaml", file);
    run("validate").success();
    run("apply --yes").success();
    sandbox.kill().expect("an end");
    sandbox.wait().expect("an end");
    assert_eq!(sections.len(), 5, "each system has a line: {sections:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let project = Project::empty();
    let mut child = program(&project).arg("schema").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("callout");
    drop(child.stdout.take());
    let mut told = String::new();
    child.stderr.take().expect("a stream").read_to_string(&mut told).expect("text");
    assert_eq!((child.wait().expect("an end").code(), told.as_str()), (Some(0), ""));
}

/// A project whose vendor takes its time, on a clock that does not jump.
fn slow(milliseconds: u64) -> Site {
    let mut site = Site::with(|options| options.clock = std::sync::Arc::new(callout::cli::SystemClock));
    for store in ["0417", "0418", "0419"] {
        let text = dispatch(&format!("store-{store}"), store).replace("2027-01-11", "2199-01-11");
        site.write(format!("tickets/{store}.yaml"), text);
    }
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::Latency { milliseconds })]);
    site.set("G360_TOKEN", TOKEN);
    site
}

#[cfg(unix)]
#[test]
fn sigterm_finishes_what_is_in_flight_and_starts_nothing_new() {
    let site = slow(300);
    let mut child = program(&site)
        .env("G360_TOKEN", TOKEN)
        .args(["apply", "--yes", "--parallelism", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("callout");
    let patience = Instant::now() + Duration::from_secs(30);
    while site.vendor.tickets() == 0 {
        assert!(Instant::now() < patience, "no ticket was made");
        std::thread::yield_now();
    }
    let ended = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    assert!(ended.success());
    let lines = BufReader::new(child.stdout.take().expect("a stream")).lines().map_while(Result::ok).collect::<Vec<_>>();
    let mut told = String::new();
    child.stderr.take().expect("a stream").read_to_string(&mut told).expect("text");
    let code = child.wait().expect("an end").code();
    let done: Vec<_> = lines.iter().skip_while(|line| !line.contains(": created ticket")).cloned().collect();
    insta::assert_snapshot!(format!("{}\n{told}exit {code:?}", done.join("\n")), @r"
    + Dispatch/store-0417: created ticket 482001 (1/3)
    ! Dispatch/store-0418: not started: the run was asked to stop (2/3)
    ! Dispatch/store-0419: not started: the run was asked to stop (3/3)

    Applied: 1 created, 2 not started.
    What was not sent is still to do: mend what is said above, then apply again.
    stopping: what is in flight is finished and recorded; once more to leave at once
    exit Some(6)
    ");
    assert_eq!(site.vendor.tickets(), 1);
    site.vendor.well();
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}

#[cfg(unix)]
#[test]
fn a_run_keeps_others_out_and_once_killed_leaves_a_doubt_and_the_rest_to_the_next() {
    let site = slow(600_000);
    let mut child = program(&site)
        .env("G360_TOKEN", TOKEN)
        .args(["apply", "--yes", "--parallelism", "1"])
        .stdout(Stdio::null())
        .spawn()
        .expect("callout");
    let patience = Instant::now() + Duration::from_secs(30);
    while site.vendor.tickets() == 0 {
        assert!(Instant::now() < patience, "no ticket was made");
        std::thread::yield_now();
    }
    let other = site.run("apply --yes").ends_with(1);
    let text = other.err.replace(['\n', '|'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&format!("the state is in use by `callout apply` (process {}, ", child.id())), "{other}");
    assert!(text.contains("help: Wait until it ends, then run the command again, or add"), "{other}");
    child.kill().and_then(|()| child.wait()).expect("an end");
    site.vendor.well();
    let ran = site.run("apply --yes").ends_with(5);
    assert!(ran.out.contains("? Dispatch/store-0417  "), "{ran}");
    assert_eq!(site.vendor.tickets(), 3);
}
