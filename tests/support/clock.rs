//! A clock that jumps: sleeping costs no time, and the tests see how long it would have been.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use callout::ticket::Clock;
use jiff::{SignedDuration, Timestamp};

/// Starts at a given moment and moves only when somebody sleeps, or when it is told to.
pub struct JumpingClock(Mutex<(Timestamp, Vec<Duration>)>);

impl JumpingClock {
    /// At `moment`, such as `2027-01-04T12:00:00Z`.
    pub fn at(moment: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new((moment.parse().expect("a moment"), Vec::new()))))
    }

    /// Every sleep so far, in order.
    pub fn slept(&self) -> Vec<Duration> {
        self.0.lock().expect("the clock").1.clone()
    }

    pub fn jump(&self, time: SignedDuration) {
        self.0.lock().expect("the clock").0 += time;
    }
}

impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        self.0.lock().expect("the clock").0
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut state = self.0.lock().expect("the clock");
        state.0 += SignedDuration::try_from(time).expect("a short time");
        state.1.push(time);
        Box::pin(ready(()))
    }
}
