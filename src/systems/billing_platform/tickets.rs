//! From a document to its ticket.
//!
//! Owns the flat form of the fields. Refuses to judge: what is wrong is found by `checks`.

use serde_json::{Value, json};

use super::spec::{CustomerTicketDocument, CustomerTicketSpec};
use crate::systems::Draft;
use crate::systems::envelope::LifecycleSpec;
use crate::ticket::Fields;

/// The ticket that a document describes. It has no visit: nobody is sent anywhere.
pub fn draft(document: &CustomerTicketDocument) -> Draft {
    Draft {
        key: None,
        reissue: document.lifecycle.as_ref().and_then(|lifecycle| lifecycle.reissue).unwrap_or(0),
        fields: fields(&document.spec),
        attachments: Vec::new(),
        lifecycle: document.lifecycle.as_ref().map(LifecycleSpec::lifecycle).unwrap_or_default(),
        visit: None,
        pointer: "/spec".to_owned(),
    }
}

fn fields(spec: &CustomerTicketSpec) -> Fields {
    // Destructured in full: a field that is added to the spec cannot be forgotten here.
    let CustomerTicketSpec {
        customer_id,
        ticket_type,
        status,
        ticket_priority,
        customer_email,
        subject,
        ticket_content,
        owner,
        users,
        departments,
        ticket_suppliers,
        ticket_followup_date,
        ticket_action_required_date,
    } = spec;
    let presets = [("ticket_type", ticket_type), ("status", status), ("ticket_priority", ticket_priority), ("owner", owner)];
    let texts = [
        ("customer_email", customer_email.as_ref()),
        ("subject", Some(subject)),
        ("ticket_content", ticket_content.as_ref()),
        ("users", users.as_ref()),
        ("departments", departments.as_ref()),
        ("ticket_suppliers", ticket_suppliers.as_ref()),
        ("ticket_followup_date", ticket_followup_date.as_ref()),
        ("ticket_action_required_date", ticket_action_required_date.as_ref()),
    ];
    let presets = presets.into_iter().filter_map(|(name, preset)| Some((name, preset.as_ref()?.0.clone())));
    // An empty text is the same as none, for people and in every comparison: it is not sent.
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name, json!(text.filter(|text| !text.trim().is_empty())?))));
    let all = [("customer_id", Value::from(*customer_id))].into_iter().chain(presets).chain(texts);
    all.map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::System;
    use crate::systems::billing_platform::{BillingPlatform, example};
    use crate::ticket::OnRemove;

    fn draft_of(changes: &[(&str, Value)]) -> Draft {
        let (mut drafts, _) = BillingPlatform.tickets(&example::with(changes)).expect("a customer ticket");
        assert_eq!(drafts.len(), 1);
        drafts.remove(0)
    }

    #[test]
    fn a_document_is_one_ticket_with_every_field_as_written() {
        let draft = draft_of(&[("/lifecycle", json!({"reissue": 2, "on_remove": "close"}))]);
        let fields = json!({
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
            "ticket_action_required_date": "2027-01-15",
        });
        assert_eq!(serde_json::to_value(&draft.fields).expect("fields"), fields);
        assert_eq!((draft.key, draft.reissue, draft.visit), (None, 2, None));
        assert_eq!(draft.lifecycle.on_remove, OnRemove::Close);
        assert!(draft.attachments.is_empty());
    }

    #[test]
    fn what_was_left_out_is_no_field() {
        let draft = draft_of(&[("/spec/users", json!("  ")), ("/spec/status", Value::Null), ("/spec/ticket_followup_date", Value::Null)]);
        assert!(["users", "status", "ticket_followup_date"].iter().all(|name| draft.fields.get(name).is_none()), "{:?}", draft.fields);
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        let error = BillingPlatform.tickets(&example::with(&[("/spec/customerID", json!(1))])).expect_err("an unknown key");
        assert!(error.to_string().starts_with("unknown field `customerID`"), "{error}");
    }
}
