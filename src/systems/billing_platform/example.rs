//! A customer ticket that is right, for tests that make one thing of it wrong.

use serde_json::{Value, json};

pub fn ticket() -> Value {
    json!({
        "apiVersion": "callout/v1",
        "kind": "CustomerTicket",
        "metadata": {"name": "line-rental-4711"},
        "spec": {
            "customer_id": 4711,
            "ticket_type": "billing",
            "status": "open",
            "ticket_priority": 2,
            "customer_email": "dana@example.com",
            "subject": "Line rental charged twice",
            "ticket_content": "The January invoice has it twice.",
            "owner": "asmith",
            "users": "asmith, bjones",
            "departments": "Billing",
            "ticket_suppliers": "Acme Carrier",
            "ticket_followup_date": "2027-01-11",
            "ticket_action_required_date": "2027-01-15"
        }
    })
}

/// The same with values changed.
pub fn with(changes: &[(&str, Value)]) -> Value {
    crate::systems::g360::example::changed(ticket(), changes)
}
