//! The field table, and what tells one dispatch from another.
//!
//! Owns which field is sent and which answer shows it. Refuses to read answers: that is `wire`.

use crate::systems::attendance::moment;
use crate::systems::g360;
use crate::systems::normal::{self, folded, sent, set, text};
use crate::systems::{Attendance, Compare, Field, Place, Technician};
use crate::ticket::{Attachment, Fields, Mark, Visit};

/// Every field of the vendor's two pages, `/g360/techexpress/create-ticket` and `/g360/techexpress/ticket-details`.
///
/// `granted_tenant_macnum` is a setting, not a field: it belongs to the connection and to the record's origin.
/// `start_date` and `end_date` of an answer come from `schedule`, `schedule_id` and `scheduling_type` likewise.
pub const FIELDS: &[Field] = &[
    sent("service_type", true, true, Compare::Reworded),
    sent("contact_name", false, false, Compare::Text).personal(),
    sent("contact_email_address", true, true, Compare::Text).personal(),
    sent("initial_description", false, true, Compare::Text),
    sent("automatic_email_contact", true, true, Compare::Boolean),
    sent("automatic_email_cc", true, true, Compare::Boolean),
    sent("automatic_email_cc_address", true, true, Compare::List).personal(),
    sent("customer_ticket_number", true, true, Compare::List),
    sent("po_number", true, true, Compare::Text),
    sent("customer_preferred_tech", true, true, Compare::Boolean),
    sent("prior_ticket", true, true, Compare::Integer),
    sent("special_instructions", true, true, Compare::Text),
    sent("non_standard_tools", true, true, Compare::Text),
    sent("attachments", true, true, Compare::List),
    sent("location_name", true, true, Compare::Text),
    sent("location_number", true, true, Compare::Text),
    sent("local_contact_name", true, true, Compare::Text).personal(),
    sent("local_contact_number", true, true, Compare::Phone).personal(),
    sent("location_contact_ext", true, true, Compare::Text).personal(),
    sent("location_contact_email", true, true, Compare::Text).personal(),
    sent("secondary_lcon_name", true, true, Compare::Text).personal(),
    sent("secondary_lcon_number", true, true, Compare::Phone).personal(),
    sent("secondary_lcon_ext", true, true, Compare::Text).personal(),
    sent("secondary_lcon_email", true, true, Compare::Text).personal(),
    sent("account_macnum", false, false, Compare::Text),
    sent("start_date", false, true, Compare::Moment),
    sent("end_date", false, true, Compare::Moment),
    set("id", true, true, Compare::Integer),
    set("account_id", false, true, Compare::Integer),
    set("address_1", true, true, Compare::Text),
    set("board_name", false, true, Compare::Text),
    set("category", true, true, Compare::Text),
    set("city", true, true, Compare::Text),
    set("company_id", true, true, Compare::Integer),
    set("company_identifier", true, true, Compare::Text),
    set("company_name", true, true, Compare::Text),
    set("date_entered", true, true, Compare::Moment),
    set("date_resolved", true, true, Compare::Moment),
    set("last_updated", true, true, Compare::Moment),
    set("priority", true, true, Compare::Text),
    set("schedule_id", false, true, Compare::Integer),
    set("scheduling_type", false, true, Compare::Text),
    set("site_name", false, true, Compare::Text),
    set("state_identifier", true, true, Compare::Text),
    set("status_name", true, true, Compare::Text),
    set("sub_type", false, true, Compare::Text),
    set("summary", true, true, Compare::Text),
    set("technician_id", true, true, Compare::Integer),
    set("technician_name", true, true, Compare::Text).personal(),
    set("technician_phone_number", true, true, Compare::Text).personal(),
    set("type_name", false, true, Compare::Text),
    set("zip", true, true, Compare::Text),
];

/// What a read shows if the ticket was booked as sent. Without a time zone nobody can tell which moment was booked.
pub fn expected(fields: &Fields, attachments: &[Attachment], visit: Option<&Visit>) -> Fields {
    let mut wanted = fields.clone();
    wanted.0.retain(|name, _| name != "start_date" && name != "end_date");
    if let Some((start, end)) = visit.and_then(|visit| visit.starts_at().zip(visit.ends_at())) {
        wanted.set("start_date", start.to_string());
        wanted.set("end_date", end.to_string());
    }
    normal::expected(FIELDS, &wanted, attachments)
}

/// A technician is assigned when the ticket has an id of one. The times are those of the answer's `schedule`.
pub fn attendance(seen: &Fields) -> Attendance {
    let part = |name: &str| seen.get(name).and_then(text);
    let technician = seen.get("technician_id").map(|id| match text(id) {
        None => Technician::Nobody,
        Some(id) => Technician::Somebody {
            name: part("technician_name").unwrap_or_else(|| format!("technician {id}")),
            phone: part("technician_phone_number"),
        },
    });
    Attendance { technician, booked: moment(seen, "start_date").zip(moment(seen, "end_date")), due: None }
}

/// The mark as one more entry of the customer's references.
pub fn with_mark(fields: Fields, mark: &Mark) -> Fields {
    g360::with_mark(fields, mark, ',')
}

/// Two tickets that share a key would send a technician to one place for one kind of work.
pub fn look_alike(fields: &Fields) -> Vec<String> {
    let part = |name: &str| fields.get(name).and_then(folded);
    let Some((account, service)) = part("account_macnum").zip(part("service_type")) else { return Vec::new() };
    let number = part("location_number").map(|number| format!("#{number}"));
    number.into_iter().chain(part("location_name")).map(|place| format!("{account} | {service} | {place}")).collect()
}

/// Why a read ticket is for another site: its location's number differs, or without numbers, its name.
///
/// The account cannot be compared: no answer shows the macnum as a field of its own.
pub fn site_mismatch(fields: &Fields, seen: &Fields) -> Option<String> {
    let part = |fields: &Fields, name: &str| fields.get(name).and_then(text);
    ["location_number", "location_name"].into_iter().find_map(|name| {
        let (wanted, found) = part(fields, name).zip(part(seen, name))?;
        Some((wanted.to_lowercase() != found.to_lowercase()).then(|| format!("its {name} is `{found}`, and the file says `{wanted}`")))
    })?
}

/// The place, as an answer echoes it.
pub fn place(fields: &Fields) -> Place {
    let part = |name: &str| fields.get(name).and_then(folded).filter(|text| !text.is_empty());
    Place { number: part("location_number"), name: part("location_name") }
}

/// The place, for people: `Store 417 (0417), account 01234567`.
pub fn site(fields: &Fields) -> String {
    let part = |name: &str| fields.get(name).and_then(text);
    let name = part("location_name").unwrap_or_else(|| "a location without a name".to_owned());
    let number = part("location_number").map(|number| format!(" ({number})")).unwrap_or_default();
    let account = part("account_macnum").map(|account| format!(", account {account}")).unwrap_or_default();
    format!("{name}{number}{account}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::System;
    use crate::systems::techexpress::{TechExpress, example};
    use serde_json::{Value, json};

    fn fields(value: &Value) -> Fields {
        serde_json::from_value(value.clone()).expect("fields")
    }

    fn plan() -> Attachment {
        Attachment { filename: "plan.pdf".into(), path: "plan.pdf".into(), size: 1, sha256: crate::ticket::Digest::of_bytes(b"x") }
    }

    #[test]
    fn what_was_sent_is_what_a_read_shows_in_other_spellings() {
        let (drafts, _) = TechExpress.tickets(&example::dispatch()).expect("a dispatch");
        let mark = Mark::new("lineage", &crate::ticket::Address::new("Dispatch", "a"), 0);
        let mut seen = with_mark(drafts[0].fields.clone(), &mark);
        seen.set("customer_ticket_number", format!(" INC-1 , {mark}"));
        seen.set("initial_description", "Replace the branch router.\r\n");
        seen.set("local_contact_number", "(617) 555-0123");
        seen.set("start_date", "2027-01-11T13:00:00.000Z");
        seen.set("end_date", "2027-01-11T17:00:00");
        seen.set("attachments", json!(["plan.pdf"]));
        seen.set("special_instructions", Value::Null);
        seen.set("service_type", "Installation");
        let mut shown = normal::comparable(FIELDS, &seen);
        assert_eq!(shown.0.remove("service_type"), Some(json!("Installation")), "compared between two reads");
        assert_eq!(shown, expected(&drafts[0].fields, &[plan()], drafts[0].visit.as_ref()));
    }

    #[test]
    fn without_a_zone_no_moment_is_expected() {
        let document = example::with(&[("/spec/locations/0/timezone", Value::Null)]);
        let (drafts, _) = TechExpress.tickets(&document).expect("a dispatch");
        let expected = expected(&drafts[0].fields, &[], drafts[0].visit.as_ref());
        assert_eq!((expected.get("start_date"), expected.get("end_date")), (None, None));
    }

    #[test]
    fn what_waits_for_another_ticket_is_not_expected() {
        let waiting = fields(&json!({"prior_ticket": {"ref": "Dispatch/a"}, "po_number": "P"}));
        assert_eq!(expected(&waiting, &[], None), fields(&json!({"po_number": "P", "attachments": []})));
    }

    #[test]
    fn the_mark_joins_the_customers_own_numbers() {
        let mark = Mark::new("lineage", &crate::ticket::Address::new("Dispatch", "a"), 0);
        let marked = with_mark(fields(&json!({"customer_ticket_number": "INC-1"})), &mark);
        assert_eq!(marked.text("customer_ticket_number"), Some(format!("INC-1,{mark}").as_str()));
        assert_eq!(TechExpress.mark_of(&marked), Some(mark.clone()));
        assert_eq!(with_mark(Fields::default(), &mark).text("customer_ticket_number"), Some(mark.as_str()));
    }

    #[test]
    fn tickets_at_one_place_for_one_kind_of_work_look_alike() {
        let keys = |account: &str, service: &str, name: &str, number: &str| {
            look_alike(&fields(
                &json!({"account_macnum": account, "service_type": service, "location_name": name, "location_number": number}),
            ))
        };
        let alike = |other: &[String]| keys("01", "Move", "Store 417", "0417").iter().any(|key| other.contains(key));
        assert!(alike(&keys("01", "Move", "Other name", "0417")));
        assert!(alike(&keys("01", "Move", " STORE  417", "")));
        assert!(!alike(&keys("01", "Site Audit", "Store 417", "0417")));
        assert!(!alike(&keys("02", "Move", "Store 417", "0417")));
        assert!(!alike(&keys("01", "Move", "0417", "417")), "a name is no number");
    }

    #[test]
    fn a_ticket_tells_who_comes_and_when() {
        let technician = |value: &Value| attendance(&fields(value)).technician;
        let kim = |phone: Option<&str>| Technician::Somebody { name: "Kim Doe".to_owned(), phone: phone.map(str::to_owned) };
        assert_eq!(technician(&json!({"technician_id": null, "technician_name": null})), Some(Technician::Nobody));
        assert_eq!(technician(&json!({"technician_id": 77, "technician_name": "Kim Doe"})), Some(kim(None)));
        let whole = json!({"technician_id": 77, "technician_name": "Kim Doe", "technician_phone_number": "617-555-0199"});
        assert_eq!(technician(&whole), Some(kim(Some("617-555-0199"))));
        let unnamed = Technician::Somebody { name: "technician 77".to_owned(), phone: None };
        assert_eq!(technician(&json!({"technician_id": 77})), Some(unnamed));
        assert_eq!(technician(&json!({"status_name": "Pending Tech Assignment"})), None, "a status is not interpreted");
        let booked = |value: &Value| attendance(&fields(value)).booked.map(|(start, end)| format!("{start} {end}"));
        let times = json!({"start_date": "2027-01-11T13:00:00Z", "end_date": "2027-01-11T17:00:00Z"});
        assert_eq!(booked(&times).as_deref(), Some("2027-01-11T13:00:00Z 2027-01-11T17:00:00Z"));
        assert_eq!(booked(&json!({"start_date": "2027-01-11T08:00:00", "end_date": "2027-01-11T12:00:00"})), None, "not what was sent");
    }

    #[test]
    fn places_that_differ_are_never_a_site_mismatch_less() {
        let of = |number: &Value, name: &Value| fields(&json!({"location_number": number, "location_name": name}));
        let parts =
            [json!("0417"), json!("0418"), json!(417), json!(" 0417 "), json!(""), Value::Null, json!("Store 1"), json!("STORE  1")];
        let all: Vec<Fields> = parts.iter().flat_map(|number| parts.iter().map(|name| of(number, name))).collect();
        for (one, other) in all.iter().flat_map(|one| all.iter().map(move |other| (one, other))) {
            let told_apart = !place(one).is_like(&place(other));
            assert!(
                !told_apart || site_mismatch(one, other).is_some(),
                "{one:?} {other:?}: told apart, and a ticket of one would fit the other"
            );
        }
    }

    #[test]
    fn a_site_is_named_for_people() {
        let site_of = |value: &Value| site(&fields(value));
        assert_eq!(
            site_of(&json!({"location_name": "Store 417", "location_number": "0417", "account_macnum": "01234567"})),
            "Store 417 (0417), account 01234567"
        );
        assert_eq!(site_of(&json!({"location_name": "Store 417"})), "Store 417");
    }

    #[test]
    fn every_field_is_in_the_table_once() {
        let mut names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FIELDS.len());
        // The vendor's details page lists 47 fields; `schedule` becomes four of ours.
        assert_eq!(FIELDS.iter().filter(|field| field.in_read).count(), 47 - 1 + 4);
        // The create's answer lists 40.
        assert_eq!(FIELDS.iter().filter(|field| field.in_create).count(), 40);
    }
}
