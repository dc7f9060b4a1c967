//! What is wrong with a customer's ticket that its schema cannot say.
//!
//! Owns one flat table of named checks, and the check against the values that a project allows. All of them run on each document.

use serde_json::Value;

use super::TITLE;
use super::spec::CustomerTicketDocument;
use crate::systems::checks::{self, Row, Wrong, blank, not_an_email, wrong};
use crate::systems::{Finding, nearest, subject};

const CHECKS: &[Row<CustomerTicketDocument>] = &[
    ("customer/blank", subject_is_not_blank),
    ("customer/line", subject_is_one_line),
    ("customer/date", dates_are_days),
    ("customer/email", address_looks_like_email),
    ("customer/mark", subject_holds_no_mark),
];

/// Everything that the checks find, in the table's order.
pub fn run(document: &CustomerTicketDocument) -> Vec<Finding> {
    checks::run(CHECKS, document)
}

fn subject_is_not_blank(document: &CustomerTicketDocument) -> Vec<Wrong> {
    blank(TITLE, "/spec", "subject", &document.spec.subject).into_iter().collect()
}

fn subject_is_one_line(document: &CustomerTicketDocument) -> Vec<Wrong> {
    let help = "A subject is one line; put the rest into ticket_content.";
    let is_long = document.spec.subject.trim_end().contains(['\n', '\r']);
    is_long.then(|| wrong("/spec/subject", "subject has more than one line", help)).into_iter().collect()
}

fn dates_are_days(document: &CustomerTicketDocument) -> Vec<Wrong> {
    let spec = &document.spec;
    let dates = [("ticket_followup_date", &spec.ticket_followup_date), ("ticket_action_required_date", &spec.ticket_action_required_date)];
    dates.into_iter().filter_map(|(name, date)| not_a_day(name, date.as_deref()?)).collect()
}

/// The vendor takes `YYYY-MM-DD` and nothing else: no time, no other order, no day that the calendar does not have.
fn not_a_day(name: &str, text: &str) -> Option<Wrong> {
    let parsed = text.parse::<jiff::civil::Date>();
    let is_exact = parsed.as_ref().is_ok_and(|date| date.to_string() == text);
    let shape = |(at, c): (usize, char)| if matches!(at, 4 | 7) { c == '-' } else { c.is_ascii_digit() };
    let is_shaped = text.len() == 10 && text.char_indices().all(shape);
    let message = if is_shaped { "a day that the calendar does not have" } else { "no date of the form YYYY-MM-DD" };
    let help = format!("{TITLE} takes a day alone, such as 2027-01-11: four digits, two, two, and no time.");
    (!is_exact).then(|| wrong(format!("/spec/{name}"), format!("{name} is `{text}`, which is {message}"), help))
}

fn address_looks_like_email(document: &CustomerTicketDocument) -> Vec<Wrong> {
    let help = "An address looks like dana@example.com. The field takes one.";
    let address = document.spec.customer_email.as_deref().unwrap_or_default();
    not_an_email("/spec", "customer_email", address, help).into_iter().collect()
}

fn subject_holds_no_mark(document: &CustomerTicketDocument) -> Vec<Wrong> {
    checks::holds_a_mark("subject", Some(&document.spec.subject), subject::find_mark)
}

/// The fields whose values a project can list.
pub const PRESETS: [&str; 4] = ["ticket_type", "status", "ticket_priority", "owner"];

/// The values of a document that the section of the project file does not list, each with the nearest that it does.
pub fn against(document: &Value, settings: &Value) -> Vec<Finding> {
    PRESETS.into_iter().filter_map(|name| not_allowed(name, document.pointer(&format!("/spec/{name}"))?, settings)).collect()
}

fn not_allowed(name: &str, value: &Value, settings: &Value) -> Option<Finding> {
    let allowed = settings.pointer(&format!("/allowed/{name}"))?.as_array()?;
    let spelt = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (text, all) = (spelt(value), allowed.iter().map(spelt).collect::<Vec<_>>());
    if all.contains(&text) {
        return None;
    }
    let listed = || format!("These are allowed: `{}`.", all.join("`, `"));
    // Of numbers, none is near to another.
    let near = value.as_str().and_then(|text| nearest(text, all.iter().map(String::as_str)));
    let help = near.map_or_else(listed, |near| format!("Did you mean `{near}`?"));
    let message = format!("{name} is `{text}`, which spec.systems.billing_platform.allowed.{name} in callout.yaml does not list");
    Some(Finding::error("customer/not-allowed", format!("/spec/{name}"), message).help(help))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{BillingPlatform, example};
    use crate::systems::{Finding, System};

    fn shown(findings: Vec<Finding>) -> Vec<String> {
        let text =
            |finding: Finding| format!("{} {}: {} [{}]", finding.code, finding.pointer, finding.message, finding.help.unwrap_or_default());
        findings.into_iter().map(text).collect()
    }

    /// Each finding of the changed example, as a person reads it.
    fn found(changes: &[(&str, Value)]) -> Vec<String> {
        shown(BillingPlatform.tickets(&example::with(changes)).expect("the document's types are right").1)
    }

    #[test]
    fn the_example_is_right() {
        assert_eq!(found(&[]), Vec::<String>::new());
        assert_eq!(found(&[("/lifecycle", json!({"on_remove": "delete", "ignore_changes": ["status"]}))]), Vec::<String>::new());
    }

    #[test]
    fn a_date_is_a_day_of_the_calendar_and_nothing_more() {
        let told = |text: &str| found(&[("/spec/ticket_followup_date", json!(text))]);
        for text in ["2027-02-29", "2027-13-01", "2027-00-10", "0000-00-00"] {
            let wanted = format!(
                "customer/date /spec/ticket_followup_date: ticket_followup_date is `{text}`, which is a day that the calendar does not have [Billing Platform takes a day alone, such as 2027-01-11: four digits, two, two, and no time.]"
            );
            assert_eq!(told(text), [wanted]);
        }
        for text in ["2027-1-11", "11/01/2027", "2027-01-11T08:00:00", "2027-01-11Z", "20270111", "tomorrow", "+002027-01-11"] {
            let wanted = format!(
                "customer/date /spec/ticket_followup_date: ticket_followup_date is `{text}`, which is no date of the form YYYY-MM-DD [Billing Platform takes a day alone, such as 2027-01-11: four digits, two, two, and no time.]"
            );
            assert_eq!(told(text), [wanted]);
        }
        assert_eq!(told("2028-02-29"), Vec::<String>::new());
    }

    #[test]
    fn the_subject_is_one_line_of_ones_own() {
        assert_eq!(
            found(&[("/spec/subject", json!("Charged twice co-7k2m9q4x"))]),
            [
                "customer/mark /spec/subject: subject has `co-7k2m9q4x`, which looks like a mark of callout [Take it out: callout adds each ticket's own mark by itself.]"
            ]
        );
        assert_eq!(
            found(&[("/spec/subject", json!("  "))]),
            ["customer/blank /spec/subject: subject is blank [Billing Platform needs a text here.]"]
        );
        assert_eq!(
            found(&[("/spec/subject", json!("Charged\ntwice"))]),
            ["customer/line /spec/subject: subject has more than one line [A subject is one line; put the rest into ticket_content.]"]
        );
        assert_eq!(found(&[("/spec/customer_email", json!("dana"))])[0].split(' ').next(), Some("customer/email"));
    }

    #[test]
    fn values_that_the_project_does_not_list_are_told_with_the_nearest() {
        let against =
            |settings: Value, changes: &[(&str, Value)]| shown(BillingPlatform.check_against_settings(&example::with(changes), &settings));
        let lists = json!({"allowed": {"ticket_type": ["billing", "sales"], "ticket_priority": ["1", 2], "owner": ["asmith"]}});
        assert_eq!(against(lists.clone(), &[]), Vec::<String>::new());
        assert_eq!(against(json!({}), &[("/spec/ticket_type", json!("anything"))]), Vec::<String>::new());
        assert_eq!(
            against(lists, &[("/spec/ticket_type", json!("biling")), ("/spec/ticket_priority", json!(9))]),
            [
                "customer/not-allowed /spec/ticket_type: ticket_type is `biling`, which spec.systems.billing_platform.allowed.ticket_type in callout.yaml does not list [Did you mean `billing`?]",
                "customer/not-allowed /spec/ticket_priority: ticket_priority is `9`, which spec.systems.billing_platform.allowed.ticket_priority in callout.yaml does not list [These are allowed: `1`, `2`.]",
            ]
        );
    }
}
