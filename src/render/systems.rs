//! What the ticket systems can do, as text, JSON and a page of the documentation: all from their tables.

use std::fmt::Write as _;

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::{Value, json};

use crate::systems::{Ability, AttachmentRules, Compare, Field, System};

/// What is told of each system, in order. A system that could neither create nor read would be none.
const ABILITIES: [&str; 9] = ["create", "read", "update", "close", "delete", "list", "find", "look_up", "estimates"];

fn abilities(system: &dyn System) -> [Ability; 9] {
    let can = system.capabilities();
    [Ability::Yes, Ability::Yes, can.update, can.close, can.delete, can.list, can.find, system.look_up(), system.estimates()]
}

/// What it cannot do, with what a person does instead.
fn remarks(system: &dyn System) -> impl Iterator<Item = (&'static str, &'static str)> {
    ABILITIES.into_iter().zip(abilities(system)).filter_map(|(name, ability)| Some((name, ability.remark()?)))
}

fn word(ability: Ability) -> &'static str {
    if ability.yes() { "yes" } else { "no" }
}

/// A table, and below it the remarks.
pub fn systems_text(systems: &[&dyn System]) -> String {
    let mut table = Table::new();
    let header = ["KIND", "SYSTEM"].map(str::to_owned).into_iter().chain(ABILITIES.map(str::to_uppercase)).chain(["FIELDS".to_owned()]);
    table.load_style(NOTHING).set_header(header);
    for system in systems {
        let cells = [system.kind(), system.title()].into_iter().chain(abilities(*system).map(word)).map(str::to_owned);
        table.add_row(cells.chain([system.fields().len().to_string()]));
    }
    let mut text: String = table.lines().flat_map(|line| [line.trim().to_owned(), "\n".to_owned()]).collect();
    for system in systems {
        let _ = writeln!(text, "\n{}: {}, settings below spec.systems.{}", system.kind(), system.title(), system.id());
        for (name, remark) in remarks(*system) {
            let _ = writeln!(text, "  no {name}: {remark}");
        }
        for notice in system.capabilities().notices {
            let _ = writeln!(text, "  note: {}", notice.says);
        }
        let _ = writeln!(text, "  fields: {}", counted(system.fields()));
        let _ = writeln!(text, "  files: {}", system.attachments().map_or_else(|| "none".to_owned(), |rules| files(&rules)));
    }
    text
}

/// The same for programs.
pub fn systems_json(systems: &[&dyn System]) -> Value {
    let ability = |ability: Ability| match ability {
        Ability::Yes => json!({"can": true}),
        Ability::No(remark) => json!({"can": false, "remark": remark}),
    };
    let row = |system: &&dyn System| {
        let mut row = json!({"kind": system.kind(), "system": system.id(), "title": system.title()});
        for (name, can) in ABILITIES.into_iter().zip(abilities(*system)) {
            row[name] = ability(can);
        }
        row["fields"] = json!(system.fields().len());
        row["sent_fields"] = json!(system.fields().iter().filter(|field| field.sent).count());
        row["attachments"] =
            system.attachments().map_or(Value::Null, |rules| json!({"extensions": rules.extensions, "total_bytes": rules.total_bytes}));
        row
    };
    json!({"format_version": 1, "systems": systems.iter().map(row).collect::<Vec<_>>()})
}

/// `docs/systems.md`.
pub fn systems_page(systems: &[&dyn System]) -> String {
    let mut page = String::from(
        "<!-- Made from the tables in src/systems: UPDATE_DOCS=1 cargo test --lib render::systems -->\n\
         # Ticket systems\n\n\
         What callout can do with the tickets of each system. `callout systems` prints the same, and `--format json` for programs.\n\n",
    );
    let names = ABILITIES.join(" | ");
    let _ = writeln!(page, "| kind | system | {names} | fields |\n| --- | --- |{} --- |", " --- |".repeat(ABILITIES.len()));
    for system in systems {
        let words = abilities(*system).map(word).join(" | ");
        let _ = writeln!(page, "| `{}` | {} | {words} | {} |", system.kind(), system.title(), system.fields().len());
    }
    for system in systems {
        page.push_str(&section(*system));
    }
    page
}

fn section(system: &dyn System) -> String {
    let mut text = format!("\n## {}: {}\n\n", system.kind(), system.title());
    let _ = writeln!(text, "Its settings are below `spec.systems.{}` in `callout.yaml`.\n", system.id());
    for (name, remark) in remarks(system) {
        let _ = writeln!(text, "- **No {name}.** {remark}.");
    }
    for notice in system.capabilities().notices {
        let _ = writeln!(text, "- **Note:** {}.", notice.says);
    }
    let _ = writeln!(text, "- **Files:** {}.", system.attachments().map_or_else(|| "none".to_owned(), |rules| files(&rules)));
    let _ = writeln!(text, "\nFields: {}.\n", counted(system.fields()));
    text.push_str("| field | sent | in the answer to a create | in a read | compared as |\n| --- | --- | --- | --- | --- |\n");
    for field in system.fields() {
        let mark = |is: bool| if is { "yes" } else { "" };
        let cells = [mark(field.sent), mark(field.in_create), mark(field.in_read), comparison(field)].join(" | ");
        let _ = writeln!(text, "| `{}` | {cells} |", field.name);
    }
    text
}

/// What only the server sets is in no comparison, and neither is what no answer shows.
fn comparison(field: &Field) -> &'static str {
    if field.sent && field.compare == Compare::CreateOnly {
        return "never: sent only when the ticket is created";
    }
    if !field.sent || !(field.in_read || field.in_create) {
        return "";
    }
    match field.compare {
        Compare::Text => "text",
        Compare::List => "list, without the mark",
        Compare::Phone => "digits",
        Compare::Integer => "whole number",
        Compare::Boolean => "true or false",
        Compare::Moment => "moment",
        Compare::Reworded => "text, between two reads only",
        Compare::Preset => "text, in any letter case",
        Compare::Marked => "text, without the mark",
        Compare::CreateOnly => "",
    }
}

fn counted(fields: &[Field]) -> String {
    let sent = fields.iter().filter(|field| field.sent).count();
    let shown = fields.iter().filter(|field| field.in_read).count();
    format!("{} in all, {sent} of them sent, {shown} shown by a read", fields.len())
}

fn files(rules: &AttachmentRules) -> String {
    format!("{}; all together at most {} MB", rules.extensions.join(", "), rules.total_bytes / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::{by_id, registry};

    #[test]
    fn the_committed_page_is_the_one_of_the_tables() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/systems.md");
        let page = systems_page(registry());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &page).expect("a written page");
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == page, "docs/systems.md is stale: UPDATE_DOCS=1 cargo test --lib render::systems");
    }

    #[test]
    fn every_remark_and_every_field_of_every_system_is_in_the_page() {
        let page = systems_page(registry());
        for system in registry() {
            assert!(page.contains(&format!("## {}: {}\n", system.kind(), system.title())));
            assert!(remarks(*system).all(|(name, remark)| page.contains(&format!("**No {name}.** {remark}."))), "{}", system.id());
            assert!(system.fields().iter().all(|field| page.contains(&format!("| `{}` | ", field.name))), "{}", system.id());
        }
    }

    #[test]
    fn text_and_json_say_the_same_of_techexpress() {
        let techexpress = [by_id("techexpress").expect("TechExpress")];
        let text = systems_text(&techexpress);
        assert_eq!(
            text,
            "KIND      SYSTEM       CREATE  READ  UPDATE  CLOSE  DELETE  LIST  FIND  LOOK_UP  ESTIMATES  FIELDS\n\
             Dispatch  TechExpress  yes     yes   no      no     no      no    no    yes      yes        52\n\
             \n\
             Dispatch: TechExpress, settings below spec.systems.techexpress\n  \
               no update: TechExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone\n  \
               no close: TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone\n  \
               no delete: TechExpress has no call to delete a ticket; cancel it in the Granite 360 portal or by telephone\n  \
               no list: TechExpress has no call that lists tickets; the Granite 360 portal does\n  \
               no find: TechExpress cannot list or search tickets; look for the mark in the Granite 360 portal\n  \
               fields: 52 in all, 27 of them sent, 50 shown by a read\n  \
               files: pdf, doc, csv, xlsx, png, jpg, jpeg; all together at most 25 MB\n"
        );
        let json = systems_json(&techexpress);
        let row = &json["systems"][0];
        assert_eq!((&row["kind"], &row["system"], &row["create"]["can"]), (&json!("Dispatch"), &json!("techexpress"), &json!(true)));
        assert_eq!(row["update"]["can"], json!(false));
        assert!(row["update"]["remark"].as_str().is_some_and(|remark| text.contains(remark)));
        assert_eq!((&row["fields"], &row["sent_fields"]), (&json!(52), &json!(27)));
        assert_eq!(row["attachments"]["total_bytes"], json!(25_000_000));
    }
}
