//! Credentials: where they come from, how long they last, and how they stay out of sight.
//!
//! Owns the two ways to a token: one that the user has, and a key pair that gets one. Refuses values: no file of a project holds
//! a secret. A token has no `Display`, its `Debug` hides it, and it is wiped when it is dropped.

mod address;
mod exchange;
#[cfg(test)]
mod exchange_tests;
mod lease;
mod redact;
mod reference;
mod settings;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::Context;
use crate::diagnostics::{Diagnostic, Outcome};
use exchange::Grant;
use lease::Lease;
use redact::redact;
use reference::{Reference, Secret};

pub use address::check as check_address;
pub use reference::Kind;
pub use settings::{CredentialSettings, KeySettings, check, check_key, check_reference};

/// A secret that a request carries.
#[derive(Debug, Clone)]
pub struct Token {
    value: SecretString,
    /// Tells the tokens of one connection apart: each renewal counts up.
    number: u64,
}

impl Token {
    fn new(value: SecretString, number: u64) -> Self {
        Self { value, number }
    }

    /// For the one header that carries it.
    pub fn expose(&self) -> &str {
        self.value.expose_secret()
    }

    /// A text with the token taken out, in case a server repeats what it was sent, in whatever spelling.
    pub fn redact(&self, text: &str) -> String {
        redact(text, self.expose(), "[token]")
    }
}

/// What a system knows of its tokens, for a key pair whose settings leave it out.
#[derive(Debug, Clone, Copy)]
pub struct Defaults {
    /// The scope that its calls need.
    pub scope: &'static str,
    /// How long an answer is waited for.
    pub timeout: Duration,
}

/// Where one connection's tokens come from.
pub struct Credential(Way);

enum Way {
    /// The user's own token, for as long as the run lasts.
    Bearer(Secret),
    /// An installation's own key, likewise.
    Key(Secret),
    /// A token that runs out and is renewed.
    Client(Box<Lease>),
}

/// Shows where the secret is, and nothing else.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({})", self.source())
    }
}

impl Credential {
    /// Resolves nothing and sends nothing yet. Refuses settings that [`check`] finds fault with.
    pub fn new(settings: &CredentialSettings, defaults: Defaults, context: &Context) -> Outcome<Self> {
        match (&settings.bearer, &settings.client_credentials) {
            (Some(text), None) => {
                let reference = Reference::parse(text).map_err(|why| unusable(why.message))?;
                Ok(Self(Way::Bearer(Secret::new(Kind::AccessToken, reference, context))))
            }
            (None, Some(pair)) => {
                let grant = Grant::new(pair, defaults, context)?;
                Ok(Self(Way::Client(Box::new(Lease::new(grant, context.clock.clone())))))
            }
            (Some(_), Some(_)) | (None, None) => Err(unusable("it must have one of bearer and client_credentials").into()),
        }
    }

    /// One key, for as long as the run lasts.
    pub fn key(settings: &KeySettings, context: &Context) -> Outcome<Self> {
        let reference = Reference::parse(&settings.key).map_err(|why| unusable(why.message))?;
        Ok(Self(Way::Key(Secret::new(Kind::ApiKey, reference, context))))
    }

    /// What it is called, for people.
    pub fn noun(&self) -> &'static str {
        match &self.0 {
            Way::Bearer(_) | Way::Client(_) => "token",
            Way::Key(_) => "key",
        }
    }

    /// Where the token is from, for people: `the variable G360_TOKEN`, or the address that gives tokens.
    pub fn source(&self) -> String {
        match &self.0 {
            Way::Bearer(secret) | Way::Key(secret) => secret.reference().to_string(),
            Way::Client(lease) => lease.source(),
        }
    }

    /// What to look at when a system does not accept the token, after `it did not accept the token from SOURCE`.
    pub fn advice(&self) -> &'static str {
        match &self.0 {
            Way::Bearer(_) | Way::Key(_) => "",
            Way::Client(_) => "; check that token_url and scope belong to base_url",
        }
    }

    /// A token with time left. Renews one that is about to run out.
    pub async fn token(&self) -> Outcome<Token> {
        match &self.0 {
            Way::Bearer(secret) | Way::Key(secret) => Ok(Token::new(secret.value().await?.clone(), 0)),
            Way::Client(lease) => lease.token().await,
        }
    }

    /// The token that is there, also one with no time left: for a request whose intent is written, which must not wait. Gets one only if there is none.
    pub async fn at_hand(&self) -> Outcome<Token> {
        match &self.0 {
            Way::Bearer(_) | Way::Key(_) => self.token().await,
            Way::Client(lease) => lease.at_hand().await,
        }
    }

    /// Whether another token can be had in place of one that the system did not accept.
    ///
    /// True once for the token in use, which is given up; and for any token that was given up already. A second refusal is no accident.
    pub async fn replaces(&self, refused: &Token) -> bool {
        match &self.0 {
            Way::Bearer(_) | Way::Key(_) => false,
            Way::Client(lease) => lease.replaces(refused).await,
        }
    }
}

/// What a reference leads to, for what is no system: a state's store. An id that may be written out is that itself.
pub async fn secret(kind: Kind, text: &str, variables: &Arc<BTreeMap<String, String>>, folder: &Path) -> Outcome<SecretString> {
    match Reference::parse(text) {
        Ok(reference) => Secret::among(kind, reference, variables, folder).value().await.cloned(),
        Err(_) if kind == Kind::AccessKeyId => Ok(SecretString::from(text)),
        Err(why) => Err(unusable(why.message).into()),
    }
}

fn unusable(why: &str) -> Diagnostic {
    let message = format!("the setting credential cannot be used: {why}");
    Diagnostic::error("settings/credential", message).help("Run `callout validate` to see what is wrong.")
}
