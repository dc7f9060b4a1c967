//! From a document to its tickets: one for each location.
//!
//! Owns the flat form of the fields. Refuses to judge: what is wrong is found by `checks`.

use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::spec::{DispatchDocument, DispatchLocation, DispatchSpec};
use crate::systems::Draft;
use crate::systems::envelope::LifecycleSpec;
use crate::systems::g360::spec::{PriorTicket, flat};
use crate::ticket::{Fields, Lifecycle, Visit};

/// The tickets that a document describes, in the order of its locations.
pub fn drafts(document: &DispatchDocument) -> Vec<Draft> {
    let several = document.spec.locations.len() > 1;
    let lifecycle = document.lifecycle.as_ref().map(LifecycleSpec::lifecycle).unwrap_or_default();
    let reissue = document.lifecycle.as_ref().and_then(|lifecycle| lifecycle.reissue).unwrap_or(0);
    let draft = |(at, location): (usize, &DispatchLocation)| Draft {
        key: location.key.clone(),
        reissue: location.reissue.unwrap_or(reissue),
        fields: fields(&document.spec, location),
        attachments: document.spec.attachments.clone().unwrap_or_default(),
        lifecycle: of_location(&lifecycle, location, several),
        visit: visit(location),
        pointer: format!("/spec/locations/{at}"),
    };
    document.spec.locations.iter().enumerate().map(draft).collect()
}

/// A renamed document with several locations keeps their keys: each ticket had the old name with its own key.
fn of_location(lifecycle: &Lifecycle, location: &DispatchLocation, several: bool) -> Lifecycle {
    let mut lifecycle = lifecycle.clone();
    if several {
        lifecycle.renamed_from = lifecycle.renamed_from.map(|from| from.with_key(location.key.clone()));
    }
    lifecycle
}

/// When the technician is on site; `None` if a date cannot be read.
pub fn visit(location: &DispatchLocation) -> Option<Visit> {
    let (start, end) = (real_date(&location.start_date)?, real_date(&location.end_date)?);
    Some(Visit { start, end, timezone: location.timezone.clone() })
}

/// The date in a text, if it is one that the calendar and the clock have.
pub fn real_date(text: &str) -> Option<DateTime> {
    text.parse().ok().filter(|date: &DateTime| date.to_string() == text)
}

fn fields(spec: &DispatchSpec, location: &DispatchLocation) -> Fields {
    // Destructured in full: a field that is added to the spec cannot be forgotten here.
    let DispatchSpec {
        service_type,
        contact_name,
        contact_email_address,
        initial_description,
        automatic_email_contact,
        automatic_email_cc,
        automatic_email_cc_address,
        customer_ticket_number,
        po_number,
        customer_preferred_tech,
        prior_ticket,
        special_instructions,
        non_standard_tools,
        attachments: _, // files, not a field
        locations: _,   // `location` is one of them
    } = spec;
    let texts = [
        ("contact_name", Some(contact_name)),
        ("contact_email_address", Some(contact_email_address)),
        ("initial_description", Some(initial_description)),
        ("automatic_email_cc_address", automatic_email_cc_address.as_ref()),
        ("customer_ticket_number", customer_ticket_number.as_ref()),
        ("po_number", po_number.as_ref()),
        ("special_instructions", special_instructions.as_ref()),
        ("non_standard_tools", non_standard_tools.as_ref()),
    ];
    let others = [
        ("service_type", Some(json!(service_type.as_str()))),
        ("automatic_email_contact", Some(json!(automatic_email_contact))),
        ("automatic_email_cc", Some(json!(automatic_email_cc))),
        ("customer_preferred_tech", customer_preferred_tech.map(Value::Bool)),
        ("prior_ticket", prior_ticket.as_ref().map(PriorTicket::value)),
    ];
    flat(texts.into_iter().chain(location_texts(location)), others.into_iter().chain([local_number(location)]))
}

fn location_texts(location: &DispatchLocation) -> [(&'static str, Option<&String>); 12] {
    let DispatchLocation {
        key: _,                  // ours: part of the address
        reissue: _,              // ours: part of the identity
        timezone: _,             // ours: part of the visit
        local_contact_number: _, // sent as a number
        location_name,
        location_number,
        local_contact_name,
        location_contact_ext,
        location_contact_email,
        secondary_lcon_name,
        secondary_lcon_number,
        secondary_lcon_ext,
        secondary_lcon_email,
        account_macnum,
        start_date,
        end_date,
    } = location;
    [
        ("location_name", Some(location_name)),
        ("location_number", location_number.as_ref()),
        ("local_contact_name", Some(local_contact_name)),
        ("location_contact_ext", location_contact_ext.as_ref()),
        ("location_contact_email", location_contact_email.as_ref()),
        ("secondary_lcon_name", secondary_lcon_name.as_ref()),
        ("secondary_lcon_number", secondary_lcon_number.as_ref()),
        ("secondary_lcon_ext", secondary_lcon_ext.as_ref()),
        ("secondary_lcon_email", secondary_lcon_email.as_ref()),
        ("account_macnum", Some(account_macnum)),
        ("start_date", Some(start_date)),
        ("end_date", Some(end_date)),
    ]
}

fn local_number(location: &DispatchLocation) -> (&'static str, Option<Value>) {
    ("local_contact_number", location.local_contact_number.integer().map(Value::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::System;
    use crate::systems::techexpress::{TechExpress, example};
    use crate::ticket::Address;

    fn drafts_of(changes: &[(&str, Value)]) -> Vec<Draft> {
        TechExpress.tickets(&example::with(changes)).expect("a dispatch").0
    }

    #[test]
    fn one_location_is_one_flat_ticket() {
        let drafts = drafts_of(&[("/spec/po_number", json!("")), ("/spec/prior_ticket", json!({"ref": "Dispatch/survey"}))]);
        let [draft] = drafts.as_slice() else { panic!("{drafts:?}") };
        let fields = json!({
            "account_macnum": "01234567",
            "automatic_email_cc": false,
            "automatic_email_contact": true,
            "contact_email_address": "dana@example.com",
            "contact_name": "Dana Ortiz",
            "customer_ticket_number": "INC-1",
            "end_date": "2027-01-11T12:00:00",
            "initial_description": "Replace the branch router.",
            "local_contact_name": "Sam Lee",
            "local_contact_number": 6_175_550_123_u64,
            "location_name": "Store 417",
            "location_number": "0417",
            "prior_ticket": {"ref": "Dispatch/survey"},
            "service_type": "Equipment Install",
            "start_date": "2027-01-11T08:00:00",
        });
        assert_eq!(serde_json::to_value(&draft.fields).expect("fields"), fields);
        assert_eq!((draft.key.as_deref(), draft.reissue, draft.pointer.as_str()), (None, 0, "/spec/locations/0"));
        assert_eq!(draft.attachments, ["floor-plan.pdf"]);
        assert_eq!(draft.fields.references(), [Address::new("Dispatch", "survey")]);
        let visit = draft.visit.as_ref().expect("a visit");
        assert_eq!(visit.starts_at(), "2027-01-11T13:00:00Z".parse().ok());
    }

    #[test]
    fn several_locations_are_several_tickets_with_their_own_keys_and_reissues() {
        let first = example::dispatch()["spec"]["locations"][0].clone();
        let mut second = first.clone();
        second["key"] = json!("rear");
        second["reissue"] = json!(3);
        let lifecycle = json!({"reissue": 1, "renamed_from": "Dispatch/old", "alongside": "Dispatch/ap", "ignore_changes": ["po_number"]});
        let drafts = drafts_of(&[("/spec/locations", json!([first, second])), ("/lifecycle", lifecycle)]);
        let shown: Vec<_> = drafts.iter().map(|draft| (draft.key.as_deref(), draft.reissue, draft.pointer.as_str())).collect();
        assert_eq!(shown, [(None, 1, "/spec/locations/0"), (Some("rear"), 3, "/spec/locations/1")]);
        let renamed: Vec<_> = drafts.iter().filter_map(|draft| draft.lifecycle.renamed_from.as_ref()).map(ToString::to_string).collect();
        assert_eq!(renamed, ["Dispatch/old", "Dispatch/old[rear]"]);
        assert_eq!(drafts[1].lifecycle.alongside, [Address::new("Dispatch", "ap")]);
        assert!(drafts[1].lifecycle.ignore_changes.contains("po_number"));
    }

    #[test]
    fn an_id_to_adopt_may_be_a_number_or_a_text() {
        for id in [json!(123_456), json!("123456")] {
            let drafts = drafts_of(&[("/lifecycle", json!({"adopt": id}))]);
            assert_eq!(drafts[0].lifecycle.adopt.as_deref(), Some("123456"));
        }
    }

    #[test]
    fn null_is_the_same_as_absent() {
        let with_nulls =
            drafts_of(&[("/spec/po_number", Value::Null), ("/lifecycle", Value::Null), ("/spec/locations/0/key", Value::Null)]);
        assert_eq!((with_nulls[0].fields.get("po_number"), with_nulls[0].key.as_deref()), (None, None));
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        let error = TechExpress.tickets(&example::with(&[("/spec/colour", json!("red"))])).expect_err("an unknown key");
        assert!(error.to_string().starts_with("unknown field `colour`"), "{error}");
    }
}
