//! Data for people and programs: diagnostics and plans as text and JSON.
//!
//! Owns every wording but the messages themselves. Refuses IO: it makes texts, the command line prints them.

mod plan;
mod values;

pub use plan::{plan_json, plan_text, summary};
pub use values::{clean, value, visit};
