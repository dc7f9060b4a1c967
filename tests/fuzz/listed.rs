//! The list of targets is whole: each has a body, a corpus, and a file that `cargo fuzz` builds.

use std::collections::BTreeSet;
use std::fs;

use super::corpus::{entries, folder};
use super::targets::TARGETS;

/// Inputs of a corpus, at least and at most: few enough for every `cargo test`.
const INPUTS: std::ops::RangeInclusive<usize> = 10..=80;

/// In bytes: what is longer belongs to the search, not into the repository.
const LONGEST: usize = 16 * 1024;

fn names(folder_name: &str, ending: &str) -> BTreeSet<String> {
    let files = fs::read_dir(folder().join(folder_name)).expect("a folder");
    let names = files.map(|file| file.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect()
}

#[test]
fn every_target_has_a_corpus_a_binary_and_a_body() {
    let listed: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(listed.len(), TARGETS.len(), "a name stands twice in the list");
    assert_eq!(names("corpus", ""), listed, "fuzz/corpus");
    assert_eq!(names("fuzz_targets", ".rs"), listed, "fuzz/fuzz_targets");
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).expect("the package");
    let built = manifest.split("[[bin]]").skip(1).filter_map(|bin| bin.split('"').nth(1)).map(str::to_owned);
    assert_eq!(built.collect::<BTreeSet<_>>(), listed, "fuzz/Cargo.toml");
    let run = include_str!("main.rs").rsplit("targets! {").next().expect("the tests").replace('}', "");
    assert_eq!(run.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>(), listed, "tests/fuzz/main.rs");
}

#[test]
fn every_binary_runs_the_target_of_its_name() {
    for target in &TARGETS {
        let text = fs::read_to_string(folder().join("fuzz_targets").join(target.name).with_extension("rs")).expect("a file");
        assert!(text.contains(&format!("targets::run(\"{}\", input)", target.name)), "{}", target.name);
    }
}

#[test]
fn every_corpus_is_small() {
    for target in &TARGETS {
        let corpus = entries(target.name);
        assert!(INPUTS.contains(&corpus.len()), "{} has {} inputs", target.name, corpus.len());
        let longest = corpus.iter().max_by_key(|entry| entry.bytes.len()).expect("an input");
        assert!(longest.bytes.len() <= LONGEST, "{}/{} has {} bytes", target.name, longest.name, longest.bytes.len());
    }
}
