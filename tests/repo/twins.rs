//! Examples that must not compile: each fails for the one line in which it differs from an example that does.

use std::fs;
use std::path::PathBuf;

use crate::stage::{entries, root};

fn sources() -> Vec<PathBuf> {
    let (mut folders, mut found) = (vec![root().join("src")], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// The examples in the documentation of a source text: what stands after the fence, and the lines.
fn examples(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut inside = false;
    for line in text.lines().filter_map(|line| line.strip_prefix("//! ").or_else(|| line.strip_prefix("/// "))) {
        match (line.strip_prefix("```"), inside) {
            (Some(kind), false) => {
                found.push((kind, Vec::new()));
                inside = true;
            }
            (Some(_), true) => inside = false,
            (None, true) => found.last_mut().expect("an open example").1.push(line),
            (None, false) => {}
        }
    }
    found
}

/// Lines of an example that the last compiling one before it does not have; `None` without such a one.
fn differences(examples: &[(&str, Vec<&str>)]) -> Vec<Option<usize>> {
    let mut twin: Option<&Vec<&str>> = None;
    let mut found = Vec::new();
    for (kind, lines) in examples {
        if kind.starts_with("compile_fail") {
            let differs = |twin: &Vec<&str>| lines.len() == twin.len() && kind.starts_with("compile_fail,E");
            let count = |twin: &Vec<&str>| lines.iter().zip(twin).filter(|(a, b)| a != b).count();
            found.push(twin.filter(|twin| differs(twin)).map(count));
        } else {
            twin = Some(lines);
        }
    }
    found
}

#[test]
fn what_must_not_compile_differs_by_one_line_from_what_does() {
    let mut proofs = 0;
    for path in sources() {
        let text = fs::read_to_string(&path).expect("a source file");
        let found = differences(&examples(&text));
        assert!(found.iter().all(|count| *count == Some(1)), "{}: {found:?}", path.display());
        proofs += found.len();
    }
    assert!(proofs >= 10, "only {proofs} examples must not compile");
}

#[test]
fn an_example_without_its_twin_would_be_found() {
    let text = |first: &str, second: &str| {
        format!("/// ```\n/// a\n/// {first}\n/// ```\n/// ```compile_fail,E0308\n/// a\n/// {second}\n/// ```\n")
    };
    assert_eq!(differences(&examples(&text("b", "c"))), [Some(1)]);
    assert_eq!(differences(&examples(&text("b", "b"))), [Some(0)]);
    assert_eq!(differences(&examples("/// ```compile_fail,E0308\n/// a\n/// ```\n")), [None]);
}
