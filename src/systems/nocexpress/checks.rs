//! What is wrong with a NOC ticket that its schema cannot say.
//!
//! Owns one flat table of named checks. All of them run on each document, so that everything wrong is told at once.

use std::collections::BTreeSet;

use super::spec::{NocContact, NocTicketDocument};
use super::{API, fields};
use crate::systems::checks::{self, Row, Wrong, blank, not_an_email, wrong};
use crate::systems::g360::checks::{cc_flag_and_address_agree, number_can_be_sent};
use crate::systems::{Finding, nearest};

/// The type of a ticket for several sites, and its subtypes (vendor page `/g360/nocexpress/create-ticket`).
pub const MULTI_SITE_TYPE: &str = "Multi-Site Service Request";
pub const MULTI_SITE_SUBTYPES: [&str; 4] =
    ["Multi-Site Outage", "Multi-Site Service Impact", "Multi-Site Informational", "Multi-Site Configuration Request"];

const CHECKS: &[Row<NocTicketDocument>] = &[
    ("noc/blank", required_texts_are_not_blank),
    ("noc/multi-site", several_sites_have_their_type),
    ("noc/site-twice", sites_differ),
    ("noc/cc", mail_is_meant),
    ("noc/email", addresses_look_like_email),
    ("noc/phone", numbers_can_be_sent),
    ("noc/mark", number_holds_no_mark),
];

/// Everything that the checks find, in the table's order.
pub fn run(document: &NocTicketDocument) -> Vec<Finding> {
    checks::run(CHECKS, document)
}

fn contacts(document: &NocTicketDocument) -> impl Iterator<Item = (String, &NocContact)> {
    let contacts = document.spec.additional_contacts.iter().flatten().enumerate();
    contacts.map(|(at, contact)| (format!("/spec/additional_contacts/{at}"), contact))
}

fn required_texts_are_not_blank(document: &NocTicketDocument) -> Vec<Wrong> {
    let spec = &document.spec;
    let texts = [
        ("issue_name", &spec.issue_name),
        ("type_name", &spec.type_name),
        ("subtype_name", &spec.subtype_name),
        ("contact_name", &spec.contact_name),
        ("contact_email_address", &spec.contact_email_address),
        ("local_contact_name", &spec.local_contact_name),
        ("access_hours", &spec.access_hours),
    ];
    let of_spec = texts.into_iter().filter_map(|(name, text)| blank(API.title, "/spec", name, text));
    let of_sites = spec.sites.iter().enumerate().flat_map(|(at, site)| {
        let texts = [("macnum", &site.macnum), ("maintenance_window", &site.maintenance_window)];
        texts.into_iter().filter_map(move |(name, text)| blank(API.title, &format!("/spec/sites/{at}"), name, text))
    });
    let of_contacts = contacts(document).filter_map(|(pointer, contact)| blank(API.title, &pointer, "name", &contact.name));
    of_spec.chain(of_sites).chain(of_contacts).collect()
}

fn several_sites_have_their_type(document: &NocTicketDocument) -> Vec<Wrong> {
    let spec = &document.spec;
    if spec.sites.len() < 2 {
        return Vec::new();
    }
    let say = |name: &str, value: &str, help: String| {
        let message = format!("{name} is `{value}`, and a ticket for {} sites cannot have that", spec.sites.len());
        wrong(format!("/spec/{name}"), message, help)
    };
    let for_type = (spec.type_name != MULTI_SITE_TYPE)
        .then(|| say("type_name", &spec.type_name, format!("Write `{MULTI_SITE_TYPE}`, or make a ticket for each site.")));
    let is_known = MULTI_SITE_SUBTYPES.contains(&spec.subtype_name.as_str());
    let all = || format!("Write one of `{}`.", MULTI_SITE_SUBTYPES.join("`, `"));
    let help = || nearest(&spec.subtype_name, MULTI_SITE_SUBTYPES).map_or_else(all, |near| format!("Did you mean `{near}`?"));
    let for_subtype = (!is_known).then(|| say("subtype_name", &spec.subtype_name, help()));
    for_type.into_iter().chain(for_subtype).collect()
}

fn sites_differ(document: &NocTicketDocument) -> Vec<Wrong> {
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let twice = document.spec.sites.iter().enumerate().filter(|(_, site)| !taken.insert(site.macnum.trim()));
    let say = |(at, site): (usize, &super::spec::NocSite)| {
        let message = format!("the site with the macnum {} is listed twice", site.macnum);
        wrong(format!("/spec/sites/{at}/macnum"), message, "Take one of them out; both windows go into one text.")
    };
    twice.map(say).collect()
}

fn mail_is_meant(document: &NocTicketDocument) -> Vec<Wrong> {
    cc_flag_and_address_agree(document.spec.automatic_email_cc, document.spec.automatic_email_cc_address.as_deref())
}

fn addresses_look_like_email(document: &NocTicketDocument) -> Vec<Wrong> {
    let spec = &document.spec;
    let cc = spec.automatic_email_cc_address.as_deref().unwrap_or_default();
    let addresses = [("contact_email_address", spec.contact_email_address.as_str()), ("automatic_email_cc_address", cc)];
    let help = "An address looks like dana@example.com. NOCExpress takes one in each field.";
    addresses.into_iter().filter_map(|(name, text)| not_an_email("/spec", name, text, help)).collect()
}

fn numbers_can_be_sent(document: &NocTicketDocument) -> Vec<Wrong> {
    let local = number_can_be_sent(API.title, "/spec", "local_contact_number", &document.spec.local_contact_number);
    let others = contacts(document).filter_map(|(pointer, contact)| number_can_be_sent(API.title, &pointer, "number", &contact.number));
    local.into_iter().chain(others).collect()
}

fn number_holds_no_mark(document: &NocTicketDocument) -> Vec<Wrong> {
    checks::holds_a_mark("customer_ticket_number", document.spec.customer_ticket_number.as_deref(), fields::find_mark)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{NocExpress, example};
    use crate::systems::System;

    /// Each finding of the changed example, as a person reads it.
    fn found(changes: &[(&str, Value)]) -> Vec<String> {
        let (_, findings) = NocExpress.tickets(&example::with(changes)).expect("the document's types are right");
        let shown = |finding: crate::systems::Finding| {
            format!("{} {}: {} [{}]", finding.code, finding.pointer, finding.message, finding.help.unwrap_or_default())
        };
        findings.into_iter().map(shown).collect()
    }

    #[test]
    fn the_example_is_right_also_with_one_site_of_any_type() {
        assert_eq!(found(&[]), Vec::<String>::new());
        let one = json!([{"macnum": "01234567", "maintenance_window": "any time"}]);
        let single = [("/spec/sites", one), ("/spec/type_name", json!("Service Request")), ("/spec/subtype_name", json!("Outage"))];
        assert_eq!(found(&single), Vec::<String>::new());
    }

    #[test]
    fn several_sites_need_the_documented_type_and_subtype() {
        assert_eq!(
            found(&[("/spec/type_name", json!("Service Request")), ("/spec/subtype_name", json!("Multi Site Outage"))]),
            [
                "noc/multi-site /spec/type_name: type_name is `Service Request`, and a ticket for 2 sites cannot have that [Write `Multi-Site Service Request`, or make a ticket for each site.]",
                "noc/multi-site /spec/subtype_name: subtype_name is `Multi Site Outage`, and a ticket for 2 sites cannot have that [Did you mean `Multi-Site Outage`?]",
            ]
        );
        assert_eq!(
            found(&[("/spec/subtype_name", json!("Outage"))]),
            [
                "noc/multi-site /spec/subtype_name: subtype_name is `Outage`, and a ticket for 2 sites cannot have that [Write one of `Multi-Site Outage`, `Multi-Site Service Impact`, `Multi-Site Informational`, `Multi-Site Configuration Request`.]"
            ]
        );
    }

    #[test]
    fn a_site_is_listed_once() {
        let site = json!({"macnum": "01234567", "maintenance_window": "any time"});
        assert_eq!(
            found(&[("/spec/sites", json!([site, site]))]),
            [
                "noc/site-twice /spec/sites/1/macnum: the site with the macnum 01234567 is listed twice [Take one of them out; both windows go into one text.]"
            ]
        );
    }

    #[test]
    fn mail_goes_to_one_address_and_only_if_it_is_wanted() {
        assert_eq!(
            found(&[
                ("/spec/automatic_email_cc", json!(true)),
                ("/spec/automatic_email_cc_address", json!("a@example.com, b@example.com"))
            ]),
            [
                "noc/email /spec/automatic_email_cc_address: automatic_email_cc_address has `a@example.com, b@example.com`, which is no e-mail address [An address looks like dana@example.com. NOCExpress takes one in each field.]"
            ]
        );
        assert_eq!(found(&[("/spec/automatic_email_cc", json!(true))])[0].split(' ').next(), Some("noc/cc"));
    }

    #[test]
    fn every_number_must_survive_being_an_integer() {
        let contact = |number: &str| json!([{"type": "Other", "name": "Kim Roe", "number": number}]);
        assert_eq!(
            found(&[("/spec/local_contact_number", json!("ask Sam")), ("/spec/additional_contacts", contact("020 7946 0123"))]),
            [
                "noc/phone /spec/local_contact_number: local_contact_number is `ask Sam`, which is no telephone number [Write 7 to 15 digits, such as 617-555-0123. An extension has a field of its own.]",
                "noc/phone /spec/additional_contacts/0/number: number is `020 7946 0123`: a number that begins with 0 cannot be sent [NOCExpress takes this number as an integer, which drops the zero. Write it with the country's code.]",
            ]
        );
    }

    #[test]
    fn blank_texts_and_foreign_marks_are_refused() {
        assert_eq!(
            found(&[("/spec/sites/0/maintenance_window", json!("  ")), ("/spec/customer_ticket_number", json!("INC-1 co-7k2m9q4x"))]),
            [
                "noc/blank /spec/sites/0/maintenance_window: maintenance_window is blank [NOCExpress needs a text here.]",
                "noc/mark /spec/customer_ticket_number: customer_ticket_number has `co-7k2m9q4x`, which looks like a mark of callout [Take it out: callout adds each ticket's own mark by itself.]",
            ]
        );
    }

    #[test]
    fn what_the_system_cannot_do_is_refused() {
        assert_eq!(
            found(&[("/lifecycle", json!({"on_remove": "delete"}))]),
            [
                "lifecycle/cannot /lifecycle/on_remove: on_remove is delete; NOCExpress has no call to delete a ticket; have it closed in the Granite 360 portal or by telephone [Write `hold` or `forget`.]"
            ]
        );
    }
}
