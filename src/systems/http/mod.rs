//! One credential's calls to one API.
//!
//! Owns pacing, repeating of reads, and what became of a write. A write is sent once: no redirect is followed, no connection is
//! reused for it, and nothing below repeats it. Refuses to know what a ticket is.

mod answer;
mod pacing;
mod write;

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::SignedDuration;
use reqwest::header::ACCEPT;
use reqwest::redirect;
use url::Url;

use super::Context;
use super::credential::{Credential, Token};
use crate::diagnostics::{Diagnostic, Outcome};
use answer::Answer;
pub use answer::plain;
use pacing::Pacer;

/// A read is asked for at most this many times more; with the pauses between, about 15 seconds.
const MORE_READS: usize = 4;

/// Long enough for a slow handshake. It must end before the request's own time, or a connection that never
/// came about could not be told from an answer that never came.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// The pause after a 429 that names none.
const DEFAULT_PENALTY: Duration = Duration::from_secs(15);

/// A longer pause is not waited for: the run would seem to hang.
const LONGEST_PENALTY: Duration = Duration::from_secs(15 * 60);

/// What differs from API to API.
pub struct Profile {
    /// The system's name for people.
    pub title: &'static str,
    /// What a token needs besides being valid, for the message of a 403.
    pub permission: String,
    /// For a whole request, its body apart.
    pub timeout: Duration,
    pub requests_per_minute: Option<u32>,
    /// Whether the address is https.
    pub encrypted: bool,
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
    again: bool,
}

impl Client {
    pub fn new(profile: Profile, credential: Credential, context: Context) -> Outcome<Self> {
        let build = |builder: reqwest::ClientBuilder| {
            let cannot = |error| Diagnostic::error("http/client", format!("callout cannot make connections: {}", answer::reason(error)));
            builder.build().map_err(|error| cannot(error).help("On Linux, install the package `ca-certificates`."))
        };
        let reads = build(builder(&profile)?)?;
        // An idle connection may be closed by the server just as it is used again: then nobody knows whether the write arrived.
        let writes = build(builder(&profile)?.pool_max_idle_per_host(0))?;
        let pacer = Pacer::new(profile.requests_per_minute);
        Ok(Self { profile, reads, writes, credential, pacer, context })
    }

    /// The body of a successful answer. Asks again after trouble that may pass.
    pub async fn read(&self, url: &Url) -> Result<String, Trouble> {
        let stop = |error: Box<Diagnostic>| Trouble { status: None, why: told(&error), stops_system: true, again: false };
        let token = self.credential.token().await.map_err(stop)?;
        let mut pauses = ExponentialBuilder::default().with_max_times(MORE_READS).build();
        loop {
            let trouble = match self.read_once(url, token).await {
                Ok(body) => return Ok(body),
                Err(trouble) => trouble,
            };
            match pauses.next().filter(|_| trouble.again) {
                Some(pause) => self.context.clock.sleep(pause).await,
                None => return Err(trouble),
            }
        }
    }

    async fn read_once(&self, url: &Url, token: &Token) -> Result<String, Trouble> {
        self.turn().await;
        let request = self.reads.get(url.clone()).header(ACCEPT, "application/json").bearer_auth(token.expose());
        let response = request.send().await.map_err(|error| self.no_answer(error))?;
        let answer = answer::read(response, |text| token.redact(text)).await;
        let answer = answer.map_err(|cut| self.trouble(None, &cut.words(), true, false))?;
        if answer.status.is_success() { Ok(answer.body) } else { Err(self.refused(&answer)) }
    }

    fn no_answer(&self, error: reqwest::Error) -> Trouble {
        let connect = error.is_connect();
        self.trouble(None, &self.silence(error), true, connect)
    }

    fn refused(&self, answer: &Answer) -> Trouble {
        let status = answer.status.as_u16();
        let pause = self.asked_pause(answer);
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
        Trouble { status, why: format!("{} {what}", self.profile.title), stops_system, again }
    }

    /// A failed request in words that go after the system's name.
    fn silence(&self, error: reqwest::Error) -> String {
        if error.is_connect() {
            return format!("cannot be reached: {}", answer::reason(error));
        }
        if error.is_timeout() {
            return format!("did not answer within {} s", self.profile.timeout.as_secs());
        }
        format!("did not answer: {}", answer::reason(error))
    }

    /// An answer that is no success, in words that go after the system's name.
    fn explained(&self, answer: &Answer) -> String {
        let whole = answer.words();
        let words = whole.trim_end_matches('.');
        match answer.status.as_u16() {
            401 => format!("{words}; it did not accept the token from {}", self.credential.reference()),
            403 => format!("{words}; the token from {} lacks permission: {}", self.credential.reference(), self.profile.permission),
            429 => {
                let pause = self.asked_pause(answer);
                let length = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
                let verdict = if pause > LONGEST_PENALTY { ", which is too long to wait for; try again then" } else { "" };
                format!("{words}; it wants a pause of {length:#}{verdict}")
            }
            300..=399 => {
                let target = answer.redirects_to().unwrap_or_else(|| "another address".to_owned());
                format!("{words}; it points to {target}, and callout never follows with the token: check base_url")
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

    async fn turn(&self) {
        let Profile { title, .. } = self.profile;
        let tell =
            |wait: SignedDuration| (self.context.waiting)(&format!("{title}: waiting {} s for the rate limit", wait.as_secs().max(1)));
        self.pacer.turn(self.context.clock.as_ref(), tell).await;
    }
}

/// A diagnostic on one line, with its help: the only place where it can be shown.
fn told(error: &Diagnostic) -> String {
    let help = error.help.as_deref().map(|help| format!(". {help}")).unwrap_or_default();
    format!("{}{help}", error.message)
}

fn builder(profile: &Profile) -> Outcome<reqwest::ClientBuilder> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("callout/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .timeout(profile.timeout)
        .connect_timeout(CONNECT_TIMEOUT.min(profile.timeout / 2));
    if profile.encrypted {
        // The system's own list of certificates is used, by reqwest's platform verifier; the provider it asks for is ours.
        // It fails only where one is installed already, which then is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        return Ok(builder.https_only(true));
    }
    // Not encrypted means this machine or a test server: no proxy between, and no certificates needed on a bare machine.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let tls = tls.map_err(|error| Diagnostic::error("http/client", format!("callout cannot make connections: {error}")))?;
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    Ok(builder.no_proxy().tls_backend_preconfigured(tls))
}
