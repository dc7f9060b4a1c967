//! Input that no text file in a repository can show: bytes that are no text, huge files, links in circles, folders without rights.

mod rollouts;

use std::fs;
use std::path::Path;

use callout::manifest::{LARGEST, Loaded, Request};
use callout::render::{Look, MOST, human, validated_json};
use callout::rollout::load;

const PROJECT: &str = "apiVersion: callout/v1\nkind: Project\nmetadata: {name: acme}\n";
const DISPATCH: &str = include_str!("../manifests/valid/one-dispatch.yaml");
const LOOK: Look = Look { colour: false, unicode: false, width: 100 };

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("callout.yaml"), PROJECT).expect("the project file");
    folder
}

fn loaded(folder: &Path) -> Loaded {
    load(&Request { start: folder.to_path_buf(), paths: Vec::new(), sandbox: true, ..Request::default() })
}

fn messages(loaded: &Loaded) -> Vec<(&str, &str)> {
    loaded.diagnostics.iter().map(|diagnostic| (diagnostic.code, diagnostic.message.as_str())).collect()
}

#[test]
fn bytes_that_are_no_text_are_told_by_line_and_byte() {
    let folder = project();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("a file");
    write("a-nul.yaml", b"a: 1\nb: \0\n");
    write("b-latin.yaml", b"a: 1\nb: caf\xe9\n");
    write("c-wide.yaml", b"\xff\xfea\0:\0");
    let expected = vec![
        ("load/binary", "a-nul.yaml is no text: line 2 has a NUL byte (byte 8)"),
        ("load/not-utf8", "b-latin.yaml is not UTF-8: line 2, byte 11"),
        ("load/not-utf8", "c-wide.yaml is UTF-16, not UTF-8"),
    ];
    assert_eq!(messages(&loaded(folder.path())), expected);
}

#[test]
fn a_file_of_fifty_megabytes_is_refused_unread() {
    let folder = project();
    fs::File::create(folder.path().join("big.yaml")).and_then(|file| file.set_len(50_000_000)).expect("a large file");
    let loaded = loaded(folder.path());
    assert_eq!(messages(&loaded), vec![("load/too-large", "big.yaml is 50 MB; callout reads files of up to 32 MB")]);
    let help = loaded.diagnostics[0].help.as_deref();
    assert_eq!(help, Some("Split it, or name the folders to read in spec.manifests of callout.yaml."));
    assert_eq!(LARGEST, 32_000_000);
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_end_and_a_file_seen_twice_is_read_once() {
    use std::os::unix::fs::symlink;
    let folder = project();
    let tickets = folder.path().join("tickets");
    fs::create_dir(&tickets).expect("a folder");
    fs::write(tickets.join("a.yaml"), DISPATCH).expect("a manifest");
    symlink(folder.path(), tickets.join("up")).expect("a link");
    symlink(&tickets, folder.path().join("again")).expect("a link");
    let loaded = loaded(folder.path());
    assert_eq!(messages(&loaded), vec![]);
    assert_eq!((loaded.tickets.len(), loaded.files), (1, 1));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_project_is_no_attachment() {
    let (folder, elsewhere) = (project(), tempfile::tempdir().expect("a folder"));
    fs::write(elsewhere.path().join("secret.pdf"), "x").expect("a file");
    std::os::unix::fs::symlink(elsewhere.path().join("secret.pdf"), folder.path().join("plan.pdf")).expect("a link");
    fs::write(folder.path().join("a.yaml"), DISPATCH.replace("  po_number", "  attachments: [plan.pdf]\n  po_number")).expect("a manifest");
    let expected = vec![("attachment/outside", "the attachment `plan.pdf` is outside the project's folder")];
    assert_eq!(messages(&loaded(folder.path())), expected);
}

#[test]
fn attachments_count_together() {
    let folder = project();
    for name in ["a.pdf", "b.pdf"] {
        fs::File::create(folder.path().join(name)).and_then(|file| file.set_len(12_600_000)).expect("a large file");
    }
    fs::write(folder.path().join("t.yaml"), DISPATCH.replace("  po_number", "  attachments: [a.pdf, b.pdf]\n  po_number"))
        .expect("a manifest");
    let expected = vec![("attachment/too-large", "the attachments are 25.2 MB in all; at most 25 MB can be sent")];
    assert_eq!(messages(&loaded(folder.path())), expected);
}

#[test]
fn hidden_folders_and_files_that_are_not_ours_are_left_alone() {
    let folder = project();
    let state = folder.path().join(".callout");
    fs::create_dir(&state).expect("a folder");
    fs::write(state.join("a.yaml"), DISPATCH).expect("a file");
    fs::write(folder.path().join("helm.yaml"), "{{- if .Values.x }}\nkind: Dispatch\n{{ end }}\n").expect("a file");
    fs::write(folder.path().join("kube.yml"), "apiVersion: apps/v1\nkind: Deployment\n").expect("a file");
    fs::write(folder.path().join("notes.txt"), "not YAML: [").expect("a file");
    let loaded = loaded(folder.path());
    assert_eq!(messages(&loaded), vec![]);
    assert_eq!((loaded.skipped_files, loaded.documents), (2, 0));
}

#[test]
fn a_project_is_found_upwards_and_shown_from_where_the_user_is() {
    let folder = project();
    let tickets = folder.path().join("tickets");
    fs::create_dir(&tickets).expect("a folder");
    fs::write(tickets.join("a.yaml"), DISPATCH.replace("PO-88213", "[]")).expect("a manifest");
    let loaded = loaded(&tickets);
    assert_eq!(loaded.project.as_ref().map(|project| project.name.as_str()), Some("acme"));
    let place = loaded.diagnostics[0].place.as_ref().map(ToString::to_string);
    assert_eq!(place.as_deref(), Some("a.yaml:12:3"));
}

#[test]
fn without_a_project_the_named_file_alone_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.yaml"), DISPATCH).expect("a manifest");
    fs::write(folder.path().join("b.yaml"), DISPATCH).expect("a manifest");
    let request = Request { start: folder.path().to_path_buf(), paths: vec!["a.yaml".into(), "gone.yaml".into()], ..Request::default() };
    let loaded = load(&request);
    assert_eq!(messages(&loaded), vec![("load/path", "cannot read gone.yaml: no such file or directory")]);
    assert_eq!((loaded.tickets.len(), loaded.project.is_none()), (1, true));
}

#[test]
fn without_a_project_and_without_paths_nothing_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.yaml"), DISPATCH).expect("a manifest");
    let loaded = loaded(folder.path());
    assert_eq!(messages(&loaded), vec![("project/none", "there is no callout.yaml here or in any folder above")]);
    assert!(loaded.tickets.is_empty());
}

#[test]
fn a_file_named_in_several_ways_is_read_once() {
    let folder = project();
    fs::create_dir(folder.path().join("sub")).expect("a folder");
    fs::write(folder.path().join("sub/a.YAML"), DISPATCH).expect("a manifest");
    let paths = ["sub", "./sub/a.YAML", "sub/../sub/a.YAML", "sub/.."].map(Into::into).to_vec();
    let loaded = load(&Request { start: folder.path().to_path_buf(), paths, sandbox: true, ..Request::default() });
    assert_eq!(messages(&loaded), vec![]);
    assert_eq!(loaded.tickets.len(), 1);
}

#[test]
fn a_thousand_mistakes_are_counted_and_a_hundred_shown() {
    let folder = project();
    let broken = |at: usize| format!("---\n{}", DISPATCH.replace("store-0417-router", &format!("s{at}")).replace("PO-88213", "{}"));
    fs::write(folder.path().join("a.yaml"), (0..1000).map(broken).collect::<String>()).expect("a manifest");
    let loaded = loaded(folder.path());
    assert_eq!(loaded.diagnostics.len(), 1000);
    let text = human(&loaded.diagnostics, LOOK);
    assert_eq!(text.matches("schema/type").count(), MOST);
    assert!(text.ends_with("\n... and 900 more errors.\n"), "{}", &text[text.len() - 100..]);
    assert_eq!(validated_json(&loaded, "", false)["diagnostics"].as_array().map(Vec::len), Some(1000));
}

#[test]
fn escape_sequences_of_a_file_never_reach_the_terminal() {
    let folder = project();
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}";
    let name = format!("{}.yaml", "x\u{1b}[2Jy");
    fs::write(
        folder.path().join(&name),
        DISPATCH.replace("Equipment Install", &format!("\"{}\" # {evil}", "\\e[2J")).replace("store-0417-router", "a"),
    )
    .expect("a manifest");
    let loaded = loaded(folder.path());
    assert!(loaded.has_errors());
    let text = human(&loaded.diagnostics, LOOK);
    assert!(!text.contains(|c: char| c.is_control() && c != '\n') && !text.contains('\u{202e}'), "{text:?}");
}

#[test]
fn data_for_programs_names_file_line_and_column() {
    let folder = project();
    fs::write(folder.path().join("a.yaml"), DISPATCH.replace("po_number", "po_nubmer")).expect("a manifest");
    let expected = serde_json::json!([{
        "code": "schema/unknown-key", "severity": "error", "message": "spec has no key `po_nubmer`",
        "file": "a.yaml", "line": 12, "column": 3, "address": "Dispatch/store-0417-router", "help": "Did you mean `po_number`?",
    }]);
    assert_eq!(validated_json(&loaded(folder.path()), "", false)["diagnostics"], expected);
}

#[test]
fn tickets_carry_what_the_files_say() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests/valid/project");
    let loaded = load(&Request { start: case, ..Request::default() });
    let ticket = &loaded.tickets[0];
    assert_eq!(ticket.address.to_string(), "Dispatch/store-0417-router");
    assert_eq!(ticket.fields.text("account_macnum"), Some("01234567"));
    assert_eq!(ticket.fields.get("automatic_email_contact"), Some(&true.into()));
    assert_eq!(ticket.labels.get("program").map(String::as_str), Some("sdwan-2026"));
    assert_eq!(ticket.attachments[0].path, Path::new("tickets/plans/floor-plan.pdf"));
    assert_eq!((ticket.attachments[0].size, ticket.attachments.len()), (20, 2));
    assert_eq!(ticket.place.as_ref().map(ToString::to_string).as_deref(), Some("tickets/store-0417.yaml:4:9"));
    let project = loaded.project.expect("a project");
    assert_eq!((project.limits.creates, project.limits.creates_per_day, project.plan_expires_hours), (50, 300, 24));
    assert_eq!(project.state, callout::manifest::StatePlace::File(project.folder.join(".callout/state.json")));
}
