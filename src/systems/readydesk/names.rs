//! Which variable is whose: the names of a write's variables, by the settings and by a document.
//!
//! Owns the rule that each of them means one thing. ASP.NET takes upper and lower case for the same and joins values of one name, so
//! two fields under one name would both be wrong, and a field under the name of the ticket would change another ticket.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::{CUSTOM, FIELDS};
use crate::systems::{Finding, nearest};

/// What every request has already, and what closing sends.
const OWN: [&str; 3] = ["key", "action", "close_date"];

/// What a list asks for beside them.
const OF_LISTS: [&str; 6] = ["tid", "count", "page", "order", "keyword", "start_date"];

/// A name that needs no encoding.
pub fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

fn is_own(name: &str) -> bool {
    OWN.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// Fields with the names that the settings give them, in the order of the file.
fn given(settings: &Value) -> impl Iterator<Item = (&str, &str)> {
    let names = settings.get("field_names").and_then(Value::as_object).into_iter().flatten();
    names.filter_map(|(field, variable)| Some((field.as_str(), variable.as_str()?)))
}

fn renamed(settings: &Value) -> BTreeMap<&str, &str> {
    given(settings).collect()
}

/// The variables of the ticket's own fields, in small letters, with the field of each.
fn variables<'a>(renamed: &BTreeMap<&'a str, &'a str>) -> Vec<(String, &'a str)> {
    let own = FIELDS.iter().filter(|field| field.sent && !field.name.ends_with("_id") && field.name != "custom_fields");
    own.map(|field| (renamed.get(field.name).unwrap_or(&field.name).to_lowercase(), field.name)).collect()
}

fn ticket_variable(settings: &Value) -> &str {
    settings.get("ticket_variable").and_then(Value::as_str).unwrap_or("tid")
}

fn form_variable(settings: &Value) -> Option<&str> {
    settings.get("format_parameter").and_then(Value::as_str).and_then(|pair| pair.split_once('=')).map(|(name, _)| name)
}

/// What is wrong with the names that the settings give.
pub fn check(settings: &Value) -> Vec<Finding> {
    let mut findings: Vec<Finding> = check_form(settings).into_iter().chain(check_ticket(settings)).collect();
    findings.extend(check_names(settings));
    findings.extend(check_twice(settings));
    findings
}

fn check_form(settings: &Value) -> Option<Finding> {
    let pair = settings.get("format_parameter").and_then(Value::as_str)?;
    let is_sent = |name: &str| is_own(name) || OF_LISTS.iter().any(|own| own.eq_ignore_ascii_case(name));
    let message = match form_variable(settings) {
        Some(name) if is_sent(name) || holder(settings, name).is_some() || name.eq_ignore_ascii_case(ticket_variable(settings)) => {
            format!("format_parameter names `{name}`, which callout sends itself")
        }
        Some(name) if is_variable(name) => return None,
        Some(_) | None => format!("format_parameter is `{pair}`, which is no NAME=VALUE"),
    };
    Some(Finding::error("settings/format-parameter", "/format_parameter", message).help("Write it like format=json."))
}

/// The field that goes out under this name.
fn holder<'a>(settings: &'a Value, name: &str) -> Option<&'a str> {
    variables(&renamed(settings)).into_iter().find(|(variable, _)| *variable == name.to_lowercase()).map(|(_, field)| field)
}

/// An update whose ticket is named like one of its fields could mean any ticket.
fn check_ticket(settings: &Value) -> Option<Finding> {
    let name = settings.get("ticket_variable").and_then(Value::as_str)?;
    let whose = holder(settings, name).map(|field| format!("as {field} is called"));
    let whose = whose.or_else(|| is_own(name).then(|| "which callout sends itself".to_owned()))?;
    let help = "Write the variable's name as your ReadyDesk documents it.";
    Some(Finding::error("settings/ticket-variable", "/ticket_variable", format!("ticket_variable is `{name}`, {whose}")).help(help))
}

fn check_names(settings: &Value) -> Vec<Finding> {
    let own: Vec<&str> = FIELDS
        .iter()
        .filter(|field| field.sent && !field.name.ends_with("_id") && field.name != "custom_fields")
        .map(|field| field.name)
        .collect();
    let check = |(field, variable): (&str, &str)| {
        let at = at(field);
        if !field.starts_with(CUSTOM) && !own.contains(&field) {
            let help = nearest(field, own.iter().copied())
                .map_or_else(|| format!("These have one: {}.", own.join(", ")), |near| format!("Did you mean `{near}`?"));
            let message = format!("field_names has `{field}`, which is no field that is sent");
            return Some(Finding::error("settings/field-names", at, message).help(help));
        }
        let is_form = form_variable(settings).is_some_and(|name| name.eq_ignore_ascii_case(variable));
        let message = if is_form || is_own(variable) || variable.eq_ignore_ascii_case(ticket_variable(settings)) {
            format!("field_names calls {field} `{variable}`, which callout sends itself")
        } else if is_variable(variable) {
            return None;
        } else {
            format!("field_names calls {field} `{variable}`, which is no name of a variable")
        };
        Some(Finding::error("settings/field-names", at, message).help("Write the variable's name as your ReadyDesk documents it."))
    };
    given(settings).filter_map(check).collect()
}

/// Two fields under one name: one of them would be lost.
fn check_twice(settings: &Value) -> Option<Finding> {
    let names = renamed(settings);
    let own = FIELDS.iter().filter(|field| field.sent).map(|field| field.name).filter(|name| !names.contains_key(name));
    let mut taken: BTreeMap<String, &str> = own.map(|name| (name.to_owned(), name)).collect();
    for (field, variable) in given(settings) {
        if let Some(other) = taken.insert(variable.to_lowercase(), field) {
            let message = format!("field_names calls {field} `{variable}`, and so is {other} called");
            return Some(Finding::error("settings/field-names", at(field), message).help("Each field needs a variable of its own."));
        }
    }
    None
}

fn at(field: &str) -> String {
    format!("/field_names/{}", escaped(field))
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Custom fields of a document that would go out under a name that means something else in this project.
pub fn against(document: &Value, settings: &Value) -> Vec<Finding> {
    let names = renamed(settings);
    let mut taken: BTreeMap<String, String> =
        variables(&names).into_iter().map(|(variable, field)| (variable, format!("is how {field} is called"))).collect();
    taken.insert(ticket_variable(settings).to_lowercase(), "names the ticket in an update".to_owned());
    taken.extend(form_variable(settings).map(|name| (name.to_lowercase(), "asks for the form of answers".to_owned())));
    let mut findings = Vec::new();
    for name in document.pointer("/spec/custom_fields").and_then(Value::as_object).into_iter().flat_map(|own| own.keys()) {
        let full = format!("{CUSTOM}{name}");
        let variable = names.get(full.as_str()).copied().unwrap_or(name);
        if let Some(whose) = taken.insert(variable.to_lowercase(), format!("is how custom_fields.{name} is called")) {
            let message = format!("custom_fields has `{name}`, which goes out as `{variable}`, and in this project that {whose}");
            let help = format!("Give it a variable of its own: {full} below field_names of spec.systems.readydesk in callout.yaml.");
            let at = format!("/spec/custom_fields/{}", escaped(name));
            findings.push(Finding::error("helpdesk/custom-field", at, message).help(help));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(findings: Vec<Finding>) -> Vec<String> {
        findings.into_iter().map(|finding| format!("{} {}: {}", finding.code, finding.pointer, finding.message)).collect()
    }

    #[test]
    fn a_name_means_one_thing_whatever_its_case() {
        let of = |settings: Value| told(check(&settings));
        assert_eq!(of(json!({"ticket_variable": "TicketId", "format_parameter": "format=json"})), Vec::<String>::new());
        assert_eq!(
            of(json!({"ticket_variable": "Summary"})),
            ["settings/ticket-variable /ticket_variable: ticket_variable is `Summary`, as summary is called"]
        );
        assert_eq!(
            of(json!({"ticket_variable": "key"})),
            ["settings/ticket-variable /ticket_variable: ticket_variable is `key`, which callout sends itself"]
        );
        assert_eq!(
            of(json!({"field_names": {"summary": "Subject"}})),
            ["settings/field-names /field_names/summary: field_names calls summary `Subject`, and so is subject called"]
        );
        for pair in ["status=Open", "TID=5", "page=2", "ticket=json", "text=json"] {
            let settings = json!({"format_parameter": pair, "ticket_variable": "ticket", "field_names": {"summary": "text"}});
            let name = pair.split('=').next().expect("a name");
            let wanted =
                format!("settings/format-parameter /format_parameter: format_parameter names `{name}`, which callout sends itself");
            assert!(of(settings).contains(&wanted), "{pair}");
        }
    }

    #[test]
    fn a_custom_field_never_goes_out_as_the_tickets_number_or_as_another_field() {
        let own = json!({"Ticket": "7", "description": "x", "FORMAT": "xml", "Rack": "1", "rack": "2", "Floor": "3"});
        let document = json!({"spec": {"custom_fields": own}});
        let settings = json!({
            "ticket_variable": "ticket", "format_parameter": "format=json",
            "field_names": {"summary": "description", "custom_fields.Floor": "udf_1"},
        });
        assert_eq!(
            told(against(&document, &settings)),
            [
                "helpdesk/custom-field /spec/custom_fields/Ticket: custom_fields has `Ticket`, which goes out as `Ticket`, and in this project that names the ticket in an update",
                "helpdesk/custom-field /spec/custom_fields/description: custom_fields has `description`, which goes out as `description`, and in this project that is how summary is called",
                "helpdesk/custom-field /spec/custom_fields/FORMAT: custom_fields has `FORMAT`, which goes out as `FORMAT`, and in this project that asks for the form of answers",
                "helpdesk/custom-field /spec/custom_fields/rack: custom_fields has `rack`, which goes out as `rack`, and in this project that is how custom_fields.Rack is called",
            ]
        );
        assert_eq!(told(against(&document["spec"], &settings)), Vec::<String>::new());
    }
}
