//! A dispatch that is right, for tests that make one thing of it wrong.

use serde_json::{Value, json};

pub fn dispatch() -> Value {
    json!({
        "apiVersion": "callout/v1",
        "kind": "Dispatch",
        "metadata": {"name": "store-0417-router", "labels": {"wave": "pilot"}},
        "spec": {
            "service_type": "Equipment Install",
            "contact_name": "Dana Ortiz",
            "contact_email_address": "dana@example.com",
            "initial_description": "Replace the branch router.",
            "automatic_email_contact": true,
            "automatic_email_cc": false,
            "customer_ticket_number": "INC-1",
            "po_number": "PO-88213",
            "attachments": ["floor-plan.pdf"],
            "locations": [{
                "location_name": "Store 417",
                "location_number": "0417",
                "local_contact_name": "Sam Lee",
                "local_contact_number": "617-555-0123",
                "account_macnum": "01234567",
                "start_date": "2027-01-11T08:00:00",
                "end_date": "2027-01-11T12:00:00",
                "timezone": "America/New_York"
            }]
        }
    })
}

/// The same with values changed.
pub fn with(changes: &[(&str, Value)]) -> Value {
    crate::systems::g360::example::changed(dispatch(), changes)
}
