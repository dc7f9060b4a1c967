use crate::shown::shows;
use crate::support::project::Project;

#[test]
fn a_project_starts_and_its_example_runs_on_the_sandbox() {
    let project = Project::empty();
    shows!(project.run("init --name acme"), @r"
    $ callout init --name acme
    wrote:   callout.schema.json
    wrote:   tickets/example.yaml
    wrote:   .gitignore (added /.callout/)
    wrote:   .vscode/settings.json
    wrote:   callout.yaml
    started: callout.lock belongs into git, .callout/ does not and must not get lost
    next:    callout plan --sandbox
    exit 0
    ");
    shows!(project.run("validate"), @r"
    $ callout validate
    Valid: 1 ticket in 1 document.
    exit 0
    ");
    shows!(project.run("plan --sandbox"), @r"
    $ callout plan --sandbox
    Plan: 1 to create.

    + Dispatch/store-0417-router  Store 417 (0417), account 01234567
        visit: Tue 19 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description:
          | Replace the branch router and hand back the old one.
          | Call the contact before leaving the site.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 417
        location_number: 0417
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01234567
        start_date: 2027-01-19T08:00:00
        end_date: 2027-01-19T12:00:00
        at tickets/example.yaml:5:9

    Plan: 1 to create.
    exit 0
    ");
    shows!(project.run("apply --sandbox --yes"), @r"
    $ callout apply --sandbox --yes
    Plan: 1 to create.

    + Dispatch/store-0417-router  Store 417 (0417), account 01234567
        visit: Tue 19 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description:
          | Replace the branch router and hand back the old one.
          | Call the contact before leaving the site.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 417
        location_number: 0417
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01234567
        start_date: 2027-01-19T08:00:00
        end_date: 2027-01-19T12:00:00
        at tickets/example.yaml:5:9

    Plan: 1 to create.
    + Dispatch/store-0417-router: created ticket 482001

    Applied: 1 created.
    exit 0
    ");
    shows!(project.run("plan --sandbox --detailed-exitcode"), @r"
    $ callout plan --sandbox --detailed-exitcode
    No changes. 1 ticket is unchanged.
    exit 0
    ");
    shows!(project.run("state list --sandbox"), @r"
    $ callout state list --sandbox
    ADDRESS                     TICKET  STANDING                 SINCE       SITE
    Dispatch/store-0417-router  482001  Pending Tech Assignment  2027-01-04  Store 417 (0417), accoun...
    exit 0
    ");
    insta::assert_snapshot!("example_of_init", project.read("tickets/example.yaml"));
    insta::assert_snapshot!("project_of_init", project.read("callout.yaml"));
}

#[test]
fn a_second_init_changes_nothing() {
    let project = Project::started();
    shows!(project.run("init"), @r"
    $ callout init
    | init/exists
    |
    |   x callout.yaml is there already: this is a project
    |   help: to start only its state: callout state init
    |
    exit 1
    ");
}

/// As a kill leaves it: the state is there, the project's files are not, or some of them.
#[test]
fn an_init_that_was_stopped_half_way_is_completed_by_the_next() {
    let project = Project::empty();
    project.run("init --name acme").ends_with(0);
    let lock = project.read("callout.lock");
    for name in ["callout.yaml", ".vscode/settings.json"] {
        project.remove(name);
    }
    project.write("callout.yaml.part", "apiVersion: call");
    shows!(project.run("init --name acme"), @r"
    $ callout init --name acme
    kept:    callout.schema.json
    kept:    tickets/example.yaml
    wrote:   .vscode/settings.json
    wrote:   callout.yaml
    started: callout.lock belongs into git, .callout/ does not and must not get lost
    next:    callout plan --sandbox
    exit 0
    ");
    assert_eq!(project.read("callout.lock"), lock);
    assert!(!project.path("callout.yaml.part").exists());
    project.run("plan --sandbox").ends_with(0);
}

/// It is not an init that was stopped: somebody deleted the project file, and a new one would make orphans of the tickets.
#[test]
fn an_init_over_a_state_that_was_used_is_refused() {
    let site = crate::vendor::Site::with_ticket();
    site.write("tickets/b.yaml", crate::vendor::dispatch("store-0418-router", "0418"));
    site.run("apply --yes").ends_with(0);
    site.remove("callout.yaml");
    shows!(site.run("init --name acme"), @r"
    $ callout init --name acme
    | state/exists
    |
    |   x this project has a state already: `.callout/state.json`, lineage [lineage], 2
    |   | tickets on record
    |   help: Get callout.yaml back, and go on with it: git checkout -- callout.yaml
    |
    exit 1
    ");
    assert!(!site.path("callout.yaml").exists());
}

#[test]
fn an_init_where_the_lock_file_tells_of_a_lost_state_is_refused() {
    let project = Project::started();
    project.remove("callout.yaml");
    std::fs::remove_dir_all(project.path(".callout")).expect("the state's folder");
    shows!(project.run("init --name acme"), @r#"
    $ callout init --name acme
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
    assert!(!project.path("callout.yaml").exists());
}

#[test]
fn what_a_person_wrote_is_kept() {
    let project = Project::empty();
    project.write(".gitignore", "*.log");
    project.write("tickets/example.yaml", "# mine\n");
    shows!(project.run("init --name acme"), @r"
    $ callout init --name acme
    wrote:   callout.schema.json
    kept:    tickets/example.yaml
    wrote:   .gitignore (added /.callout/)
    wrote:   .vscode/settings.json
    wrote:   callout.yaml
    started: callout.lock belongs into git, .callout/ does not and must not get lost
    next:    callout plan --sandbox
    exit 0
    ");
    assert_eq!(project.read(".gitignore"), "*.log\n/.callout/\n");
    assert_eq!(project.read("tickets/example.yaml"), "# mine\n");
}

#[test]
fn a_name_that_cannot_be_one_is_refused_before_anything_is_written() {
    let project = Project::empty();
    shows!(project.run_words(&["init", "--name", "Acme Field Ops"], ""), @r"
    $ callout init --name Acme Field Ops
    | init/name
    |
    |   x `Acme Field Ops` cannot be a project's name: lower-case letters, digits, `-` and `.`
    |   help: callout init --name NAME
    |
    exit 1
    ");
    assert!(project.files().is_empty());
}

#[test]
fn no_project_starts_on_the_sandbox() {
    shows!(Project::empty().run("init --sandbox"), @r"
    $ callout init --sandbox
    | init/sandbox
    |
    |   x a project is not started on the sandbox
    |   help: run `callout init`; afterwards every command takes --sandbox
    |
    exit 1
    ");
}
