//! What the contract must know of each system and no table of it says: a document, and values that the vendor takes or refuses.

use callout::systems::System;
use callout::ticket::Fields;
use serde_json::{Value, json};

/// One system's terms.
pub struct Terms {
    /// A document with every field that the system knows.
    pub document: Value,
    /// Makes a create one that the vendor refuses, and the words of the refusal.
    pub refused: (fn(&mut Fields), &'static str),
    /// How many requests a create takes that goes well.
    pub create_requests: usize,
    /// The status of a ticket that somebody resolved by hand, and whether it says that the work is over.
    pub resolved: (&'static str, bool),
    /// For a system that updates.
    pub changes: Option<Changes>,
    /// Settings with which a page of a list holds two tickets, for a system that lists.
    pub small_pages: Value,
}

/// Values to change a ticket by.
pub struct Changes {
    /// A field and its new value.
    pub change: (&'static str, Value),
    /// A field that can be emptied.
    pub emptied: &'static str,
    /// A field that somebody changes by hand meanwhile: the vendor's name, ours, the value.
    pub by_hand: (&'static str, &'static str, Value),
    /// The field with the mark, and another text for it.
    pub carrier: (&'static str, &'static str),
}

impl Terms {
    pub fn of(system: &dyn System) -> Self {
        match system.id() {
            "techexpress" => techexpress(),
            "nocexpress" => nocexpress(),
            "billing_platform" => billing_platform(),
            "readydesk" => readydesk(),
            other => panic!("the contract has no terms for {other}: add them"),
        }
    }
}

fn without_contact(fields: &mut Fields) {
    fields.0.remove("contact_name");
}

fn techexpress() -> Terms {
    Terms {
        document: json!({
            "apiVersion": "callout/v1", "kind": "Dispatch", "metadata": {"name": "store-0417-router"},
            "spec": {
                "service_type": "Customer Equipment (Customer Provided)", "contact_name": "Dana Ortiz",
                "contact_email_address": "dana@example.com", "initial_description": "Replace the router.\nHand back the old one.",
                "automatic_email_contact": true, "automatic_email_cc": true, "automatic_email_cc_address": "noc@example.com, it@example.com",
                "customer_ticket_number": "INC-1, INC-2", "po_number": "PO-88213", "customer_preferred_tech": true,
                "prior_ticket": 12, "special_instructions": "Läuten, 2× klingeln", "non_standard_tools": "Ladder",
                "locations": [{
                    "location_name": "Store 417", "location_number": "0417", "local_contact_name": "Sam Lee",
                    "local_contact_number": "617-555-0123", "location_contact_ext": "12", "location_contact_email": "sam@example.com",
                    "secondary_lcon_name": "Kim Roe", "secondary_lcon_number": "617-555-0199", "secondary_lcon_ext": "3",
                    "secondary_lcon_email": "kim@example.com", "account_macnum": "01234567", "timezone": "America/New_York",
                    "start_date": "2027-01-11T08:00:00", "end_date": "2027-01-11T12:00:00",
                }],
            },
        }),
        refused: (without_contact, "This field is required."),
        create_requests: 1,
        // A read shows the date of resolution.
        resolved: ("Resolved", true),
        changes: None,
        small_pages: json!({}),
    }
}

fn nocexpress() -> Terms {
    Terms {
        document: json!({
            "apiVersion": "callout/v1", "kind": "NocTicket", "metadata": {"name": "outage-417"},
            "spec": {
                "issue_name": "Circuit down", "initial_description": "No link since 06:40.\nDas Modem wurde 2× neu gestartet.",
                "type_name": "Multi-Site Service Request", "subtype_name": "Multi-Site Outage", "configuration_ids": [88_213, 7, 88_214],
                "customer_ticket_number": "INC-1", "prior_ticket": 12, "contact_name": "Dana Ortiz",
                "contact_email_address": "dana@example.com", "local_contact_name": "Sam Lee", "local_contact_number": "617-555-0123",
                "additional_contacts": [
                    {"type": "Technical contact", "name": "Kim Roe", "number": "617-555-0199"},
                    {"type": "Other", "name": "Lou Ray", "number": 6_175_550_177_u64},
                ],
                "automatic_email_contact": true, "automatic_email_cc": true, "automatic_email_cc_address": "noc@example.com",
                "sites": [
                    {"macnum": "01234567", "maintenance_window": "any time"},
                    {"macnum": "01234568", "maintenance_window": "Sun 02:00 to 05:00"},
                ],
                "access_hours": "Mon to Fri, 08:00 to 17:00", "technician_dispatch_approved": true,
            },
        }),
        refused: (without_contact, "This field is required."),
        create_requests: 1,
        // A status is only a word, and no read is known to show the date: nobody says that the work is over.
        resolved: ("Resolved", false),
        changes: None,
        small_pages: json!({}),
    }
}

fn billing_platform() -> Terms {
    Terms {
        document: json!({
            "apiVersion": "callout/v1", "kind": "CustomerTicket", "metadata": {"name": "line-rental-4711"},
            "spec": {
                "customer_id": 4711, "ticket_type": "billing", "status": "assigned", "ticket_priority": 2,
                "customer_email": "dana@example.com", "subject": "Line rental charged twice: 2× 12 £",
                "ticket_content": "The January invoice has it twice.\nLäuten.", "owner": "asmith", "users": "asmith, bjones",
                "departments": "Billing", "ticket_suppliers": "Acme Carrier", "ticket_followup_date": "2027-01-11",
                "ticket_action_required_date": "2027-01-15",
            },
        }),
        refused: (|fields| fields.set("ticket_followup_date", "soon"), "Must be a date, YYYY-MM-DD."),
        create_requests: 1,
        // The project says which statuses mean it.
        resolved: ("closed", true),
        changes: Some(Changes {
            change: ("ticket_priority", json!("high")),
            emptied: "departments",
            by_hand: ("owner", "owner", json!("bjones")),
            carrier: ("subject", "Line rental charged three times"),
        }),
        small_pages: json!({"page_size": 2}),
    }
}

fn readydesk() -> Terms {
    Terms {
        document: json!({
            "apiVersion": "callout/v1", "kind": "HelpdeskTicket", "metadata": {"name": "router-417"},
            "spec": {
                "cid": "Store-0417", "company": "Larkspur & Sons", "contact": "Sam Lee", "phone": "617-555-0123",
                "email": "sam+desk@example.com", "source": "Monitoring", "category": "Network", "sub_category": "Router",
                "status": "In progress", "assigned_to": "jdoe", "assigned_group": 3, "escalation_level": "Level 2",
                "customer_group": "Läden", "subject": "Router is down: 100% + 2 <links>", "summary": "No link since 06:40.\nLäuten & warten.",
                "priority": "High", "due_date": "2027-01-11T17:00:00", "cc_addresses": ["noc@example.com", "it@example.com"],
                "custom_fields": {"Rack": "R+12 %", "Floor": "2"},
            },
        }),
        refused: (|fields| drop(fields.0.remove("cid")), "This field is required."),
        // It answers with an id alone, so the ticket is read back.
        create_requests: 2,
        // The project says which statuses mean it.
        resolved: ("Closed", true),
        changes: Some(Changes {
            change: ("priority", json!("Low")),
            emptied: "source",
            by_hand: ("assigned_tech", "assigned_to", json!("kroe")),
            carrier: ("subject", "Router is down again"),
        }),
        small_pages: json!({"page_size": 2}),
    }
}
