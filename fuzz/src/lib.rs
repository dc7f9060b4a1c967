//! The targets, built for `cargo fuzz`.

#[path = "../../tests/fuzz/targets/mod.rs"]
pub mod targets;
