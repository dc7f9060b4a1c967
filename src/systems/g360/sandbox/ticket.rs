//! A ticket as every G360 system keeps it, and what the vendor's people do to it.

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde_json::{Map, Value, json};

use super::form::Form;
use crate::systems::sandbox::{Stored, StoredFile, Trouble, Troubles};

/// A new ticket of a system, before it has its id. `order` are the form's own fields in their types, `fields` what answers show.
pub fn stored(system: &str, order: &Map<String, Value>, form: &Form, troubles: &Troubles, fields: Map<String, Value>) -> Stored {
    let kept = !troubles.has(&Trouble::UploadFailure);
    let files = form.files.iter().map(|file| StoredFile {
        id: 0,
        filename: file.filename.clone(),
        size: file.size,
        sha256: file.sha256.clone(),
        kept,
    });
    Stored {
        id: 0,
        system: system.to_owned(),
        create: 0,
        tenant: order.get("granted_tenant_macnum").and_then(Value::as_str).map(str::to_owned),
        received: form.texts.clone(),
        files: files.collect(),
        fields,
        hidden: false,
    }
}

/// The named fields of a create's answer. Files are told with what became of their upload.
pub fn shown(ticket: &Stored, names: &[&str]) -> Value {
    let status = |file: &StoredFile| json!({"filename": file.filename, "status": if file.kept { "success" } else { "failure" }});
    let own = |name: &str| match name {
        "id" => json!(ticket.id),
        "attachments" => ticket.files.iter().map(status).collect(),
        name => ticket.fields.get(name).cloned().unwrap_or_default(),
    };
    Value::Object(names.iter().map(|name| ((*name).to_owned(), own(name))).collect())
}

pub fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A moment without fractions of its second.
pub fn seconds(now: Timestamp) -> String {
    now.round(TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Trunc)).unwrap_or(now).to_string()
}

/// A change by hand. Only fields that a read shows can be changed; `id` and `attachments` cannot.
pub fn edit(fields: &mut Map<String, Value>, changes: &Map<String, Value>, now: Timestamp) -> Result<(), String> {
    let no_field = |name: &str| Err(format!("a ticket has no field `{name}` that can be changed"));
    for (name, value) in changes {
        let Some(old) = fields.get(name) else { return no_field(name) };
        let (Some(old), Some(new)) = (old.as_object(), value.as_object()) else { continue };
        if let Some(unknown) = new.keys().find(|name| !old.contains_key(*name)) {
            return no_field(&format!("{name}.{unknown}"));
        }
    }
    fields.insert("last_updated".to_owned(), seconds(now).into());
    for (name, value) in changes {
        match (fields.get_mut(name).and_then(Value::as_object_mut), value.as_object()) {
            (Some(old), Some(new)) => old.extend(new.clone()),
            _ => drop(fields.insert(name.clone(), value.clone())),
        }
    }
    Ok(())
}

/// The work is over: the date says so, the words follow.
pub fn resolve(fields: &mut Map<String, Value>, now: Timestamp) {
    for (name, value) in [("date_resolved", seconds(now)), ("last_updated", seconds(now)), ("status_name", "Resolved".to_owned())] {
        fields.insert(name.to_owned(), value.into());
    }
}

pub fn is_over(fields: &Map<String, Value>) -> bool {
    fields.get("date_resolved").is_some_and(|date| !date.is_null())
}
