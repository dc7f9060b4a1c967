//! The field table, and what tells one helpdesk ticket from another.
//!
//! Owns which field is sent and which answer shows it, by the names that manifests use. Refuses to read answers: that is `wire`.

use super::wire::dates;
use crate::systems::normal::{self, folded, row, sent, set, text};
use crate::systems::{Attendance, Compare, Field, Technician, subject};
use crate::ticket::{Fields, Mark};

/// A custom field is one of the ticket's fields, by this and its own name: `custom_fields.Rack`.
pub const CUSTOM: &str = "custom_fields.";

pub const DUE_DATE: &str = "due_date";

/// Every field of `get_tickets`, and what is sent to `add_ticket` and `update_ticket`.
///
/// A create answers with an id alone, and callout reads the ticket back at once: that read counts as the create's answer. Names for
/// writing and reading differ (`assigned_to` is read as `assigned_tech`); the table has the former. A company or a group is sent by
/// name or by id under one name, and read under two.
pub const FIELDS: &[Field] = &[
    sent("cid", true, true, Compare::Text),
    sent("company", true, true, Compare::Text),
    sent("company_id", true, true, Compare::Text),
    sent("contact", true, true, Compare::Text).personal(),
    sent("phone", true, true, Compare::Phone).personal(),
    sent("email", true, true, Compare::Text).personal(),
    sent("cc_addresses", true, true, Compare::List).personal(),
    sent("source", true, true, Compare::Text),
    sent("category", true, true, Compare::Text),
    sent("sub_category", true, true, Compare::Text),
    sent("status", true, true, Compare::Text),
    sent("priority", true, true, Compare::Text),
    sent("escalation_level", true, true, Compare::Text),
    sent(DUE_DATE, true, true, Compare::Text),
    sent("assigned_to", true, true, Compare::Text).personal(),
    sent("assigned_group", true, true, Compare::Text),
    sent("assigned_group_id", true, true, Compare::Text),
    sent("customer_group", true, true, Compare::Text),
    sent("customer_group_id", true, true, Compare::Text),
    sent("custom_fields", true, true, Compare::Text),
    sent("subject", true, true, Compare::Marked),
    sent("summary", true, true, Compare::Text),
    set("tid", true, true, Compare::Integer),
    set("date_opened", true, true, Compare::Moment),
    set("date_closed", true, true, Compare::Moment),
    set("opened_by", true, true, Compare::Text).personal(),
    set("last_updated", true, true, Compare::Moment),
    set("updated_by", true, true, Compare::Text).personal(),
    set("updater_type", true, true, Compare::Text),
    set("locked", true, true, Compare::Boolean),
    set("locked_by", true, true, Compare::Text).personal(),
    set("linked_asset", true, true, Compare::List),
    set("linked_calls", true, true, Compare::List),
    set("linked_devices", true, true, Compare::List),
    set("merged", true, true, Compare::Boolean),
    set("merged_to", true, true, Compare::Text),
    set("parent_ticket", true, true, Compare::Text),
    set("children_tickets", true, true, Compare::List),
];

/// Names that a custom field cannot have: the variables of the calls and of their answers.
pub const VARIABLES: &[&str] = &[
    "key",
    "action",
    "tid",
    "cid",
    "company",
    "company_id",
    "company_name",
    "contact",
    "phone",
    "email",
    "cc_addresses",
    "source",
    "open_date",
    "close_date",
    "date_opened",
    "date_closed",
    "category",
    "sub_category",
    "status",
    "priority",
    "escalation_level",
    "due_date",
    "opened_by",
    "last_updated",
    "updated_by",
    "updater_type",
    "assigned_to",
    "assigned_tech",
    "assigned_group",
    "assigned_group_id",
    "assigned_group_name",
    "customer_group",
    "customer_group_id",
    "customer_group_name",
    "locked",
    "locked_by",
    "linked_asset",
    "linked_calls",
    "linked_devices",
    "merged",
    "merged_to",
    "parent_ticket",
    "children_tickets",
    "custom_fields",
    "subject",
    "summary",
];

/// The fields with the mark at the end of the subject.
pub fn with_mark(mut fields: Fields, mark: &Mark) -> Fields {
    let marked = subject::with_mark(fields.text("subject").unwrap_or_default(), mark);
    fields.set("subject", marked);
    fields
}

/// The comparable fields in normal form.
///
/// Other than elsewhere, what an answer shows as empty is kept as an empty text. What the vendor's page is not known to list may be
/// taken and dropped without a word: a summary that was sent and reads back empty is a ticket that says nothing, and must be told.
pub fn comparable(seen: &Fields) -> Fields {
    let mut comparable = normal::comparable(FIELDS, &prepared(seen));
    for (name, value) in seen.iter() {
        if row(FIELDS, name).is_some_and(|row| row.sent) && text(value).is_none() {
            comparable.set(name, "");
        }
    }
    comparable
}

/// What a read shows if the ticket was booked as sent.
pub fn expected(fields: &Fields) -> Fields {
    let mut expected = normal::expected(FIELDS, &prepared(fields), &[]);
    expected.0.retain(|_, value| text(value).is_some());
    expected
}

/// A technician is a person here, not a visit. The due date is a field of the vendor's page `get_tickets`, in the server's own time.
pub fn attendance(seen: &Fields) -> Attendance {
    let technician = seen.get("assigned_to").map(|name| match text(name) {
        None => Technician::Nobody,
        Some(name) => Technician::Somebody { name, phone: None },
    });
    Attendance { technician, booked: None, due: seen.text(DUE_DATE).and_then(dates::strict) }
}

/// Customers' ids are the same in upper and lower case.
fn prepared(fields: &Fields) -> Fields {
    let mut fields = fields.clone();
    if let Some(cid) = fields.text("cid").map(str::to_lowercase) {
        fields.set("cid", cid);
    }
    fields
}

/// Two tickets of one customer with one subject look alike, in whatever case and spacing. A category would be too wide: a customer may
/// well have a hundred tickets in one.
pub fn look_alike(fields: &Fields) -> Vec<String> {
    let subject = fields.text("subject").map(subject::without_mark).and_then(|own| folded(&own.into()));
    let key = fields.get("cid").and_then(folded).zip(subject).map(|(cid, subject)| format!("helpdesk | {cid} | {subject}"));
    key.into_iter().collect()
}

/// The customer, for people: `customer store-0417 (Larkspur Hardware)`.
pub fn site(fields: &Fields) -> String {
    let Some(cid) = fields.get("cid").and_then(text) else { return "no customer".to_owned() };
    let company = fields.get("company").and_then(text).map(|name| format!(" ({name})")).unwrap_or_default();
    format!("customer {cid}{company}")
}

/// Why a read ticket is for another customer.
pub fn site_mismatch(fields: &Fields, seen: &Fields) -> Option<String> {
    let (wanted, found) = fields.get("cid").and_then(text).zip(seen.get("cid").and_then(text))?;
    (wanted.to_lowercase() != found.to_lowercase()).then(|| format!("its customer is {found}, and the file says {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::Address;
    use serde_json::{Value, json};

    fn fields(value: &Value) -> Fields {
        serde_json::from_value(value.clone()).expect("fields")
    }

    #[test]
    fn the_mark_and_the_case_of_a_customer_are_in_no_comparison() {
        let mark = Mark::new("lineage", &Address::new("HelpdeskTicket", "a"), 0);
        let own = fields(&json!({"cid": "Store-0417", "subject": "Router is down"}));
        let marked = with_mark(own.clone(), &mark);
        assert_eq!(marked.text("subject"), Some(format!("Router is down [{mark}]").as_str()));
        assert_eq!(with_mark(marked.clone(), &mark), marked, "once only");
        assert_eq!(comparable(&marked), fields(&json!({"cid": "store-0417", "subject": "Router is down"})));
        assert_eq!(expected(&marked), comparable(&own));
    }

    #[test]
    fn what_was_sent_and_reads_back_empty_differs() {
        let seen = fields(&json!({"cid": "a", "summary": "", "status": "Open", "locked": "", "custom_fields.Rack": ""}));
        let wanted = fields(&json!({"cid": "a", "summary": "", "status": "Open", "custom_fields.Rack": ""}));
        assert_eq!(comparable(&seen), wanted);
        assert_eq!(comparable(&wanted), wanted);
        assert_eq!(expected(&fields(&json!({"cid": "a", "summary": "x"}))), fields(&json!({"cid": "a", "summary": "x"})));
    }

    #[test]
    fn one_customer_and_one_subject_look_alike() {
        let keys = |cid: &str, subject: &str| look_alike(&fields(&json!({"cid": cid, "subject": subject, "category": "Network"})));
        assert_eq!(keys("Store-0417", " router  is DOWN [co-7k2m9q4x]"), keys("store-0417", "Router is down"));
        assert_ne!(keys("store-0417", "Router is down"), keys("store-0418", "Router is down"));
        assert_ne!(keys("store-0417", "Router is down"), keys("store-0417", "Printer is down"));
        assert!(look_alike(&Fields::default()).is_empty());
    }

    #[test]
    fn a_ticket_tells_whom_it_is_assigned_to_and_when_it_is_due() {
        let told = attendance(&fields(&json!({"assigned_to": "jdoe", "due_date": "2027-01-11T17:00:00"})));
        let name = Technician::Somebody { name: "jdoe".to_owned(), phone: None };
        assert_eq!((told.technician, told.due.map(|due| due.to_string()).as_deref()), (Some(name), Some("2027-01-11T17:00:00")));
        let told = attendance(&fields(&json!({"assigned_to": "", "due_date": ""})));
        assert_eq!((told.technician, told.due), (Some(Technician::Nobody), None));
        assert_eq!(attendance(&fields(&json!({"due_date": "next week"}))), Attendance::default());
    }

    #[test]
    fn the_customer_is_named_for_people_and_another_one_is_told() {
        let own = fields(&json!({"cid": "Demo", "company": "Larkspur"}));
        assert_eq!(site(&own), "customer Demo (Larkspur)");
        assert_eq!(site(&fields(&json!({"cid": "demo"}))), "customer demo");
        assert_eq!(site_mismatch(&own, &fields(&json!({"cid": "demo"}))), None);
        assert_eq!(site_mismatch(&own, &Fields::default()), None);
        let other = site_mismatch(&own, &fields(&json!({"cid": "other"})));
        assert_eq!(other.as_deref(), Some("its customer is other, and the file says Demo"));
    }

    #[test]
    fn every_field_is_in_the_table_once() {
        let mut names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FIELDS.len());
        // get_tickets lists 38 variables, and each is a field here under one name or another.
        assert_eq!(FIELDS.len(), 38);
    }
}
