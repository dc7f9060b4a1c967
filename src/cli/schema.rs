//! `callout schema`: the JSON Schema of the manifests.

use super::{Environment, Exit};
use crate::manifest;

pub(super) fn run(environment: &Environment) -> Exit {
    environment.out.document(&manifest::schema::text());
    Exit::Done
}
