//! TechExpress: field-technician dispatches.

pub mod sandbox;
