use crate::shown::shows;
use crate::support::project::Project;

#[test]
fn a_wrong_command_line_ends_with_1_and_names_the_near_miss() {
    let project = Project::empty();
    shows!(project.run("pln"), @r"
    $ callout pln
    | error: unrecognized subcommand 'pln'
    |
    |   tip: a similar subcommand exists: 'plan'
    |
    | Usage: callout [OPTIONS] <COMMAND>
    |
    | For more information, try '--help'.
    exit 1
    ");
    shows!(project.run("plan --detailed-exit-code"), @r"
    $ callout plan --detailed-exit-code
    | error: unexpected argument '--detailed-exit-code' found
    |
    |   tip: a similar argument exists: '--detailed-exitcode'
    |
    | Usage: callout plan --detailed-exitcode
    |
    | For more information, try '--help'.
    exit 1
    ");
    shows!(project.run("apply --parallelism 0"), @r"
    $ callout apply --parallelism 0
    | error: invalid value '0' for '--parallelism <N>': 0 is not in 1..=64
    |
    | For more information, try '--help'.
    exit 1
    ");
    shows!(project.run("apply --allow-spend 12.50"), @r"
    $ callout apply --allow-spend 12.50
    | error: invalid value '12.50' for '--allow-spend <DOLLARS>': write whole dollars, without a sign or cents, like 4250
    |
    | For more information, try '--help'.
    exit 1
    ");
    shows!(project.run("apply --allow-spend $9"), @r"
    $ callout apply --allow-spend $9
    | error: invalid value '$9' for '--allow-spend <DOLLARS>': write whole dollars, without a sign or cents, like 4250
    |
    | For more information, try '--help'.
    exit 1
    ");
    shows!(project.run("apply --allow-spend 5000000000"), @r"
    $ callout apply --allow-spend 5000000000
    | error: invalid value '5000000000' for '--allow-spend <DOLLARS>': at most 4294967295 can be allowed
    |
    | For more information, try '--help'.
    exit 1
    ");
    shows!(project.run("plan --refresh some"), @r"
    $ callout plan --refresh some
    | error: invalid value 'some' for '--refresh <WHAT>'
    |   [possible values: auto, all, none]
    |
    | For more information, try '--help'.
    exit 1
    ");
    shows!(project.run("state"), @r"
    $ callout state
    | Look at the state, mend it, or change what it remembers
    |
    | Usage: callout state [OPTIONS] <COMMAND>
    |
    | Commands:
    |   init     Start a state for this project
    |   rebuild  Make a lost state again from the marks of live tickets. What is not found is in doubt afterwards,
    |            never sent
    |   list     List every record
    |   show     Show all that is remembered of an address
    |   check    Check the files of the state: what is whole, what is damaged, and what to do about it. Ends with 1
    |            if anything is
    |   history  List the earlier snapshots that are kept
    |   restore  Put a damaged state together again; or get back into a whole one what a copy still knows. No record
    |            is given up for it
    |   migrate  Move the whole state to another place: snapshot, journal, history and lineage. The old place then
    |            refuses, and says where it went
    |   mv       Give a ticket's records another address, as after a rename of its document
    |   rm       Look after a ticket no more. Its address stays taken: nothing is ever sent for it again
    |   help     Print this message or the help of the given subcommand(s)
    |
    | Options:
    |   -h, --help  Print help
    |
    | Options of every command:
    |   -C, --chdir <DIR>   Work in this folder
    |       --sandbox       Let the embedded sandbox answer for every system. It has a state of its own; nothing
    |                       real is touched
    |       --color <WHEN>  When to use colour; auto means on a terminal, unless NO_COLOR is set [default: auto]
    |                       [possible values: auto, always, never]
    |       --log <LEVEL>   Write a log of what is done to stderr: error, warn, info, debug or trace
    exit 1
    ");
}

#[test]
fn callout_alone_shows_its_help() {
    let project = Project::empty();
    let (alone, help) = (project.run(""), project.run("--help"));
    assert_eq!((alone.code, help.code), (1, 0));
    assert_eq!((alone.err.as_str(), alone.out.as_str()), (help.out.as_str(), ""));
}

#[test]
fn the_version_is_the_packages() {
    let ran = Project::empty().run("--version").ends_with(0);
    assert_eq!(ran.out, format!("callout {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn every_command_has_a_help_that_reads_well() {
    let commands = [
        "",
        "init",
        "validate",
        "expand",
        "schedule",
        "plan",
        "show",
        "apply",
        "status",
        "settle",
        "import",
        "log",
        "state",
        "state init",
        "state rebuild",
        "state list",
        "state show",
        "state check",
        "state history",
        "state restore",
        "state migrate",
        "state mv",
        "state rm",
        "policy",
        "policy test",
        "unlock",
        "schema",
        "systems",
        "sandbox",
        "completions",
    ];
    for command in commands {
        let ran = Project::empty().run(&format!("{command} --help")).ends_with(0);
        assert!(ran.out.lines().all(|line| line.chars().count() <= 110), "{ran}");
        insta::assert_snapshot!(format!("help_{}", command.replace(' ', "_")), ran.out);
    }
}

#[test]
fn another_folder_is_worked_in_with_c() {
    let project = Project::empty();
    project.write("sub/keep", "");
    project.run("-C sub init --name acme").ends_with(0);
    assert!(project.path("sub/callout.yaml").exists());
    project.run("plan -C sub --sandbox").ends_with(0);
    shows!(project.run("plan -C none"), @r"
    $ callout plan -C none
    | cli/folder
    |
    |   x there is no folder none
    |   help: check the path behind -C
    |
    exit 1
    ");
}

#[test]
fn colour_is_there_only_when_asked_for() {
    let project = Project::empty();
    project.run("init --name acme").ends_with(0);
    assert!(!project.run("plan --sandbox").out.contains('\u{1b}'));
    assert!(project.run("plan --sandbox --color always").out.contains('\u{1b}'));
}
