//! To and from NOCExpress's own form. The vendor's oddities stay in this file.
//!
//! Owns how lists are spelt in the form of a create, and how an answer's fields become those of a manifest.

use serde_json::{Map, Value};

use super::remote::is_indexed;
use crate::systems::g360::answer::set_attachments;
use crate::systems::g360::form::scalar;
use crate::ticket::Fields;

/// The text parts of a create, in their order.
pub fn text_parts(fields: &Fields, settings: &Value) -> Vec<(String, String)> {
    let indexed = is_indexed(settings);
    let part = |(name, value): (&str, &Value)| match value {
        Value::Array(ids) if name == "configuration_ids" => vec![(name.to_owned(), comma_list(ids))],
        Value::Array(items) if indexed => items.iter().enumerate().flat_map(|(at, item)| indexed_parts(name, at, item)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            vec![(name.to_owned(), scalar(value))]
        }
    };
    fields.iter().flat_map(part).collect()
}

fn comma_list(ids: &[Value]) -> String {
    ids.iter().map(scalar).collect::<Vec<_>>().join(",")
}

/// `sites[0][macnum]` and its value.
fn indexed_parts(name: &str, at: usize, item: &Value) -> Vec<(String, String)> {
    let entries = item.as_object().into_iter().flatten();
    entries.map(|(key, value)| (format!("{name}[{at}][{key}]"), scalar(value))).collect()
}

/// Fields of any type are taken as they are: one of a wrong type is for the comparison to show, and never loses the id.
pub fn flat(ticket: &Map<String, Value>) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in ticket {
        match name.as_str() {
            "issue" => fields.set("issue_name", value.clone()),
            "configurations" => set_configurations(&mut fields, value),
            "attachments" => set_attachments(&mut fields, value),
            _ => fields.set(name.clone(), value.clone()),
        }
    }
    fields
}

/// The ids of the configurations. What a read's items hold is not known: where one has no id, nothing is said of any.
fn set_configurations(fields: &mut Fields, configurations: &Value) {
    let ids = configurations.as_array().and_then(|items| items.iter().map(|item| item.get("id").cloned()).collect::<Option<Vec<_>>>());
    if let Some(ids) = ids {
        fields.set("configuration_ids", ids);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::System;
    use crate::systems::g360::answer::one_ticket;
    use crate::systems::nocexpress::{API, NocExpress, example};
    use serde_json::json;

    fn parts(settings: &Value) -> Vec<(String, String)> {
        let (drafts, _) = NocExpress.tickets(&example::ticket()).expect("a NOC ticket");
        text_parts(&drafts[0].fields, settings)
    }

    #[test]
    fn a_create_is_text_parts_with_lists_as_json() {
        let wanted = [
            ("access_hours", "Mon to Fri, 08:00 to 17:00"),
            ("additional_contacts", r#"[{"type":"Technical contact","name":"Kim Roe","number":6175550199}]"#),
            ("automatic_email_cc", "false"),
            ("configuration_ids", "88213,88214"),
            ("contact_email_address", "dana@example.com"),
            ("contact_name", "Dana Ortiz"),
            ("customer_ticket_number", "INC-1"),
            ("issue_name", "Circuit down"),
            ("local_contact_name", "Sam Lee"),
            ("local_contact_number", "6175550123"),
            (
                "sites",
                r#"[{"macnum":"01234567","maintenance_window":"any time"},{"macnum":"01234568","maintenance_window":"Sun 02:00 to 05:00"}]"#,
            ),
            ("subtype_name", "Multi-Site Outage"),
            ("technician_dispatch_approved", "true"),
            ("type_name", "Multi-Site Service Request"),
        ];
        assert_eq!(parts(&json!({})), wanted.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }

    #[test]
    fn a_setting_makes_each_value_of_a_list_a_part() {
        let parts = parts(&json!({"list_encoding": "indexed"}));
        let of = |list: &str| parts.iter().filter(|(name, _)| name.starts_with(list)).map(|(n, t)| format!("{n}={t}")).collect::<Vec<_>>();
        assert_eq!(
            of("sites"),
            [
                "sites[0][macnum]=01234567",
                "sites[0][maintenance_window]=any time",
                "sites[1][macnum]=01234568",
                "sites[1][maintenance_window]=Sun 02:00 to 05:00"
            ]
        );
        assert_eq!(of("additional_contacts[0][number]"), ["additional_contacts[0][number]=6175550199"]);
        assert_eq!(of("configuration_ids"), ["configuration_ids=88213,88214"], "the page says how this list is spelt");
    }

    #[test]
    fn an_answer_lands_under_the_names_of_the_manifest() {
        let body = json!({
            "id": 77, "issue": "Circuit down", "status_name": "Open", "date_resolved": null,
            "configurations": [{"id": 88_214, "name": "b", "type": "DIA"}, {"id": 88_213, "name": "a", "type": "DIA"}],
            "attachments": [{"filename": "a.png", "status": "failure"}],
        });
        let seen = one_ticket(&API, &body.to_string()).expect("a ticket");
        let fields = json!({
            "attachments": [], "failed_attachments": ["a.png"], "configuration_ids": [88_214, 88_213],
            "date_resolved": null, "id": 77, "issue_name": "Circuit down", "status_name": "Open",
        });
        assert_eq!(Value::Object(seen.fields.0.into_iter().collect()), fields);
        assert_eq!((seen.status.as_deref(), seen.finished), (Some("Open"), false));
    }

    #[test]
    fn a_read_without_a_date_of_resolution_is_not_finished_and_one_with_it_is() {
        let finished = |ticket: Value| one_ticket(&API, &ticket.to_string()).expect("a ticket").finished;
        assert!(!finished(json!({"id": 77, "status_name": "Closed"})));
        assert!(finished(json!({"id": 77, "date_resolved": "2027-01-11T18:00:00Z"})));
    }

    #[test]
    fn configurations_without_ids_say_nothing() {
        let ids = |configurations: Value| {
            let ticket = json!({"id": 77, "configurations": configurations});
            one_ticket(&API, &ticket.to_string()).expect("a ticket").fields.get("configuration_ids").cloned()
        };
        assert_eq!(ids(json!([{"name": "a"}])), None);
        assert_eq!(ids(json!("none")), None);
        assert_eq!(ids(json!([])), Some(json!([])));
    }

    #[test]
    fn no_id_of_a_create_that_made_several_tickets_is_lost() {
        let said = one_ticket(&API, r#"[{"id": 7}, {"id": 8}]"#).expect_err("two tickets");
        assert_eq!(said, "with 2 tickets for one document: 7, 8");
    }
}
