//! A helpdesk ticket that is right, for tests that make one thing of it wrong.

use serde_json::{Value, json};

pub fn ticket() -> Value {
    json!({
        "apiVersion": "callout/v1",
        "kind": "HelpdeskTicket",
        "metadata": {"name": "router-417"},
        "spec": {
            "cid": "store-0417",
            "contact": "Sam Lee",
            "category": "Network",
            "subject": "Router is down",
            "summary": "No link since 06:40.",
        }
    })
}

/// The same with values changed.
pub fn with(changes: &[(&str, Value)]) -> Value {
    crate::systems::g360::example::changed(ticket(), changes)
}
