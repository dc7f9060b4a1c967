//! `callout systems`: what each ticket system can do. Needs no project.

use super::args::ListFormat;
use super::{Environment, Exit};
use crate::render::{systems_json, systems_text};
use crate::systems::registry;

pub(super) fn run(format: ListFormat, environment: &Environment) -> Exit {
    match format {
        ListFormat::Text => environment.out.write(&systems_text(registry())),
        ListFormat::Json => environment.out.line(&systems_json(registry()).to_string()),
    }
    Exit::Done
}
