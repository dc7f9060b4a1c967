//! A NOC ticket that is right, for tests that make one thing of it wrong.

use serde_json::{Value, json};

pub fn ticket() -> Value {
    json!({
        "apiVersion": "callout/v1",
        "kind": "NocTicket",
        "metadata": {"name": "outage-417"},
        "spec": {
            "issue_name": "Circuit down",
            "type_name": "Multi-Site Service Request",
            "subtype_name": "Multi-Site Outage",
            "configuration_ids": [88_213, 88_214],
            "customer_ticket_number": "INC-1",
            "contact_name": "Dana Ortiz",
            "contact_email_address": "dana@example.com",
            "local_contact_name": "Sam Lee",
            "local_contact_number": "617-555-0123",
            "additional_contacts": [{"type": "Technical contact", "name": "Kim Roe", "number": "617-555-0199"}],
            "automatic_email_cc": false,
            "sites": [
                {"macnum": "01234567", "maintenance_window": "any time"},
                {"macnum": "01234568", "maintenance_window": "Sun 02:00 to 05:00"}
            ],
            "access_hours": "Mon to Fri, 08:00 to 17:00",
            "technician_dispatch_approved": true,
            "attachments": ["outage.png"]
        }
    })
}

/// The same with values changed.
pub fn with(changes: &[(&str, Value)]) -> Value {
    crate::systems::g360::example::changed(ticket(), changes)
}
