//! One credential's calls to one API.
//!
//! Owns pacing, repeating of reads, and what became of a write. A write is sent once: no redirect is followed, no connection is
//! reused for it, and nothing below repeats it. Refuses to know what a ticket is.

pub mod answer;
mod pacing;
mod write;

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::SignedDuration;
use reqwest::header::{ACCEPT, CACHE_CONTROL};
use reqwest::{Method, RequestBuilder};
use url::Url;

use super::credential::{Credential, Token};
use super::{Context, HoldUp, Limit};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::transport;
use answer::Cut;
pub use answer::{Answer, json, plain};
use pacing::Pacer;
pub use write::Refused;

/// A read is asked for at most this many times more; with the pauses between, about 15 seconds.
const MORE_READS: usize = 4;

/// The pause after a 429 that names none.
const DEFAULT_PENALTY: Duration = Duration::from_secs(15);

/// A longer pause is not waited for: the run would seem to hang.
const LONGEST_PENALTY: Duration = Duration::from_secs(15 * 60);

/// What differs from API to API.
pub struct Profile {
    /// The system's key under `spec.systems`.
    pub id: &'static str,
    /// The system's name for people.
    pub title: &'static str,
    /// What a token needs besides being valid, for the message of a 403.
    pub permission: String,
    /// For a whole request, its body apart.
    pub timeout: Duration,
    pub requests_per_minute: Option<u32>,
    /// The limit that the vendor's pages print, over all who use the key.
    pub printed_limit: Option<u32>,
    /// Whether the address is https.
    pub encrypted: bool,
    /// Whether the vendor's page says that 401 means *not authenticated*: such a request did nothing, and may be made again with another token.
    pub documents_401: bool,
    /// Where a request carries the secret.
    pub carries: Carries,
    /// The form of answers that is asked for, as a media type.
    pub accept: &'static str,
}

/// Where a request carries the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// In the header `Authorization`, as a bearer token.
    Bearer,
    /// In the query of the address, under this name. Such an address is never shown, and built only for the request itself.
    Query(&'static str),
}

/// One connection: everything that shares its credential shares its pace.
pub struct Client {
    profile: Profile,
    reads: reqwest::Client,
    writes: reqwest::Client,
    credential: Credential,
    pacer: Pacer,
    context: Context,
}

/// Why a read told nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub status: Option<u16>,
    pub why: String,
    pub stops_system: bool,
    /// The answer is longer than callout reads, and asked again it would be no shorter.
    pub is_too_long: bool,
    again: bool,
}

impl Trouble {
    /// Why a page of a list told nothing, with a remedy where there is one. `id` is the system's key.
    pub fn of_page(&self, id: &str) -> String {
        let remedy = if self.is_too_long { format!("; set a smaller page_size below spec.systems.{id}") } else { String::new() };
        format!("{}{remedy}", self.why)
    }
}

impl Client {
    pub fn new(profile: Profile, credential: Credential, context: Context) -> Outcome<Self> {
        let builder = || transport::builder(profile.encrypted, profile.timeout);
        let reads = transport::build(builder()?)?;
        // An idle connection may be closed by the server just as it is used again: then nobody knows whether the write arrived.
        let writes = transport::build(builder()?.pool_max_idle_per_host(0))?;
        let pacer = Pacer::new(profile.requests_per_minute);
        Ok(Self { profile, reads, writes, credential, pacer, context })
    }

    /// The body of a successful answer. Asks again after trouble that may pass.
    pub async fn read(&self, url: &Url) -> Result<String, Trouble> {
        let stop =
            |error: Box<Diagnostic>| Trouble { status: None, why: told(&error), stops_system: true, is_too_long: false, again: false };
        let mut token = self.credential.token().await.map_err(stop)?;
        let mut pauses = ExponentialBuilder::default().with_max_times(MORE_READS).build();
        loop {
            let trouble = match self.read_once(url, &token).await {
                Ok(body) => return Ok(body),
                Err(trouble) => trouble,
            };
            if trouble.status == Some(401) && self.credential.replaces(&token).await {
                token = self.credential.token().await.map_err(stop)?;
                continue;
            }
            match pauses.next().filter(|_| trouble.again) {
                Some(pause) => self.context.clock.sleep(pause).await,
                None => return Err(trouble),
            }
        }
    }

    async fn read_once(&self, url: &Url, token: &Token) -> Result<String, Trouble> {
        self.turn().await;
        let response = self.request(&self.reads, Method::GET, url.clone(), token).send().await;
        self.log(&Method::GET, url, &response);
        let answer = answer::read(response.map_err(|error| self.no_answer(error))?, |text| token.redact(text)).await;
        let answer = answer.map_err(|cut| {
            let is_too_long = cut == Cut::TooLong;
            Trouble { is_too_long, ..self.trouble(None, &cut.words(), !is_too_long, false) }
        })?;
        if answer.status.is_success() { Ok(answer.body) } else { Err(self.refused(&answer)) }
    }

    /// One line for each request. Without its query, where a key travels, and without its error, whose words may have the address.
    fn log(&self, method: &Method, url: &Url, response: &Result<reqwest::Response, reqwest::Error>) {
        let answer = response.as_ref().map_or_else(|_| "no answer".to_owned(), |response| response.status().to_string());
        tracing::debug!("{}: {method} {}: {answer}", self.profile.title, url.path());
    }

    /// A request that carries the secret.
    fn request(&self, client: &reqwest::Client, method: Method, mut url: Url, token: &Token) -> RequestBuilder {
        match self.profile.carries {
            Carries::Bearer => client.request(method, url).bearer_auth(token.expose()),
            Carries::Query(name) => {
                url.query_pairs_mut().append_pair(name, token.expose());
                client.request(method, url)
            }
        }
        .header(ACCEPT, self.profile.accept)
        // Nothing on the way may answer in the system's place: some writes are a GET, and one that was answered before is another one.
        .header(CACHE_CONTROL, "no-store")
    }

    fn no_answer(&self, error: reqwest::Error) -> Trouble {
        let connect = error.is_connect();
        self.trouble(None, &self.silence(error), true, connect)
    }

    fn refused(&self, answer: &Answer) -> Trouble {
        let status = answer.status.as_u16();
        let pause = self.asked_pause(answer);
        if status == 429 {
            self.tell_too_many();
        }
        self.keep_pause(pause);
        let (again, stops_system) = match status {
            401 | 403 => (false, true),
            429 => (pause <= LONGEST_PENALTY, pause > LONGEST_PENALTY),
            500..=599 => (true, false),
            _ => (false, false),
        };
        self.trouble(Some(status), &self.explained(answer), again, stops_system)
    }

    fn trouble(&self, status: Option<u16>, what: &str, again: bool, stops_system: bool) -> Trouble {
        Trouble { status, why: format!("{} {what}", self.profile.title), stops_system, is_too_long: false, again }
    }

    /// A failed request in words that go after the system's name.
    fn silence(&self, error: reqwest::Error) -> String {
        if error.is_connect() {
            // Only the host: the query may carry the key.
            let host = error.url().and_then(Url::host_str).map(|host| format!(" at {host}")).unwrap_or_default();
            return format!("cannot be reached{host}: {}", answer::reason(error));
        }
        if error.is_timeout() {
            return format!("did not answer within {} s", self.profile.timeout.as_secs());
        }
        format!("did not answer: {}", answer::reason(error))
    }

    /// An answer that is no success, in words that go after the system's name.
    fn explained(&self, answer: &Answer) -> String {
        let noun = self.credential.noun();
        let whole = answer.words();
        let words = whole.trim_end_matches('.');
        match answer.status.as_u16() {
            401 => format!("{words}; it did not accept the {noun} from {}{}", self.credential.source(), self.credential.advice()),
            403 => format!("{words}; the {noun} from {} lacks permission: {}", self.credential.source(), self.profile.permission),
            429 => {
                let pause = self.asked_pause(answer);
                let length = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
                let verdict = if pause > LONGEST_PENALTY { ", which is too long to wait for; try again then" } else { "" };
                format!("{words}; it wants a pause of {length:#}{verdict}")
            }
            300..=399 => {
                let target = answer.redirects_to().unwrap_or_else(|| "another address".to_owned());
                format!("{words}; it points to {target}, and callout never follows with the {noun}: check base_url")
            }
            _ => whole,
        }
    }

    /// How long the server wants no request.
    fn asked_pause(&self, answer: &Answer) -> Duration {
        let default = if answer.status.as_u16() == 429 { DEFAULT_PENALTY } else { Duration::ZERO };
        answer.retry_after(self.context.clock.now()).unwrap_or(default)
    }

    /// Lets all that share the credential keep the pause, unless it is too long to wait for.
    fn keep_pause(&self, pause: Duration) {
        if pause <= LONGEST_PENALTY
            && let Ok(until) = self.context.clock.now().checked_add(pause)
        {
            self.pacer.block(until);
        }
    }

    fn tell_too_many(&self) {
        let Profile { id, title, requests_per_minute: own, printed_limit: printed, .. } = self.profile;
        (self.context.waiting)(&HoldUp::TooMany(Limit { id, title, own, printed }));
    }

    async fn turn(&self) {
        let Profile { title, .. } = self.profile;
        let tell = |wait: SignedDuration| (self.context.waiting)(&HoldUp::Turn { title, seconds: wait.as_secs().max(1) });
        self.pacer.turn(self.context.clock.as_ref(), tell).await;
    }
}

/// A diagnostic on one line, with its help: the only place where it can be shown.
fn told(error: &Diagnostic) -> String {
    let help = error.help.as_deref().map(|help| format!(". {help}")).unwrap_or_default();
    format!("{}{help}", error.message)
}
