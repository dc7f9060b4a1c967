use crate::shown::shows;
use crate::support::project::Project;
use crate::vendor::{Site, dispatch, other_order};

#[test]
fn nothing_is_nothing() {
    shows!(Project::started().run("plan"), @r"
    $ callout plan
    No tickets: the files describe none, and the state remembers none that is open.
    exit 0
    ");
}

#[test]
fn a_new_ticket_is_shown_as_it_will_be_sent() {
    let site = Site::with_dispatch();
    shows!(site.run("plan"), @r"
    $ callout plan
    Plan: 1 to create.

    + Dispatch/store-0417-router  Store 0417 (0417), account 01230417
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 0417
        location_number: 0417
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01230417
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        at tickets/a.yaml:4:9

    Plan: 1 to create.
    exit 0
    ");
    assert!(site.vendor.sandbox.requests().is_empty());
}

#[test]
fn a_plan_comes_as_json_with_its_counts() {
    let site = Site::with_dispatch();
    let plan = site.run("plan --format json").ends_with(0).json();
    assert_eq!(
        (&plan["format_version"], &plan["summary"], &plan["counts"]["create"]),
        (&1.into(), &"Plan: 1 to create.".into(), &1.into())
    );
    let step = &plan["plan"]["steps"][0];
    assert_eq!((&step["key"]["address"], &step["action"]["do"]), (&"Dispatch/store-0417-router".into(), &"create".into()));
    assert_eq!(step["place"], "tickets/a.yaml:4:9");
}

#[test]
fn a_target_narrows_the_plan_and_a_wrong_one_is_a_mistake() {
    let site = Site::with_dispatch();
    site.write("tickets/b.yaml", dispatch("store-0418-router", "0418"));
    let targeted = site.run("plan --target Dispatch/store-0418-router").ends_with(0);
    assert!(targeted.out.contains("store-0418-router") && !targeted.out.contains("store-0417-router"), "{targeted}");
    shows!(site.run("plan --target Dispatch/store-0419-router"), @r"
    $ callout plan --target Dispatch/store-0419-router
    | plan/unknown-target
    |
    |   x --target Dispatch/store-0419-router selects no ticket of the files or of the state
    |   help: did you mean Dispatch/store-0417-router?
    |
    exit 1
    ");
    shows!(site.run("plan --target store-0418-router"), @r"
    $ callout plan --target store-0418-router
    | error: invalid value 'store-0418-router' for '--target <ADDRESS>': `store-0418-router` is no ticket address; one looks like Dispatch/NAME or Dispatch/NAME[KEY]
    |
    | For more information, try '--help'.
    exit 1
    ");
    let applied = site.run("apply --yes --target Dispatch/store-0418-router").ends_with(0);
    assert_eq!(site.vendor.tickets(), 1, "{applied}");
}

#[test]
fn exit_codes_tell_more_when_asked() {
    let site = Site::with_dispatch();
    site.run("plan").ends_with(0);
    site.run("plan --detailed-exitcode").ends_with(2);
    site.run("apply --yes").ends_with(0);
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    No changes. 1 ticket is unchanged.
    exit 0
    ");
    site.edit("tickets/a.yaml", "PO-88213", "PO-1");
    site.run("plan").ends_with(0);
    site.run("plan --detailed-exitcode").ends_with(7);
}

#[test]
fn unchanged_tickets_are_listed_when_asked() {
    let site = Site::with_ticket();
    shows!(site.run("plan --verbose"), @r"
    $ callout plan --verbose
    No changes. 1 ticket is unchanged.

    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        at tickets/a.yaml:4:9

    No changes. 1 ticket is unchanged.
    exit 0
    ");
}

#[test]
fn drift_is_shown_and_counts_as_a_change() {
    let site = Site::with_ticket();
    site.run("apply --yes").ends_with(0);
    site.vendor.edit(482_001, &other_order("PO-OTHER"));
    site.run("plan --detailed-exitcode").ends_with(0);
    shows!(site.run("plan --detailed-exitcode --refresh all"), @r"
    $ callout plan --detailed-exitcode --refresh all
    No changes. 1 ticket was changed in the ticket system.

    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        changed in the ticket system:
          po_number: PO-88213 -> PO-OTHER
        at tickets/a.yaml:4:9

    No changes. 1 ticket was changed in the ticket system.
    exit 2
    ");
    shows!(site.run("apply --yes --refresh all"), @r"
    $ callout apply --yes --refresh all
    No changes. 1 ticket was changed in the ticket system.

    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        changed in the ticket system:
          po_number: PO-88213 -> PO-OTHER
        at tickets/a.yaml:4:9

    No changes. 1 ticket was changed in the ticket system.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn drift_is_taken_where_a_person_says_so() {
    let site = Site::with_ticket();
    site.run("apply --yes").ends_with(0);
    site.vendor.edit(482_001, &other_order("PO-OTHER"));
    shows!(site.run("plan --take live"), @r"
    $ callout plan --take live
    No changes. 1 ticket is unchanged.
    | --take live: no ticket that was read was changed in its system; --refresh all reads them all
    exit 0
    ");
    shows!(site.run("plan --take file --refresh all"), @r"
    $ callout plan --take file --refresh all
    No changes. 1 ticket was changed in the ticket system.
    
    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        --take file cannot put it back: TechExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone
        changed in the ticket system:
          po_number: PO-88213 -> PO-OTHER
        at tickets/a.yaml:4:9
    
    No changes. 1 ticket was changed in the ticket system.
    exit 0
    ");
    shows!(site.run("apply --take live --refresh all"), @r"
    $ callout apply --take live --refresh all
    No changes. 1 ticket was changed in the ticket system.
    
    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        the ticket's values stand: po_number (--take live)
        changed in the ticket system:
          po_number: PO-88213 -> PO-OTHER
        at tickets/a.yaml:4:9
    
    No changes. 1 ticket was changed in the ticket system.
    
    What was seen is recorded.
    exit 0
    ");
    shows!(site.run("plan --refresh all --detailed-exitcode"), @r"
    $ callout plan --refresh all --detailed-exitcode
    No changes. 1 ticket is unchanged.
    exit 0
    ");
    site.edit("tickets/a.yaml", "PO-88213", "PO-OTHER");
    site.run("plan --detailed-exitcode").ends_with(0);
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn nothing_is_read_when_reading_is_switched_off() {
    let site = Site::with_ticket();
    let before = site.vendor.sandbox.requests().len();
    site.edit("tickets/a.yaml", "PO-88213", "PO-1");
    shows!(site.run("plan --refresh none"), @r"
    $ callout plan --refresh none
    Plan: 1 needs a person.

    ! Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        the ticket could not be read: reading was switched off by --refresh none
        next: mend that, then plan again
          po_number: PO-88213 -> PO-1
        at tickets/a.yaml:4:9

    Plan: 1 needs a person.
    exit 0
    ");
    assert_eq!(site.vendor.sandbox.requests().len(), before);
}

#[test]
fn many_reads_are_announced() {
    let site = Site::new();
    for store in ["0417", "0418", "0419"] {
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    }
    site.run("apply --yes").ends_with(0);
    shows!(site.run("plan --refresh all"), @r"
    $ callout plan --refresh all
    No changes. 3 tickets are unchanged.
    | reading 3 tickets
    exit 0
    ");
}

#[test]
fn a_system_without_settings_is_named() {
    let project = Project::started();
    project.write("tickets/a.yaml", dispatch("store-0417-router", "0417"));
    shows!(project.run("plan"), @r#"
    $ callout plan
    | project/no-settings
    |
    |   x callout.yaml has no settings for TechExpress, and 1 ticket needs it, such as Dispatch/store-0417-router
    |    ,-[callout.yaml:1:1]
    |  1 | # yaml-language-server: $schema=callout.schema.json
    |    : ^
    |  2 | apiVersion: callout/v1
    |  3 | kind: Project
    |  4 | metadata:
    |    `----
    |   help: Add it below `spec:` in callout.yaml:
    |           systems:
    |             techexpress: {base_url: https://api.example.com, credential: {bearer: "env:G360_TOKEN"}}
    |         To try callout without an account, use --sandbox.
    |
    exit 1
    "#);
}
