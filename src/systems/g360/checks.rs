//! Checks of fields that every G360 system has.

use super::spec::PhoneNumber;
use crate::systems::checks::{Wrong, not_a_phone, wrong};

/// Whether mail goes to further people, and to whom: one without the other is a mistake.
pub fn cc_flag_and_address_agree(flag: bool, address: Option<&str>) -> Vec<Wrong> {
    let addressed = address.is_some_and(|text| !text.trim().is_empty());
    match (flag, addressed) {
        (true, true) | (false, false) => Vec::new(),
        (true, false) => vec![wrong(
            "/spec/automatic_email_cc",
            "automatic_email_cc is true, and there is no automatic_email_cc_address",
            "Add the address, or write `automatic_email_cc: false`.",
        )],
        (false, true) => vec![wrong(
            "/spec/automatic_email_cc_address",
            "automatic_email_cc_address is given, and automatic_email_cc is false: nobody there would get mail",
            "Write `automatic_email_cc: true`, or take the address out.",
        )],
    }
}

/// A number that is sent as an integer: it must be one, and must survive it.
pub fn number_can_be_sent(title: &str, pointer: &str, name: &str, number: &PhoneNumber) -> Option<Wrong> {
    let text = number.0.as_str();
    not_a_phone(pointer, name, text).or_else(|| {
        let help = format!("{title} takes this number as an integer, which drops the zero. Write it with the country's code.");
        let message = format!("{name} is `{text}`: a number that begins with 0 cannot be sent");
        number.integer().is_none().then(|| wrong(format!("{pointer}/{name}"), message, help))
    })
}
