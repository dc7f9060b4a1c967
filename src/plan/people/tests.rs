//! What stays in a plan for reports, and what does not.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{HIDDEN, is_personal};
use crate::plan::tests::bench::{Bench, open_with, plain, ticket};
use crate::plan::{Action, Effect, Plan, Reason, Ruling, Step};
use crate::state::{Request, Sighting};
use crate::support::trials::trials;
use crate::systems::{About, generators, registry};
use crate::ticket::{Change, Fields};

/// Every text in a value, without the names of entries.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(entries) => entries.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

fn all_texts(plan: &Plan) -> Vec<String> {
    texts(&serde_json::to_value(plan).expect("JSON"))
}

#[test]
fn a_plan_for_reports_names_nobody() {
    let told = ticket(1, |document| {
        document["spec"]["initial_description"] =
            json!("Ask for sam lee (617-555-0123, or +1 617 555 0199) at Store 1. Mail boss@example.net.");
        document["spec"]["locations"][0]["location_contact_ext"] = json!("417");
    });
    let mut plan = Bench::new().wants(told).wants(plain(417)).plan();
    plan.rulings.push(Ruling {
        policy: "hours".to_owned(),
        effect: Effect::Warn,
        key: None,
        message: "Sam Lee works late".to_owned(),
        place: None,
    });
    plan.steps[0].notes.push("taken for Dana Ortiz".to_owned());
    plan.steps[0].labels.insert("owner".to_owned(), "dana@example.com".to_owned());
    let shown = plan.without_people();
    let whole = all_texts(&shown).join("\n");
    for name in ["Sam", "Dana", "555", "example.net", "@"] {
        assert!(!whole.contains(name), "{name}: {whole}");
    }
    assert_eq!(shown.rulings[0].message, "(hidden) works late");
    let Action::Create { payload, .. } = &shown.steps[0].action else { panic!("a create") };
    let description = payload.text("initial_description");
    assert_eq!(description, Some("Ask for (hidden) ((hidden), or (hidden)) at Store 1. Mail (hidden)."));
    assert_eq!(payload.text("local_contact_name"), Some(HIDDEN));
    assert_eq!(payload.text("location_name"), Some("Store 1"), "the work stays as it is");
    // An extension is as short as the number of a store.
    assert_eq!(payload.text("location_contact_ext"), Some(HIDDEN));
    assert_eq!(shown.steps[1].key, plan.steps[1].key);
    assert!(shown.steps[1].site.contains("417"), "{}", shown.steps[1].site);
}

#[test]
fn a_name_is_hidden_however_it_is_written() {
    let told = ticket(1, |document| {
        document["spec"]["locations"][0]["local_contact_name"] = json!("Zoë  Müller");
        document["spec"]["initial_description"] = json!("Ask ZOË MÜLLER, or zoë\nmüller, or Zoë \tMüller. Zoë Müllers desk.");
    });
    let shown = Bench::new().wants(told).plan().without_people();
    let Action::Create { payload, .. } = &shown.steps[0].action else { panic!("a create") };
    assert_eq!(payload.text("initial_description"), Some("Ask (hidden), or (hidden), or (hidden). Zoë Müllers desk."));
}

#[test]
fn a_contact_called_like_the_work_hides_none_of_it() {
    let told = |name: &str| ticket(1, |document| document["spec"]["locations"][0]["local_contact_name"] = json!(name));
    let own = Bench::new().wants(plain(1)).plan();
    let Action::Create { payload, .. } = &own.steps[0].action else { panic!("a create") };
    for field in ["service_type", "start_date", "end_date", "account_macnum"] {
        let value = payload.text(field).expect("a value").to_owned();
        let shown = Bench::new().wants(told(&value)).plan().without_people();
        let Action::Create { payload, .. } = &shown.steps[0].action else { panic!("a create") };
        assert_eq!(payload.text(field), Some(value.as_str()), "{field}");
        assert_eq!(payload.text("local_contact_name"), Some(HIDDEN));
    }
}

#[test]
fn that_a_contact_changed_is_still_seen() {
    let was = plain(1);
    let wanted = ticket(1, |document| document["spec"]["locations"][0]["local_contact_name"] = json!("Kim Roe"));
    let live = open_with(&was, "482001", "local_contact_name", "Lou Vance");
    let plan = Bench::new().wants(wanted.clone()).sent(&was, "482001").sees(&wanted, live).plan();
    let before = all_texts(&plan).join("\n");
    assert!(before.contains("Lou Vance") && before.contains("Kim Roe") && before.contains("Sam Lee"), "{before}");
    let shown = plan.without_people();
    let whole = all_texts(&shown).join("\n");
    assert!(!whole.contains("Vance") && !whole.contains("Roe") && !whole.contains("Sam"), "{whole}");
    let changes: Vec<&Change> = shown.steps[0].changes.iter().collect();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!((changes[0].field.as_str(), &changes[0].after), ("local_contact_name", &Some(json!(HIDDEN))));
}

#[test]
fn nothing_where_there_is_nothing_to_hide() {
    let mut plan = Bench::new().wants(plain(1)).plan();
    let Action::Create { payload, .. } = &mut plan.steps[0].action else { panic!("a create") };
    payload.set("location_contact_email", "");
    payload.set("secondary_lcon_name", Value::Null);
    let shown = plan.without_people();
    let Action::Create { payload, .. } = &shown.steps[0].action else { panic!("a create") };
    assert_eq!((payload.get("location_contact_email"), payload.get("secondary_lcon_name")), (Some(&json!("")), Some(&Value::Null)));
    assert_eq!(shown.without_people(), shown, "twice is once");
}

#[test]
fn fields_of_an_installation_are_told_by_their_names() {
    let personal = |field: &str| is_personal("HelpdeskTicket", field);
    assert!(personal("custom_fields.Site contact") && personal("custom_fields.Mobile") && personal("contact"));
    assert!(!personal("custom_fields.Rack") && !personal("subject"));
    assert!(personal("a field of a later version") && is_personal("A kind of a later version", "subject"));
}

fn plan_of(kind: &str, fields: &Fields, said: &[String]) -> Plan {
    let plan = Bench::new().wants(plain(1)).plan();
    let mut steps = plan.steps.clone();
    let Action::Create { request, .. } = &plan.steps[0].action else { panic!("a create") };
    let told = || said.iter().map(|value| format!("ask for {value} there"));
    let seen = Sighting { fields: fields.clone(), ..Sighting::default() };
    let request = Box::new(Request { fields: fields.clone(), ..(**request).clone() });
    let change = |(name, value): (&str, &Value)| Change { field: name.to_owned(), before: None, after: Some(value.clone()) };
    let adopt = Action::Adopt { id: "7".to_owned(), request, seen, why: told().collect() };
    steps[0] = Step { changes: fields.iter().map(change).collect(), drift: fields.iter().map(change).collect(), ..steps[0].clone() };
    steps[0].action = adopt;
    steps[0].key.address.kind = kind.to_owned();
    steps[0].notes = told().collect();
    steps[0].site = told().collect();
    let mut second = steps[0].clone();
    second.action = Action::Blocked { reason: Reason::CannotSend { why: told().collect() } };
    second.changes.clear();
    second.drift.clear();
    steps.push(second);
    Plan { steps, ..plan }
}

/// Whether the value stands there as a word of its own.
fn has(text: &str, value: &str) -> bool {
    let (text, value) = (text.to_ascii_lowercase(), value.to_ascii_lowercase());
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(&value).any(|(at, _)| !is_word(text[..at].chars().next_back()) && !is_word(text[at + value.len()..].chars().next()))
}

proptest! {
    #![proptest_config(trials(64))]

    #[test]
    fn no_personal_value_of_any_system_is_left(at in 0..registry().len(),
        all in registry().iter().map(|system| generators::described(*system).boxed()).collect::<Vec<_>>()) {
        let (system, described) = (registry()[at], &all[at]);
        let is_hidden = |name: &str| system.row(name).is_some_and(|row| row.about == About::Person);
        let values: Vec<String> = described.fields.iter().filter(|(name, _)| is_hidden(name))
            .map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned()))
            .filter(|text| text.chars().count() >= if text.chars().all(|c| c.is_ascii_digit()) { 7 } else { 3 })
            .collect();
        let shown = plan_of(system.kind(), &described.fields, &values).without_people();
        for text in all_texts(&shown) {
            for value in &values {
                prop_assert!(!has(&text, value) || has("ask for (hidden) there", value), "{value:?} in {text:?}");
            }
        }
        for step in &shown.steps {
            for change in step.changes.iter().chain(&step.drift).filter(|change| is_hidden(&change.field)) {
                let is_nothing = change.after.as_ref().is_none_or(|value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()));
                prop_assert!(is_nothing || change.after == Some(json!(HIDDEN)), "{change:?}");
            }
        }
    }
}
