//! Commands that people are told to type: they reach the program as they are meant, whatever a shell takes for a pattern.

use std::process::Command;

use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::vendor::{Site, dispatch, location, project_file, with_lifecycle};

/// Two visits with keys, which go out in one request.
fn keyed() -> String {
    let keyed = |key: &str, text: &str| text.replacen("- ", &format!("- key: {key}\n      "), 1);
    keyed("a", &dispatch("multj", "0417")) + &keyed("b", &location("0418"))
}

fn site() -> Site {
    let site = Site::new();
    let file = project_file(site.vendor.base_url(), "  limits: {stop_after_unknown: 9}\n");
    site.write("callout.yaml", file.replace("techexpress: {", "techexpress: {locations_per_request: 2, "));
    site.write("tickets/a.yaml", keyed());
    site
}

fn in_doubt() -> Site {
    let site = site();
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropBeforeCommit)]);
    site.run("apply --yes").ends_with(5);
    site.vendor.well();
    site
}

fn sent() -> Site {
    let site = site();
    site.run("apply --yes").ends_with(0);
    site
}

fn rebuilt() -> Site {
    let site = sent();
    std::fs::remove_dir_all(site.path(".callout")).expect("a state to lose");
    site.run("state rebuild --reason lost --yes").ends_with(0);
    site
}

/// The files ask for further visits, and the first ones are open.
fn visited_again() -> Site {
    let site = sent();
    site.write("tickets/a.yaml", with_lifecycle(&keyed(), "{reissue: 1}"));
    site
}

fn left_the_files() -> Site {
    let site = sent();
    site.write("tickets/a.yaml", dispatch("other", "0419"));
    site
}

fn changed() -> Site {
    let site = sent();
    site.edit("tickets/a.yaml", "PO-88213", "PO-9");
    site
}

/// Every command that settles an address, as it was printed. `plan` and `status` do not leave out what they have to say of many.
fn told(site: &Site) -> Vec<String> {
    let out = ["plan --verbose", "status", "settle"].map(|words| site.run(words).out).concat();
    let commands = out.split("callout settle ").skip(1).filter_map(|rest| rest.split([';', ',', '\n', ':']).next());
    let mut commands: Vec<String> = commands.filter(|command| command.contains("multj")).map(str::to_owned).collect();
    commands.sort();
    commands.dedup();
    commands
}

/// The words that a shell makes of it. There is a file that a pattern without quotes would match.
fn words(site: &Site, command: &str) -> Vec<String> {
    site.write("Dispatch/multja", "");
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("printf '%s\\n' {command}")]).current_dir(site.path(""));
    let printed = shell.output().expect("a shell");
    assert!(printed.status.success(), "{command}: {printed:?}");
    String::from_utf8(printed.stdout).expect("text").lines().map(str::to_owned).collect()
}

/// Each command is taken, up to its question; so it is no other's answer that lets it pass.
#[track_caller]
fn each_is_taken(site: &Site) -> String {
    let commands = told(site);
    for command in &commands {
        // A ticket of that id there is none: what is told of it names the visit that was understood.
        let is_linked = command.contains("--id ID");
        let typed = command.replace("--id ID", "--id 999999");
        let words = words(site, &typed);
        let words: Vec<&str> = std::iter::once("settle").chain(words.iter().map(String::as_str)).collect();
        let ran = site.run_words(&words, "no\n").ends_with(1);
        let expected = if is_linked { "import/misfit in Dispatch/multj[" } else { "settle/declined\n" };
        assert!(ran.err.contains(expected), "{command}: {ran}");
    }
    commands.join("\n")
}

#[test]
fn every_command_that_settles_a_visit_with_a_key_can_be_typed_as_it_is_printed() {
    insta::assert_snapshot!(each_is_taken(&in_doubt()), @r"
    'Dispatch/multj[a]' 'Dispatch/multj[b]' --not-created --reason TEXT
    'Dispatch/multj[a]' --id ID --reason TEXT
    'Dispatch/multj[b]' --id ID --reason TEXT
    ");
    insta::assert_snapshot!(each_is_taken(&rebuilt()), @r"
    'Dispatch/multj[a]' --id ID --reason TEXT
    'Dispatch/multj[b]' --id ID --reason TEXT
    ");
    insta::assert_snapshot!(each_is_taken(&visited_again()), @r"
    'Dispatch/multj[a]' --cancelled --reason TEXT
    'Dispatch/multj[b]' --cancelled --reason TEXT
    ");
    insta::assert_snapshot!(each_is_taken(&left_the_files()), @r"
    'Dispatch/multj[a]' --cancelled --reason TEXT
    'Dispatch/multj[b]' --cancelled --reason TEXT
    ");
    insta::assert_snapshot!(each_is_taken(&changed()), @r"
    'Dispatch/multj[a]' --accept --reason TEXT
    'Dispatch/multj[b]' --accept --reason TEXT
    ");
}
