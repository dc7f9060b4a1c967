//! A shared state's place, for as long as a command runs.
//!
//! Owns what every opening of it shares: the connection, the clock, and what was seen of the lock. Refuses to ask the store for anything.

use std::fmt;
use std::sync::{Arc, Mutex};

use super::lease::RENEW_EVERY;
use super::objects::Objects;
use super::store::SharedStore;
use super::watch::Watch;
use crate::state::cipher::Cipher;
use crate::ticket::Clock;

/// Where a shared state lies, and how it is reached.
#[derive(Clone)]
pub struct SharedPlace {
    objects: Objects,
    clock: Arc<dyn Clock>,
    /// Whoever waits for the lock opens the state again and again.
    watch: Arc<Mutex<Watch>>,
}

impl SharedPlace {
    pub fn new(objects: Objects, clock: Arc<dyn Clock>) -> Self {
        Self { objects, clock, watch: Arc::default() }
    }

    /// Every object of the state.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// The state there. Its lease, once taken, is renewed in the background.
    pub fn open(&self, cipher: &Cipher) -> SharedStore {
        SharedStore::new(self.objects.clone().encrypted(cipher), Arc::clone(&self.clock), Some(RENEW_EVERY)).watching(&self.watch)
    }
}

impl fmt::Debug for SharedPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedPlace").field(&self.objects.name()).finish()
    }
}

/// Two are the same place if they have the same address.
impl PartialEq for SharedPlace {
    fn eq(&self, other: &Self) -> bool {
        self.objects.name() == other.objects.name()
    }
}

impl Eq for SharedPlace {}
