//! Records get other addresses, or are let go of, and nothing is ever sent for it.

use crate::shown::shows;
use crate::vendor::{Site, dispatch};

const OLD: &str = "Dispatch/store-0417-router";

#[test]
fn a_ticket_moves_with_its_document() {
    let site = Site::with_ticket();
    site.write("tickets/a.yaml", dispatch("store-417", "0417"));
    shows!(site.run(&format!("state mv {OLD} Dispatch/store-417 --reason renamed")), @r"
    $ callout state mv Dispatch/store-0417-router Dispatch/store-417 --reason renamed
    Dispatch/store-0417-router becomes Dispatch/store-417: ticket 482001, Pending Tech Assignment
    |
    | Move it? Nothing is sent. Only `yes` is taken as yes:
    | state/declined
    |
    |   x nothing was moved
    |   help: --yes does it without asking
    |
    exit 1
    ");
    shows!(site.run(&format!("state mv {OLD} Dispatch/store-417 --reason renamed --yes")), @r"
    $ callout state mv Dispatch/store-0417-router Dispatch/store-417 --reason renamed --yes
    Dispatch/store-0417-router becomes Dispatch/store-417: ticket 482001, Pending Tech Assignment
    Moved.
    exit 0
    ");
    assert!(site.run("plan").ends_with(0).out.starts_with("No changes."));
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 1);
    shows!(site.run(&format!("state mv {OLD} Dispatch/store-418 --reason again --yes")), @r"
    $ callout state mv Dispatch/store-0417-router Dispatch/store-418 --reason again --yes
    | state/move in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router has no ticket that could get another address
    |   help: callout state show Dispatch/store-0417-router tells what became of it
    |
    exit 1
    ");
    // And back.
    site.write("tickets/a.yaml", dispatch("store-0417-router", "0417"));
    site.run(&format!("state mv Dispatch/store-417 {OLD} --reason back --yes")).ends_with(0);
    assert!(site.run("plan").ends_with(0).out.starts_with("No changes."));
}

#[test]
fn what_the_files_still_say_is_told_and_sends_nothing() {
    let site = Site::with_ticket();
    shows!(site.run(&format!("state mv {OLD} Dispatch/store-417 --reason renamed --yes")), @r"
    $ callout state mv Dispatch/store-0417-router Dispatch/store-417 --reason renamed --yes
    Dispatch/store-0417-router becomes Dispatch/store-417: ticket 482001, Pending Tech Assignment
    The files still describe Dispatch/store-0417-router. Nothing is sent for it: the address keeps a tombstone. Rename it there.
    The files describe no Dispatch/store-417 yet. Until they do, a plan shows its ticket as one that left the files.
    Moved.
    exit 0
    ");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 needs a person (it left the files, and its technician is still coming), 1 unchanged.

    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        its ticket has another address now; `lifecycle.renamed_from` with that address moves it back
        at tickets/a.yaml:4:9

    ! Dispatch/store-417 (ticket 482001)  Store 0417 (0417), account 01230417
        left the files, and ticket 482001 is still open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone
        next: renamed? say lifecycle.renamed_from there; otherwise cancel it by phone or portal, then: callout settle Dispatch/store-417 --cancelled --reason TEXT

    Plan: 1 needs a person (it left the files, and its technician is still coming), 1 unchanged.

    1 ticket needs a person: callout settle tells what to do.
    The technician of one that left the files is still coming.
    exit 0
    ");
    site.write("tickets/b.yaml", "apiVersion: callout/v1\nkind: Dispatch\n");
    let ran = site.run(&format!("state mv Dispatch/store-417 {OLD} --reason back --yes")).ends_with(0);
    assert!(ran.out.contains("The files have mistakes"), "{ran}");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_move_that_makes_no_sense_is_refused() {
    let site = Site::with_ticket();
    site.write("tickets/b.yaml", dispatch("store-0418", "0418"));
    site.run("apply --yes").ends_with(0);
    shows!(site.run(&format!("state mv {OLD} Dispatch/store-0418 --reason x --yes")), @r"
    $ callout state mv Dispatch/store-0417-router Dispatch/store-0418 --reason x --yes
    | state/move in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0418 has a record already: ticket 482002, Pending Tech Assignment
    |   help: two tickets cannot have one address: give one of them another name in the files
    |
    exit 1
    ");
    shows!(site.run(&format!("state mv {OLD} NocTicket/store-0418 --reason x --yes")), @r"
    $ callout state mv Dispatch/store-0417-router NocTicket/store-0418 --reason x --yes
    | state/move in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router cannot become NocTicket/store-0418: a Dispatch is no NocTicket
    |   help: name an address such as Dispatch/store-0418
    |
    exit 1
    ");
    shows!(site.run(&format!("state mv {OLD} {OLD} --reason x --yes")), @r"
    $ callout state mv Dispatch/store-0417-router Dispatch/store-0417-router --reason x --yes
    | state/move in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router is to become itself
    |   help: name another address, as in the files
    |
    exit 1
    ");
    shows!(site.run("state mv Dispatch/store-0417-routre Dispatch/x --reason x --yes"), @r"
    $ callout state mv Dispatch/store-0417-routre Dispatch/x --reason x --yes
    | state/unknown
    |
    |   x the state remembers nothing of Dispatch/store-0417-routre
    |   help: did you mean Dispatch/store-0417-router? What was not sent yet is not remembered
    |
    exit 1
    ");
    shows!(site.run(&format!("state mv {OLD} Dispatch/x --yes")), @r"
    $ callout state mv Dispatch/store-0417-router Dispatch/x --yes
    | error: the following required arguments were not provided:
    |   --reason <TEXT>
    |
    | Usage: callout state mv --reason <TEXT> --yes <FROM> <TO>
    |
    | For more information, try '--help'.
    exit 1
    ");
}

#[test]
fn a_move_to_another_place_is_told() {
    let site = Site::with_ticket();
    site.write("tickets/a.yaml", dispatch("store-0418-router", "0418"));
    shows!(site.run(&format!("state mv {OLD} Dispatch/store-0418-router --reason renamed")), @r"
    $ callout state mv Dispatch/store-0417-router Dispatch/store-0418-router --reason renamed
    Dispatch/store-0417-router becomes Dispatch/store-0418-router: ticket 482001, Pending Tech Assignment
    ! The file of Dispatch/store-0418-router is for Store 0418 (0418), account 01230418, and the ticket for Store 0417 (0417), account 01230417. Look whether that is meant.
    |
    | Move it? Nothing is sent. Only `yes` is taken as yes:
    | state/declined
    |
    |   x nothing was moved
    |   help: --yes does it without asking
    |
    exit 1
    ");
}

#[test]
fn every_visit_of_an_address_moves() {
    let site = Site::with_ticket();
    site.vendor.resolve(482_001);
    site.run("apply --yes --refresh all").ends_with(0);
    let second = dispatch("store-0417-router", "0417") + "lifecycle: {reissue: 1}\n";
    site.write("tickets/a.yaml", &second);
    site.run("apply --yes").ends_with(0);
    site.write("tickets/a.yaml", second.replace("store-0417-router", "store-417"));
    shows!(site.run(&format!("state mv {OLD} Dispatch/store-417 --reason renamed --yes")), @r"
    $ callout state mv Dispatch/store-0417-router Dispatch/store-417 --reason renamed --yes
    Dispatch/store-0417-router becomes Dispatch/store-417: ticket 482001, finished
    Dispatch/store-0417-router#1 becomes Dispatch/store-417#1: ticket 482002, Pending Tech Assignment
    Moved.
    exit 0
    ");
    assert!(site.run("apply --yes").ends_with(0).out.starts_with("No changes."));
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn a_ticket_that_is_taken_out_keeps_its_address() {
    let site = Site::with_ticket();
    shows!(site.run(&format!("state rm {OLD} --reason another-team")), @r"
    $ callout state rm Dispatch/store-0417-router --reason another-team
    Dispatch/store-0417-router (ticket 482001, Pending Tech Assignment) is looked after no more. Its technician may still be coming: nobody here will know.
    The address stays taken: nothing is ever sent for it again, a new visit is `reissue`.
    |
    | Take it out? Nothing is sent, and nothing is cancelled. Only `yes` is taken as yes:
    | state/declined
    |
    |   x nothing was taken out
    |   help: --yes does it without asking
    |
    exit 1
    ");
    shows!(site.run(&format!("state rm {OLD} --reason another-team --yes")), @r"
    $ callout state rm Dispatch/store-0417-router --reason another-team --yes
    Dispatch/store-0417-router (ticket 482001, Pending Tech Assignment) is looked after no more. Its technician may still be coming: nobody here will know.
    The address stays taken: nothing is ever sent for it again, a new visit is `reissue`.
    Taken out.
    Said by mistake? callout state restore 2 --reason TEXT takes it back, as long as nothing was sent on it.
    exit 0
    ");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    No changes. 1 ticket is unchanged.

    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        let go of before: nothing is sent, and ticket 482001 may still be coming; once it is over, a new visit is `lifecycle.reissue: 1`
        at tickets/a.yaml:4:9

    No changes. 1 ticket is unchanged.
    exit 0
    ");
    shows!(site.run(&format!("state rm {OLD} --reason again --yes")), @r"
    $ callout state rm Dispatch/store-0417-router --reason again --yes
    | state/remove
    |
    |   x nothing to take out: Dispatch/store-0417-router is ticket 482001, taken out of the state
    |   help: `callout state list` names all addresses, and where each stands
    |
    exit 1
    ");
    site.remove("tickets/a.yaml");
    site.run("apply --yes").ends_with(0);
    site.write("tickets/a.yaml", dispatch("store-0417-router", "0417"));
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn what_cannot_be_taken_out_is_told() {
    let site = Site::with_dispatch();
    site.vendor.trouble(callout::systems::sandbox::Call::Create, callout::systems::sandbox::Trouble::DropAfterCommit);
    site.run("apply --yes").ends_with(5);
    shows!(site.run(&format!("state rm {OLD} --reason x --yes")), @r"
    $ callout state rm Dispatch/store-0417-router --reason x --yes
    | state/remove
    |
    |   x Dispatch/store-0417-router is in doubt, and cannot be taken out
    |   help: settle it first: callout settle Dispatch/store-0417-router tells how; --cancelled ends it too
    |
    exit 1
    ");
    shows!(site.run(&format!("state rm {OLD}#3 --reason x --yes")), @r"
    $ callout state rm Dispatch/store-0417-router#3 --reason x --yes
    | state/unknown
    |
    |   x the state remembers nothing of Dispatch/store-0417-router#3
    |   help: did you mean Dispatch/store-0417-router? What was not sent yet is not remembered
    |
    exit 1
    ");
    shows!(site.run("state rm store --reason x --yes"), @r"
    $ callout state rm store --reason x --yes
    | state/remove
    |
    |   x `store` is no ticket address; one looks like Dispatch/NAME or Dispatch/NAME[KEY]
    |   help: `callout state list` names all addresses, and where each stands
    |
    exit 1
    ");
}

const ROLLOUT: &str = "\
apiVersion: callout/v1
kind: Rollout
metadata: {name: routers}
spec:
  sites: {csv: sites.csv, key: store}
  template:
    kind: Dispatch
    metadata: {name: \"router-${{ site.store }}\", labels: {program: sdwan}}
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: Replace the branch router.
      automatic_email_contact: true
      automatic_email_cc: false
      locations:
        - location_name: Store ${{ site.store }}
          location_number: ${{ site.store }}
          local_contact_name: Sam Lee
          local_contact_number: 617-555-0123
          account_macnum: 0123${{ site.store }}
          start_date: 2027-02-01T08:00:00
          end_date: 2027-02-01T12:00:00
          timezone: America/New_York
";

fn rollout() -> Site {
    let site = Site::new();
    site.write("tickets/routers.yaml", ROLLOUT);
    site.write("tickets/sites.csv", "store\n0417\n0418\n0419\n");
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
    site
}

/// Nothing to send, and nobody to call.
fn is_quiet(site: &Site) {
    for _ in 0..2 {
        let ran = site.run("apply --yes").ends_with(0);
        assert!(ran.out.contains("No changes.") || ran.out.contains("renamed"), "{ran}");
        assert!(!ran.out.contains("person"), "{ran}");
    }
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn a_rollout_becomes_single_documents_and_a_rollout_again() {
    let site = rollout();
    let expanded = site.run("expand").ends_with(0).out;
    site.remove("tickets/routers.yaml");
    site.write("tickets/routers-expanded.yaml", &expanded);
    assert!(site.run("plan --detailed-exitcode").ends_with(0).out.starts_with("No changes."));
    is_quiet(&site);
    site.remove("tickets/routers-expanded.yaml");
    site.write("tickets/routers.yaml", ROLLOUT);
    assert!(site.run("plan --detailed-exitcode").ends_with(0).out.starts_with("No changes."));
    is_quiet(&site);
}

#[test]
fn with_other_names_a_rollouts_tickets_are_renamed_or_moved() {
    let site = rollout();
    let named = |old: &str, new: &str| {
        ROLLOUT.replace("router-${{", &format!("{new}-${{{{")).replace(
            "program: sdwan}}",
            &format!("program: sdwan}}}}\n    lifecycle: {{renamed_from: \"Dispatch/{old}-${{{{ site.store }}}}\"}}"),
        )
    };
    site.write("tickets/routers.yaml", named("router", "r"));
    is_quiet(&site);
    site.write("tickets/routers.yaml", ROLLOUT.replace("router-${{", "sdwan-${{"));
    for store in ["0417", "0418", "0419"] {
        site.run(&format!("state mv Dispatch/r-{store} Dispatch/sdwan-{store} --reason renamed --yes")).ends_with(0);
    }
    assert!(site.run("plan --detailed-exitcode").ends_with(0).out.starts_with("No changes."));
    is_quiet(&site);
}
