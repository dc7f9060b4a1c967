//! `callout state check`: every file of the state, and what to do about a damaged one.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::json;

use super::super::args::ListFormat;
use super::super::{Ending, Environment, Exit, short, shortened};
use crate::render::clean;
use crate::state::{Checkup, Home};

pub(super) fn run(home: &Home, format: ListFormat, environment: &Environment) -> Ending {
    let checkup = Checkup::of(home)?;
    match format {
        ListFormat::Text => environment.out.write(&text(&checkup, environment)),
        ListFormat::Json => environment.out.document(&format!("{}\n", json(&checkup, environment))),
    }
    let Some(wrong) = &checkup.wrong else { return Ok(Exit::Done) };
    environment.err.tell(&shortened(std::slice::from_ref(wrong), environment));
    Ok(Exit::Error)
}

fn text(checkup: &Checkup, environment: &Environment) -> String {
    if checkup.findings.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table.load_style(NOTHING);
    for finding in &checkup.findings {
        let sign = if finding.is_fine { "." } else { "!" };
        table.add_row([sign.to_owned(), clean(&short(&finding.name, environment)), clean(&short(&finding.what, environment))]);
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim().to_owned()).collect();
    let whole = match (&checkup.wrong, checkup.records) {
        (None, Some(1)) => format!("\nThe state is whole: 1 record, lineage {}.\n", checkup.lineage),
        (None, Some(records)) => format!("\nThe state is whole: {records} records, lineage {}.\n", checkup.lineage),
        (Some(_) | None, _) => "\n".to_owned(),
    };
    format!("{}\n{whole}", lines.join("\n"))
}

fn json(checkup: &Checkup, environment: &Environment) -> serde_json::Value {
    let findings: Vec<_> = checkup
        .findings
        .iter()
        .map(|finding| json!({"file": short(&finding.name, environment), "fine": finding.is_fine, "finding": short(&finding.what, environment)}))
        .collect();
    let wrong = checkup.wrong.as_ref().map(|wrong| json!({"code": wrong.code, "message": short(&wrong.message, environment)}));
    json!({"format_version": 1, "lineage": checkup.lineage, "records": checkup.records, "files": findings, "wrong": wrong})
}
