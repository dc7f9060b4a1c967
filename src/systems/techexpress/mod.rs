//! TechExpress: field-technician dispatches.
