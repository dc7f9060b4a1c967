use std::fs;

use crate::shown::shows;
use crate::vendor::{Site, dispatch};

/// Runs plan, apply and validate with one bad file beside a good one: nothing may be sent.
fn with_file(name: &str, content: &[u8]) -> crate::support::project::Ran {
    let site = Site::with_dispatch();
    site.write(name, content);
    site.run("apply --yes").ends_with(1);
    site.run("validate").ends_with(1);
    assert!(site.vendor.sandbox.requests().is_empty());
    assert_eq!(site.run("state list --format json").json()["records"], serde_json::json!([]));
    site.run("plan")
}

#[test]
fn broken_yaml() {
    shows!(with_file("tickets/b.yaml", b"apiVersion: callout/v1\nkind: Dispatch\nmetadata: {name: [\n"), @r"
    $ callout plan
    | yaml/syntax
    |
    |   x a bracket is opened and never closed, or a comma is missing inside it
    |    ,-[tickets/b.yaml:3:18]
    |  1 | apiVersion: callout/v1
    |  2 | kind: Dispatch
    |  3 | metadata: {name: [
    |    :                  ^
    |    `----
    |   help: Close it, and put commas between the items.
    |
    exit 1
    ");
}

#[test]
fn a_tab() {
    shows!(with_file("tickets/b.yaml", b"apiVersion: callout/v1\nkind: Dispatch\nspec:\n\tpo_number: 1\n"), @r"
    $ callout plan
    | yaml/syntax
    |
    |   x a tab is used to indent this line
    |    ,-[tickets/b.yaml:4:1]
    |  1 | apiVersion: callout/v1
    |  2 | kind: Dispatch
    |  3 | spec:
    |  4 |  po_number: 1
    |    : ^
    |    `----
    |   help: Indent with spaces; YAML allows no tabs there.
    |
    exit 1
    ");
}

#[test]
fn an_empty_file_is_skipped() {
    let site = Site::with_dispatch();
    site.write("tickets/b.yaml", "");
    shows!(site.run("validate"), @r"
    $ callout validate
    Valid: 1 ticket in 1 document; 1 file not callout's, skipped.
    exit 0
    ");
}

#[test]
fn a_binary_file() {
    shows!(with_file("tickets/b.yaml", b"\x7fELF\x02\x01\x01\0\0\0"), @r"
    $ callout plan
    | load/binary
    |
    |   x tickets/b.yaml is no text: line 1 has a NUL byte (byte 7)
    |   help: Save it as UTF-8 text, or move it out of the project's folders.
    |
    exit 1
    ");
}

#[test]
fn fifty_megabytes() {
    let site = Site::with_dispatch();
    fs::File::create(site.path("tickets/b.yaml")).and_then(|file| file.set_len(50_000_000)).expect("a large file");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    | load/too-large
    |
    |   x tickets/b.yaml is 50 MB; callout reads files of up to 32 MB
    |   help: Split it, or name the folders to read in spec.manifests of callout.yaml.
    |
    exit 1
    ");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_hundred_thousand_levels() {
    let nested = format!("apiVersion: callout/v1\nkind: Dispatch\nspec: {}", "[".repeat(100_000));
    shows!(with_file("tickets/b.yaml", nested.as_bytes()), @r"
    $ callout plan
    | yaml/too-deep
    |
    |   x this is nested more than 100 levels deep
    |    ,-[tickets/b.yaml:3:108]
    |  1 | apiVersion: callout/v1
    |  2 | kind: Dispatch
    |  3 | spec: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
    |    :                                                                                                            ^
    |    `----
    |   help: A manifest needs fewer than ten levels. Look for brackets that are never closed.
    |
    exit 1
    ");
}

#[test]
fn a_thousand_errors_are_counted() {
    let site = Site::new();
    let many: String = (0..1000).map(|number| dispatch(&format!("store-{number}"), "0417").replace("PO-88213", "[]") + "---\n").collect();
    site.write("tickets/a.yaml", many);
    let ran = site.run("validate").ends_with(1);
    assert_eq!(ran.err.matches("schema/").count(), 100);
    let last = |text: &str| text.trim_end().lines().last().map(str::to_owned);
    insta::assert_snapshot!(format!("{:?} {:?}", last(&ran.err), last(&ran.out)), @r#"
    Some("... and 900 more errors.") Some("Not valid: 1000 errors.")
    "#);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::with_dispatch();
    let folder = site.path("tickets/closed");
    fs::create_dir(&folder).and_then(|()| fs::set_permissions(&folder, fs::Permissions::from_mode(0o000))).expect("a folder");
    // Rights do not bind root.
    if fs::read_dir(&folder).is_err() {
        shows!(site.run("apply --yes"), @r"
        $ callout apply --yes
        | load/folder
        |
        |   x cannot look into the folder tickets/closed: permission denied
        |   help: Allow reading it, or name the folders to read in spec.manifests of callout.yaml.
        |
        exit 1
        ");
        assert_eq!(site.vendor.tickets(), 0);
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("a folder");
}

#[cfg(unix)]
#[test]
fn a_file_that_leads_nowhere() {
    let site = Site::with_dispatch();
    std::os::unix::fs::symlink("gone.yaml", site.path("tickets/b.yaml")).expect("a link");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    | load/unreadable
    |
    |   x cannot read tickets/b.yaml: no such file or directory
    |   help: Allow reading it, or move it out of the project's folders.
    |
    exit 1
    ");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_project_file_with_mistakes() {
    let site = Site::with_dispatch();
    site.write("callout.yaml", "apiVersion: callout/v1\nkind: Project\nmetadata: {name: acme}\nspec: {limits: {create: 5}}\n");
    shows!(site.run("plan"), @r"
    $ callout plan
    | schema/unknown-key
    |
    |   x limits has no key `create`
    |    ,-[callout.yaml:4:17]
    |  1 | apiVersion: callout/v1
    |  2 | kind: Project
    |  3 | metadata: {name: acme}
    |  4 | spec: {limits: {create: 5}}
    |    :                 ^^^^^^
    |    `----
    |   help: Did you mean `creates`?
    |
    exit 1
    ");
    site.write("callout.yaml", "");
    shows!(site.run("plan"), @r"
    $ callout plan
    | project/empty
    |
    |   x callout.yaml is empty
    |    ,-[callout.yaml:1:1]
    |  1 |
    |    : ^
    |    `----
    |   help: A project file starts with these lines:
    |         apiVersion: callout/v1
    |         kind: Project
    |         metadata: {name: my-project}
    |
    exit 1
    ");
    shows!(site.run("state list"), @r"
    $ callout state list
    | project/empty
    |
    |   x callout.yaml is empty
    |    ,-[callout.yaml:1:1]
    |  1 |
    |    : ^
    |    `----
    |   help: A project file starts with these lines:
    |         apiVersion: callout/v1
    |         kind: Project
    |         metadata: {name: my-project}
    |
    exit 1
    ");
}
