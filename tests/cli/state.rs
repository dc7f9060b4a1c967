use crate::shown::shows;
use crate::support::project::Project;
use crate::vendor::Site;

#[test]
fn a_state_is_listed_and_shown() {
    let site = Site::with_ticket();
    shows!(site.run("state list"), @r"
    $ callout state list
    ADDRESS                     TICKET  STANDING                 SINCE       SITE
    Dispatch/store-0417-router  482001  Pending Tech Assignment  2027-01-04  Store 0417 (0417), accou...
    exit 0
    ");
    shows!(site.run("state show Dispatch/store-0417-router"), @r"
    $ callout state show Dispatch/store-0417-router
    Dispatch/store-0417-router
        standing: ticket 482001, open
        status: Pending Tech Assignment
        mark: [mark]
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        system: techexpress at http://127.0.0.1:[port]
        created: 2027-01-04T12:00:00Z
        on_remove: hold
        sent:
          service_type: Equipment Install
          contact_name: Dana Ortiz
          contact_email_address: dana@example.com
          initial_description: Replace the branch router.
          automatic_email_contact: true
          automatic_email_cc: false
          po_number: PO-88213
          location_name: Store 0417
          location_number: 0417
          local_contact_name: Sam Lee
          local_contact_number: 6175550123
          account_macnum: 01230417
          start_date: 2027-01-11T08:00:00
          end_date: 2027-01-11T12:00:00
    exit 0
    ");
    let listed = site.run("state list --format json").json();
    assert_eq!(listed["records"][0]["id"], "482001");
    assert_eq!(listed["records"][0]["address"], "Dispatch/store-0417-router");
    let shown = site.run("state show Dispatch/store-0417-router --format json").json();
    assert_eq!(shown["visits"][0]["standing"], "Pending Tech Assignment");
}

#[test]
fn an_empty_state_says_so() {
    shows!(Project::started().run("state list"), @r"
    $ callout state list
    The state is empty: nothing was ever created or adopted.
    exit 0
    ");
}

#[test]
fn an_address_that_is_not_remembered_gets_its_near_miss() {
    let site = Site::with_ticket();
    shows!(site.run("state show Dispatch/store-417-router"), @r"
    $ callout state show Dispatch/store-417-router
    | state/unknown
    |
    |   x the state remembers nothing of Dispatch/store-417-router
    |   help: did you mean Dispatch/store-0417-router? What was not sent yet is not remembered
    |
    exit 1
    ");
    shows!(site.run("state show Dispatch/elsewhere"), @r"
    $ callout state show Dispatch/elsewhere
    | state/unknown
    |
    |   x the state remembers nothing of Dispatch/elsewhere
    |   help: `callout state list` names all that it remembers
    |
    exit 1
    ");
    shows!(site.run("state show store"), @r"
    $ callout state show store
    | error: invalid value 'store' for '<ADDRESS>': `store` is no ticket address; one looks like Dispatch/NAME or Dispatch/NAME[KEY]
    |
    | For more information, try '--help'.
    exit 1
    ");
}

#[test]
fn a_state_is_looked_at_while_the_manifests_are_broken() {
    let site = Site::with_ticket();
    site.write("tickets/b.yaml", "a: [");
    site.run("state list").ends_with(0);
}

#[test]
fn a_second_start_is_refused_and_starting_over_needs_a_reason() {
    let project = Project::started();
    shows!(project.run("state init"), @r"
    $ callout state init
    | state/exists
    |
    |   x this project has a state already: `.callout/state.json`, lineage [lineage], 0
    |   | tickets on record
    |   help: Nothing to do: go on with callout plan.
    |
    exit 1
    ");
    shows!(project.run("state init --start-over"), @r"
    $ callout state init --start-over
    | error: the following required arguments were not provided:
    |   --reason <TEXT>
    |
    | Usage: callout state init --start-over --reason <TEXT>
    |
    | For more information, try '--help'.
    exit 1
    ");
    let over = ["state", "init", "--start-over", "--reason", "the disk is gone"];
    shows!(project.run_words(&over, ""), @r"
    $ callout state init --start-over --reason the disk is gone
    The files describe no ticket.
    |
    | Start over? No ticket is known then. Nothing is sent now. Only `yes` is taken as yes:
    | state/declined
    |
    |   x nothing was started over
    |   help: --yes does it without asking. callout state rebuild --reason TEXT keeps back what may have been
    |         sent.
    |
    exit 1
    ");
    shows!(Site::with_dispatch().run_words(&over, "yes\n"), @r"
    $ callout state init --start-over --reason the disk is gone
    The files describe 1 ticket. Whatever was sent before, the next apply sends it again.
    A new, empty state (lineage [lineage]). Commit callout.lock.
    |
    | Start over? No ticket is known then. Nothing is sent now. Only `yes` is taken as yes:
    exit 0
    ");
    project.write("tickets/0418.yaml", "apiVersion: callout/v1\nkind: Dispatch\n");
    let ran = project.run_words(&[&over[..], &["--yes"]].concat(), "").ends_with(0);
    assert!(ran.out.starts_with("The files have mistakes, so nobody can say how many tickets they describe. "), "{ran}");
}

#[test]
fn a_lost_lock_file_is_made_again() {
    let project = Project::started();
    project.remove("callout.lock");
    shows!(project.run("plan"), @r"
    $ callout plan
    | state/no-lock-file
    |
    |   x `callout.lock` is missing, though `.callout/state.json` (lineage [lineage])
    |   | is there
    |   help: Get it back with `git checkout -- callout.lock`. If it was never committed: callout state init, then
    |         commit it.
    |
    exit 1
    ");
    shows!(project.run("state init"), @r"
    $ callout state init
    The state was there; callout.lock names it again (lineage [lineage]). Commit it.
    exit 0
    ");
    project.run("plan").ends_with(0);
}

#[test]
fn a_damaged_state_is_named_with_the_way_back() {
    let site = Site::with_ticket();
    let journal = site.read(".callout/journal.jsonl");
    site.write(".callout/journal.jsonl", journal.replacen("482001", "482002", 1));
    shows!(site.run("plan"), @r"
    $ callout plan
    | state/damaged
    |
    |   x `.callout/journal.jsonl` line 3 is damaged: its checksum does not fit its content
    |   help: Nothing was changed. Next: callout state check. It says what is left, and how to bring it back. Do
    |         not delete lines of `.callout/journal.jsonl`: each may stand for a technician who was sent.
    |
    exit 1
    ");
    assert_eq!(site.vendor.tickets(), 1);
}
