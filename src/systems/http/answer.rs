//! What comes back over the wire, before any system makes sense of it.
//!
//! Owns the limits on answers and the cleaning of other people's words. Refuses to trust a server.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde_json::Value;

use crate::diagnostics::is_hidden;
use crate::transport;

/// A page of 100 tickets with whole mails in them is shorter. An answer without an end must not fill the memory.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;

/// In characters: what a person reads of a server's own words.
const LONGEST_WORDS: usize = 300;

/// An answer, whole, with the token taken out.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    /// Where a redirect points.
    target: Option<String>,
}

/// Why an answer is not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    TooLong,
    Broken(String),
}

impl Cut {
    /// After the system's name: `TechExpress broke off in the middle of its answer`.
    pub fn words(&self) -> String {
        match self {
            Self::TooLong => format!("sent an answer that is too long; callout stopped reading after {} MiB", LONGEST_ANSWER / 1024 / 1024),
            Self::Broken(why) => format!("broke off in the middle of its answer ({why})"),
        }
    }
}

/// Reads the whole body, up to the limit.
pub async fn read(mut response: Response, redact: impl Fn(&str) -> String) -> Result<Answer, Cut> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > LONGEST_ANSWER => return Err(Cut::TooLong),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Err(Cut::Broken(reason(error))),
        }
    }
    let target =
        headers.get(LOCATION).filter(|_| status.is_redirection()).map(|target| redact(&String::from_utf8_lossy(target.as_bytes())));
    Ok(Answer { status, headers, body: redact(&String::from_utf8_lossy(&body)), target })
}

impl Answer {
    /// After the system's name: `TechExpress answered 400 Bad Request: po_number is too long`.
    pub fn words(&self) -> String {
        let status = self.status_words();
        let said = plain(&self.body);
        if said.is_empty() { format!("answered {status}") } else { format!("answered {status}: {said}") }
    }

    /// `400 Bad Request`.
    pub fn status_words(&self) -> String {
        let number = self.status.as_u16();
        self.status.canonical_reason().map_or_else(|| number.to_string(), |name| format!("{number} {name}"))
    }

    /// Where a redirect points, for people. Its query is cut off: a server may have put the token there, in a spelling of its own.
    pub fn redirects_to(&self) -> Option<String> {
        let target = self.target.as_ref()?;
        Some(plain(target.split(['?', '#']).next().unwrap_or_default()))
    }

    /// How long the server asks to wait, given in seconds or as a date.
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        let date = Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()?;
        Duration::try_from(date.duration_since(now)).ok()
    }
}

/// An answer as JSON. What stands there instead is answered as the error, to go after `TechExpress answered`.
pub fn json(body: &str) -> Result<Value, String> {
    serde_json::from_str(body).map_err(|_| {
        let said = plain(body);
        if said.is_empty() { "with nothing at all".to_owned() } else { format!("with something that is no JSON: {said}") }
    })
}

/// A server's words, fit to be shown: on one line, without control signs, shortened.
pub fn plain(text: &str) -> String {
    // A page of HTML says nothing in its first lines but that it is one.
    let page = text.trim_start().get(..1).is_some_and(|first| first == "<");
    let text = if page { text_of_html(text) } else { unescaped(text) };
    let words: String = text.chars().map(|c| if is_hidden(c) { ' ' } else { c }).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= LONGEST_WORDS {
        return words;
    }
    words.chars().take(LONGEST_WORDS).chain(['…']).collect()
}

/// JSON that is one text, or has one in `message`, `detail` or `error`, is shown as that text.
fn unescaped(text: &str) -> String {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    let said = ["message", "detail", "error", "title"].iter().find_map(|name| value.get(name)?.as_str());
    let more = value.as_object().is_some_and(|map| map.len() > 1);
    match (said.or(value.as_str()), more) {
        (Some(said), false) => said.to_owned(),
        (_, true) | (None, false) => value.to_string(),
    }
}

fn text_of_html(text: &str) -> String {
    let mut inside = false;
    let visible = text.chars().filter_map(|c| match c {
        '<' => {
            inside = true;
            Some(' ')
        }
        '>' => {
            inside = false;
            None
        }
        c => (!inside).then_some(c),
    });
    format!("a web page, not an answer of the API: {}", visible.collect::<String>())
}

/// The innermost reason of a failed request, without its address: `connection refused`.
pub fn reason(error: reqwest::Error) -> String {
    plain(&transport::reason(&error.without_url()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn answer(retry_after: &str) -> Answer {
        let headers = [(RETRY_AFTER, HeaderValue::from_str(retry_after).expect("a header"))].into_iter().collect();
        Answer { status: StatusCode::TOO_MANY_REQUESTS, headers, body: String::new(), target: None }
    }

    #[test]
    fn a_pause_is_given_in_seconds_or_as_a_date() {
        let now: Timestamp = "2027-01-04T12:00:00Z".parse().expect("a moment");
        assert_eq!(answer("17").retry_after(now), Some(Duration::from_secs(17)));
        assert_eq!(answer("Mon, 04 Jan 2027 12:01:00 GMT").retry_after(now), Some(Duration::from_secs(60)));
        assert_eq!(answer("Mon, 04 Jan 2027 11:00:00 GMT").retry_after(now), None, "in the past");
        assert_eq!(answer("soon").retry_after(now), None);
    }

    #[test]
    fn a_servers_words_are_made_fit_to_be_shown() {
        assert_eq!(plain("a\u{1b}[31m\r\n b\u{202e}c"), "a [31m b c");
        assert_eq!(plain(r#"{"message":"po_number is too long"}"#), "po_number is too long");
        assert_eq!(plain(r#""No.""#), "No.");
        assert_eq!(plain(r#"{"message":"No.","field":"po_number"}"#), r#"{"message":"No.","field":"po_number"}"#);
        assert_eq!(plain("<html><h1>Sign in</h1>"), "a web page, not an answer of the API: Sign in");
        let long = plain(&"é".repeat(400));
        assert_eq!((long.chars().count(), long.ends_with('…')), (301, true));
    }
}
