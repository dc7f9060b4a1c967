//! A lost state on the sandbox: rebuilt, or given up. `tests/cli/rebuild.rs` types what docs/recovery.md prints.

use std::fs;

use crate::stage::{callout, copy};

const STATE: [&str; 3] = ["state.json", "journal.jsonl", "history"];

fn lose_state(folder: &std::path::Path) {
    for name in STATE {
        let path = folder.join(".callout/sandbox").join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.expect("a part of the state");
    }
}

#[test]
fn a_lost_state_is_rebuilt_and_its_tickets_are_imported() {
    let stage = copy();
    let folder = stage.path().join("examples/one-dispatch");
    let ok = |arguments: &[&str]| {
        let (code, said) = callout(&folder, arguments);
        assert_eq!(code, 0, "{arguments:?}\n{said}");
        said
    };
    ok(&["--sandbox", "apply", "--yes"]);
    lose_state(&folder);
    let (code, said) = callout(&folder, &["--sandbox", "apply", "--yes"]);
    assert!(code == 1 && said.contains("state/missing") && said.contains("nothing is planned or sent"), "{said}");

    let rebuilt = ok(&["--sandbox", "state", "rebuild", "--reason", "the disk died", "--yes"]);
    assert!(rebuilt.contains("1 ticket will be in doubt") && rebuilt.contains("callout --sandbox import --from FILE.csv"), "{rebuilt}");
    assert_eq!(callout(&folder, &["--sandbox", "apply", "--yes"]).0, 5, "nobody is sent");
    fs::write(folder.join("known.csv"), "address,id\nDispatch/store-0417-router,482001\n").expect("a list");
    let imported = ok(&["--sandbox", "import", "--from", "known.csv", "--reason", "the disk died", "--yes"]);
    assert!(imported.contains("= Dispatch/store-0417-router is ticket 482001"), "{imported}");
    assert_eq!(ok(&["--sandbox", "plan", "--detailed-exitcode"]), "No changes. 1 ticket is unchanged.\n");
}

#[test]
fn a_ticket_of_another_visit_is_not_imported_after_a_start_over_either() {
    let stage = copy();
    let folder = stage.path().join("examples/one-dispatch");
    callout(&folder, &["--sandbox", "apply", "--yes"]);
    lose_state(&folder);
    callout(&folder, &["--sandbox", "state", "init", "--start-over", "--reason", "the disk died", "--yes"]);
    let manifest = folder.join("tickets/store-0417-router.yaml");
    let renamed = fs::read_to_string(&manifest).expect("a manifest").replace("name: store-0417-router", "name: store-0418-router");
    fs::write(&manifest, renamed).expect("a manifest");
    let (code, said) = callout(&folder, &["--sandbox", "import", "Dispatch/store-0418-router", "482001", "--yes"]);
    assert!(code == 1 && said.contains("it carries the mark "), "{said}");
}
