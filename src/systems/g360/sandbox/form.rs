//! The form of a create, as it comes in: texts by name, and files.

use std::collections::BTreeMap;

use axum::extract::multipart::{Multipart, MultipartError};

use crate::ticket::Digest;

/// A form before any check.
#[derive(Debug, Default)]
pub(in crate::systems) struct Form {
    /// A name that comes twice keeps its last value.
    pub(in crate::systems) texts: BTreeMap<String, String>,
    pub(in crate::systems) files: Vec<Upload>,
}

/// A file of the form; its content is measured and let go.
#[derive(Debug)]
pub(in crate::systems) struct Upload {
    pub(in crate::systems) filename: String,
    pub(in crate::systems) size: u64,
    pub(in crate::systems) sha256: Digest,
}

/// Reads the request to its end, or to the limit on requests.
pub(in crate::systems) async fn receive(mut multipart: Multipart) -> Result<Form, MultipartError> {
    let mut form = Form::default();
    while let Some(part) = multipart.next_field().await? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            let filename = part.file_name().unwrap_or_default().to_owned();
            let content = part.bytes().await?;
            form.files.push(Upload { filename, size: content.len() as u64, sha256: Digest::of_bytes(&content) });
        } else {
            form.texts.insert(name, part.text().await?);
        }
    }
    Ok(form)
}
