//! What an editor makes of the schema: it offers keys and values, explains them, and marks what is wrong, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::editor::Editor;
use crate::support::project::Project;

const DISPATCH: &str = "apiVersion: callout/v1\nkind: Dispatch\nmetadata: {name: a}\nspec:\n";
const ROLLOUT: &str = "apiVersion: callout/v1\nkind: Rollout\nmetadata: {name: a}\nspec:\n  sites: {csv: sites.csv, key: store}\n  template:\n    kind: Dispatch\n    metadata: {name: \"a-${{ site.store }}\"}\n    spec:\n";
const PROJECT: &str = "apiVersion: callout/v1\nkind: Project\nmetadata: {name: a}\nspec:\n";

/// Every YAML file below a folder.
fn manifests(folder: &Path) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![folder.to_path_buf()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// All of these are among what was offered, and none of those.
#[track_caller]
fn has(offered: &[String], wanted: &[&str], unwanted: &[&str]) {
    let is_there = |name: &&&str| offered.iter().any(|offer| offer == **name);
    assert!(wanted.iter().all(|name| is_there(&name)) && !unwanted.iter().any(|name| is_there(&name)), "{offered:?}");
}

#[test]
fn an_editor_offers_explains_and_marks_what_callout_would() {
    let project = Project::empty();
    project.run("init --name acme").ends_with(0);
    let settings = serde_json::from_str(&project.read(".vscode/settings.json")).expect("settings");
    let Some(mut editor) = Editor::start(&project.path(""), &settings) else { return };

    // Kinds, keys of each kind, values.
    let kinds = editor.offers("tickets", "apiVersion: callout/v1\nkind: |\n");
    has(&kinds, &["Dispatch", "NocTicket", "CustomerTicket", "HelpdeskTicket", "Rollout", "Project"], &[]);
    has(&editor.offers("tickets", &format!("{DISPATCH}  |\n")), &["service_type", "locations", "po_number"], &["sites", "issue_name"]);
    let noc = DISPATCH.replace("Dispatch", "NocTicket");
    has(&editor.offers("tickets", &format!("{noc}  |\n")), &["issue_name", "sites"], &["locations", "service_type"]);
    has(&editor.offers("tickets", &format!("{DISPATCH}  locations:\n    - |\n")), &["account_macnum", "timezone"], &["service_type"]);
    let services = editor.offers("tickets", &format!("{DISPATCH}  service_type: |\n"));
    has(&services, &["Site Audit", "Equipment Install", "Smart Hands"], &["Dispatch"]);
    assert_eq!(services.len(), 15, "{services:?}");
    assert_eq!(editor.offers("tickets", &format!("{DISPATCH}lifecycle:\n  on_remove: |\n")), ["hold", "forget", "close", "delete"]);

    // The same inside a rollout's template, in whatever folder rollouts are, and in the project file.
    has(&editor.offers("rollouts", &format!("{ROLLOUT}      |\n")), &["service_type", "locations"], &["sites", "issue_name"]);
    let noc = ROLLOUT.replace("Dispatch", "NocTicket");
    has(&editor.offers("rollouts", &format!("{noc}      |\n")), &["issue_name", "sites"], &["locations"]);
    assert_eq!(editor.offers("rollouts", &format!("{ROLLOUT}      service_type: |\n")), services);
    has(
        &editor.offers("rollouts", &format!("{}    kind: |\n", ROLLOUT.split_once("    kind").expect("a kind").0)),
        &["Dispatch"],
        &["Rollout"],
    );
    let project_file = |text: &str| format!("# yaml-language-server: $schema=../callout.schema.json\n{PROJECT}{text}");
    has(&editor.offers("other", &project_file("  systems:\n    |\n")), &["techexpress", "readydesk"], &["limits"]);
    has(&editor.offers("other", &project_file("  |\n")), &["systems", "limits", "defaults"], &["techexpress"]);

    // What a key and a value mean.
    for (folder, text) in
        [("tickets", format!("{DISPATCH}  serv|ice_type: Site Audit\n")), ("rollouts", format!("{ROLLOUT}      serv|ice_type: Move\n"))]
    {
        let told = editor.tells(folder, &text);
        assert!(told.contains("The kind of work; one of fifteen."), "{told}");
        assert!(told.contains("* `Move`: Move named equipment or wiring to another place."), "{told}");
    }
    let told = editor.tells("tickets", "apiVersion: callout/v1\nki|nd: Dispatch\n");
    assert!(told.contains("What this document describes."), "{told}");

    // What is wrong, and nothing that `defaults` of the project may give.
    assert_eq!(editor.marks("tickets", &format!("{DISPATCH}  servce_type: Site Audit\n")), ["5: Property servce_type is not allowed."]);
    assert_eq!(editor.marks("rollouts", &format!("{ROLLOUT}      servce_type: Move\n")), ["10: Property servce_type is not allowed."]);
    let wrong = editor.marks("tickets", &format!("{DISPATCH}  service_type: Site Adit\n"));
    assert!(matches!(wrong.as_slice(), [one] if one.starts_with("5: Value is not accepted. Valid values: \"")), "{wrong:?}");
    let wrong = editor.marks("tickets", "apiVersion: callout/v1\nkind: Dispach\nmetadata: {name: a}\n");
    assert!(matches!(wrong.as_slice(), [one] if one.starts_with("2: Value is not accepted.")), "{wrong:?}");
    assert_eq!(editor.marks("tickets", &format!("{ROLLOUT}      service_type: ${{{{ site.work }}}}\n")), Vec::<String>::new());

    // Neither in the files that `init` writes, nor in any example.
    let mut files = manifests(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"));
    assert!(files.len() > 10, "{files:?}");
    files.extend([project.path("callout.yaml"), project.path("tickets/example.yaml")]);
    for file in files {
        assert_eq!(editor.marks_in(&file), Vec::<String>::new(), "{}", file.display());
    }
}
