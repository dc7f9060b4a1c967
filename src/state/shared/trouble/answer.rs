//! What a store said, made out of its client's error.
//!
//! Owns the codes of the three clouds. The client hands over a text of its own with the server's answer at the end; nothing else of it is
//! known outside of that crate.

use std::error::Error as Source;

use object_store::Error;
use object_store::client::{HttpError, HttpErrorKind};
use serde_json::Value;

use crate::transport::reason;

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    NoBucket,
    /// Known, and may not.
    Denied,
    /// Not known.
    Refused,
    /// Known once.
    Expired,
    Skewed,
    /// In another region.
    Elsewhere,
    /// No credentials at all.
    Nobody,
    /// An answer, but not of an object store.
    NoAnswer,
    Unreachable,
    /// It may go well later.
    Busy,
    Other,
}

/// An error of the store's client.
#[derive(Debug)]
pub(super) struct Answer {
    pub kind: Kind,
    /// For people.
    pub words: String,
    /// The region that the bucket is in, if the store says it.
    pub region: Option<String>,
}

/// A store may answer with a page of text.
const LENGTH: usize = 300;

/// Where a machine in a cloud asks who it is. Nobody answers there on another machine.
const METADATA: [&str; 3] = ["169.254.169.254", "metadata.google.internal", "169.254.170.2"];

/// Who asks is not known; the last ones are of where a cloud gives its tokens.
const REFUSALS: [&str; 9] = [
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidToken",
    "AuthenticationFailed",
    "InvalidAuthenticationInfo",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "invalid_request",
];

impl Answer {
    pub fn of(error: &Error) -> Self {
        let chain = chain(error);
        let text = error.to_string();
        let http = chain.iter().find_map(|error| error.downcast_ref::<HttpError>());
        if METADATA.iter().any(|host| text.contains(host)) {
            return Self { kind: Kind::Nobody, words: String::new(), region: None };
        }
        if let Some(http) = http {
            return Self { kind: transport(http), words: plain(&reason(http)), region: None };
        }
        let last = chain.last().map(ToString::to_string).unwrap_or_default();
        if last.starts_with("Received redirect without LOCATION") {
            return Self { kind: Kind::Elsewhere, words: String::new(), region: None };
        }
        match status_and_body(&last) {
            Some((status, body)) => answered(status, body),
            None => Self { kind: by_variant(error), words: plain(&last), region: None },
        }
    }
}

fn chain(error: &Error) -> Vec<&(dyn Source + 'static)> {
    let outermost: &(dyn Source + 'static) = error;
    std::iter::successors(Some(outermost), |error| (*error).source()).collect()
}

fn transport(error: &HttpError) -> Kind {
    // An answer that cannot be read is one of something else.
    if error.kind() == HttpErrorKind::Decode { Kind::NoAnswer } else { Kind::Unreachable }
}

fn by_variant(error: &Error) -> Kind {
    if matches!(error, Error::PermissionDenied { .. }) {
        Kind::Denied
    } else if matches!(error, Error::Unauthenticated { .. }) {
        Kind::Refused
    } else {
        Kind::Other
    }
}

/// `Server returned non-2xx status code: 403 Forbidden: <Error>...`
fn status_and_body(text: &str) -> Option<(u16, &str)> {
    let rest = text.strip_prefix("Server returned non-2xx status code: ")?;
    let status = rest.get(..3)?.parse().ok()?;
    Some((status, rest.split_once(": ").map_or("", |(_, body)| body)))
}

fn answered(status: u16, body: &str) -> Answer {
    let code = tag(body, "Code").or_else(|| json(body, "error")).unwrap_or_default();
    let detail = tag(body, "AuthenticationErrorDetail").unwrap_or_default();
    let message = tag(body, "Message").or_else(|| json(body, "error_description")).or_else(|| json(body, "message")).unwrap_or_default();
    let kind = match (code.as_str(), status) {
        ("NoSuchBucket" | "ContainerNotFound" | "ContainerBeingDeleted", _) => Kind::NoBucket,
        ("ExpiredToken" | "TokenRefreshRequired" | "ExpiredTokenException", _) => Kind::Expired,
        ("AuthenticationFailed", _) if detail.contains("time frame") || detail.contains("Lifetime") => Kind::Expired,
        ("RequestTimeTooSkewed" | "RequestExpired", _) => Kind::Skewed,
        ("PermanentRedirect" | "TemporaryRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException", _)
        | (_, 301 | 307 | 308) => Kind::Elsewhere,
        (code, status) if status == 401 || REFUSALS.contains(&code) => Kind::Refused,
        (_, 403) => Kind::Denied,
        (_, 429 | 500 | 502..=504) => Kind::Busy,
        (_, 200..=299 | 405) if code.is_empty() => Kind::NoAnswer,
        (_, 404) if code.is_empty() && body.contains('<') => Kind::NoAnswer,
        _ => Kind::Other,
    };
    let said = [status.to_string(), code, message.lines().next().unwrap_or_default().to_owned()];
    let words = said.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(": ");
    Answer { kind, words: plain(&words), region: tag(body, "Region") }
}

/// What stands in an element without others in it.
fn tag(body: &str, name: &str) -> Option<String> {
    let (_, rest) = body.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once('<')?;
    quick_xml::escape::unescape(text).ok().map(|text| text.trim().to_owned())
}

fn json(body: &str, name: &str) -> Option<String> {
    let value: Value = serde_json::from_str(body).ok()?;
    let inner = value.get("error").filter(|inner| inner.is_object()).unwrap_or(&value);
    inner.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// On one line, not too long, and without what stands behind the `?` of an address.
fn plain(text: &str) -> String {
    let text = text.split(" (os error").next().unwrap_or(text);
    let address =
        |word: &str| word.split_once('?').filter(|(head, _)| head.contains("://")).map_or(word.to_owned(), |(head, _)| head.to_owned());
    let text: String = text.split_whitespace().map(address).collect::<Vec<_>>().join(" ");
    text.chars().filter(|sign| !crate::diagnostics::is_hidden(*sign)).take(LENGTH).collect()
}
