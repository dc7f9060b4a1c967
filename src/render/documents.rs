//! Ticket documents as YAML.
//!
//! Owns the text that `expand` prints: what it describes is exactly what was read. Refuses to print a document that YAML cannot hold.

use serde_json::Value;

use super::source::clean;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::manifest::Kept;

/// All documents, each with a line that says where it is from.
pub fn documents(kept: &[Kept]) -> Outcome<String> {
    let mut text = String::new();
    if kept.iter().any(|kept| kept.document.pointer("/spec/attachments").is_some()) {
        text.push_str("# Attachments are named from the project's folder.\n");
    }
    for kept in kept {
        text.push_str("---\n");
        text.push_str(&origin(kept));
        text.push_str(&yaml(&kept.document)?);
    }
    Ok(text)
}

fn origin(kept: &Kept) -> String {
    let Some(place) = &kept.place else { return String::new() };
    let site = kept.site.as_ref().map(|site| format!(", site {}", clean(&site.key))).unwrap_or_default();
    format!("# {}:{}{site}\n", clean(&place.file.name), place.line_column().0)
}

fn yaml(document: &Value) -> Outcome<String> {
    serde_yaml::to_string(document).map_err(|error| {
        let message = format!("a document cannot be written as YAML: {error}");
        Diagnostic::error("expand/yaml", message).into()
    })
}
