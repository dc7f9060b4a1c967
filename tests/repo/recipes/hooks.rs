//! The hooks for pre-commit, as a commit runs them; and the image.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use super::workflow::read;
use crate::stage::{command, copy_folder, root};
use crate::support::{git, tools};

#[test]
fn a_commit_with_a_mistake_is_stopped_by_the_hooks() {
    if !tools::are_there(&["bash", "git"]) {
        return;
    }
    let hooks = read(&root().join(".pre-commit-hooks.yaml"));
    let entry = |id: &str| {
        let hook = hooks.as_array().expect("hooks").iter().find(|hook| hook["id"] == id).unwrap_or_else(|| panic!("there is no hook {id}"));
        // Which files are in a commit makes no difference: the whole project is looked at.
        assert_eq!((&hook["pass_filenames"], &hook["language"]), (&Value::Bool(false), &Value::from("rust")));
        hook["entry"].as_str().expect("a command").to_owned()
    };
    let folder = tempfile::TempDir::new().expect("a folder");
    copy_folder(&root().join("examples/gitops"), folder.path());
    let wanted = read(&folder.path().join(".pre-commit-config.yaml"));
    let ids: Vec<&str> = wanted["repos"][0]["hooks"].as_array().expect("hooks").iter().filter_map(|hook| hook["id"].as_str()).collect();
    let script: Vec<String> = ids.iter().map(|id| entry(id) + " || exit 1").collect();
    git::commit(folder.path());
    let hook = folder.path().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().expect("a folder")).expect("a folder");
    fs::write(&hook, format!("#!/bin/bash\n{}\n", script.join("\n")))
        .and_then(|()| fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)))
        .expect("a hook");
    let stores = folder.path().join("rollouts/stores.csv");
    let text = fs::read_to_string(&stores).expect("stores");
    let commit = |text: &str| {
        fs::write(&stores, text).expect("stores");
        let mut command = command("git", folder.path());
        command.args(["-c", "user.name=Dana", "-c", "user.email=dana@example.com", "commit", "--quiet", "--all", "--message", "x"]);
        let output = command.output().expect("git");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (went, said) = commit(&text.replace("0408,", "0401,"));
    assert!(!went && said.contains("stores.csv"), "{said}");
    let (went, said) = commit(&text.replace("Kim Novak", "Ida Lund"));
    assert!(went, "{said}");
}

#[test]
fn the_image_is_built_with_a_rust_that_suffices_and_runs_as_nobody_special() {
    let read = |name: &str| fs::read_to_string(root().join(name)).expect("a text");
    let (image, manifest, kept) = (read("Dockerfile"), read("Cargo.toml"), read(".dockerignore"));
    let wanted = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).expect("a version").trim_matches('"').to_owned();
    assert!(image.contains(&format!("FROM rust:{wanted}-")), "Cargo.toml asks for Rust {wanted}");
    let users: Vec<&str> = image.lines().filter(|line| line.starts_with("USER ")).collect();
    assert_eq!(users, ["USER callout"]);
    let copied = image.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.starts_with("--from"));
    for name in copied.flat_map(|line| line.split(' ').rev().skip(1).collect::<Vec<_>>()) {
        assert!(root().join(name).exists() && kept.lines().any(|line| line == format!("!{name}")), "{name} does not reach the build");
    }
}
