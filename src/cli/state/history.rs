//! `callout state history`: what could be gone back to.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::json;

use super::super::args::ListFormat;
use super::super::{Ending, Environment, Exit, short};
use crate::render::clean;
use crate::state::{Home, Kept, kept};

pub(super) fn run(home: &Home, format: ListFormat, environment: &Environment) -> Ending {
    let kept = kept(home)?;
    match format {
        ListFormat::Text => environment.out.write(&text(&kept, environment)),
        ListFormat::Json => environment.out.document(&format!("{}\n", json(&kept, environment))),
    }
    Ok(Exit::Done)
}

fn text(kept: &[Kept], environment: &Environment) -> String {
    if kept.is_empty() {
        return "No earlier snapshot is kept here.\n".to_owned();
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["COMMIT", "WHEN", "BY", "RECORDS", "FILE"]);
    for one in kept {
        let none = || "-".to_owned();
        let records = one.records.as_ref().map_or_else(|why| format!("cannot be used: {why}"), ToString::to_string);
        table.add_row([
            one.through.to_string(),
            one.at.map_or_else(none, |at| format!("{at:.0}")),
            one.by.as_ref().map_or_else(none, |by| clean(&by.to_string())),
            clean(&short(&records, environment)),
            clean(&short(&one.name, environment)),
        ]);
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim().to_owned()).collect();
    let next = "callout state restore COMMIT --reason TEXT shows what of it would come back, and asks. It takes every other commit, too: \
                callout log --format json numbers them.";
    format!("{}\n\n{next}\n", lines.join("\n"))
}

fn json(kept: &[Kept], environment: &Environment) -> serde_json::Value {
    let row = |one: &Kept| {
        let (records, wrong) = match &one.records {
            Ok(records) => (Some(*records), None),
            Err(why) => (None, Some(why)),
        };
        json!({"commit": one.through, "at": one.at, "by": one.by, "records": records, "wrong": wrong, "file": short(&one.name, environment)})
    };
    json!({"format_version": 1, "snapshots": kept.iter().map(row).collect::<Vec<_>>()})
}
