//! What people and programs read: diagnostics, plans, schedules and records as text and JSON.
//!
//! Owns the forms of output. Refuses to print: the command line writes what comes from here.

mod alike;
mod calendar;
mod cell;
mod documents;
mod folded;
mod grouped;
mod headline;
mod human;
mod json;
mod log;
mod matching;
mod plan;
mod refused;
mod schedule;
mod settle;
mod source;
mod state;
mod status;
mod systems;
mod values;

pub use calendar::calendar;
pub use documents::documents;
pub use headline::{Headline, Later, headline};
pub use human::{Look, MOST, human};
pub use json::{
    Became, Deed, Diagnosed, Ending, Happening, Planned, Published, Stepped, Tallied, Upshot, event_line, plan_json, validated_json,
};
pub use log::{LogText, log_csv, log_csv_head, log_json};
pub use matching::{Pass, adoption_text, passes_text};
pub use plan::{plan_text, summary};
pub use schedule::schedule;
pub use settle::settle_text;
pub use source::clean;
pub use state::state_text;
pub use status::{Depth, status_csv, status_json, status_text};
pub use systems::{systems_json, systems_page, systems_text};
pub use values::visit;
