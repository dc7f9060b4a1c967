//! The variables of a write: the names that `add_ticket` and `update_ticket` take.
//!
//! Owns the way from a manifest's fields to them. What is known of the vendor's page ends before some of them, so a setting can give
//! any of them another name. Refuses to leave a change out: a field that was taken away is sent empty.

use std::collections::BTreeMap;

use serde_json::Value;

use super::dates;
use crate::systems::normal::text;
use crate::systems::readydesk::fields::{CUSTOM, DUE_DATE};
use crate::ticket::Fields;

/// Names and values as they go out, not yet encoded. `names` has the settings' own names by those of manifests.
///
/// A company or a group is one variable and two fields, by name and by id: of both, the one with a value is sent.
pub fn variables(fields: &Fields, names: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut sent: BTreeMap<String, String> = BTreeMap::new();
    for (field, value) in fields.iter() {
        let value = spelt(field, value);
        let slot = sent.entry(variable(field, names)).or_default();
        if slot.is_empty() {
            *slot = value;
        }
    }
    sent.into_iter().collect()
}

fn variable(field: &str, names: &BTreeMap<String, String>) -> String {
    let own = match field {
        "company_id" => "company",
        "assigned_group_id" => "assigned_group",
        "customer_group_id" => "customer_group",
        other => other,
    };
    names.get(own).map_or_else(|| own.strip_prefix(CUSTOM).unwrap_or(own), String::as_str).to_owned()
}

fn spelt(field: &str, value: &Value) -> String {
    let text = text(value).unwrap_or_default();
    match dates::strict(&text).filter(|_| field == DUE_DATE) {
        Some(local) => dates::for_server(local),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sent(fields: &Value, names: &Value) -> Vec<String> {
        let fields = serde_json::from_value(fields.clone()).expect("fields");
        let names = serde_json::from_value(names.clone()).expect("names");
        variables(&fields, &names).into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn fields_go_out_under_the_names_for_writing() {
        let fields = json!({
            "cid": "store-0417", "company_id": "12", "assigned_group": "Field team", "due_date": "2027-01-11T17:00:00",
            "custom_fields.Rack": "R12", "summary": "No link.\nSince 06:40.",
        });
        let wanted = [
            "Rack=R12",
            "assigned_group=Field team",
            "cid=store-0417",
            "company=12",
            "due_date=1/11/2027 17:00:00",
            "summary=No link.\nSince 06:40.",
        ];
        assert_eq!(sent(&fields, &json!({})), wanted);
    }

    #[test]
    fn a_setting_gives_a_variable_another_name() {
        let fields = json!({"summary": "x", "custom_fields.Rack": "R12"});
        assert_eq!(sent(&fields, &json!({"summary": "description", "custom_fields.Rack": "udf_1"})), ["description=x", "udf_1=R12"]);
    }

    #[test]
    fn what_is_taken_away_is_sent_empty_and_what_changes_from_id_to_name_is_sent_once() {
        assert_eq!(sent(&json!({"priority": null, "due_date": null}), &json!({})), ["due_date=", "priority="]);
        for changed in [json!({"company": "Larkspur", "company_id": null}), json!({"company": null, "company_id": "Larkspur"})] {
            assert_eq!(sent(&changed, &json!({})), ["company=Larkspur"]);
        }
    }
}
