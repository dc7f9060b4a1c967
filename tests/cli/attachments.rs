use crate::shown::shows;
use crate::vendor::Site;

fn site() -> Site {
    let site = Site::with_dispatch();
    site.write("tickets/plan.pdf", "the first floor");
    site.edit("tickets/a.yaml", "  po_number", "  attachments: [plan.pdf]\n  po_number");
    site
}

#[test]
fn a_file_is_sent_with_its_ticket() {
    let site = site();
    let planned = site.run("plan").ends_with(0);
    assert!(planned.out.contains("    file: plan.pdf (15 bytes)\n"), "{planned}");
    site.run("apply --yes").ends_with(0);
    let files = site.vendor.last().files;
    assert_eq!(files.iter().map(|file| (file.filename.as_str(), file.size)).collect::<Vec<_>>(), [("plan.pdf", 15)]);
    site.run("plan --detailed-exitcode").ends_with(0);
}

#[test]
fn a_file_that_changed_after_the_plan_is_not_sent() {
    let site = site();
    site.run("plan --out p.plan").ends_with(0);
    site.write("tickets/plan.pdf", "the second floor");
    shows!(site.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    | plan/stale
    |
    |   x p.plan is not applied: Dispatch/store-0417-router: its description changed since this plan was made
    |   help: nothing was sent; make and review a new one: callout plan --out p.plan
    |
    exit 3
    ");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_file_that_changed_after_it_was_sent_needs_a_person() {
    let site = site();
    site.run("apply --yes").ends_with(0);
    site.write("tickets/plan.pdf", "the second floor");
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    Plan: 1 needs a person.

    ! Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        do this by hand: TechExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone
        next: have it changed, then plan again; or leave it: callout settle Dispatch/store-0417-router --accept --reason TEXT
          attachments: plan.pdf (26c40f96aa50) -> plan.pdf (94f371c54adc)
        at tickets/a.yaml:4:9

    Plan: 1 needs a person.
    exit 7
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_file_that_is_gone_stops_the_command() {
    let site = site();
    site.remove("tickets/plan.pdf");
    shows!(site.run("plan"), @r"
    $ callout plan
    | attachment/missing in Dispatch/store-0417-router
    |
    |   x there is no file `plan.pdf`
    |     ,-[tickets/a.yaml:12:17]
    |   9 |   initial_description: Replace the branch router.
    |  10 |   automatic_email_contact: true
    |  11 |   automatic_email_cc: false
    |  12 |   attachments: [plan.pdf]
    |     :                 ^^^^^^^^
    |  13 |   po_number: PO-88213
    |  14 |   locations:
    |  15 |     - location_name: Store 0417
    |     `----
    |   help: The path is relative to this manifest's folder.
    |
    exit 1
    ");
}

#[cfg(unix)]
#[test]
fn a_file_of_the_project_that_cannot_be_taken_is_not_said_to_be_elsewhere() {
    let site = site();
    let path = site.path("tickets/plan.pdf").display().to_string();
    site.edit("tickets/a.yaml", "[plan.pdf]", &format!("[{path}]"));
    let told = site.run("plan").ends_with(1).err;
    let message = "x the attachment `tickets/plan.pdf` has an absolute path, which is another file elsewhere";
    assert!(told.contains("attachment/absolute in "), "{told}");
    assert!(told.split_whitespace().collect::<Vec<_>>().join(" ").contains(message), "{told}");
    assert!(told.contains("help: Write its path relative to this file.\n"), "{told}");
    site.edit("tickets/a.yaml", &format!("[{path}]"), "[plan.pdf]");
    site.remove("tickets/plan.pdf");
    std::os::unix::fs::symlink("gone.pdf", site.path("tickets/plan.pdf")).expect("a link");
    let told = site.run("plan").ends_with(1).err;
    assert!(told.contains("x `plan.pdf` is a link that leads nowhere, or cannot be looked at\n"), "{told}");
    assert!(told.contains("help: Put the file itself in its place.\n"), "{told}");
}
