//! What people and programs read: diagnostics, plans, schedules and records as text and JSON.
//!
//! Owns the forms of output. Refuses to print: the command line writes what comes from here.

mod alike;
mod annotations;
mod calendar;
mod cell;
mod cost;
mod documents;
mod folded;
mod grouped;
mod headline;
mod html;
mod human;
mod json;
mod log;
mod markdown;
mod matching;
mod plan;
mod policy;
mod refused;
mod ruling;
mod schedule;
mod settle;
mod since;
mod source;
mod state;
mod status;
mod systems;
mod values;

pub use annotations::{Note, Spot, github, gitlab, notes, notes_of_plan, sarif};
pub use calendar::calendar;
pub use cost::spend_text;
pub use documents::documents;
pub use headline::{Headline, Later, headline};
pub use html::{Report, plan_html};
pub use human::{Look, MOST, human};
pub use json::{
    Became, Deed, Diagnosed, Ending, Happening, Planned, Published, Stepped, Tallied, Upshot, event_line, plan_json, validated_json,
};
pub use log::{LogText, log_csv, log_csv_head, log_json};
pub use markdown::{COMMENT, SUMMARY, markdown};
pub use matching::{Pass, adoption_text, passes_text};
pub use plan::{plan_text, summary};
pub use policy::{tried_json, tried_text};
pub use ruling::rulings_text;
pub use schedule::schedule;
pub use settle::settle_text;
pub use source::clean;
pub use state::state_text;
pub use status::{Depth, status_csv, status_json, status_text};
pub use systems::{systems_json, systems_page, systems_text};
pub use values::visit;
