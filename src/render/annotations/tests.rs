//! What a host reads, letter by letter: nothing of a message becomes a command, a property or another finding.

use std::path::Path;
use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Note, github, gitlab, notes, notes_of_plan, sarif};
use crate::diagnostics::{Diagnostic, Place, SourceFile};
use crate::plan::tests::bench::{Bench, open, plain};
use crate::plan::{Effect, Ruling};
use crate::ticket::Ticket;

const TEXT: &str = "kind: Dispatch\nspec:\n  po: é 1\n  note: |\n    two\n    lines\n";

fn file() -> Arc<SourceFile> {
    SourceFile::new("a b.yaml", "/repo/field/a b.yaml", TEXT.to_owned())
}

fn at(text: &str) -> Place {
    let start = TEXT.find(text).expect("in the file");
    Place { file: file(), span: start..start + text.len() }
}

fn told() -> Vec<Note> {
    let diagnostics = [
        Diagnostic::warning("ticket/late", "starts soon").at(at("é 1")).about("Dispatch/a"),
        Diagnostic::error("schema/bad", "50% of\r\n::error::it, see a.yaml:12:3 ##[group]x\u{202e}")
            .at(at("    two\n    lines\n"))
            .help("Mend: it, now."),
        Diagnostic::error("load/path", "cannot read x"),
    ];
    notes(&diagnostics, &|path: &Path| path.strip_prefix("/repo").unwrap_or(path).display().to_string())
}

#[test]
fn a_message_is_no_command_of_github() {
    assert_snapshot!(github(&told()), @r#"
    ::error file=field/a b.yaml,line=5,col=1,endLine=6,endColumn=9,title=schema/bad::50%25 of%0A::error::it, see a.yaml:12:3 ## [group]x�%0AMend: it, now.
    ::error title=load/path::cannot read x
    ::warning file=field/a b.yaml,line=3,col=7,endLine=3,endColumn=9,title=ticket/late in Dispatch/a::starts soon
    "#);
}

#[test]
fn findings_of_gitlab_have_a_file_each() {
    let report = gitlab(&told(), "field/callout.yaml");
    let lines: Vec<String> = report
        .as_array()
        .expect("a list")
        .iter()
        .map(|found| {
            format!(
                "{} {} {}:{} {}",
                found["severity"].as_str().expect("a text"),
                found["check_name"].as_str().expect("a text"),
                found["location"]["path"].as_str().expect("a text"),
                found["location"]["lines"]["begin"],
                found["description"].as_str().expect("a text"),
            )
        })
        .collect();
    assert_snapshot!(lines.join("\n"), @r#"
    critical schema/bad field/a b.yaml:5 50% of ::error::it, see a.yaml:12:3 ##[group]x� (Mend: it, now.)
    critical load/path field/callout.yaml:1 cannot read x
    minor ticket/late field/a b.yaml:3 Dispatch/a: starts soon
    "#);
}

#[test]
fn sarif_names_places_as_addresses() {
    let log = sarif(&told(), "field/callout.yaml");
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "schema/bad");
    assert_eq!(result["ruleIndex"], 1, "by name: load/path comes first");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"], json!({"uri": "field/a%20b.yaml", "uriBaseId": "%SRCROOT%"}));
    assert_eq!(place["region"], json!({"startLine": 5, "startColumn": 1, "endLine": 6, "endColumn": 10}));
    let warning = &log["runs"][0]["results"][2];
    assert_eq!(
        warning["locations"][0]["physicalLocation"]["region"],
        json!({"startLine": 3, "startColumn": 7, "endLine": 3, "endColumn": 10})
    );
    assert_eq!(warning["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "Dispatch/a");
    assert_eq!(warning["level"], "warning");
    let nowhere = &log["runs"][0]["results"][1]["locations"][0]["physicalLocation"];
    assert_eq!(nowhere["artifactLocation"]["uri"], "field/callout.yaml");
    let rules: Vec<&str> =
        log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("a list").iter().filter_map(|rule| rule["id"].as_str()).collect();
    assert_eq!(rules, ["load/path", "schema/bad", "ticket/late"]);
}

fn prints(notes: &[Note]) -> Vec<Value> {
    gitlab(notes, "callout.yaml").as_array().expect("a list").iter().map(|found| found["fingerprint"].clone()).collect()
}

#[test]
fn a_fingerprint_outlives_its_line_and_is_nobody_elses() {
    let before = told();
    let mut moved = before.clone();
    for note in &mut moved {
        note.message = note.message.replace("a.yaml:12:3", "a.yaml:15:1");
        if let Some(spot) = &mut note.spot {
            spot.line += 3;
            spot.end_line += 3;
        }
    }
    assert_eq!(prints(&before), prints(&moved));
    let twice: Vec<Note> = before.iter().chain(&before).cloned().collect();
    let mut all = prints(&twice);
    assert_eq!(all[..3], prints(&before), "what was there keeps its own");
    all.sort_by_key(ToString::to_string);
    all.dedup();
    assert_eq!(all.len(), 6);
}

#[test]
fn a_plan_tells_what_it_has_against_itself() {
    let described = |number: u32| Ticket { place: Some(Place { file: file(), span: 15..20 }), ..plain(number) };
    let gone = plain(20);
    let bench = (1..=11).fold(Bench::new(), |bench, number| bench.wants(described(number)));
    let mut plan = bench.checked(&gone, "482020").sees(&gone, open(&gone, "482020")).plan();
    let key = Some(plan.steps[0].key.clone());
    plan.rulings = vec![
        Ruling { policy: "lead".to_owned(), effect: Effect::Warn, key: key.clone(), message: "30 hours".to_owned(), place: None },
        Ruling { policy: "hours".to_owned(), effect: Effect::Deny, key, message: "on a Sunday".to_owned(), place: None },
    ];
    let complete = |text: &str| text.replace("callout settle", "callout --sandbox settle");
    assert_snapshot!(github(&notes_of_plan(&plan, &|path| format!("field/{}", path.display()), &complete)), @r#"
    ::error title=plan/refused::11 creates are over the limit of 10 (spec.limits.creates)%0Anext: `callout apply --allow-creates 11` lifts it for one run
    ::error file=field/a b.yaml,line=2,col=1,endLine=2,endColumn=1,title=policy/hours in Dispatch/store-1::on a Sunday
    ::warning file=field/a b.yaml,line=2,col=1,endLine=2,endColumn=1,title=policy/lead in Dispatch/store-1::30 hours
    ::warning title=plan/needs-person in Dispatch/store-20::left the files, and ticket 482020 is still open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone%0Anext: renamed? say lifecycle.renamed_from there; otherwise cancel it by phone or portal, then: callout --sandbox settle Dispatch/store-20 --cancelled --reason TEXT
    "#);
}
