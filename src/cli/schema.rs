//! `callout schema`: the JSON Schema of the manifests.

use super::{Ending, Environment, Exit};
use crate::manifest;

pub(super) fn run(environment: &Environment) -> Ending {
    environment.out.write(&manifest::schema::text());
    Ok(Exit::Done)
}
