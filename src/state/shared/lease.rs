//! The lease: one writer at a time, as long as it says that it goes on.
//!
//! Owns taking, renewing and giving back. A lease keeps people's runs apart and saves work; it does not keep the state right. That is done by
//! the journal, where each number can be taken once, so a run may lose its lease at any moment and do no harm.

mod beat;
mod told;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::lock_object::{self, Hold, KEY, LockObject, Through};
use super::objects::{Created, Objects, Version};
use super::watch::{Standing, Watch};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::by::Owner;
use crate::state::migrate::Farewell;
use crate::ticket::Clock;

pub(super) use told::page;

/// How often a run renews its lease: four times in its length.
pub const RENEW_EVERY: Duration = Duration::from_secs(15);
/// How often a change is tried whose version somebody else was quicker to replace.
const TRIES: u32 = 3;
/// What a run waits at most, at its end, for its lease to be given back. One that stays behind is over after its length.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Who asks for a lease.
pub struct Asking {
    pub owner: Owner,
    /// Random.
    pub id: String,
    pub clock: Arc<dyn Clock>,
    /// How often it is renewed in the background; not at all for who renews it by hand.
    pub renew_every: Option<Duration>,
}

/// Held until it is released, dropped or lost.
pub struct Lease {
    held: Arc<Held>,
    beat: Option<JoinHandle<()>>,
}

/// What the run and its heartbeat share.
struct Held {
    objects: Objects,
    clock: Arc<dyn Clock>,
    id: String,
    known: Mutex<Known>,
    /// The last commit that the run knows to be kept; written with the next change.
    reached: Mutex<Option<Through>>,
    lost: OnceLock<Diagnostic>,
    given_back: AtomicBool,
}

/// The object as this run left it.
struct Known {
    lock: LockObject,
    version: Version,
}

impl Lease {
    /// Takes the lease, or says who has it. Asks once: a caller who waits calls again with the same `watch`, every
    /// [`super::watch::LOOK_EVERY`].
    pub fn take(objects: &Objects, asking: Asking, watch: &mut Watch) -> Outcome<Self> {
        for _ in 0..TRIES {
            let Some((lock, version)) = lock_object::look(objects)? else {
                let lock = asking.in_the_lock(LockObject::default());
                match objects.create(KEY, lock.text()?.as_bytes())? {
                    Created::New(version) => return Self::begin(objects, asking, Known { lock, version }),
                    Created::Other(_) => continue,
                }
            };
            lock.stays(objects.name())?;
            match watch.look(&lock, &version, &asking.id, asking.clock.now()) {
                Standing::Alive(hold) => return Err(told::held(objects.name(), hold).into()),
                Standing::Silent(hold, left) => return Err(told::silent(objects.name(), hold, left).into()),
                Standing::Over(hold) => tracing::warn!("the lease of {} is over: nobody renewed it", hold.owner),
                Standing::Free | Standing::Ours => {}
            }
            let lock = asking.in_the_lock(lock);
            if let Some(version) = lock_object::put(objects, &lock, &version)? {
                return Self::begin(objects, asking, Known { lock, version });
            }
        }
        Err(told::contended(objects.name()).into())
    }

    fn begin(objects: &Objects, asking: Asking, known: Known) -> Outcome<Self> {
        let Asking { id, clock, renew_every, .. } = asking;
        let held = Arc::new(Held {
            objects: objects.clone(),
            clock,
            id,
            known: Mutex::new(known),
            reached: Mutex::new(None),
            lost: OnceLock::new(),
            given_back: AtomicBool::new(false),
        });
        let mut lease = Self { held, beat: None };
        if let Some(every) = renew_every {
            lease.beat = Some(objects.spawn(beat::beat(Arc::downgrade(&lease.held), every))?);
        }
        Ok(lease)
    }

    /// Whether this run still has the lease, as far as its last renewal told. Costs no request.
    pub fn check(&self) -> Outcome<()> {
        self.held.check()
    }

    /// Notes the last commit that is surely in the journal, for the next renewal. Costs no request.
    pub fn reached(&self, through: Through) {
        *unpoisoned(&self.held.reached) = Some(through);
    }

    /// Says that this run goes on, and how far it came.
    pub fn renew(&self) -> Outcome<()> {
        self.held.renew()
    }

    /// Gives the lease back.
    pub fn release(self) -> Outcome<()> {
        self.held.give_back(|_| {})
    }

    /// Gives the lease back and closes this place for ever: the state lies elsewhere from now on.
    ///
    /// This alone keeps no stale run of this place from adding to the journal here: end that first.
    pub fn leave(self, farewell: &Farewell) -> Outcome<()> {
        self.held.give_back(|lock| lock.moved_to = Some(farewell.clone()))
    }
}

impl Drop for Lease {
    /// As well as it can, and not for long. Where it fails, others wait until the lease is over.
    fn drop(&mut self) {
        if let Some(beat) = self.beat.take() {
            beat.abort();
        }
        if self.held.is_over() {
            return;
        }
        let (done, wait) = mpsc::channel();
        let held = Arc::clone(&self.held);
        let giving_back = std::thread::Builder::new().spawn(move || {
            if let Err(why) = held.give_back(|_| {}) {
                tracing::warn!("the lease was not given back: {why}");
            }
            // Whoever waits may have stopped waiting.
            let _ = done.send(());
        });
        if giving_back.is_ok() {
            let _ = wait.recv_timeout(LAST_WORDS);
        }
    }
}

impl Asking {
    fn in_the_lock(&self, lock: LockObject) -> LockObject {
        LockObject { lease: Some(Hold::begin(&self.id, &self.owner, self.clock.now())), ..lock }
    }
}

impl Held {
    fn check(&self) -> Outcome<()> {
        self.lost.get().map_or(Ok(()), |lost| Err(lost.clone().into()))
    }

    fn is_over(&self) -> bool {
        self.lost.get().is_some() || self.given_back.load(Ordering::Acquire)
    }

    fn renew(&self) -> Outcome<()> {
        self.change(|lock| lock.lease = lock.lease.as_ref().map(|hold| hold.renewed(self.clock.now())))
    }

    fn give_back(&self, also: impl Fn(&mut LockObject)) -> Outcome<()> {
        self.change(|lock| {
            lock.lease = None;
            also(lock);
        })
    }

    /// Changes the object, as long as the lease in it is this run's.
    fn change(&self, change: impl Fn(&mut LockObject)) -> Outcome<()> {
        let mut known = unpoisoned(&self.known);
        for _ in 0..TRIES {
            if self.is_over() {
                return self.check();
            }
            let mut lock = known.lock.clone();
            change(&mut lock);
            if let Some(through) = &*unpoisoned(&self.reached) {
                lock.reach(through);
            }
            let is_end = lock.lease.is_none();
            if let Some(version) = lock_object::put(&self.objects, &lock, &known.version)? {
                *known = Known { lock, version };
                self.given_back.store(is_end, Ordering::Release);
                return Ok(());
            }
            let Some((found, version)) = lock_object::look(&self.objects)? else { return Err(self.lose(None).into()) };
            if found.lease.as_ref().is_none_or(|hold| hold.id != self.id) {
                return Err(self.lose(Some(&found)).into());
            }
            // An earlier renewal, whose answer never came, was carried out after all.
            *known = Known { lock: found, version };
        }
        Err(told::restless(self.objects.name()).into())
    }

    fn lose(&self, now: Option<&LockObject>) -> Diagnostic {
        self.lost.get_or_init(|| told::lost(self.objects.name(), &self.id, now)).clone()
    }
}

fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
