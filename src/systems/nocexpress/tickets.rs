//! From a document to its ticket: one, however many sites it has.
//!
//! Owns the flat form of the fields. Refuses to judge: what is wrong is found by `checks`.

use serde_json::{Value, json};

use super::spec::{NocContact, NocTicketDocument, NocTicketSpec};
use crate::systems::Draft;
use crate::systems::envelope::LifecycleSpec;
use crate::systems::g360::spec::{PriorTicket, flat};
use crate::ticket::Fields;

/// The ticket that a document describes. It has no time of its own: the vendor takes none.
pub fn draft(document: &NocTicketDocument) -> Draft {
    Draft {
        key: None,
        reissue: document.lifecycle.as_ref().and_then(|lifecycle| lifecycle.reissue).unwrap_or(0),
        fields: fields(&document.spec),
        attachments: document.spec.attachments.clone().unwrap_or_default(),
        lifecycle: document.lifecycle.as_ref().map(LifecycleSpec::lifecycle).unwrap_or_default(),
        visit: None,
        pointer: "/spec".to_owned(),
    }
}

fn fields(spec: &NocTicketSpec) -> Fields {
    // Destructured in full: a field that is added to the spec cannot be forgotten here.
    let NocTicketSpec {
        issue_name,
        initial_description,
        type_name,
        subtype_name,
        configuration_ids,
        customer_ticket_number,
        prior_ticket,
        contact_name,
        contact_email_address,
        local_contact_name,
        local_contact_number,
        additional_contacts,
        automatic_email_contact,
        automatic_email_cc,
        automatic_email_cc_address,
        sites,
        access_hours,
        technician_dispatch_approved,
        attachments: _, // files, not a field
    } = spec;
    let texts = [
        ("issue_name", Some(issue_name)),
        ("initial_description", initial_description.as_ref()),
        ("type_name", Some(type_name)),
        ("subtype_name", Some(subtype_name)),
        ("customer_ticket_number", customer_ticket_number.as_ref()),
        ("contact_name", Some(contact_name)),
        ("contact_email_address", Some(contact_email_address)),
        ("local_contact_name", Some(local_contact_name)),
        ("automatic_email_cc_address", automatic_email_cc_address.as_ref()),
        ("access_hours", Some(access_hours)),
    ];
    let contacts = additional_contacts.iter().flatten().map(contact).collect::<Vec<_>>();
    let others = [
        ("configuration_ids", Some(json!(configuration_ids))),
        ("prior_ticket", prior_ticket.as_ref().map(PriorTicket::value)),
        ("local_contact_number", local_contact_number.integer().map(Value::from)),
        ("additional_contacts", (!contacts.is_empty()).then(|| Value::Array(contacts))),
        ("automatic_email_contact", automatic_email_contact.map(Value::Bool)),
        ("automatic_email_cc", Some(json!(automatic_email_cc))),
        ("sites", Some(json!(sites))),
        ("technician_dispatch_approved", technician_dispatch_approved.map(Value::Bool)),
    ];
    flat(texts, others)
}

fn contact(contact: &NocContact) -> Value {
    let NocContact { role, name, number } = contact;
    json!({"type": role, "name": name, "number": number.integer()})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::System;
    use crate::systems::nocexpress::{NocExpress, example};
    use crate::ticket::Address;

    fn draft_of(changes: &[(&str, Value)]) -> Draft {
        let (mut drafts, findings) = NocExpress.tickets(&example::with(changes)).expect("a NOC ticket");
        assert_eq!((drafts.len(), findings), (1, vec![]));
        drafts.remove(0)
    }

    #[test]
    fn several_sites_are_one_flat_ticket() {
        let draft = draft_of(&[
            ("/spec/prior_ticket", json!({"ref": "Dispatch/survey"})),
            ("/spec/automatic_email_cc_address", json!("")),
            ("/lifecycle", json!({"reissue": 2, "renamed_from": "NocTicket/old"})),
        ]);
        let fields = json!({
            "access_hours": "Mon to Fri, 08:00 to 17:00",
            "additional_contacts": [{"type": "Technical contact", "name": "Kim Roe", "number": 6_175_550_199_u64}],
            "automatic_email_cc": false,
            "configuration_ids": [88_213, 88_214],
            "contact_email_address": "dana@example.com",
            "contact_name": "Dana Ortiz",
            "customer_ticket_number": "INC-1",
            "issue_name": "Circuit down",
            "local_contact_name": "Sam Lee",
            "local_contact_number": 6_175_550_123_u64,
            "prior_ticket": {"ref": "Dispatch/survey"},
            "sites": [
                {"macnum": "01234567", "maintenance_window": "any time"},
                {"macnum": "01234568", "maintenance_window": "Sun 02:00 to 05:00"},
            ],
            "subtype_name": "Multi-Site Outage",
            "technician_dispatch_approved": true,
            "type_name": "Multi-Site Service Request",
        });
        assert_eq!(serde_json::to_value(&draft.fields).expect("fields"), fields);
        assert_eq!((draft.key, draft.reissue, draft.visit), (None, 2, None));
        assert_eq!(draft.fields.references(), [Address::new("Dispatch", "survey")]);
        assert_eq!(draft.lifecycle.renamed_from, Some(Address::new("NocTicket", "old")));
        assert_eq!(draft.attachments, ["outage.png"]);
    }

    #[test]
    fn what_was_left_out_is_no_field() {
        let left_out = ["additional_contacts", "technician_dispatch_approved", "customer_ticket_number"];
        let draft =
            draft_of(&left_out.map(|name| (["/spec/", name].concat(), Value::Null)).each_ref().map(|(p, v)| (p.as_str(), v.clone())));
        assert!(left_out.iter().all(|name| draft.fields.get(name).is_none()), "{:?}", draft.fields);
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        let error = NocExpress.tickets(&example::with(&[("/spec/start_date", json!("2027-01-11T08:00:00"))])).expect_err("an unknown key");
        assert!(error.to_string().starts_with("unknown field `start_date`"), "{error}");
    }
}
