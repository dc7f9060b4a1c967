//! `callout schema`: the JSON Schemas of what is written for callout, and of what it writes for programs.

use super::args::Which;
use super::{Environment, Exit};
use crate::render::Published;

pub(super) fn run(which: Which, environment: &Environment) -> Exit {
    environment.out.document(&Published::from(which).text());
    Exit::Done
}
