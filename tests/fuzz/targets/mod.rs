//! What is fuzzed: each target is a function of bytes that panics where something does not hold.
//!
//! Owns the list. The bodies stand here once: `cargo test --test fuzz` runs them over the corpus with stable Rust, `cargo fuzz` searches
//! with them (`fuzz/fuzz_targets`). A target goes through what `callout` has in public, and leaves nothing behind.

mod answers;
mod desk;
mod events;
mod folder;
mod import_rows;
mod lock_file;
mod manifest;
mod plan;
mod project;
mod schedule;
mod settle_rows;
mod sites;
mod state;
mod story;
mod template;
mod token;
mod told;

#[path = "../../support/mod.rs"]
pub mod support;

/// A target: its name, which is that of its corpus and of its file in `fuzz/fuzz_targets`, and what it does with an input.
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: [Target; 16] = [
    Target { name: "billing_platform", run: answers::billing_platform },
    Target { name: "events", run: events::run },
    Target { name: "import_rows", run: import_rows::run },
    Target { name: "lock_file", run: lock_file::run },
    Target { name: "manifest", run: manifest::run },
    Target { name: "nocexpress", run: answers::nocexpress },
    Target { name: "plan", run: plan::run },
    Target { name: "project", run: project::run },
    Target { name: "readydesk", run: answers::readydesk },
    Target { name: "schedule", run: schedule::run },
    Target { name: "settle_rows", run: settle_rows::run },
    Target { name: "sites", run: sites::run },
    Target { name: "state", run: state::run },
    Target { name: "techexpress", run: answers::techexpress },
    Target { name: "template", run: template::run },
    Target { name: "token", run: token::run },
];

/// Runs a target by its name.
pub fn run(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("there is no target {name}"));
    (target.run)(input);
}
