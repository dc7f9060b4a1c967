//! `callout systems`: what each ticket system can do. Needs no project.

use super::args::PlanFormat;
use super::{Environment, Exit};
use crate::render::{systems_json, systems_text};
use crate::systems::registry;

pub(super) fn run(format: PlanFormat, environment: &Environment) -> Exit {
    match format {
        PlanFormat::Text => environment.out.write(&systems_text(registry())),
        PlanFormat::Json => environment.out.line(&systems_json(registry()).to_string()),
    }
    Exit::Done
}
