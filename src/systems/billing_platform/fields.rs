//! The field table, and what tells one customer's ticket from another.
//!
//! Owns which field is sent and how it is compared. Refuses to read answers: that is `wire`.

use serde_json::Value;

use crate::systems::normal::{folded, sent, set, text};
use crate::systems::{Compare, Field, subject};
use crate::ticket::{Fields, Mark};

/// Every field of the vendor's page `/api/endpoints/tickets/`. Create, read and update all answer with the whole ticket.
///
/// What the server fills in by itself (a type may bring a priority and a team) was not sent, so it is no difference.
pub const FIELDS: &[Field] = &[
    sent("customer_id", true, true, Compare::Integer),
    sent("ticket_type", true, true, Compare::Preset),
    sent("status", true, true, Compare::Preset),
    sent("ticket_priority", true, true, Compare::Preset),
    sent("customer_email", true, true, Compare::Text).personal(),
    sent("subject", true, true, Compare::Marked),
    sent("ticket_content", true, true, Compare::CreateOnly),
    sent("owner", true, true, Compare::Preset).personal(),
    sent("users", true, true, Compare::Text).personal(),
    sent("departments", true, true, Compare::Text),
    sent("ticket_suppliers", true, true, Compare::Text),
    sent("ticket_followup_date", true, true, Compare::Text),
    sent("ticket_action_required_date", true, true, Compare::Text),
    set("created_date", true, true, Compare::Text),
    set("id", true, true, Compare::Text),
];

/// The mark at the end of the subject: a ticket has no field for a reference of the customer's own.
pub fn with_mark(mut fields: Fields, mark: &Mark) -> Fields {
    let marked = subject::with_mark(fields.text("subject").unwrap_or_default(), mark);
    fields.set("subject", marked);
    fields
}

/// The mark that a read ticket carries.
pub fn mark_of(seen: &Fields) -> Option<Mark> {
    seen.text("subject").and_then(subject::find_mark)
}

/// Two tickets that share a key are of one customer, of one type and about one thing.
pub fn look_alike(fields: &Fields) -> Vec<String> {
    let Some(customer) = fields.get("customer_id").and_then(text) else { return Vec::new() };
    let about = fields.text("subject").map(subject::without_mark).unwrap_or_default().to_lowercase();
    let kind = fields.get("ticket_type").and_then(folded).unwrap_or_default();
    vec![format!("customer | {customer} | {kind} | {about}")]
}

/// Whose ticket it is, for people: `customer 4711`.
pub fn site(fields: &Fields) -> String {
    fields.get("customer_id").and_then(text).map_or_else(|| "no customer".to_owned(), |id| format!("customer {id}"))
}

/// Why a read ticket is another customer's.
pub fn site_mismatch(fields: &Fields, seen: &Fields) -> Option<String> {
    let of = |fields: &Fields| fields.get("customer_id").and_then(number);
    let (wanted, found) = (of(fields)?, of(seen)?);
    (wanted != found).then(|| format!("it is customer {found}'s, and the file says customer {wanted}"))
}

/// A customer's number, whether written as a number or as text.
fn number(value: &Value) -> Option<String> {
    text(value).map(|text| text.parse::<u64>().map_or(text, |number| number.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::System;
    use crate::systems::billing_platform::BillingPlatform;
    use crate::ticket::Address;
    use serde_json::json;

    fn fields(value: &Value) -> Fields {
        serde_json::from_value(value.clone()).expect("fields")
    }

    #[test]
    fn the_mark_goes_behind_the_subject_and_is_in_no_comparison() {
        let mark = Mark::new("lineage", &Address::new("CustomerTicket", "a"), 0);
        let plain = fields(&json!({"subject": "Charged twice"}));
        let marked = with_mark(plain.clone(), &mark);
        assert_eq!(marked.text("subject"), Some(format!("Charged twice [{mark}]").as_str()));
        assert_eq!(BillingPlatform.mark_of(&marked), Some(mark.clone()));
        let edited = fields(&json!({"subject": format!("RE: Charged [{mark}] twice")}));
        assert_eq!(BillingPlatform.mark_of(&edited), Some(mark));
        assert_eq!(BillingPlatform.comparable(&marked), BillingPlatform.expected(&plain, &[], None));
        assert_eq!(BillingPlatform.comparable(&edited).text("subject"), Some("RE: Charged twice"));
    }

    #[test]
    fn letters_case_of_a_preset_value_and_the_latest_activity_are_no_difference() {
        let normal = |value: Value| BillingPlatform.comparable(&fields(&value));
        let one = json!({"status": "open", "ticket_priority": 2, "customer_id": 4711, "ticket_content": "first", "owner": null});
        let two = json!({"status": " Open ", "ticket_priority": "2", "customer_id": "4711", "ticket_content": "second", "owner": ""});
        assert_eq!(normal(one), normal(two));
        assert_ne!(normal(json!({"status": "open"})), normal(json!({"status": "resolved"})));
    }

    #[test]
    fn tickets_of_one_customer_about_one_thing_look_alike() {
        let key = |customer: u64, kind: &str, subject: &str| {
            look_alike(&fields(&json!({"customer_id": customer, "ticket_type": kind, "subject": subject})))
        };
        let one = key(4711, "billing", "Charged twice");
        assert_eq!(one, key(4711, "Billing", "charged  TWICE [co-7k2m9q4x]"));
        assert_ne!(one, key(4712, "billing", "Charged twice"));
        assert_ne!(one, key(4711, "sales", "Charged twice"));
        assert_ne!(one, key(4711, "billing", "Charged three times"));
    }

    #[test]
    fn a_ticket_of_another_customer_is_for_another_site() {
        let of = |id: Value| fields(&json!({ "customer_id": id }));
        assert_eq!(site(&of(json!(4711))), "customer 4711");
        assert_eq!(site_mismatch(&of(json!(4711)), &of(json!("4711"))), None);
        assert_eq!(site_mismatch(&of(json!(4711)), &Fields::default()), None, "nothing is known of it");
        let wanted = Some("it is customer 12's, and the file says customer 4711".to_owned());
        assert_eq!(site_mismatch(&of(json!(4711)), &of(json!(12))), wanted);
    }

    #[test]
    fn every_field_is_in_the_table_once() {
        let mut names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
        names.sort_unstable();
        names.dedup();
        // The page lists 15 fields; two of them only the server sets.
        assert_eq!((names.len(), FIELDS.len()), (15, 15));
        assert_eq!(FIELDS.iter().filter(|field| field.sent).count(), 13);
    }
}
