//! `callout log`: who did what, when, in three forms.

use std::fs;
use std::process::Command;

use callout::state::{By, Home, Owner, Session, open_for_writing};
use callout::systems::sandbox::{Call, Trouble};
use jiff::SignedDuration;

use crate::shown::shows;
use crate::support::project::Project;
use crate::vendor::{Site, dispatch};

/// Who works, as a CI runner tells it.
fn by_ci(site: &mut Site) {
    site.set("GITHUB_ACTOR", "ana");
    site.set("RUNNER_NAME", "runner-7");
    site.set("GITHUB_SERVER_URL", "https://github.com");
    site.set("GITHUB_REPOSITORY", "acme/field-ops");
    site.set("GITHUB_RUN_ID", "42");
}

fn labelled(name: &str, store: &str, wave: &str) -> String {
    let labels = format!("  name: {name}\n  labels: {{program: sdwan-2027, wave: {wave}}}\n");
    dispatch(name, store).replace(&format!("  name: {name}\n"), &labels)
}

/// Two tickets sent by CI, of which a person cancels one a day later.
fn told() -> Site {
    let mut site = Site::new();
    by_ci(&mut site);
    site.write("tickets/a.yaml", labelled("store-0417-router", "0417", "pilot"));
    site.write("tickets/b.yaml", labelled("store-0418-router", "0418", "rest"));
    site.run("apply --yes --parallelism 1").ends_with(0);
    site.clock.jump(SignedDuration::from_hours(24));
    for variable in ["GITHUB_SERVER_URL", "GITHUB_RUN_ID"] {
        site.set(variable, "");
    }
    site.set("GITHUB_ACTOR", "bo");
    let words = ["settle", "Dispatch/store-0418-router", "--cancelled", "--reason", "the store closed;\ncancelled by telephone", "--yes"];
    site.run_words(&words, "").ends_with(0);
    site
}

fn compact(site: &Site) {
    let home = Home { lock_file: site.path("callout.lock"), state: site.path(".callout/state.json").into() };
    let owner = Owner { by: By::default(), pid: 1, command: "a test".to_owned(), since: "2027-01-04T12:00:00Z".parse().expect("a moment") };
    let ledger = open_for_writing(&home, Session::new(owner)).expect("a state");
    site.vendor.block_on(ledger.compact()).expect("compacted");
}

#[test]
fn people_read_one_line_an_event() {
    let site = told();
    let before = site.run("log");
    shows!(before, @r"
    $ callout log
    2027-01-04T12:00:00Z  callout apply by ana on runner-7, plan 000000000001
      https://github.com/acme/field-ops/actions/runs/42
      12:00:00  intended       Dispatch/store-0417-router          create
      12:00:00  created        Dispatch/store-0417-router          ticket 482001, Pending Tech Assignment
      12:00:00  intended       Dispatch/store-0418-router          create
      12:00:00  created        Dispatch/store-0418-router          ticket 482002, Pending Tech Assignment

    2027-01-05T12:00:00Z  callout settle by bo on runner-7
      12:00:00  closed         Dispatch/store-0418-router          ticket 482002, cancelled: the store closed; cancelled by telephone

    5 events in 2 runs.
    exit 0
    ");
    compact(&site);
    assert_eq!(fs::read_to_string(site.path(".callout/journal.jsonl")).expect("a journal").lines().count(), 1, "nothing but its header");
    assert_eq!(site.run("log").to_string(), before.to_string(), "a compaction leaves the log as it was");
}

#[test]
fn programs_read_lines_of_json() {
    let site = told();
    shows!(site.run("log --format json --event created --event closed --target Dispatch/store-0418-router"), @r#"
    $ callout log --format json --event created --event closed --target Dispatch/store-0418-router
    {"format_version":1,"at":"2027-01-04T12:00:00Z","event":"created","address":"Dispatch/store-0418-router","reissue":0,"ticket":"482002","write":null,"system":"techexpress","rollout":null,"wave":null,"site_key":null,"labels":{"program":"sdwan-2027","wave":"rest"},"site":"Store 0418 (0418), account 01230418","po_number":"PO-88213","mark":"[mark]","visit_start":"2027-01-11T08:00:00","visit_end":"2027-01-11T12:00:00","timezone":"America/New_York","outcome":null,"answer":"Pending Tech Assignment","reason":null,"user":"ana","host":"runner-7","ci_run":"https://github.com/acme/field-ops/actions/runs/42","commit":null,"command":"callout apply","plan":"000000000001","run":"[lineage]","sequence":4}
    {"format_version":1,"at":"2027-01-05T12:00:00Z","event":"closed","address":"Dispatch/store-0418-router","reissue":0,"ticket":"482002","write":null,"system":"techexpress","rollout":null,"wave":null,"site_key":null,"labels":{"program":"sdwan-2027","wave":"rest"},"site":"Store 0418 (0418), account 01230418","po_number":"PO-88213","mark":"[mark]","visit_start":"2027-01-11T08:00:00","visit_end":"2027-01-11T12:00:00","timezone":"America/New_York","outcome":"cancelled","answer":null,"reason":"the store closed;\ncancelled by telephone","user":"bo","host":"runner-7","ci_run":null,"commit":null,"command":"callout settle","plan":null,"run":"[lineage]","sequence":5}
    exit 0
    "#);
}

#[test]
fn spreadsheets_read_csv() {
    let site = told();
    shows!(site.run("log --format csv --event created --event closed --target Dispatch/store-0418-router"), @r#"
    $ callout log --format csv --event created --event closed --target Dispatch/store-0418-router
    at,event,address,reissue,ticket,write,system,rollout,wave,site_key,labels,site,po_number,mark,visit_start,visit_end,timezone,outcome,answer,reason,user,host,ci_run,commit,command,plan,run,sequence
    2027-01-04T12:00:00Z,created,Dispatch/store-0418-router,0,482002,,techexpress,,,,program=sdwan-2027; wave=rest,"Store 0418 (0418), account 01230418",PO-88213,[mark],2027-01-11T08:00:00,2027-01-11T12:00:00,America/New_York,,Pending Tech Assignment,,ana,runner-7,https://github.com/acme/field-ops/actions/runs/42,,callout apply,000000000001,[lineage],4
    2027-01-05T12:00:00Z,closed,Dispatch/store-0418-router,0,482002,,techexpress,,,,program=sdwan-2027; wave=rest,"Store 0418 (0418), account 01230418",PO-88213,[mark],2027-01-11T08:00:00,2027-01-11T12:00:00,America/New_York,cancelled,,the store closed; cancelled by telephone,bo,runner-7,,,callout settle,,[lineage],5
    exit 0
    "#);
}

/// The events of a log, each as `12:00:00  created  ADDRESS`.
fn events(site: &Project, words: &str) -> Vec<String> {
    let ran = site.run(&format!("log {words}")).ends_with(0);
    let lines = ran.out.lines().filter(|line| line.starts_with("  ") && !line.contains("https:"));
    lines.map(|line| line.split_whitespace().skip(1).take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_time_and_a_ticket_are_picked() {
    let site = told();
    let [closed, second] = [["closed Dispatch/store-0418-router"], ["created Dispatch/store-0418-router"]];
    for words in ["--since 2027-01-05", "--since 24h --event closed", "--since 2027-01-05T12:00:00Z", "--since 2027-01-04T12:00:01Z"] {
        assert_eq!(events(&site, words), closed, "{words}");
    }
    for words in ["--until 2027-01-04", "--until 1d", "--until 2027-01-05T11:59:59Z", "--since 7d --until 2027-01-04T12:00:00Z"] {
        assert_eq!(events(&site, &format!("{words} --event created --selector wave=rest")), second, "{words}");
    }
    assert_eq!(events(&site, "--selector program=sdwan-2027 --event created").len(), 2);
    assert_eq!(events(&site, "--selector wave!=rest --event created"), ["created Dispatch/store-0417-router"]);
    assert_eq!(events(&site, "--since 2027-01-05 --target Dispatch/store-0417-router"), [""; 0]);
    shows!(site.run("log --since 2027-02-01"), @r"
    $ callout log --since 2027-02-01
    No events.
    exit 0
    ");
}

#[test]
fn words_that_fit_nothing_are_mistakes() {
    let site = told();
    shows!(site.run("log --target Dispatch/store-417-router --selector wave=pilto --selector region"), @r"
    $ callout log --target Dispatch/store-417-router --selector wave=pilto --selector region
    No events.
    | log/unknown
    |
    |   x --target Dispatch/store-417-router: no event of the log is about such a ticket
    |   help: did you mean Dispatch/store-0417-router?
    |
    | log/unknown
    |
    |   x --selector wave=pilto: no event of the log is about such a ticket
    |   help: did you mean wave=pilot?
    |
    | log/unknown
    |
    |   x --selector region: no event of the log is about such a ticket
    |   help: `callout log --format json` shows the labels that tickets had
    |
    exit 1
    ");
    shows!(site.run("log --since 24h --until 2d"), @r"
    $ callout log --since 24h --until 2d
    | log/times
    |
    |   x --since is later than --until, so nothing can be between them
    |   help: exchange the two; both are in UTC
    |
    exit 1
    ");
    shows!(site.run("log --since yesterday"), @r"
    $ callout log --since yesterday
    | error: invalid value 'yesterday' for '--since <WHEN>': `yesterday` is no date (2027-01-31), no moment (2027-01-31T08:00:00Z) and no time that has passed (7d, 24h)
    |
    | For more information, try '--help'.
    exit 1
    ");
    shows!(site.run("log --event made"), @r"
    $ callout log --event made
    | error: invalid value 'made' for '--event <NAME>'
    |   [possible values: intended, created, updated, rejected, unsent, heard, adopted, presumed-sent, observed, done-by-hand, took-live-values, noted, closed, not-created, write-settled, accepted, visit-ended, surplus, surplus-settled, moved, restored, mended, plan-started, plan-finished]
    |
    |   tip: a similar value exists: 'adopted'
    |
    | For more information, try '--help'.
    exit 1
    ");
}

#[test]
fn a_saved_plan_and_a_write_in_doubt_are_told() {
    let site = Site::with_dispatch();
    site.run("plan --out p.plan").ends_with(0);
    site.vendor.trouble(Call::Create, Trouble::DropAfterCommit);
    site.run("apply p.plan --yes").ends_with(5);
    shows!(site.run("log"), @r"
    $ callout log
    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000001
      12:00:00  plan started
      12:00:00  intended       Dispatch/store-0417-router          create
      12:00:00  heard          Dispatch/store-0417-router          TechExpress did not answer: connection closed before message completed
      12:00:00  plan finished

    4 events in 1 run.
    1 write has no outcome: callout settle says what is in doubt.
    exit 0
    ");
}

#[test]
fn the_git_commit_of_the_files_is_told() {
    let site = Site::with_dispatch();
    let git = |words: &[&str]| {
        let identity = ["-c", "user.name=ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false"];
        let output = Command::new("git").arg("-C").arg(site.path("")).args(identity).args(words).output().expect("git");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "the first store"]);
    site.run("apply --yes").ends_with(0);
    let heading = site.run("log").out.lines().next().expect("a heading").to_owned();
    let commit = git(&["rev-parse", "--short=12", "HEAD"]);
    assert_eq!(heading, format!("2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000001, commit {commit}"));
}

#[test]
fn damage_does_not_hide_what_stands_before_it() {
    let site = told();
    site.edit(".callout/journal.jsonl", "cancelled by telephone", "cancelled by nobody");
    shows!(site.run("log --event created"), @r"
    $ callout log --event created
    2027-01-04T12:00:00Z  callout apply by ana on runner-7, plan 000000000001
      https://github.com/acme/field-ops/actions/runs/42
      12:00:00  created        Dispatch/store-0417-router          ticket 482001, Pending Tech Assignment
      12:00:00  created        Dispatch/store-0418-router          ticket 482002, Pending Tech Assignment

    2 events in 1 run.
    | state/damaged
    |
    |   x `.callout/journal.jsonl` line 6 is damaged: its checksum does not fit its content
    |   help: What stands before the damage is shown, and every journal behind it. Put back a backup of that file,
    |         then run callout log again. Do not delete lines of it.
    |
    exit 1
    ");
    // Whatever would send something still refuses.
    let ran = site.run("plan").ends_with(1);
    assert!(ran.err.contains("state/damaged"), "{ran}");
}

#[test]
fn a_log_whose_beginning_is_lost_says_so() {
    let site = told();
    compact(&site);
    let words = ["settle", "Dispatch/store-0417-router", "--cancelled", "--reason", "the store moved", "--yes"];
    site.run_words(&words, "").ends_with(0);
    fs::remove_dir_all(site.path(".callout/history")).expect("removed");
    shows!(site.run("log"), @r"
    $ callout log
    2027-01-05T12:00:00Z  callout settle by bo on runner-7
      12:00:00  closed         Dispatch/store-0417-router          ticket 482001, cancelled: the store moved

    1 event in 1 run.
    | The log begins with commit 6: what was written before it is not kept here.
    exit 0
    ");
}

#[test]
fn a_state_that_was_set_aside_keeps_its_log() {
    let site = told();
    // As if its newest files were lost: what is left is whole, and not all.
    site.write(".callout/history/state-0000000099.json", "damaged");
    let words = ["state", "rebuild", "--reason", "the disk broke", "--yes"];
    site.run_words(&words, "").ends_with(0);
    shows!(site.run("log"), @r"
    $ callout log
    2027-01-05T12:00:00Z  callout state rebuild by bo on runner-7
      12:00:00  mended                                             the state was rebuilt; 2 records of it could be read: the disk broke

    1 event in 1 run.
    | The log begins with commit 100: what was written before it is not kept here.
    | An earlier state was set aside in .callout/set-aside-1: callout log --set-aside 1
    exit 0
    ");
    assert_eq!(events(&site, "--set-aside 1 --event created").len(), 2);
    shows!(site.run("log --set-aside 2"), @r"
    $ callout log --set-aside 2
    | log/set-aside
    |
    |   x there is no `.callout/set-aside-2`
    |   help: There is: --set-aside 1.
    |
    exit 1
    ");
}

#[test]
fn the_sandbox_has_a_log_of_its_own() {
    let site = Site::with_dispatch();
    shows!(site.run("log"), @r"
    $ callout log
    No events.
    exit 0
    ");
    shows!(site.run("--sandbox log"), @r"
    $ callout --sandbox log
    | log/none
    |
    |   x the sandbox has no log yet: no command has used its state
    |   help: begin one: callout --sandbox apply
    |
    exit 1
    ");
    site.run("--sandbox apply --yes").ends_with(0);
    assert_eq!(events(&site, "--sandbox"), ["intended Dispatch/store-0417-router", "created Dispatch/store-0417-router"]);
    assert_eq!(events(&site, ""), [""; 0]);
}

#[test]
fn without_a_state_there_is_no_log() {
    let site = told();
    let fresh = site.copy_without(".callout");
    shows!(fresh.run("log"), @r#"
    $ callout log
    | state/missing
    |
    |   x the state `.callout/state.json` is missing; `callout.lock` says that there is one (lineage
    |   | [lineage])
    |   help: Without it nobody knows which tickets exist, so nothing is planned or sent. In this order:
    |         1. With a copy of its folder, from a backup or another machine, if nothing was sent since:
    |         callout state restore FOLDER --nothing-since --reason TEXT
    |         If that is not sure: callout state rebuild --from FOLDER --reason TEXT. It holds back what the copy
    |         does not know.
    |         2. Gone for good: callout state rebuild --reason "...". It looks for the marks of your tickets, and
    |         sends nothing again.
    |         3. Nothing was ever sent: callout state init --start-over --reason "nothing was sent".
    |
    exit 1
    "#);
    let empty = Project::empty();
    shows!(empty.run("log"), @r"
    $ callout log
    | project/none
    |
    |   x there is no callout.yaml here or in any folder above
    |   help: Run `callout init` in the project's folder, or name the folder with -C DIR.
    |
    exit 1
    ");
}

#[test]
fn a_person_may_type_anything_as_a_reason() {
    let site = Site::with_ticket();
    let reason = "=HYPERLINK(\"http://x\")\u{1b}[2J\u{202e}";
    site.run_words(&["settle", "Dispatch/store-0417-router", "--cancelled", "--reason", reason, "--yes"], "").ends_with(0);
    let text = site.run("log --event closed").out;
    assert!(text.contains("cancelled: =HYPERLINK(\"http://x\")\u{fffd}[2J\u{fffd}"), "{text}");
    let csv = site.run("log --event closed --format csv").out;
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://x\"\")\u{fffd}[2J\u{fffd}\""), "{csv}");
    assert_eq!(site.run("log --event closed --format json").json()["reason"], reason);
}

#[test]
fn why_there_is_a_further_visit_is_told() {
    let site = Site::with_dispatch();
    site.run("apply --yes").ends_with(0);
    site.run("settle Dispatch/store-0417-router --cancelled --reason closed --yes").ends_with(0);
    let manifest = site.read("tickets/a.yaml");
    let again = format!("{manifest}lifecycle: {{reissue: 1, reissue_reason: Nobody opened the door.}}\n");
    site.write("tickets/a.yaml", again);
    let plan = site.run("plan").ends_with(0);
    assert!(plan.out.contains("visit 1 of this address, after ticket 482001: Nobody opened the door.\n"), "{plan}");
    site.run("apply --yes").ends_with(0);
    let log = site.run("log --event intended").ends_with(0);
    assert!(log.out.contains("Dispatch/store-0417-router#1        create: Nobody opened the door.\n"), "{log}");
    let first = site.run("log --event intended --format csv").ends_with(0);
    assert_eq!(first.out.matches("Nobody opened the door.").count(), 1, "{first}");
}
