//! What is wrong with a helpdesk ticket that its schema cannot say.
//!
//! Owns one flat table of named checks. All of them run on each document, so that everything wrong is told at once. Refuses to judge
//! categories, statuses and the like: which there are is known to each installation alone.

use super::TITLE;
use super::fields::VARIABLES;
use super::spec::HelpdeskTicketDocument;
use super::wire::dates;
use crate::systems::Finding;
use crate::systems::checks::{self, Row, Wrong, blank, not_an_email, wrong};
use crate::systems::subject;

/// In characters. No page says how long the name of a custom field can be; this is longer than people write.
const LONGEST_NAME: usize = 64;

/// In characters, as the schema says it: with the mark behind it, 255.
const LONGEST_SUBJECT: usize = 241;

const CHECKS: &[Row<HelpdeskTicketDocument>] = &[
    ("helpdesk/blank", required_texts_are_not_blank),
    ("helpdesk/subject", subject_is_one_line),
    ("helpdesk/subject", subject_leaves_room_for_the_mark),
    ("helpdesk/mark", subject_holds_no_mark),
    ("helpdesk/date", due_date_is_a_local_time),
    ("helpdesk/email", addresses_look_like_email),
    ("helpdesk/custom-field", custom_fields_can_be_sent),
];

/// Everything that the checks find, in the table's order.
pub fn run(document: &HelpdeskTicketDocument) -> Vec<Finding> {
    checks::run(CHECKS, document)
}

fn required_texts_are_not_blank(document: &HelpdeskTicketDocument) -> Vec<Wrong> {
    let texts = [("cid", &document.spec.cid), ("subject", &document.spec.subject)];
    texts.into_iter().filter_map(|(name, text)| blank(TITLE, "/spec", name, text)).collect()
}

fn subject_is_one_line(document: &HelpdeskTicketDocument) -> Vec<Wrong> {
    let is_broken = document.spec.subject.trim().contains(char::is_control);
    let say = || wrong("/spec/subject", "subject has more than one line", "Write the rest into `summary`.");
    is_broken.then(say).into_iter().collect()
}

/// The vendor's 255 characters are a Windows database's: a sign beyond its plain ones, such as an emoji, is two of them there. A
/// subject that is cut off loses its mark.
fn subject_leaves_room_for_the_mark(document: &HelpdeskTicketDocument) -> Vec<Wrong> {
    let subject = document.spec.subject.trim();
    let (signs, units) = (subject.chars().count(), subject.encode_utf16().count());
    let say = || {
        let message = format!("subject is {units} characters long in ReadyDesk, and {LONGEST_SUBJECT} leave room for the mark");
        wrong("/spec/subject", message, "An emoji counts as two characters there. Write the rest into `summary`.")
    };
    (signs <= LONGEST_SUBJECT && units > LONGEST_SUBJECT).then(say).into_iter().collect()
}

fn subject_holds_no_mark(document: &HelpdeskTicketDocument) -> Vec<Wrong> {
    checks::holds_a_mark("subject", Some(&document.spec.subject), subject::find_mark)
}

fn due_date_is_a_local_time(document: &HelpdeskTicketDocument) -> Vec<Wrong> {
    let text = document.spec.due_date.as_deref().filter(|text| !text.trim().is_empty());
    let say = |text: &str| {
        let message = format!("due_date is `{text}`, which is no date and time");
        wrong("/spec/due_date", message, "Write 2027-01-11 or 2027-01-11T17:00:00, in the server's own time: without a zone.")
    };
    text.filter(|text| dates::strict(text).is_none()).map(say).into_iter().collect()
}

fn addresses_look_like_email(document: &HelpdeskTicketDocument) -> Vec<Wrong> {
    let help = "An address looks like sam@example.com.";
    let own = not_an_email("/spec", "email", document.spec.email.as_deref().unwrap_or_default(), help);
    let cc = document.spec.cc_addresses.iter().flatten().enumerate();
    let cc = cc.filter_map(|(at, text)| {
        let of_list = not_an_email("/spec", "cc_addresses", text, help)?;
        Some(Wrong { pointer: format!("/spec/cc_addresses/{at}"), ..of_list })
    });
    own.into_iter().chain(cc).collect()
}

/// Each is a variable of its own: a name that the call has already would change something else.
fn custom_fields_can_be_sent(document: &HelpdeskTicketDocument) -> Vec<Wrong> {
    let names = document.spec.custom_fields.iter().flatten().map(|(name, _)| name.as_str());
    let fits = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let say = |name: &str| {
        let at = format!("/spec/custom_fields/{}", name.replace('~', "~0").replace('/', "~1"));
        if VARIABLES.iter().any(|variable| variable.eq_ignore_ascii_case(name)) {
            let message = format!("custom_fields has `{name}`, which is a variable of the call itself");
            return Some(wrong(at, message, "A field of the ticket goes beside custom_fields, under its own name."));
        }
        let is_name = !name.is_empty() && name.chars().count() <= LONGEST_NAME && name.chars().all(fits);
        let help = "Write it as the API shows it: letters, digits, `_`, `-` and `.`; ReadyDesk puts `_` where the name has a blank.";
        (!is_name).then(|| wrong(at, format!("custom_fields has `{name}`, which is no name of a field"), help))
    };
    names.filter_map(say).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::systems::System;
    use crate::systems::readydesk::{ReadyDesk, example};

    fn told(changes: &[(&str, Value)]) -> Vec<String> {
        let (_, findings) = ReadyDesk.tickets(&example::with(changes)).expect("a helpdesk ticket");
        findings.into_iter().map(|finding| format!("{} {}: {}", finding.code, finding.pointer, finding.message)).collect()
    }

    #[test]
    fn a_good_ticket_says_nothing() {
        let changes = [
            ("/spec/due_date", json!("2027-01-11T17:00:00")),
            ("/spec/cc_addresses", json!(["noc@example.com"])),
            ("/spec/custom_fields", json!({"Rack_No.": "R12", "Größe": "2"})),
            ("/spec/email", json!("")),
        ];
        assert_eq!(told(&changes), Vec::<String>::new());
    }

    #[test]
    fn everything_wrong_is_told_at_once_at_its_place() {
        let changes = [
            ("/spec/cid", json!(" ")),
            ("/spec/subject", json!("Router\nis down co-7k2m9q4x")),
            ("/spec/due_date", json!("11.01.2027")),
            ("/spec/email", json!("sam at example.com")),
            ("/spec/cc_addresses", json!(["noc@example.com", "a@example.com;b@example.com"])),
            ("/spec/custom_fields", json!({"Status": "x", "My Field": "y"})),
        ];
        assert_eq!(
            told(&changes),
            [
                "helpdesk/blank /spec/cid: cid is blank",
                "helpdesk/subject /spec/subject: subject has more than one line",
                "helpdesk/mark /spec/subject: subject has `co-7k2m9q4x`, which looks like a mark of callout",
                "helpdesk/date /spec/due_date: due_date is `11.01.2027`, which is no date and time",
                "helpdesk/email /spec/email: email has `sam at example.com`, which is no e-mail address",
                "helpdesk/email /spec/cc_addresses/1: cc_addresses has `a@example.com;b@example.com`, which is no e-mail address",
                "helpdesk/custom-field /spec/custom_fields/My Field: custom_fields has `My Field`, which is no name of a field",
                "helpdesk/custom-field /spec/custom_fields/Status: custom_fields has `Status`, which is a variable of the call itself",
            ]
        );
    }

    #[test]
    fn a_subject_leaves_room_for_the_mark_also_where_a_sign_counts_twice() {
        let told = |signs: usize| told(&[("/spec/subject", json!(format!("{}🔥", "é".repeat(signs))))]);
        assert_eq!(told(239), Vec::<String>::new());
        let wanted = "helpdesk/subject /spec/subject: subject is 242 characters long in ReadyDesk, and 241 leave room for the mark";
        assert_eq!(told(240), [wanted]);
    }

    #[test]
    fn a_due_date_has_a_place_in_the_calendar_and_no_zone() {
        for wrong in ["2027-02-30", "2027-01-11T25:00:00", "2027-01-11 17:00", "2027-01-11T17:00:00Z", "2027-1-11", "soon"] {
            assert_eq!(told(&[("/spec/due_date", json!(wrong))]).len(), 1, "{wrong}");
        }
    }
}
