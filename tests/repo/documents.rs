//! Documents: their links lead somewhere, and they speak of the program as it is.

use std::fs;
use std::path::PathBuf;

use crate::stage::{callout, entries, root};

fn documents() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = [root().to_path_buf(), root().join("docs")].iter().flat_map(|folder| entries(folder)).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    found
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The targets of `[text](target)`.
fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

/// The anchors that a document's headings make, as code hosts spell them.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        words.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c)).map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut broken = Vec::new();
    let mut followed = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).expect("a document");
        for link in links(&text).into_iter().filter(|link| !link.contains("://")) {
            followed += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { document.clone() } else { document.parent().expect("a folder").join(path) };
            let is_there =
                target.exists() && (anchor.is_empty() || anchors(&fs::read_to_string(&target).expect("text")).contains(&anchor.to_owned()));
            if !is_there {
                broken.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(followed > 10, "only {followed} links were found");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_changelog_has_this_version() {
    let heading = format!("## [{}]", env!("CARGO_PKG_VERSION"));
    assert!(read("CHANGELOG.md").lines().any(|line| line.starts_with(&heading)), "CHANGELOG.md has no `{heading}`");
}

#[test]
fn every_exit_code_is_documented() {
    let rows = |name: &str| {
        let text = read(name);
        let code = |line: &str| line.strip_prefix("| ")?.split(' ').next()?.parse::<u8>().ok();
        let mut codes: Vec<u8> = text.lines().filter_map(code).collect();
        codes.dedup();
        codes
    };
    assert_eq!(rows("README.md"), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(rows("docs/exit-codes.md"), [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn every_command_that_documents_name_exists() {
    let (_, help) = callout(root(), &["--help"]);
    let commands: Vec<&str> =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).map_while(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 8, "{help}");
    let mut unknown = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).expect("a document");
        for command in text.split("`callout ").skip(1).filter_map(|rest| rest.split(['`', ' ', '\n']).next()) {
            let is_word = command.chars().all(|c| c.is_ascii_lowercase()) && !command.is_empty();
            if is_word && !commands.contains(&command) {
                unknown.push(format!("{}: callout {command}", document.display()));
            }
        }
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}
