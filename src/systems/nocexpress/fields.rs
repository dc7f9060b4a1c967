//! The field table, and what tells one NOC ticket from another.
//!
//! Owns which field is sent and which answer shows it. Refuses to read answers: that is `wire`.

use serde_json::Value;

use crate::systems::g360;
use crate::systems::normal::{folded, sent, set, text};
use crate::systems::{Compare, Field};
use crate::ticket::{Fields, Mark};

/// Every field of the vendor's two pages, `/g360/nocexpress/create-ticket` and, as far as it is known, `/g360/nocexpress/ticket-details`.
///
/// An answer's `issue` is what was sent as `issue_name`, and the ids in its `configurations` are the `configuration_ids`. Whether
/// the words of an issue come back as they were sent is not said, so they are only compared between two reads.
pub const FIELDS: &[Field] = &[
    sent("issue_name", true, true, Compare::Reworded),
    sent("initial_description", false, false, Compare::Text),
    sent("type_name", false, false, Compare::Text),
    sent("subtype_name", false, false, Compare::Text),
    sent("configuration_ids", true, true, Compare::List),
    sent("customer_ticket_number", false, false, Compare::Text),
    sent("prior_ticket", false, false, Compare::Integer),
    sent("contact_name", false, false, Compare::Text).personal(),
    sent("contact_email_address", false, false, Compare::Text).personal(),
    sent("local_contact_name", false, false, Compare::Text).personal(),
    sent("local_contact_number", false, false, Compare::Phone).personal(),
    sent("additional_contacts", false, false, Compare::Text).personal(),
    sent("automatic_email_contact", false, false, Compare::Boolean),
    sent("automatic_email_cc", false, false, Compare::Boolean),
    sent("automatic_email_cc_address", false, false, Compare::Text).personal(),
    sent("sites", false, false, Compare::Text),
    sent("access_hours", false, false, Compare::Text),
    sent("technician_dispatch_approved", false, false, Compare::Boolean),
    sent("attachments", true, false, Compare::List),
    set("id", true, true, Compare::Integer),
    set("address_1", true, true, Compare::Text),
    set("address_2", false, true, Compare::Text),
    set("city", true, true, Compare::Text),
    set("company_identifier", true, true, Compare::Text),
    set("company_name", true, true, Compare::Text),
    set("date_entered", true, true, Compare::Moment),
    set("date_resolved", true, false, Compare::Moment),
    set("g360_escalated", true, false, Compare::Boolean),
    set("g360_status", true, false, Compare::Text),
    set("last_updated", true, true, Compare::Moment),
    set("service_id", false, true, Compare::Text),
    set("service_id_label", false, true, Compare::Text),
    set("service_name", false, true, Compare::Text),
    set("site_name", true, true, Compare::Text),
    set("state", true, true, Compare::Text),
    set("status_name", true, true, Compare::Text),
    set("summary", true, true, Compare::Text),
    set("zip", true, true, Compare::Text),
];

/// The mark behind the customer's own number.
///
/// It is always sent: whoever looks for a ticket in doubt looks for its mark, and must not conclude from its absence that there is
/// no ticket. The vendor's page has no list in this field, unlike TechExpress's, so there is a blank between, and no comma.
pub fn with_mark(fields: Fields, mark: &Mark) -> Fields {
    g360::with_mark(fields, mark, ' ')
}

/// The first mark among the words of a number. No answer is known to show one; if one does, it is used.
pub fn find_mark(number: &str) -> Option<Mark> {
    number.split_whitespace().find_map(Mark::find)
}

/// Two tickets that share a key are about one site and one issue.
pub fn look_alike(fields: &Fields) -> Vec<String> {
    let Some(issue) = fields.get("issue_name").and_then(folded) else { return Vec::new() };
    macnums(fields).into_iter().map(|macnum| format!("noc | {} | {issue}", macnum.to_lowercase())).collect()
}

fn macnums(fields: &Fields) -> Vec<String> {
    let sites = fields.get("sites").and_then(Value::as_array);
    sites.into_iter().flatten().filter_map(|site| text(site.get("macnum")?)).collect()
}

/// The place, for people: `account 01234567`, or `3 sites: 01234567, 01234568, 01234569`.
pub fn site(fields: &Fields) -> String {
    match macnums(fields).as_slice() {
        [] => "no site".to_owned(),
        [only] => format!("account {only}"),
        several => format!("{} sites: {}", several.len(), several.join(", ")),
    }
}

/// Why a read ticket is for another site: it has configurations, and none of those that were asked for.
///
/// Configurations belong to a site. Nothing else can be compared: no answer shows a macnum, and no page says what `site_name` is made of.
pub fn site_mismatch(fields: &Fields, seen: &Fields) -> Option<String> {
    let ids = |fields: &Fields| fields.get("configuration_ids").and_then(Value::as_array).map(|ids| ids.iter().filter_map(text).collect());
    let (wanted, found): (Vec<String>, Vec<String>) = ids(fields).zip(ids(seen))?;
    let differs = !found.is_empty() && !found.iter().any(|id| wanted.contains(id));
    differs.then(|| format!("its configurations are {}, and the file says {}", found.join(", "), wanted.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::System;
    use crate::systems::nocexpress::NocExpress;
    use crate::ticket::Address;
    use serde_json::json;

    fn fields(value: &Value) -> Fields {
        serde_json::from_value(value.clone()).expect("fields")
    }

    #[test]
    fn the_mark_goes_behind_the_customers_own_number() {
        let mark = Mark::new("lineage", &Address::new("NocTicket", "a"), 0);
        let marked = with_mark(fields(&json!({"customer_ticket_number": " INC-1 "})), &mark);
        assert_eq!(marked.text("customer_ticket_number"), Some(format!("INC-1 {mark}").as_str()));
        assert_eq!(NocExpress.mark_of(&marked), Some(mark.clone()));
        assert_eq!(with_mark(Fields::default(), &mark).text("customer_ticket_number"), Some(mark.as_str()));
    }

    #[test]
    fn tickets_for_one_site_and_one_issue_look_alike() {
        let keys = |macnums: &[&str], issue: &str| {
            let sites: Vec<_> = macnums.iter().map(|macnum| json!({"macnum": macnum, "maintenance_window": "any"})).collect();
            look_alike(&fields(&json!({"sites": sites, "issue_name": issue})))
        };
        let alike = |other: &[String]| keys(&["01", "02"], "Circuit down").iter().any(|key| other.contains(key));
        assert!(alike(&keys(&["02", "03"], " circuit  DOWN ")));
        assert!(!alike(&keys(&["01"], "Slow")));
        assert!(!alike(&keys(&["1"], "Circuit down")));
    }

    #[test]
    fn the_sites_are_named_for_people() {
        let site_of = |sites: &Value| site(&fields(&json!({"sites": sites})));
        assert_eq!(site_of(&json!([{"macnum": "01"}])), "account 01");
        assert_eq!(site_of(&json!([{"macnum": "01"}, {"macnum": "02"}])), "2 sites: 01, 02");
    }

    #[test]
    fn a_ticket_with_none_of_the_configurations_is_for_another_site() {
        let ids = |ids: Value| fields(&json!({ "configuration_ids": ids }));
        assert_eq!(site_mismatch(&ids(json!([5, 6])), &ids(json!([6, 7]))), None);
        assert_eq!(site_mismatch(&ids(json!([5])), &ids(json!([]))), None, "it may have none yet");
        assert_eq!(site_mismatch(&ids(json!([5])), &Fields::default()), None);
        let wanted = Some("its configurations are 7, 8, and the file says 5, 6".to_owned());
        assert_eq!(site_mismatch(&ids(json!([5, 6])), &ids(json!([7, 8]))), wanted);
    }

    #[test]
    fn every_field_is_in_the_table_once() {
        let mut names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FIELDS.len());
        // The create's answer lists 18 fields; of the details 18 are known.
        assert_eq!(FIELDS.iter().filter(|field| field.in_create).count(), 18);
        assert_eq!(FIELDS.iter().filter(|field| field.in_read).count(), 18);
        // The page lists 20 parts: the tenant is a setting, and the files are one of ours.
        assert_eq!(FIELDS.iter().filter(|field| field.sent).count(), 19);
    }
}
