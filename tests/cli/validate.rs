use crate::shown::shows;
use crate::support::project::Project;
use crate::vendor::{Site, dispatch};

#[test]
fn a_good_project_needs_no_credential_and_no_network() {
    let mut site = Site::with_dispatch();
    site.set("G360_TOKEN", "");
    site.write("tickets/b.yaml", dispatch("store-0418-router", "0418"));
    site.write("tickets/notes.yaml", "shopping: [milk]\n");
    shows!(site.run("validate"), @r"
    $ callout validate
    Valid: 2 tickets in 2 documents; 1 file not callout's, skipped.
    exit 0
    ");
    assert!(site.vendor.sandbox.requests().is_empty());
}

#[test]
fn a_mistake_is_shown_where_it_is() {
    let project = Project::started();
    project.write("tickets/a.yaml", dispatch("store-0417-router", "0417").replace("po_number", "po_nubmer"));
    shows!(project.run("validate"), @r#"
    $ callout validate
    Not valid: 1 error.
    | schema/unknown-key in Dispatch/store-0417-router
    |
    |   x spec has no key `po_nubmer`
    |     ,-[tickets/a.yaml:12:3]
    |   9 |   initial_description: Replace the branch router.
    |  10 |   automatic_email_contact: true
    |  11 |   automatic_email_cc: false
    |  12 |   po_nubmer: PO-88213
    |     :   ^^^^^^^^^
    |  13 |   locations:
    |  14 |     - location_name: Store 0417
    |  15 |       location_number: "0417"
    |     `----
    |   help: Did you mean `po_number`?
    |
    exit 1
    "#);
}

#[test]
fn mistakes_come_as_json_too() {
    let project = Project::started();
    project.write("tickets/a.yaml", dispatch("store-0417-router", "0417").replace("PO-88213", &"9".repeat(31)));
    let ran = project.run("validate --format json").ends_with(1);
    let told = &ran.json()["diagnostics"][0];
    assert_eq!(told["code"], "schema/too-long");
    assert_eq!(
        (&told["file"], &told["line"], &told["address"]),
        (&"tickets/a.yaml".into(), &12.into(), &"Dispatch/store-0417-router".into())
    );
    assert!(ran.err.is_empty(), "{ran}");
}

#[test]
fn one_file_is_checked_alone() {
    let project = Project::started();
    project.write("tickets/a.yaml", dispatch("store-0417-router", "0417"));
    project.write("tickets/b.yaml", "kind: [");
    shows!(project.run("validate tickets/a.yaml"), @r"
    $ callout validate tickets/a.yaml
    Valid: 1 ticket in 1 document.
    exit 0
    ");
    shows!(project.run("validate tickets/none.yaml"), @r"
    $ callout validate tickets/none.yaml
    Not valid: 1 error.
    | load/path
    |
    |   x cannot read tickets/none.yaml: no such file or directory
    |   help: Check the path; it is relative to the working folder.
    |
    exit 1
    ");
}

#[test]
fn outside_of_a_project_there_is_nothing_to_check() {
    shows!(Project::empty().run("validate"), @r"
    $ callout validate
    Not valid: 1 error.
    | project/none
    |
    |   x there is no callout.yaml here or in any folder above
    |   help: Run `callout init` in the project's folder, or name the folder with -C DIR.
    |
    exit 1
    ");
    shows!(Project::empty().run("plan"), @r"
    $ callout plan
    | project/none
    |
    |   x there is no callout.yaml here or in any folder above
    |   help: Run `callout init` in the project's folder, or name the folder with -C DIR.
    |
    exit 1
    ");
    shows!(Project::empty().run("state list"), @r"
    $ callout state list
    | project/none
    |
    |   x there is no callout.yaml here or in any folder above
    |   help: Run `callout init` in the project's folder, or name the folder with -C DIR.
    |
    exit 1
    ");
}
