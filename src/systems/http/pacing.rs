//! How fast requests may go out.
//!
//! Owns the meter that readers and writers of one credential share. Refuses to sleep by itself: time is the [`Clock`]'s.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::ticket::Clock;

/// A shorter wait is the normal pace, and nobody needs to hear of it.
const WORTH_TELLING: SignedDuration = SignedDuration::from_secs(2);

/// Longer than any pause that is kept: the clock was set back, and the meter starts anew.
const IMPOSSIBLE: SignedDuration = SignedDuration::from_hours(1);

/// Never more than the allowed number of requests in any 60 seconds, with a small burst at the start (GCRA).
pub struct Pacer {
    /// Between two requests once the burst is used up; `None` for no limit.
    interval: Option<SignedDuration>,
    burst: SignedDuration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the next request would be due if they went out evenly.
    due: Option<Timestamp>,
    /// A server said to wait until then.
    blocked: Option<Timestamp>,
}

impl Pacer {
    /// A sixth of the minute's requests may go out at once. The others are spread so that both together stay within the limit.
    pub fn new(requests_per_minute: Option<u32>) -> Self {
        let Some(limit) = requests_per_minute.map(|limit| i32::try_from(limit.max(1)).unwrap_or(i32::MAX)) else {
            return Self { interval: None, burst: SignedDuration::ZERO, state: Mutex::default() };
        };
        let at_once = (limit / 6).max(1);
        // Rounded up: a nanosecond less, and a minute could hold one request too many.
        let interval = SignedDuration::from_secs(60) / (limit - at_once + 1) + SignedDuration::from_nanos(1);
        Self { interval: Some(interval), burst: interval * (at_once - 1), state: Mutex::default() }
    }

    /// Waits until one more request may go out. Waits that a person notices are told, with their length.
    pub async fn turn(&self, clock: &dyn Clock, tell: impl Fn(SignedDuration)) {
        while let Some(wait) = self.take(clock.now()) {
            if wait >= WORTH_TELLING {
                tell(wait);
            }
            clock.sleep(wait.unsigned_abs()).await;
        }
    }

    /// No request before then: a server asked for a pause.
    pub fn block(&self, until: Timestamp) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.blocked = state.blocked.max(Some(until));
    }

    /// Takes a turn, or says how long to wait before asking again.
    fn take(&self, now: Timestamp) -> Option<SignedDuration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let paced = state.due.zip(self.interval).map(|(due, _)| due - self.burst);
        let wait = paced.max(state.blocked).map_or(SignedDuration::ZERO, |at| at.duration_since(now));
        if wait.is_positive() && wait < IMPOSSIBLE {
            return Some(wait);
        }
        if wait >= IMPOSSIBLE {
            *state = State::default();
        }
        state.due = self.interval.map(|interval| state.due.unwrap_or(now).max(now) + interval);
        None
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::support::clock::JumpingClock;

    /// The moments at which so many requests go out, in nanoseconds.
    async fn sent(pacer: &Pacer, clock: &JumpingClock, count: usize) -> Vec<i128> {
        let start = clock.now();
        let mut moments = Vec::new();
        for _ in 0..count {
            pacer.turn(clock, |_| {}).await;
            moments.push(clock.now().duration_since(start).as_nanos());
        }
        moments
    }

    #[tokio::test]
    async fn no_minute_holds_more_than_the_limit_and_the_limit_is_used() {
        for limit in [1_u32, 5, 6, 60, 61, 600] {
            let clock = JumpingClock::at("2027-01-04T12:00:00Z");
            let moments = sent(&Pacer::new(Some(limit)), &clock, limit as usize * 3).await;
            let busiest =
                moments.iter().map(|from| moments.iter().filter(|at| (*from..*from + 60_000_000_000).contains(*at)).count()).max();
            assert_eq!(busiest, Some(limit as usize), "{limit} a minute");
        }
    }

    #[tokio::test]
    async fn a_small_run_does_not_wait() {
        let clock = JumpingClock::at("2027-01-04T12:00:00Z");
        assert_eq!(sent(&Pacer::new(Some(60)), &clock, 11).await, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1_176_470_589]);
        assert_eq!(sent(&Pacer::new(None), &clock, 1000).await, [0; 1000]);
    }

    #[tokio::test]
    async fn a_pause_that_a_server_asks_for_is_kept_and_told() {
        let clock = JumpingClock::at("2027-01-04T12:00:00Z");
        let pacer = Pacer::new(None);
        pacer.block(clock.now() + SignedDuration::from_secs(30));
        pacer.block(clock.now() + SignedDuration::from_secs(10));
        let told = RefCell::new(Vec::new());
        pacer.turn(clock.as_ref(), |wait| told.borrow_mut().push(wait.as_secs())).await;
        pacer.turn(clock.as_ref(), |wait| told.borrow_mut().push(wait.as_secs())).await;
        assert_eq!(told.into_inner(), [30]);
    }

    #[tokio::test]
    async fn a_clock_that_was_set_back_stops_nobody() {
        let clock = JumpingClock::at("2027-01-04T12:00:00Z");
        let pacer = Pacer::new(Some(1));
        sent(&pacer, &clock, 1).await;
        clock.jump(SignedDuration::from_hours(-48));
        assert_eq!(sent(&pacer, &clock, 1).await, [0]);
    }
}
