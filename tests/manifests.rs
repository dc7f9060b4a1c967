//! Manifests that people get right and wrong: `tests/manifests/valid` says nothing, `tests/manifests/invalid` says exactly what
//! is expected. A case is a file, or a folder with a project. `UPDATE_EXPECTED=1 cargo test --test manifests` writes what is said now;
//! read it as the user would before you commit it.

use std::fs;
use std::path::{Path, PathBuf};

use callout::manifest::{Loaded, Request};
use callout::render::{Look, human};
use callout::rollout::load;

fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests").join(folder);
    let entries = fs::read_dir(folder).expect("the folder of cases");
    let mut cases: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.extension().is_none_or(|e| e != "expected")).collect();
    cases.sort();
    cases
}

fn loaded(case: &Path) -> Loaded {
    if case.is_dir() {
        return load(&Request { start: case.to_path_buf(), ..Request::default() });
    }
    let start = case.parent().expect("a folder").to_path_buf();
    load(&Request { start, paths: vec![case.to_path_buf()], ..Request::default() })
}

fn said(case: &Path) -> String {
    human(&loaded(case).diagnostics, Look { colour: false, unicode: false, width: 120 })
}

#[test]
fn broken_manifests_say_exactly_what_is_wrong() {
    let cases = cases("invalid");
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let mut different = Vec::new();
    for case in &cases {
        let expected = case.with_extension("expected");
        let (said, wanted) = (said(case), fs::read_to_string(&expected).unwrap_or_default());
        assert!(!said.is_empty(), "{} says nothing", case.display());
        if said == wanted {
            continue;
        }
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&expected, said).expect("the expected text");
        } else {
            different.push(format!("{}\n--- expected\n{wanted}\n--- said\n{said}", case.display()));
        }
    }
    assert!(different.is_empty(), "{}\nUPDATE_EXPECTED=1 cargo test --test manifests", different.join("\n\n"));
}

#[test]
fn good_manifests_say_nothing_and_give_tickets() {
    let cases = cases("valid");
    assert!(cases.len() >= 5, "only {} cases", cases.len());
    for case in &cases {
        assert_eq!(said(case), "", "{}", case.display());
        assert!(!loaded(case).tickets.is_empty(), "{} gives no ticket", case.display());
    }
}

#[test]
fn every_expected_text_has_its_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests/invalid");
    let names: Vec<PathBuf> = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    for expected in names.iter().filter(|path| path.extension().is_some_and(|extension| extension == "expected")) {
        let stem = expected.with_extension("");
        assert!(stem.is_dir() || expected.with_extension("yaml").is_file(), "{} has no case", expected.display());
    }
}
