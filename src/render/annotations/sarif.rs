//! SARIF 2.1.0, the form that code scanning and many editors read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Note, Spot, fingerprints};
use crate::diagnostics::Severity;

/// What the paths are relative to: the root of the repository.
const ROOT: &str = "%SRCROOT%";

/// One run of callout. A result of no file stands at the top of `fallback`: GitHub shows none without a file.
pub fn sarif(notes: &[Note], fallback: &str) -> Value {
    let mut rules: BTreeMap<&str, &Note> = BTreeMap::new();
    for note in notes {
        rules.entry(&note.code).or_insert(note);
    }
    let place = |code: &str| rules.keys().position(|rule| *rule == code);
    let results: Vec<Value> = notes
        .iter()
        .zip(fingerprints(notes))
        .map(|(note, fingerprint)| {
            let help = note.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
            let mut location = json!({"physicalLocation": physical(note.spot.as_ref(), fallback)});
            if let (Some(address), Some(location)) = (&note.address, location.as_object_mut()) {
                location.insert("logicalLocations".to_owned(), json!([{"fullyQualifiedName": address, "kind": "resource"}]));
            }
            json!({
                "ruleId": note.code,
                "ruleIndex": place(&note.code),
                "level": level(note.severity),
                "message": {"text": format!("{}{help}", note.message)},
                "locations": [location],
                "partialFingerprints": {"callout/v1": fingerprint},
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "callout",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|(code, first)| rule(code, first)).collect::<Vec<_>>(),
            }},
            "automationDetails": {"id": "callout/validate/"},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
            "results": results,
        }],
    })
}

fn rule(code: &str, first: &Note) -> Value {
    let (room, what) = code.split_once('/').unwrap_or(("callout", code));
    let words = format!("{}: {}", room, what.replace('-', " "));
    let help = first.help.as_deref().unwrap_or("The message says what is wrong, and where.");
    json!({
        "id": code,
        "shortDescription": {"text": words},
        "help": {"text": help},
        "defaultConfiguration": {"level": level(first.severity)},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn physical(spot: Option<&Spot>, fallback: &str) -> Value {
    let path = spot.map_or(fallback, |spot| spot.path.as_str());
    let region = spot.map_or_else(
        || json!({"startLine": 1}),
        |Spot { path: _, line, column, end_line, end_column }| {
            json!({"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column})
        },
    );
    json!({"artifactLocation": {"uri": uri(path), "uriBaseId": ROOT}, "region": region})
}

/// A path as a relative address.
fn uri(path: &str) -> String {
    use std::fmt::Write as _;
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
