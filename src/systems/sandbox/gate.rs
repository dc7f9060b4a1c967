//! Who may pass: tokens, scopes and the rate limit, as the vendors' pages state them.

use std::collections::{BTreeMap, VecDeque};

use axum::Json;
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Sandbox;
use crate::ticket::Digest;

const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// An answer that says no: a status and what a person may know of the reason.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub status: StatusCode,
    /// In seconds.
    pub retry_after: Option<u64>,
    pub detail: Value,
}

impl Refusal {
    pub fn new(status: StatusCode, detail: impl Into<Value>) -> Self {
        Self { status, retry_after: None, detail: detail.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({"detail": self.detail}))).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl Sandbox {
    /// 401 without a known bearer token, 403 without the scope, 429 over the limit.
    pub(crate) fn admit(&self, headers: &HeaderMap, scope: &str) -> Result<(), Refusal> {
        let options = self.options();
        let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let is = |known: &String| !token.is_empty() && known == token;
        if options.tokens_without_scope.iter().any(is) {
            return Err(Refusal::new(StatusCode::FORBIDDEN, format!("The token lacks the scope {scope}.")));
        }
        if !options.tokens.iter().any(is) {
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, "The access token is invalid, or the \"Bearer \" prefix is missing."));
        }
        self.count(token)
    }

    /// The same for a key in the address. What is answered to a wrong one is the vendor's own business.
    pub(crate) fn knows_key(&self, key: &str) -> bool {
        self.options().tokens.iter().any(|known| !key.is_empty() && known == key)
    }

    /// 429 over the limit.
    pub(crate) fn count(&self, token: &str) -> Result<(), Refusal> {
        let options = self.options();
        let Some(limit) = options.rate_limit else { return Ok(()) };
        self.world().meter.pass(token, limit, self.now()).map_err(|wait| {
            let mut refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, format!("More than {limit} requests in a minute."));
            refusal.retry_after = options.retry_after.then_some(wait);
            refusal
        })
    }
}

/// The requests of the last minute, by token. Refused requests do not count.
#[derive(Default)]
pub(super) struct Meter(BTreeMap<Digest, VecDeque<Timestamp>>);

impl Meter {
    /// Counts a request, or answers in how many seconds the next one passes.
    fn pass(&mut self, token: &str, limit: u32, now: Timestamp) -> Result<(), u64> {
        let passed = self.0.entry(Digest::of_bytes(token.as_bytes())).or_default();
        passed.retain(|at| *at + MINUTE > now);
        if let Some(oldest) = passed.front().filter(|_| passed.len() >= limit as usize) {
            let wait = (*oldest + MINUTE).duration_since(now).as_millis();
            return Err(u64::try_from(wait).unwrap_or(0).div_ceil(1000));
        }
        passed.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_holds_so_many_requests_of_each_token() {
        let at = |seconds: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds);
        let mut meter = Meter::default();
        assert_eq!(meter.pass("a", 2, at(0)), Ok(()));
        assert_eq!(meter.pass("a", 2, at(20)), Ok(()));
        assert_eq!(meter.pass("a", 2, at(30)), Err(30));
        assert_eq!(meter.pass("b", 2, at(30)), Ok(()));
        assert_eq!(meter.pass("a", 2, at(60)), Ok(()));
        assert_eq!(meter.pass("a", 2, at(61)), Err(19));
    }
}
