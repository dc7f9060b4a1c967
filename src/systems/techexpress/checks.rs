//! What is wrong with a dispatch that its schema cannot say.
//!
//! Owns one flat table of named checks. All of them run on each document, so that everything wrong is told at once.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use jiff::tz;

use super::API;
use super::spec::{DispatchDocument, DispatchLocation};
use super::tickets::real_date;
use crate::systems::checks::{self, Row, Wrong, blank, not_a_phone, not_an_email, wrong};
use crate::systems::g360::checks::{cc_flag_and_address_agree, number_can_be_sent};
use crate::systems::{Finding, zone, zone_hint};
use crate::ticket::{Address, Mark};

const CHECKS: &[Row<DispatchDocument>] = &[
    ("dispatch/blank", required_texts_are_not_blank),
    ("dispatch/date", dates_exist),
    ("dispatch/end-before-start", end_is_not_before_start),
    ("dispatch/other-day", end_is_on_the_same_day),
    ("dispatch/timezone", timezone_is_known),
    ("dispatch/local-time", local_times_happen_once),
    ("dispatch/cc", mail_is_meant),
    ("dispatch/email", addresses_look_like_email),
    ("dispatch/phone", numbers_look_like_phones),
    ("dispatch/location-key", keys_tell_locations_apart),
    ("dispatch/adopt", adopt_names_one_ticket),
    ("dispatch/renamed-from", rename_leaves_keys_alone),
    ("dispatch/mark", references_hold_no_mark),
];

/// Everything that the checks find, in the table's order.
pub fn run(document: &DispatchDocument) -> Vec<Finding> {
    checks::run(CHECKS, document)
}

/// Asks one question of each location; the question gets the location and its pointer.
fn each(document: &DispatchDocument, ask: impl Fn(&DispatchLocation, &str) -> Vec<Wrong>) -> Vec<Wrong> {
    let locations = document.spec.locations.iter().enumerate();
    locations.flat_map(|(at, location)| ask(location, &format!("/spec/locations/{at}"))).collect()
}

fn required_texts_are_not_blank(document: &DispatchDocument) -> Vec<Wrong> {
    let spec = &document.spec;
    let texts = [
        ("contact_name", &spec.contact_name),
        ("contact_email_address", &spec.contact_email_address),
        ("initial_description", &spec.initial_description),
    ];
    let of_locations = each(document, |location, pointer| {
        let texts = [
            ("location_name", &location.location_name),
            ("local_contact_name", &location.local_contact_name),
            ("account_macnum", &location.account_macnum),
        ];
        texts.iter().filter_map(|(name, text)| blank(API.title, pointer, name, text)).collect()
    });
    texts.iter().filter_map(|(name, text)| blank(API.title, "/spec", name, text)).chain(of_locations).collect()
}

fn dates_exist(document: &DispatchDocument) -> Vec<Wrong> {
    // What has not even the shape of a date is the schema's business.
    let shaped = |text: &str| {
        text.len() == 19 && text.bytes().zip(b"0000-00-00T00:00:00").all(|(c, form)| c == *form || (*form == b'0' && c.is_ascii_digit()))
    };
    each(document, |location, pointer| {
        let unreal = dates(location).into_iter().filter(|(_, text)| shaped(text) && real_date(text).is_none());
        let say = |(name, text): (&str, &str)| {
            wrong(format!("{pointer}/{name}"), format!("{name} is {text}, which does not exist"), "Check the day and the hour.")
        };
        unreal.map(say).collect()
    })
}

fn dates(location: &DispatchLocation) -> [(&'static str, &str); 2] {
    [("start_date", &location.start_date), ("end_date", &location.end_date)]
}

fn real_dates(location: &DispatchLocation) -> Option<(DateTime, DateTime)> {
    real_date(&location.start_date).zip(real_date(&location.end_date))
}

fn end_is_not_before_start(document: &DispatchDocument) -> Vec<Wrong> {
    each(document, |location, pointer| {
        let before = real_dates(location).is_some_and(|(start, end)| end < start);
        let help = format!("The visit starts at {}. Write a later time, or the same for a start on the dot.", location.start_date);
        before.then(|| wrong(format!("{pointer}/end_date"), "end_date is before start_date", help)).into_iter().collect()
    })
}

fn end_is_on_the_same_day(document: &DispatchDocument) -> Vec<Wrong> {
    each(document, |location, pointer| {
        let other = real_dates(location).is_some_and(|(start, end)| end >= start && end.date() != start.date());
        let help = "TechExpress takes a visit of one day only. Make one ticket for each day.";
        other.then(|| wrong(format!("{pointer}/end_date"), "end_date is on another day than start_date", help)).into_iter().collect()
    })
}

fn timezone_is_known(document: &DispatchDocument) -> Vec<Wrong> {
    each(document, |location, pointer| {
        let unknown = location.timezone.as_deref().filter(|name| zone(name).is_none());
        let say = |name: &str| wrong(format!("{pointer}/timezone"), format!("timezone `{name}` is not known"), zone_hint(name));
        unknown.map(say).into_iter().collect()
    })
}

fn local_times_happen_once(document: &DispatchDocument) -> Vec<Wrong> {
    each(document, |location, pointer| {
        let Some((name, zone)) = location.timezone.as_deref().and_then(|name| Some((name, zone(name)?))) else { return Vec::new() };
        let ask = |(field, text): (&str, &str)| {
            let ambiguous = zone.to_ambiguous_timestamp(real_date(text)?);
            let (why, help) = match ambiguous.offset() {
                tz::AmbiguousOffset::Unambiguous { .. } => return None,
                tz::AmbiguousOffset::Gap { .. } => ("the clock skips it", "Write a time that the clock shows on that day."),
                tz::AmbiguousOffset::Fold { .. } => {
                    ("the clock shows it twice", "Write a time outside that hour: nobody could tell which is meant.")
                }
            };
            Some(wrong(format!("{pointer}/{field}"), format!("{field} is {text}, and in {name} {why}"), help))
        };
        dates(location).into_iter().filter_map(ask).collect()
    })
}

fn mail_is_meant(document: &DispatchDocument) -> Vec<Wrong> {
    cc_flag_and_address_agree(document.spec.automatic_email_cc, document.spec.automatic_email_cc_address.as_deref())
}

const AN_EMAIL: &str = "An address looks like dana@example.com; several go into automatic_email_cc_address, with commas between.";

fn addresses_look_like_email(document: &DispatchDocument) -> Vec<Wrong> {
    let spec = &document.spec;
    let list = spec.automatic_email_cc_address.iter().flat_map(|text| text.split(','));
    let of_spec = std::iter::once(("contact_email_address", spec.contact_email_address.as_str()))
        .chain(list.map(|entry| ("automatic_email_cc_address", entry)));
    let of_locations = each(document, |location, pointer| {
        let emails =
            [("location_contact_email", &location.location_contact_email), ("secondary_lcon_email", &location.secondary_lcon_email)];
        emails.into_iter().filter_map(|(name, text)| not_an_email(pointer, name, text.as_deref()?, AN_EMAIL)).collect()
    });
    of_spec.filter_map(|(name, text)| not_an_email("/spec", name, text, AN_EMAIL)).chain(of_locations).collect()
}

fn numbers_look_like_phones(document: &DispatchDocument) -> Vec<Wrong> {
    each(document, |location, pointer| {
        let first = number_can_be_sent(API.title, pointer, "local_contact_number", &location.local_contact_number);
        let other = location.secondary_lcon_number.as_deref().filter(|text| !text.trim().is_empty());
        let second = other.and_then(|text| not_a_phone(pointer, "secondary_lcon_number", text));
        first.into_iter().chain(second).collect()
    })
}

fn keys_tell_locations_apart(document: &DispatchDocument) -> Vec<Wrong> {
    let mut taken: BTreeSet<Option<&str>> = BTreeSet::new();
    let mut found = Vec::new();
    for (at, location) in document.spec.locations.iter().enumerate() {
        let key = location.key.as_deref();
        if taken.insert(key) {
            continue;
        }
        let pointer = format!("/spec/locations/{at}");
        found.push(match key {
            Some(key) => {
                wrong(format!("{pointer}/key"), format!("another location has the key `{key}` too"), "Give each location a key of its own.")
            }
            None => wrong(
                pointer,
                "two locations have no key, so their tickets would have one address",
                "Add `key: SOMETHING` here. At most one location goes without; leave that one as it is, a new key is a new ticket.",
            ),
        });
    }
    found
}

fn adopt_names_one_ticket(document: &DispatchDocument) -> Vec<Wrong> {
    let adopts = document.lifecycle.as_ref().is_some_and(|lifecycle| lifecycle.adopt.is_some());
    let count = document.spec.locations.len();
    let message = format!("adopt names one ticket, and this document describes {count}");
    let help = "Take `adopt` out and run `callout import ADDRESS ID` for each location's ticket.";
    (adopts && count > 1).then(|| wrong("/lifecycle/adopt", message, help)).into_iter().collect()
}

fn rename_leaves_keys_alone(document: &DispatchDocument) -> Vec<Wrong> {
    let from = document.lifecycle.as_ref().and_then(|lifecycle| lifecycle.renamed_from.as_deref()?.parse::<Address>().ok());
    let keyed = from.filter(|from| from.key.is_some() && document.spec.locations.len() > 1);
    let say = |from: Address| {
        let whole = Address { key: None, ..from.clone() };
        let message = format!("renamed_from names one location, {from}, and this document has several");
        wrong("/lifecycle/renamed_from", message, format!("Write `{whole}`: each location keeps its own key."))
    };
    keyed.map(say).into_iter().collect()
}

fn references_hold_no_mark(document: &DispatchDocument) -> Vec<Wrong> {
    checks::holds_a_mark("customer_ticket_number", document.spec.customer_ticket_number.as_deref(), Mark::find)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{TechExpress, example};
    use crate::systems::System;

    /// Each finding of the changed example, as a person reads it.
    fn found(changes: &[(&str, Value)]) -> Vec<String> {
        let (_, findings) = TechExpress.tickets(&example::with(changes)).expect("the document's types are right");
        let shown = |finding: crate::systems::Finding| {
            format!("{} {}: {} [{}]", finding.code, finding.pointer, finding.message, finding.help.unwrap_or_default())
        };
        findings.into_iter().map(shown).collect()
    }

    const AT: &str = "/spec/locations/0";

    fn one(field: &str, value: impl Into<Value>) -> Vec<String> {
        found(&[(&format!("{AT}/{field}"), value.into())])
    }

    #[test]
    fn the_example_is_right() {
        assert_eq!(found(&[]), Vec::<String>::new());
        assert_eq!(one("end_date", "2027-01-11T08:00:00"), Vec::<String>::new(), "a hard start");
        assert_eq!(one("local_contact_number", 6_175_550_123_u64), Vec::<String>::new());
    }

    #[test]
    fn dates_are_checked_against_the_calendar_the_clock_and_each_other() {
        assert_eq!(
            one("end_date", "2027-01-11T07:59:59"),
            [
                "dispatch/end-before-start /spec/locations/0/end_date: end_date is before start_date [The visit starts at 2027-01-11T08:00:00. Write a later time, or the same for a start on the dot.]"
            ]
        );
        assert_eq!(
            one("end_date", "2027-01-12T00:00:00"),
            [
                "dispatch/other-day /spec/locations/0/end_date: end_date is on another day than start_date [TechExpress takes a visit of one day only. Make one ticket for each day.]"
            ]
        );
        for text in ["2027-02-29T08:00:00", "2027-01-11T24:00:00", "2027-01-11T08:00:60"] {
            let wanted =
                format!("dispatch/date /spec/locations/0/end_date: end_date is {text}, which does not exist [Check the day and the hour.]");
            assert_eq!(one("end_date", text), [wanted]);
        }
        assert_eq!(one("end_date", "tomorrow"), Vec::<String>::new(), "its shape is the schema's business");
    }

    #[test]
    fn a_time_must_happen_once_in_its_zone() {
        let at = |day: &str| found(&[("/spec/locations/0/start_date", json!(day)), ("/spec/locations/0/end_date", json!(day))]);
        assert_eq!(
            at("2027-03-14T02:30:00")[0],
            "dispatch/local-time /spec/locations/0/start_date: start_date is 2027-03-14T02:30:00, and in America/New_York the clock skips it [Write a time that the clock shows on that day.]"
        );
        assert_eq!(
            at("2027-11-07T01:30:00")[1],
            "dispatch/local-time /spec/locations/0/end_date: end_date is 2027-11-07T01:30:00, and in America/New_York the clock shows it twice [Write a time outside that hour: nobody could tell which is meant.]"
        );
        assert_eq!(at("2027-11-07T03:30:00"), Vec::<String>::new());
    }

    #[test]
    fn an_unknown_zone_is_told_with_the_one_that_was_probably_meant() {
        let told = |zone: &str, hint: &str| {
            let wanted = format!("dispatch/timezone /spec/locations/0/timezone: timezone `{zone}` is not known [{hint}]");
            assert_eq!(one("timezone", zone), [wanted]);
        };
        told("America/NewYork", "Did you mean `America/New_York`?");
        told("New York", "Did you mean `America/New_York`?");
        told("Somewhere", "Write an IANA name, such as America/New_York.");
        told("Etc/Unknown", "Write an IANA name, such as America/New_York.");
    }

    #[test]
    fn the_cc_flag_and_its_address_go_together() {
        assert_eq!(
            found(&[("/spec/automatic_email_cc", json!(true))]),
            [
                "dispatch/cc /spec/automatic_email_cc: automatic_email_cc is true, and there is no automatic_email_cc_address [Add the address, or write `automatic_email_cc: false`.]"
            ]
        );
        assert_eq!(
            found(&[("/spec/automatic_email_cc_address", json!("a@example.com"))]),
            [
                "dispatch/cc /spec/automatic_email_cc_address: automatic_email_cc_address is given, and automatic_email_cc is false: nobody there would get mail [Write `automatic_email_cc: true`, or take the address out.]"
            ]
        );
    }

    #[test]
    fn every_entry_of_a_mail_list_is_looked_at() {
        let list = |text: &str| found(&[("/spec/automatic_email_cc", json!(true)), ("/spec/automatic_email_cc_address", json!(text))]);
        assert_eq!(list("a@example.com, b@example.org"), Vec::<String>::new());
        assert_eq!(
            list("a@example.com, b@example"),
            [
                "dispatch/email /spec/automatic_email_cc_address: automatic_email_cc_address has `b@example`, which is no e-mail address [An address looks like dana@example.com; several go into automatic_email_cc_address, with commas between.]"
            ]
        );
        for text in
            ["dana", "@example.com", "a@b@example.com", "a b@example.com", "a@example.com;b@example.com", "Dana <a@example.com>", "a@.com"]
        {
            assert_eq!(one("location_contact_email", text).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_phone_number_must_survive_being_an_integer() {
        assert_eq!(
            one("local_contact_number", "555-01"),
            [
                "dispatch/phone /spec/locations/0/local_contact_number: local_contact_number is `555-01`, which is no telephone number [Write 7 to 15 digits, such as 617-555-0123. An extension has a field of its own.]"
            ]
        );
        assert_eq!(
            one("local_contact_number", "020 7946 0123"),
            [
                "dispatch/phone /spec/locations/0/local_contact_number: local_contact_number is `020 7946 0123`: a number that begins with 0 cannot be sent [TechExpress takes this number as an integer, which drops the zero. Write it with the country's code.]"
            ]
        );
        assert_eq!(one("secondary_lcon_number", "020 7946 0123"), Vec::<String>::new(), "this one is sent as text");
        assert_eq!(one("secondary_lcon_number", "ask Sam").len(), 1);
    }

    #[test]
    fn keys_tell_locations_apart() {
        let location = example::dispatch()["spec"]["locations"][0].clone();
        let keyed = |key: &str| {
            let mut location = location.clone();
            location["key"] = json!(key);
            location
        };
        let locations = |list: Value| found(&[("/spec/locations", list)]);
        assert_eq!(locations(json!([location, keyed("rear")])), Vec::<String>::new());
        assert_eq!(
            locations(json!([location, location])),
            [
                "dispatch/location-key /spec/locations/1: two locations have no key, so their tickets would have one address [Add `key: SOMETHING` here. At most one location goes without; leave that one as it is, a new key is a new ticket.]"
            ]
        );
        assert_eq!(
            locations(json!([keyed("rear"), keyed("rear")])),
            ["dispatch/location-key /spec/locations/1/key: another location has the key `rear` too [Give each location a key of its own.]"]
        );
        assert_eq!(
            found(&[
                ("/spec/locations", json!([location, keyed("rear")])),
                ("/lifecycle", json!({"adopt": 5, "renamed_from": "Dispatch/a[x]"}))
            ]),
            [
                "dispatch/adopt /lifecycle/adopt: adopt names one ticket, and this document describes 2 [Take `adopt` out and run `callout import ADDRESS ID` for each location's ticket.]",
                "dispatch/renamed-from /lifecycle/renamed_from: renamed_from names one location, Dispatch/a[x], and this document has several [Write `Dispatch/a`: each location keeps its own key.]",
            ]
        );
    }

    #[test]
    fn what_the_system_cannot_do_and_unknown_fields_are_refused() {
        let lifecycle = json!({"on_remove": "close", "ignore_changes": ["po_number", "po_numbr", "colour"], "renamed_from": "NocTicket/a"});
        let found = found(&[("/lifecycle", lifecycle)]);
        assert_eq!(
            found[0],
            "lifecycle/cannot /lifecycle/on_remove: on_remove is close; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone [Write `hold` or `forget`.]"
        );
        assert_eq!(
            found[1],
            "lifecycle/unknown-field /lifecycle/ignore_changes/1: ignore_changes names `po_numbr`, which is no field of this ticket [Did you mean `po_number`?]"
        );
        assert!(found[2].starts_with("lifecycle/unknown-field /lifecycle/ignore_changes/2: ignore_changes names `colour`, which is no field of this ticket [These can be ignored: service_type,"), "{}", found[2]);
        assert_eq!(
            found[3],
            "lifecycle/renamed-kind /lifecycle/renamed_from: renamed_from is a NocTicket, and this is a Dispatch; a ticket cannot change its kind []"
        );
    }

    #[test]
    fn blank_texts_and_foreign_marks_are_refused() {
        assert_eq!(
            one("location_name", "  "),
            ["dispatch/blank /spec/locations/0/location_name: location_name is blank [TechExpress needs a text here.]"]
        );
        assert_eq!(
            found(&[("/spec/customer_ticket_number", json!("INC-1, co-7k2m9q4x"))]),
            [
                "dispatch/mark /spec/customer_ticket_number: customer_ticket_number has `co-7k2m9q4x`, which looks like a mark of callout [Take it out: callout adds each ticket's own mark by itself.]"
            ]
        );
    }
}
