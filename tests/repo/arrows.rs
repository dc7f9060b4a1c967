//! The rooms of `src`: who may know whom, and how large a file may be.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::stage::{entries, root};

/// From the top down. A room knows those after it, never those before.
const ROOMS: [&[&str]; 10] = [
    &["cli"],
    // Neither knows the other.
    &["apply", "render"],
    &["plan"],
    &["refresh"],
    &["rollout"],
    &["policy"],
    // Neither knows the other.
    &["expression", "manifest"],
    // A system's calls consume the state's permits, and the planner holds no more of it than that.
    &["systems"],
    &["state"],
    // Neither knows the other.
    &["ticket", "transport"],
];

/// Known to all, and knows nobody.
const GROUND: &str = "diagnostics";

/// Lines of a file, its tests apart.
const LONGEST: usize = 300;

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

/// Files that hold nothing but tests: they may look anywhere.
fn is_test(path: &Path) -> bool {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let is_below_tests = path.parent().is_some_and(|folder| folder.ends_with("tests"));
    is_below_tests || stem == "tests" || stem.ends_with("_tests") || is_declared_for_tests(path, &stem)
}

/// Whether the module's parent has it behind `#[cfg(test)]`, or is itself only for tests.
fn is_declared_for_tests(path: &Path, stem: &str) -> bool {
    let folder = path.parent().expect("a folder");
    let parents = [folder.join("mod.rs"), folder.join("lib.rs"), folder.with_extension("rs")];
    let forms = ["", "pub(super) "].map(|public| format!("#[cfg(test)]\n{public}mod {stem};"));
    let declares = |text: String| forms.iter().any(|form| text.contains(form));
    let above = folder.with_extension("rs");
    parents.iter().filter_map(|parent| fs::read_to_string(parent).ok()).any(declares) || (above.is_file() && is_test(&above))
}

/// A file's text up to its tests.
fn without_tests(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file");
    text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// The room that a file belongs to: `plan` for `src/plan/diff.rs`.
fn room_of(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).expect("below src");
    let first = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a text names: in `use crate::plan::Step`, in `crate::plan::Step`, and in `use crate::{plan, state}`.
fn rooms_in(text: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let mut rooms = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => rooms.extend(tops(group).into_iter().map(word)),
            None => drop(rooms.insert(word(rest))),
        }
    }
    rooms
}

/// The entries of a group of imports, without what is nested in them.
fn tops(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut tops) = (0, 0, Vec::new());
    for (at, sign) in group.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                tops.push(group[start..at].trim());
                start = at + 1;
                if sign == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    tops
}

fn level(room: &str) -> Option<usize> {
    ROOMS.iter().position(|level| level.contains(&room))
}

fn may_know(from: &str, to: &str) -> bool {
    match (level(from), level(to)) {
        (_, None) => to == GROUND,
        (Some(from), Some(to)) => from < to,
        (None, Some(_)) => false,
    }
}

#[test]
fn arrows_point_down_only() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in sources().iter().filter(|path| !is_test(path)) {
        let room = room_of(path);
        if ["main", "lib"].contains(&room.as_str()) {
            continue;
        }
        assert!(level(&room).is_some() || room == GROUND, "src/{room} is no room of ARCHITECTURE.md");
        for other in rooms_in(&without_tests(path)).into_iter().filter(|other| *other != room) {
            seen += 1;
            if !may_know(&room, &other) {
                wrong.push(format!("{}: {room} -> {other}", path.strip_prefix(root()).expect("inside").display()));
            }
        }
    }
    assert!(seen > 50, "only {seen} arrows were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_upward_arrow_would_be_found() {
    assert!(may_know("plan", "state") && may_know("state", "ticket") && may_know("ticket", "diagnostics"));
    assert!(
        !may_know("state", "plan") && !may_know("apply", "render") && !may_know("diagnostics", "ticket") && !may_know("plan", "helpers")
    );
    let rooms = |text: &str| rooms_in(text).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(rooms("use crate::plan::{Step, Plan};\nlet x = crate::state::init();\n// crate::cli::run"), "plan state");
    assert_eq!(rooms("use crate::{plan::{Plan, Step}, ticket, state::Key};"), "plan state ticket");
}

#[test]
fn files_stay_small() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|path| !is_test(path))
        .map(|path| (path, without_tests(path).lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "over {LONGEST} lines without tests:\n{}", long.join("\n"));
}

#[test]
fn every_room_says_what_it_is() {
    for path in sources().iter().filter(|path| !is_test(path)) {
        let text = fs::read_to_string(path).expect("a source file");
        assert!(text.starts_with("//! "), "{} begins without module documentation", path.display());
    }
}
