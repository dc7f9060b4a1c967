//! A token that runs out: kept, renewed in time, and got by one request however many ask.
//!
//! Owns when a token is too old and how often a refused one is replaced. Refuses to guess: time is the clock's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::Token;
use super::exchange::{Grant, Granted};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::ticket::Clock;

/// A token is renewed so long before its end, or at half its life where that is later: a request must not overtake it.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// The token of one connection.
pub struct Lease {
    grant: Grant,
    clock: Arc<dyn Clock>,
    /// Held while a token is fetched, so that all who ask meanwhile wait for the same one.
    held: Mutex<Held>,
    /// Requests for a token that have ended.
    ended: AtomicU64,
}

#[derive(Default)]
struct Held {
    kept: Option<Kept>,
    /// Tokens so far.
    number: u64,
    /// Why the last request gave none.
    failure: Option<Diagnostic>,
    /// A token that was refused before its time was given up.
    replaced: bool,
}

struct Kept {
    token: Token,
    since: Timestamp,
    until: Timestamp,
}

impl Kept {
    /// Also false when the clock was set back: then nobody knows how old it is.
    fn is_fresh(&self, now: Timestamp) -> bool {
        (self.since..self.until).contains(&now)
    }
}

impl Lease {
    pub fn new(grant: Grant, clock: Arc<dyn Clock>) -> Self {
        Self { grant, clock, held: Mutex::default(), ended: AtomicU64::new(0) }
    }

    pub fn source(&self) -> String {
        self.grant.source()
    }

    pub async fn token(&self) -> Outcome<Token> {
        self.get(Kept::is_fresh).await
    }

    pub async fn at_hand(&self) -> Outcome<Token> {
        self.get(|_, _| true).await
    }

    pub async fn replaces(&self, refused: &Token) -> bool {
        let mut held = self.held.lock().await;
        let in_use = held.kept.as_ref().is_some_and(|kept| kept.token.number == refused.number);
        if !in_use {
            return true;
        }
        if held.replaced {
            return false;
        }
        held.replaced = true;
        held.kept = None;
        true
    }

    async fn get(&self, good: impl Fn(&Kept, Timestamp) -> bool) -> Outcome<Token> {
        let ended = self.ended.load(Ordering::Acquire);
        let mut held = self.held.lock().await;
        let asked = self.clock.now();
        if let Some(kept) = held.kept.as_ref().filter(|kept| good(kept, asked)) {
            return Ok(kept.token.clone());
        }
        // Somebody else's request ended while this one waited for it: its failure is this one's too.
        if let Some(failure) = held.failure.as_ref().filter(|_| self.ended.load(Ordering::Acquire) != ended) {
            return Err(Box::new(failure.clone()));
        }
        let granted = self.grant.ask(self.clock.as_ref()).await;
        self.ended.fetch_add(1, Ordering::Release);
        held.keep(granted, asked)
    }
}

impl Held {
    fn keep(&mut self, granted: Outcome<Granted>, asked: Timestamp) -> Outcome<Token> {
        self.kept = None;
        self.failure = granted.as_ref().err().map(|error| error.as_ref().clone());
        let Granted { token, life } = granted?;
        self.number += 1;
        let token = Token::new(token, self.number);
        let until = asked.saturating_add(life - MARGIN.min(life / 2)).unwrap_or(asked);
        self.kept = Some(Kept { token: token.clone(), since: asked, until });
        Ok(token)
    }
}
