//! A key pair for an access token: OAuth2 client credentials (RFC 6749, section 4.4).
//!
//! Owns the request and what its answer means. Refuses to repeat a refusal, to follow a redirect, and to show any part of what
//! was sent or given.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::SignedDuration;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Request, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::reference::{Kind, Reference, Secret};
use super::settings::{ClientAuthentication, ClientCredentials};
use super::{Defaults, redact, unusable};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::systems::Context;
use crate::systems::http::{Answer, answer};
use crate::ticket::Clock;
use crate::transport;

/// A request that met trouble is made at most so many times more. It changes nothing, but it keeps others waiting.
const MORE_TRIES: usize = 2;

/// A longer pause that a server asks for is not waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The life of a token whose answer does not tell it: short, as a request more costs little.
const DEFAULT_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// No token is kept longer, whatever the answer says.
const LONGEST_LIFE: i64 = 24 * 60 * 60;

/// Where and with what to ask for tokens.
pub struct Grant {
    url: Url,
    scope: String,
    style: ClientAuthentication,
    id: ClientId,
    secret: Secret,
    http: reqwest::Client,
    timeout: Duration,
}

/// It is no secret, so it may be written out.
enum ClientId {
    Written(String),
    Referred(Secret),
}

/// A token, and how long it lasts from the moment of asking.
#[derive(Debug)]
pub struct Granted {
    pub token: SecretString,
    pub life: SignedDuration,
}

/// Why there is no token.
struct Trouble {
    why: Box<Diagnostic>,
    /// After this pause, the same request may do better.
    again: Option<Duration>,
}

impl Grant {
    pub fn new(pair: &ClientCredentials, defaults: Defaults, context: &Context) -> Outcome<Self> {
        let url = Url::parse(&pair.token_url).map_err(|_| unusable("token_url is no web address"))?;
        let secret = Reference::parse(&pair.client_secret).map_err(|why| unusable(why.message))?;
        let id = match Reference::parse(&pair.client_id) {
            Ok(reference) => ClientId::Referred(Secret::new(Kind::ClientId, reference, context)),
            Err(_) => ClientId::Written(pair.client_id.clone()),
        };
        Ok(Self {
            scope: pair.scope.as_deref().unwrap_or(defaults.scope).trim().to_owned(),
            style: pair.client_authentication,
            id,
            secret: Secret::new(Kind::ClientSecret, secret, context),
            http: transport::build(transport::builder(url.scheme() == "https", defaults.timeout)?.pool_max_idle_per_host(0))?,
            timeout: defaults.timeout,
            url,
        })
    }

    /// The address that gives the tokens.
    pub fn source(&self) -> String {
        self.url.to_string()
    }

    /// Asks for a token, again after trouble that may pass.
    pub async fn ask(&self, clock: &dyn Clock) -> Outcome<Granted> {
        let id = match &self.id {
            ClientId::Written(id) => id.as_str(),
            ClientId::Referred(id) => id.value().await?.expose_secret(),
        };
        let secret = self.secret.value().await?.expose_secret();
        let mut pauses = ExponentialBuilder::default().with_max_times(MORE_TRIES).build();
        loop {
            let trouble = match self.ask_once(id, secret, clock).await {
                Ok(granted) => return Ok(granted),
                Err(trouble) => trouble,
            };
            match trouble.again.zip(pauses.next()) {
                Some((asked, pause)) => clock.sleep(pause.max(asked)).await,
                None => return Err(trouble.why),
            }
        }
    }

    async fn ask_once(&self, id: &str, secret: &str, clock: &dyn Clock) -> Result<Granted, Trouble> {
        let request = self.request(id, secret).map_err(|error| self.silence(error))?;
        let header = request.headers().get(AUTHORIZATION).and_then(|header| header.to_str().ok());
        let header = header.and_then(|text| text.strip_prefix("Basic ")).unwrap_or_default().to_owned();
        let response = self.http.execute(request).await.map_err(|error| self.silence(error))?;
        let hidden = [secret.to_owned(), encoded(secret), header];
        let answer = self.whole(response, &hidden).await?;
        if answer.status.is_success() { self.granted(&answer) } else { Err(self.refused(&answer, clock)) }
    }

    fn request(&self, id: &str, secret: &str) -> reqwest::Result<Request> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if !self.scope.is_empty() {
            form.append_pair("scope", &self.scope);
        }
        let request = self.http.post(self.url.clone()).header(ACCEPT, "application/json");
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = match self.style {
            // Both halves are form-encoded first, so that a colon in one of them cannot be taken for the one between them.
            ClientAuthentication::Basic => request.basic_auth(encoded(id), Some(encoded(secret))),
            ClientAuthentication::Form => {
                form.append_pair("client_id", id).append_pair("client_secret", secret);
                request
            }
        };
        request.body(form.finish()).build()
    }

    async fn whole(&self, response: Response, hidden: &[String]) -> Result<Answer, Trouble> {
        // The header first, if it is there whole: it has the secret within it. Its beginning alone may be that of another text.
        let whole = hidden.last().filter(|header| !header.is_empty());
        let start = |text: &str| whole.map_or_else(|| text.to_owned(), |header| text.replace(header, "[secret]"));
        let hide = |text: &str| hidden.iter().fold(start(text), |text, secret| redact(&text, secret, "[secret]"));
        let cut = |cut: answer::Cut| self.trouble(&format!("it {}", cut.words()), "Try again later.".to_owned(), None);
        answer::read(response, hide).await.map_err(cut)
    }

    /// A successful answer is never shown: it may hold the token.
    fn granted(&self, answer: &Answer) -> Result<Granted, Trouble> {
        let wrong = |what: &str| self.trouble(what, "Check token_url in callout.yaml.".to_owned(), None);
        let Ok(given) = serde_json::from_str::<Given>(&answer.body) else {
            let page = answer.body.trim_start().starts_with('<').then(|| answer::plain(&answer.body));
            let page = page.map(|words| format!(": {words}")).unwrap_or_default();
            return Err(wrong(&format!("it answered {} without an access token{page}", answer.status_words())));
        };
        if let Some(other) = given.token_type.filter(|kind| !kind.eq_ignore_ascii_case("bearer")) {
            let other = answer::plain(&other);
            return Err(wrong(&format!("it gave a token of the type `{other}`, and callout can use `Bearer` only")));
        }
        if given.access_token.is_empty() || !given.access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("it gave a token that is empty or has signs that no token has"));
        }
        let life = given.expires_in.as_ref().and_then(seconds).map_or(DEFAULT_LIFE, SignedDuration::from_secs);
        Ok(Granted { token: SecretString::from(given.access_token), life })
    }

    fn refused(&self, answer: &Answer, clock: &dyn Clock) -> Trouble {
        let status = answer.status.as_u16();
        let error = serde_json::from_str::<Refusal>(&answer.body).ok();
        let words = match &error {
            Some(error) => format!("it answered {} ({})", answer.status_words(), error.words()),
            None if answer.status.is_redirection() => {
                let target = answer.redirects_to().unwrap_or_else(|| "another address".to_owned());
                format!("it answered {}; it points to {target}, and callout never follows with the key pair", answer.status_words())
            }
            None => format!("it {}", answer.words()),
        };
        let pause = answer.retry_after(clock.now()).unwrap_or_default();
        let passes = matches!(status, 429 | 500..=599) && pause <= LONGEST_PAUSE;
        self.trouble(&words, self.advice(status, error.as_ref().map(|error| error.error.as_str())), passes.then_some(pause))
    }

    /// The next step after a refusal, by the error that RFC 6749, section 5.2 names.
    fn advice(&self, status: u16, error: Option<&str>) -> String {
        let other = match self.style {
            ClientAuthentication::Basic => "form",
            ClientAuthentication::Form => "basic",
        };
        match (error, status) {
            (Some("invalid_client"), _) | (None, 401) => {
                let secret = self.secret.reference();
                format!("Check client_id and client_secret ({secret}). If both are right, try `client_authentication: {other}`.")
            }
            (Some("invalid_scope"), _) => {
                format!("Check scope: callout asked for `{}`, and the key pair must be allowed to have it.", self.scope)
            }
            (Some("unauthorized_client" | "access_denied"), _) => {
                "The key pair may not get tokens in this way; ask who made it for another.".to_owned()
            }
            (Some("invalid_request"), _) => format!("Check token_url and scope, and try `client_authentication: {other}`."),
            (_, 429 | 500..=599) => "Try again later.".to_owned(),
            (Some(_) | None, _) => "Check token_url in callout.yaml.".to_owned(),
        }
    }

    fn silence(&self, error: reqwest::Error) -> Trouble {
        if error.is_timeout() && !error.is_connect() {
            return self.trouble(&format!("it did not answer within {} s", self.timeout.as_secs()), "Try again later.".to_owned(), None);
        }
        let again = error.is_connect().then_some(Duration::ZERO);
        let what = if error.is_connect() { "it cannot be reached" } else { "it did not answer" };
        self.trouble(&format!("{what}: {}", answer::reason(error)), "Check token_url, and the way to it.".to_owned(), again)
    }

    fn trouble(&self, what: &str, help: String, again: Option<Duration>) -> Trouble {
        let message = format!("{} gave no access token: {what}", self.url);
        Trouble { why: Diagnostic::error("credential/token", message.trim_end_matches('.')).help(help).into(), again }
    }
}

/// As a form spells it.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<Value>,
}

/// RFC 6749, section 5.2.
#[derive(Deserialize)]
struct Refusal {
    error: String,
    error_description: Option<String>,
}

impl Refusal {
    fn words(&self) -> String {
        let said = self.error_description.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
        answer::plain(&format!("{}{said}", self.error)).trim_end_matches('.').to_owned()
    }
}

/// A positive number of seconds, written as a number or as text.
fn seconds(value: &Value) -> Option<i64> {
    let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())?;
    Some(number.min(LONGEST_LIFE)).filter(|seconds| *seconds > 0)
}
