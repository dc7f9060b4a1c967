//! The multipart form of a create: text parts, and the files.
//!
//! Refuses a form with a hole in it, and files that are not what was reviewed.

use std::path::Path;

use reqwest::multipart::{Form, Part};
use serde_json::Value;

use super::Api;
use crate::state::read_regular;
use crate::systems::Payload;
use crate::ticket::{Attachment, Digest, references};

/// The text parts of a create, in their order. An unfilled hole is answered as the error.
pub fn text_parts(api: &Api, payload: &Payload, settings: &Value) -> Result<Vec<(String, String)>, String> {
    if let Some((name, _)) = payload.fields.iter().find(|(_, value)| references(value).is_some()) {
        return Err(format!("{name} still waits for another ticket's id"));
    }
    let mut parts = (api.text_parts)(&payload.fields, settings);
    let tenant = settings.get("granted_tenant_macnum").and_then(Value::as_str);
    parts.extend(tenant.map(|tenant| ("granted_tenant_macnum".to_owned(), tenant.to_owned())));
    Ok(parts)
}

/// A value as the text of a part.
pub fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The whole form, and its size in bytes. The files are read here, and must be what was reviewed.
pub async fn form(api: &Api, payload: &Payload, settings: &Value, folder: &Path) -> Result<(Form, u64), String> {
    assembled(text_parts(api, payload, settings)?, &payload.attachments, folder).await
}

/// A form of these parts and files.
pub async fn assembled(parts: Vec<(String, String)>, attachments: &[Attachment], folder: &Path) -> Result<(Form, u64), String> {
    let (mut form, mut size) = (Form::new(), 0);
    for (name, text) in parts {
        size += text.len() as u64;
        form = form.text(name, text);
    }
    for attachment in attachments {
        let content = content(attachment, folder).await?;
        size += content.len() as u64;
        let part = Part::bytes(content).file_name(attachment.filename.clone()).mime_str(mime(&attachment.filename));
        form = form.part("file", part.map_err(|error| error.to_string())?);
    }
    Ok((form, size))
}

async fn content(attachment: &Attachment, folder: &Path) -> Result<Vec<u8>, String> {
    let shown = attachment.path.display();
    let changed = || format!("the file {shown} changed since the plan; make a new plan");
    let (path, most) = (folder.join(&attachment.path), attachment.size);
    let content = tokio::task::spawn_blocking(move || {
        // What grew is not read to its end: somebody may have put something endless in its place.
        let grew = std::fs::metadata(&path)?.len() > most;
        if grew { Ok(None) } else { read_regular(&path, most).map(Some) }
    });
    let content = content.await.map_err(|error| error.to_string())?.map_err(|error| format!("the file {shown} cannot be read: {error}"))?;
    content.filter(|content| Digest::of_bytes(content) == attachment.sha256).ok_or_else(changed)
}

fn mime(filename: &str) -> &'static str {
    let extension = filename.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "pdf" => "application/pdf",
        "doc" => "application/msword",
        "csv" => "text/csv",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::techexpress;
    use serde_json::json;

    #[test]
    fn a_hole_is_never_sent() {
        let fields = [("prior_ticket".to_owned(), json!({"ref": "Dispatch/a"}))].into_iter().collect();
        let payload = Payload { fields, attachments: Vec::new() };
        let wanted = Err("prior_ticket still waits for another ticket's id".to_owned());
        assert_eq!(text_parts(&techexpress::API, &payload, &json!({})), wanted);
    }

    #[test]
    fn the_tenant_of_the_settings_is_a_part_of_the_form() {
        let payload = Payload { fields: crate::ticket::Fields::default(), attachments: Vec::new() };
        let parts = text_parts(&techexpress::API, &payload, &json!({"granted_tenant_macnum": "0099"})).expect("no holes");
        assert!(parts.contains(&("granted_tenant_macnum".to_owned(), "0099".to_owned())), "{parts:?}");
    }
}
