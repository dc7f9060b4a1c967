//! The envelope of everything that callout writes for itself: commits, snapshots, saved plans.
//!
//! Owns the format version and the checksum. Refuses what is damaged, of another kind, or written by a newer callout;
//! reads what an older one wrote.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::cipher::Cipher;
use crate::ticket::Digest;

/// A kind of sealed text and the newest format version of it that this callout knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// Such as `commit`; part of what is sealed, so that a plan is never read as a state.
    pub kind: &'static str,
    /// From 1. Raised when an older callout must not read the text.
    pub version: u32,
}

/// Why a sealed text is not used. Continues a sentence that names the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("it is not what callout writes ({0})")]
    NotSealed(String),
    #[error("it is a {found}, not a {wanted}")]
    OtherKind { found: String, wanted: &'static str },
    #[error("its checksum does not fit its content")]
    Checksum,
    #[error("it has format version {version}, written by {written_by}; this is {this} and reads up to version {known}", this = THIS)]
    Newer { version: u32, known: u32, written_by: String },
    #[error("its content makes no sense ({0})")]
    Content(String),
    #[error("what is encrypted in it does not open ({0})")]
    Undecipherable(String),
    /// Whole as far as that can be told, and encrypted for others: no damage.
    #[error("{0}")]
    Locked(String),
}

const THIS: &str = concat!("callout ", env!("CARGO_PKG_VERSION"));

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    format_version: u32,
    written_by: String,
    kind: String,
    checksum: Digest,
    #[serde(borrow)]
    body: &'a RawValue,
}

/// All that is surely there in the envelopes of versions to come.
#[derive(Deserialize)]
struct Head {
    format_version: u32,
    written_by: Option<String>,
}

impl Form {
    /// The body in its envelope: one line of JSON, without a newline.
    pub fn seal<T: Serialize + ?Sized>(self, body: &T) -> Result<String, serde_json::Error> {
        let body = serde_json::value::to_raw_value(body)?;
        let checksum = checksum(self.version, THIS, self.kind, &body);
        let (written_by, kind) = (THIS.to_owned(), self.kind.to_owned());
        serde_json::to_string(&Envelope { format_version: self.version, written_by, kind, checksum, body: &body })
    }

    /// What is in the envelope, if every byte of it is as it was written.
    pub fn unseal<T: DeserializeOwned>(self, text: &str) -> Result<T, Broken> {
        let envelope: Envelope = match serde_json::from_str(text) {
            Ok(envelope) => envelope,
            Err(error) => return Err(self.newer(text).unwrap_or_else(|| Broken::NotSealed(error.to_string()))),
        };
        if envelope.format_version > self.version {
            return Err(self.too_new(envelope.format_version, Some(envelope.written_by)));
        }
        if envelope.checksum != checksum(envelope.format_version, &envelope.written_by, &envelope.kind, envelope.body) {
            return Err(Broken::Checksum);
        }
        if envelope.kind != self.kind {
            return Err(Broken::OtherKind { found: envelope.kind, wanted: self.kind });
        }
        serde_json::from_str(envelope.body.get()).map_err(|error| Broken::Content(error.to_string()))
    }

    /// The same, of a text that may be encrypted.
    pub fn open<T: DeserializeOwned>(self, text: &str, cipher: &Cipher) -> Result<T, Broken> {
        self.unseal(&cipher.unwrap(self.kind, text)?)
    }

    /// The JSON Schema of a sealed text whose body fits this one.
    pub(crate) fn schema(self, body: &Value) -> Value {
        json!({
            "type": "object",
            "required": ["format_version", "written_by", "kind", "checksum", "body"],
            "properties": {
                "format_version": {
                    "description": "The version of the form. A callout that knows only lower ones refuses the text.",
                    "type": "integer", "minimum": 1, "maximum": self.version,
                },
                "written_by": {"description": "The callout that wrote it.", "type": "string"},
                "kind": {"description": "What is in it.", "const": self.kind},
                "checksum": {
                    "description": "SHA-256 over version, writer, kind and the bytes of the body.",
                    "type": "string", "pattern": "^[0-9a-f]{64}$",
                },
                "body": body,
            },
        })
    }

    fn newer(self, text: &str) -> Option<Broken> {
        let head: Head = serde_json::from_str(text).ok()?;
        (head.format_version > self.version).then(|| self.too_new(head.format_version, head.written_by))
    }

    fn too_new(self, version: u32, written_by: Option<String>) -> Broken {
        Broken::Newer { version, known: self.version, written_by: written_by.unwrap_or_else(|| "a newer callout".to_owned()) }
    }
}

/// Over the raw text, not over the values: two spellings of one value are not the same bytes.
fn checksum(version: u32, written_by: &str, kind: &str, body: &RawValue) -> Digest {
    Digest::of_bytes(format!("{version}\n{written_by}\n{kind}\n{}", body.get()).as_bytes())
}

#[cfg(test)]
mod tests;
