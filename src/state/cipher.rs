//! Encryption at rest, with age: what callout keeps of people is read only by those who hold a key.
//!
//! Owns the envelope around an encrypted text, and who may read it. Inside is exactly the sealed text that stands there without encryption,
//! so kind, version and checksum are checked as ever; outside is the same kind of envelope, of kind `encrypted`. Its checksum tells damage
//! from a missing key, also to somebody who has none. It tells whom the text was encrypted for as well, because age itself does not.
//! Commits, snapshots and saved plans are encrypted. The first line of a journal is not: it has the lineage and a number, and no more.
//!
//! What it is for: whoever gets hold of a bucket, a backup or a saved plan reads no name, no telephone number and no address. He does see how
//! many commits there are, when they were written, and how long they are.
//!
//! What it is not for: to say who wrote. A recipient is no secret, so whoever can write to the place of a state can write a line there that
//! reads well, encrypted or not; to refuse plain lines would keep nobody out. They are read, therefore: a project may switch encryption on
//! with a state that it has already, and `state check` names what is plain. What is taken away, repeated, put into another order or brought
//! in from another state is found as without encryption, by the lineage and the number inside of each commit and by the kind of each text.
//! An older copy of everything is not found, as without encryption.
//!
//! Refuses to write what this run could not read again, and to take a text that it has no key for as a damaged one.

mod keys;

use std::borrow::Cow;
use std::fmt;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use age::{DecryptError, Decryptor, EncryptError, Encryptor};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::seal::{Broken, Form};
use crate::diagnostics::{Diagnostic, Outcome};
use keys::Keys;

/// Around every encrypted text. The version is higher than those of the plain ones ever were: a callout that does not know encryption says
/// that it is too old, and not that the state is damaged.
const ENCRYPTED: Form = Form { kind: "encrypted", version: 4 };

/// How the texts of a state are written and read. Without keys, as they are.
#[derive(Clone, Default)]
pub struct Cipher {
    keys: Option<Arc<Keys>>,
    /// Why there is no identity, as the end of a sentence.
    why_none: Option<Arc<str>>,
}

/// An encrypted text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Letter {
    /// The kind of the text in it: what is a plan must not pass for a state, also without a key.
    holds: String,
    /// For messages. age does not tell whom a text is encrypted for.
    recipients: Vec<String>,
    /// The age file, in base64.
    age: String,
}

impl Cipher {
    /// Encrypts for these recipients (`age1…`), and reads with an identity: what `age-keygen` writes, with one secret key or more.
    pub fn new(recipients: &[String], identity: Option<SecretString>) -> Outcome<Self> {
        let keys = Keys::new(recipients, identity)?;
        Ok(Self { keys: Some(Arc::new(keys)), why_none: None })
    }

    /// The JSON Schema of an encrypted text of this kind.
    pub(crate) fn schema(kind: &str) -> Value {
        ENCRYPTED.schema(&json!({
            "type": "object",
            "required": ["holds", "recipients", "age"],
            "properties": {
                "holds": {"description": "What is encrypted in it.", "const": kind},
                "recipients": {
                    "description": "The age recipients that can open it.",
                    "type": "array", "minItems": 1, "items": {"type": "string"},
                },
                "age": {
                    "description": "An age file. In it is the same text as it would stand here without encryption.",
                    "type": "string", "contentEncoding": "base64",
                },
            },
        }))
    }

    /// What to say where an identity is needed and there is none, such as "`env:CALLOUT_AGE_IDENTITY` is empty".
    #[must_use]
    pub fn because(mut self, why_none: &str) -> Self {
        self.why_none = Some(why_none.into());
        self
    }

    /// Why a text is no recipient, for whoever checks settings.
    pub fn check_recipient(text: &str) -> Outcome<()> {
        keys::recipient(text).map(|_| ())
    }

    pub fn is_on(&self) -> bool {
        self.keys.is_some()
    }

    /// Refuses where this run would write what it cannot read: a state that nobody here can open is as good as lost.
    pub fn may_write(&self) -> Outcome<()> {
        let Some(keys) = &self.keys else { return Ok(()) };
        let (recipients, ours) = (keys.recipients.join(", "), keys.ours.join(", "));
        let message = if keys.identities.is_empty() {
            format!("what would be written is encrypted for {recipients}, and {}", self.why_none())
        } else if keys.ours.iter().any(|ours| keys.recipients.contains(ours)) {
            return Ok(());
        } else {
            format!("what would be written is encrypted for {recipients}, and the identity that this run has is of {ours}")
        };
        Err(Box::new(Diagnostic::error("state/encrypted", message).help(
            "Nothing was written: callout writes nothing that it could not read again. Give this run an identity of one of these recipients, \
             or add the recipient of its identity to `spec.state.encryption`.",
        )))
    }

    /// A sealed text of this kind as it is written.
    pub(crate) fn wrap(&self, kind: &str, sealed: String) -> Outcome<String> {
        let Some(keys) = &self.keys else { return Ok(sealed) };
        self.may_write()?;
        let age = encrypt(keys, sealed.as_bytes()).map_err(|error| unwritable(&error))?;
        let letter = Letter { holds: kind.to_owned(), recipients: keys.recipients.clone(), age: STANDARD.encode(age) };
        ENCRYPTED.seal(&letter).map_err(|error| unwritable(&error).into())
    }

    /// The sealed text of this kind in what was written; one that is not encrypted is that itself.
    pub(super) fn unwrap<'t>(&self, kind: &'static str, text: &'t str) -> Result<Cow<'t, str>, Broken> {
        if !is_encrypted(text) {
            return Ok(Cow::Borrowed(text));
        }
        let letter: Letter = match ENCRYPTED.unseal(text) {
            Ok(letter) => letter,
            // The words stand somewhere in a plain text.
            Err(Broken::OtherKind { .. }) => return Ok(Cow::Borrowed(text)),
            Err(why) => return Err(why),
        };
        if letter.holds != kind {
            return Err(Broken::OtherKind { found: letter.holds, wanted: kind });
        }
        self.read(&letter).map(Cow::Owned)
    }

    /// A text that was written elsewhere, as it is written here: encrypted for the recipients of today, whatever it was before. What this run
    /// has no key for, and what is damaged, stays as it is.
    pub(super) fn renew(&self, form: Form, text: &str, before: &Self) -> Outcome<String> {
        match before.unwrap(form.kind, text) {
            Ok(sealed) if form.unseal::<IgnoredAny>(&sealed).is_ok() => self.wrap(form.kind, sealed.into_owned()),
            Ok(_) | Err(_) => Ok(text.to_owned()),
        }
    }

    /// Whether a text names something, as it is written or inside of what is encrypted, as far as it can be read.
    pub(super) fn names(&self, bytes: &[u8], what: &str) -> bool {
        let inside = |line: &str| {
            let letter = ENCRYPTED.unseal::<Letter>(line).ok();
            letter.and_then(|letter| self.read(&letter).ok()).is_some_and(|text| text.contains(what))
        };
        let text = String::from_utf8_lossy(bytes);
        text.contains(what) || text.lines().filter(|line| is_encrypted(line)).any(inside)
    }

    fn read(&self, letter: &Letter) -> Result<String, Broken> {
        let keys = self.keys.as_ref().filter(|keys| !keys.identities.is_empty());
        let keys = keys.ok_or_else(|| Broken::Locked(format!("it is encrypted{}, and {}", keys::for_whom(letter), self.why_none())))?;
        let age = STANDARD.decode(&letter.age).map_err(|error| Broken::Undecipherable(error.to_string()))?;
        match decrypt(keys, &age) {
            // Which recipient a line inside of the age file is for, only its identity tells: one of them did not.
            Err(DecryptError::NoMatchingKeys) if !keys.ours.iter().any(|ours| letter.recipients.contains(ours)) => {
                let ours = keys.ours.join(", ");
                let why = format!("it is encrypted{}, and the identity that this run has is of {ours}", keys::for_whom(letter));
                Err(Broken::Locked(why))
            }
            Err(error) => Err(Broken::Undecipherable(error.to_string())),
            Ok(text) => String::from_utf8(text).map_err(|error| Broken::Undecipherable(error.to_string())),
        }
    }

    fn why_none(&self) -> &str {
        match (&self.why_none, &self.keys) {
            (Some(why), _) => why,
            (None, Some(_)) => "`spec.state.encryption` names no identity to read it with",
            (None, None) => "callout.yaml has no `spec.state.encryption`, which says what to read it with",
        }
    }
}

/// Never a key.
impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recipients = self.keys.as_ref().map(|keys| &keys.recipients);
        f.debug_struct("Cipher").field("recipients", &recipients).finish_non_exhaustive()
    }
}

/// By who reads and what is told, never by the keys themselves.
impl PartialEq for Cipher {
    fn eq(&self, other: &Self) -> bool {
        let keys = |cipher: &Self| cipher.keys.as_ref().map(|keys| (keys.recipients.clone(), keys.ours.clone()));
        (keys(self), &self.why_none) == (keys(other), &other.why_none)
    }
}

impl Eq for Cipher {}

/// Whether a text looks like one that is encrypted: quickly, as every line that is read is asked.
pub(super) fn is_encrypted(text: &str) -> bool {
    text.contains("\"kind\":\"encrypted\"")
}

/// What to say of a text that this run has no key for. It is no damage: nothing may be mended or made anew because of it.
pub(super) fn locked(name: &str, why: &str) -> Diagnostic {
    Diagnostic::error("state/encrypted", format!("{name} cannot be read: {why}")).help(
        "Nothing was changed. What this run has no key for may be whole: do not rebuild the state. Get an identity of one of these recipients from \
         whoever runs callout here, and put it where `identity` of `spec.state.encryption` in callout.yaml says.",
    )
}

fn unwritable(error: &dyn fmt::Display) -> Diagnostic {
    Diagnostic::error("state/unwritable", format!("what was to be written cannot be encrypted: {error}"))
        .help("Nothing was sent. This is a bug in callout.")
}

fn encrypt(keys: &Keys, text: &[u8]) -> Result<Vec<u8>, EncryptError> {
    let mut written = Vec::new();
    let mut writer = Encryptor::with_recipients(keys.recipients())?.wrap_output(&mut written)?;
    writer.write_all(text)?;
    writer.finish()?;
    Ok(written)
}

fn decrypt(keys: &Keys, age: &[u8]) -> Result<Vec<u8>, DecryptError> {
    let mut text = Vec::new();
    Decryptor::new_buffered(age)?.decrypt(keys.identities())?.read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod state_tests;
#[cfg(test)]
mod tests;
