//! From a document to its ticket.
//!
//! Owns the flat form of the fields: a company or a group that is named by its id is a field of its own, and so is each custom field.
//! So every value that can change by itself is compared, shown and sent by itself. Refuses to judge: what is wrong is found by `checks`.

use serde_json::Value;

use super::fields::{CUSTOM, DUE_DATE};
use super::spec::{HelpdeskTicketDocument, HelpdeskTicketSpec, NameOrId};
use super::wire::dates;
use crate::systems::Draft;
use crate::systems::envelope::LifecycleSpec;
use crate::ticket::Fields;

/// The ticket that a document describes. It has no visit: a due date says by when, not when somebody comes.
pub fn draft(document: &HelpdeskTicketDocument) -> Draft {
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

fn fields(spec: &HelpdeskTicketSpec) -> Fields {
    // Destructured in full: a field that is added to the spec cannot be forgotten here.
    let HelpdeskTicketSpec {
        cid,
        company,
        contact,
        phone,
        email,
        source,
        category,
        sub_category,
        status,
        assigned_to,
        assigned_group,
        escalation_level,
        customer_group,
        subject,
        summary,
        priority,
        due_date,
        cc_addresses,
        custom_fields,
    } = spec;
    let texts = [
        ("cid", Some(cid)),
        ("contact", contact.as_ref()),
        ("phone", phone.as_ref()),
        ("email", email.as_ref()),
        ("source", source.as_ref()),
        ("category", category.as_ref()),
        ("sub_category", sub_category.as_ref()),
        ("status", status.as_ref()),
        ("assigned_to", assigned_to.as_ref()),
        ("escalation_level", escalation_level.as_ref()),
        ("subject", Some(subject)),
        ("summary", summary.as_ref()),
        ("priority", priority.as_ref()),
    ];
    let named = [
        ("company", "company_id", company.as_ref()),
        ("assigned_group", "assigned_group_id", assigned_group.as_ref()),
        ("customer_group", "customer_group_id", customer_group.as_ref()),
    ];
    let named = named.into_iter().filter_map(|(name, id, value)| match value? {
        NameOrId::Name(text) => Some((name, text.clone())),
        NameOrId::Id(text) => Some((id, text.clone())),
    });
    let cc = cc_addresses.iter().flatten().map(|address| address.trim()).collect::<Vec<_>>().join(",");
    let others = [(DUE_DATE, due_date.as_deref().map(dates::normal).unwrap_or_default()), ("cc_addresses", cc)];
    let own = custom_fields.iter().flatten().map(|(name, value)| (format!("{CUSTOM}{name}"), value.clone()));
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text?.clone())));
    let all = texts.chain(named).chain(others).map(|(name, text)| (name.to_owned(), text)).chain(own);
    // An empty text is the same as none, for people and for the vendor: it is not sent.
    all.filter(|(_, text)| !text.trim().is_empty()).map(|(name, text)| (name, Value::String(text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::System;
    use crate::systems::readydesk::{ReadyDesk, example};
    use serde_json::json;

    fn fields_of(changes: &[(&str, Value)]) -> Value {
        let (mut drafts, findings) = ReadyDesk.tickets(&example::with(changes)).expect("a helpdesk ticket");
        assert_eq!((drafts.len(), findings), (1, vec![]));
        Value::Object(drafts.remove(0).fields.0.into_iter().collect())
    }

    #[test]
    fn each_value_that_can_change_by_itself_is_a_field() {
        let changes = [
            ("/spec/company", json!(12)),
            ("/spec/assigned_group", json!("Field team")),
            ("/spec/customer_group", json!("7")),
            ("/spec/due_date", json!("2027-01-11")),
            ("/spec/cc_addresses", json!(["noc@example.com", " it@example.com"])),
            ("/spec/custom_fields", json!({"Rack": "R12", "Floor": ""})),
            ("/spec/summary", json!(" ")),
        ];
        let wanted = json!({
            "assigned_group": "Field team", "category": "Network", "cc_addresses": "noc@example.com,it@example.com", "cid": "store-0417",
            "company_id": "12", "contact": "Sam Lee", "custom_fields.Rack": "R12", "customer_group_id": "7",
            "due_date": "2027-01-11T00:00:00", "subject": "Router is down",
        });
        assert_eq!(fields_of(&changes), wanted);
    }

    #[test]
    fn a_document_is_one_ticket_without_a_visit() {
        let (drafts, _) = ReadyDesk.tickets(&example::with(&[("/lifecycle", json!({"reissue": 2}))])).expect("a helpdesk ticket");
        assert_eq!((drafts[0].key.as_deref(), drafts[0].reissue, drafts[0].visit.is_none()), (None, 2, true));
    }
}
