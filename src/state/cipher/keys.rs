//! Recipients and identities: what a person wrote, as keys.
//!
//! Owns the words for what is none. Refuses keys of every other sort than age's own, because they need other programs; and to repeat any part
//! of what may be a secret.

use age::x25519::{Identity, Recipient};
use secrecy::{ExposeSecret as _, SecretString};

use super::Letter;
use crate::diagnostics::{Diagnostic, Outcome, listed};

/// Who may read, and what this run reads with.
pub(super) struct Keys {
    /// As they are written.
    pub recipients: Vec<String>,
    public: Vec<Recipient>,
    pub identities: Vec<Identity>,
    /// The recipients of these identities.
    pub ours: Vec<String>,
}

impl Keys {
    pub fn new(recipients: &[String], identity: Option<SecretString>) -> Outcome<Self> {
        let mut keys = Vec::with_capacity(recipients.len());
        for text in recipients {
            let key = recipient(text)?;
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        if keys.is_empty() {
            let message = "`spec.state.encryption` names no recipient, so nobody could read the state";
            return Err(Box::new(Diagnostic::error("state/recipient", message).help(HOW)));
        }
        let identities = identity.map(|secret| identities(&secret)).transpose()?.unwrap_or_default();
        let ours = identities.iter().map(|identity| identity.to_public().to_string()).collect();
        Ok(Self { recipients: keys.iter().map(ToString::to_string).collect(), public: keys, identities, ours })
    }

    pub fn recipients(&self) -> impl Iterator<Item = &dyn age::Recipient> {
        self.public.iter().map(|key| key as _)
    }

    pub fn identities(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.identities.iter().map(|identity| identity as _)
    }
}

const HOW: &str = "`age-keygen -o FILE` makes an identity in FILE and prints its recipient: `age1` and 58 letters and digits. Keep FILE secret, \
                   and write the recipient into callout.yaml.";

/// What begins secret keys.
const SECRET: &str = "AGE-SECRET-KEY-";

/// A recipient as it is written.
pub(super) fn recipient(text: &str) -> Outcome<Recipient> {
    let text = text.trim();
    let wrong = |message: String| Box::new(Diagnostic::error("state/recipient", message).help(HOW));
    if let Ok(recipient) = text.parse() {
        return Ok(recipient);
    }
    let begins = |with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    Err(if begins(SECRET) {
        let diagnostic =
            *wrong("a secret key stands among the recipients: whoever reads callout.yaml can read the state with it".to_owned());
        Box::new(diagnostic.help(format!("Throw that key away, make a new one, and write only its recipient here. {HOW}")))
    } else if begins("ssh-") {
        wrong("an SSH key stands among the recipients, and callout takes only age's own".to_owned())
    } else if begins("age1") && text.rfind('1') > Some(3) {
        wrong("a recipient of a plugin or of another sort stands among the recipients, and callout takes only age's own".to_owned())
    } else if begins("age1") {
        wrong(format!("`{}` is no recipient of age: a letter of it is missing or wrong", text.escape_default()))
    } else {
        wrong("what stands among the recipients is no recipient of age".to_owned())
    })
}

/// The secret keys in what `age-keygen` writes: one in each line, and comments.
fn identities(secret: &SecretString) -> Outcome<Vec<Identity>> {
    let mut found = Vec::new();
    for line in secret.expose_secret().lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        found.push(line.parse().map_err(|_| no_identity(line))?);
    }
    Ok(found)
}

/// Says of what sort it is, and nothing of what it is.
fn no_identity(line: &str) -> Diagnostic {
    let what = if line.starts_with("age1") {
        "the identity is a recipient, the half that is no secret"
    } else if line.starts_with("AGE-PLUGIN-") {
        "the identity is one of a plugin, and callout takes only age's own"
    } else if line.starts_with("-----BEGIN") || line.starts_with("age-encryption.org/") {
        "the identity is an SSH key or encrypted itself, and callout takes only age's own as they are"
    } else if line.starts_with(SECRET) {
        "the identity is a secret key of which a letter is missing or wrong, or one of another sort"
    } else {
        "the identity is no secret key of age"
    };
    let help = format!("It must be the content of a file that `age-keygen` wrote, or the line of it that begins with `{SECRET}1`.");
    Diagnostic::error("state/identity", what).help(help)
}

/// Whom a text was encrypted for, as far as it tells. What is no recipient is not repeated.
pub(super) fn for_whom(letter: &Letter) -> String {
    let known: Vec<Recipient> = letter.recipients.iter().filter_map(|text| text.parse().ok()).collect();
    if known.is_empty() { String::new() } else { format!(" for {}", listed(&known)) }
}
