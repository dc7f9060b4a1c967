//! What needs a person, as text: with all that helps to look a ticket up in the portal.
//!
//! Owns what stands together: tickets of one request whose answer was lost are one thing to look up, by one mark.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use owo_colors::OwoColorize;

use super::plan::{sign_style, step_text};
use super::source::clean;
use super::state::age;
use super::values::{in_order, value, visit};
use crate::diagnostics::typed;
use crate::plan::{Plan, Reason, Step};
use crate::state::{Key, Record, Request, Senders, State, Write};

/// What needs a person: each step of the plan, with all that helps to look it up in the portal, and who may know more.
pub fn settle_text(plan: &Plan, state: &State, senders: &Senders) -> String {
    let mut text = match plan.steps.len() {
        0 => return "Nothing needs a person.\n".to_owned(),
        1 => "1 ticket needs a person:\n".to_owned(),
        many => format!("{many} tickets need a person:\n"),
    };
    let list = List { plan, state, senders };
    let mut requests: BTreeMap<Sent, Vec<&Step>> = BTreeMap::new();
    for step in &plan.steps {
        requests.entry(list.request(step)).or_default().push(step);
    }
    for step in &plan.steps {
        match list.request(step).and_then(|request| requests.get(&Some(request))).map(Vec::as_slice) {
            Some(steps @ [first, _, ..]) if first.key == step.key => list.together(&mut text, steps),
            Some([_, _, ..]) => {}
            Some([] | [_]) | None => list.single(&mut text, step),
        }
    }
    text
}

/// So many addresses fit into a command that somebody types.
const TYPED: usize = 10;

struct List<'a> {
    plan: &'a Plan,
    state: &'a State,
    senders: &'a Senders,
}

impl List<'_> {
    fn single(&self, text: &mut String, step: &Step) {
        text.push('\n');
        text.push_str(&step_text(self.plan, step));
        let Some((key, record)) = recorded(step, self.state) else { return };
        let [system, since] = self.sent(key, record);
        // Where it is to be looked for, the step has told it.
        let mark = record.request.mark.as_ref().filter(|_| step.mark.is_none()).map(ToString::to_string);
        let visit = record.request.visit.as_ref().map(visit);
        facts(text, 4, &[("mark", mark), ("visit", visit), system, since, ("sent", summary(key, &record.request))]);
    }

    /// The request of a create that is in doubt, where nothing was found of it yet: its mark and moment.
    fn request(&self, step: &Step) -> Sent {
        let (_, record) = recorded(step, self.state)?;
        let intent = record.intent.as_ref().filter(|intent| intent.write == Write::Create && !record.is_presumed())?;
        let reason = step.action.reason().filter(|reason| matches!(reason, Reason::InDoubt { .. }))?;
        Some((record.request.mark.as_ref()?.to_string(), intent.at, reason.to_string()))
    }

    /// One request, its mark, and its tickets below.
    fn together(&self, text: &mut String, steps: &[&Step]) {
        let Some((mark, _, reason)) = steps.first().and_then(|step| self.request(step)) else { return };
        let heading = format!("{} tickets of one request, in doubt together", steps.len());
        let sign = steps.first().map_or('?', |step| step.sign());
        let _ = writeln!(text, "\n{} {}", sign.style(sign_style(sign)), heading.bold());
        let addresses: Vec<String> = steps.iter().map(|step| typed(step.settles.as_deref().unwrap_or(&step.key.to_string()))).collect();
        let none = if addresses.len() > TYPED {
            "callout settle --from FILE.csv".to_owned()
        } else {
            format!("callout settle {} --not-created --reason TEXT", addresses.join(" "))
        };
        let next = format!(
            "look for their mark in the portal. Each ticket that is there, by its place: callout settle ADDRESS --id ID --reason TEXT; if there is none: {none}"
        );
        let sent = steps.first().and_then(|step| recorded(step, self.state)).map(|(key, record)| self.sent(key, record));
        let _ = writeln!(text, "    {}", clean(&reason));
        facts(text, 4, &[("next", Some(next)), ("mark", Some(mark))]);
        facts(text, 4, &sent.unwrap_or_default());
        for step in steps {
            let _ = writeln!(text, "    {} {}  {}", sign.style(sign_style(sign)), step.key.to_string().bold(), clean(&step.site));
            let Some((key, record)) = recorded(step, self.state) else { continue };
            let own =
                [("at", step.place.clone()), ("visit", record.request.visit.as_ref().map(visit)), ("sent", summary(key, &record.request))];
            facts(text, 8, &own);
        }
    }

    fn sent(&self, key: &Key, record: &Record) -> [Fact; 2] {
        let since = record.intent.as_ref().map_or(record.since, |intent| intent.at);
        let by = self.senders.of_write(key, since).map(|by| format!(", by {by}")).unwrap_or_default();
        let told = format!("{since:.0}, {} ago{by}", age(self.plan.made.duration_since(since).as_secs()));
        [("system", Some(format!("{} at {}", record.request.system, record.request.origin))), ("since", Some(told))]
    }
}

/// The mark of a request, its moment, and what is known of it; none for a step that is no create in doubt.
type Sent = Option<(String, Timestamp, String)>;

/// A name, and what is known under it.
type Fact = (&'static str, Option<String>);

fn facts(text: &mut String, indent: usize, facts: &[Fact]) {
    for (name, fact) in facts {
        if let Some(fact) = fact {
            let _ = writeln!(text, "{:indent$}{name}: {}", "", clean(fact));
        }
    }
}

/// The record that a step is about: its own visit's, or that of the earlier one in its way.
fn recorded<'a>(step: &Step, state: &'a State) -> Option<(&'a Key, &'a Record)> {
    let from = step.renamed_from().unwrap_or(&step.key.address);
    state.records.get_key_value(&Key::new(from.clone(), step.key.reissue)).or_else(|| state.latest(from))
}

/// So much of a value helps to recognise a ticket.
const SHORT: usize = 40;

/// So many values do; with the site above them, a line.
const FEW: usize = 5;

/// What was sent, on a line: enough to tell the ticket from its neighbours. `callout state show` has all of it.
fn summary(key: &Key, request: &Request) -> Option<String> {
    let shown = |name: &str| request.fields.get(name).filter(|value| !value.is_boolean() && !value.is_null()).map(value);
    let names = in_order(&key.address.kind, request.fields.iter().map(|(name, _)| name));
    let told: Vec<String> = names.into_iter().filter_map(shown).map(|value| shortened(&value)).take(FEW).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn shortened(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHORT { line } else { line.chars().take(SHORT).chain("...".chars()).collect() }
}
