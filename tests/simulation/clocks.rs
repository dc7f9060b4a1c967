//! Two clocks: ours, which somebody sets, and the vendors', which is true.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use callout::ticket::Clock;
use jiff::{SignedDuration, Timestamp};

use crate::support::clock::JumpingClock;
use crate::support::random::Random;

/// What a clock can be wrong by: a correction, another zone, a wrong day, a wrong month. In seconds.
const JUMPS: [(&str, i64); 9] = [
    ("a second back", -1),
    ("minutes back", -5 * 60),
    ("hours back", -3 * 3600),
    ("days back", -2 * 86_400),
    ("a month back", -31 * 86_400),
    ("minutes ahead", 7 * 60),
    ("hours ahead", 3 * 3600),
    ("days ahead", 3 * 86_400),
    ("a month ahead", 31 * 86_400),
];

/// Their names.
pub fn jumps() -> [&'static str; 9] {
    JUMPS.map(|(name, _)| name)
}

/// How far somebody sets the clock, with its name.
pub fn jump(random: &mut Random) -> (&'static str, SignedDuration) {
    let (name, seconds) = random.pick(&JUMPS).expect("there are jumps");
    (name, SignedDuration::from_secs(*seconds))
}

/// The vendors' clock: it goes when ours goes, and does not jump with it.
pub struct TrueClock {
    ours: Arc<JumpingClock>,
    behind_us: Mutex<SignedDuration>,
}

impl TrueClock {
    pub fn beside(ours: &Arc<JumpingClock>) -> Arc<Self> {
        Arc::new(Self { ours: ours.clone(), behind_us: Mutex::default() })
    }

    /// Somebody sets our clock.
    pub fn set_ours(&self, by: SignedDuration) {
        *self.behind_us.lock().expect("the clock") += by;
        self.ours.jump(by);
    }

    /// Sets our clock by one of the jumps, and says which.
    pub fn jolt(&self, random: &mut Random) -> &'static str {
        let (name, by) = jump(random);
        self.set_ours(by);
        name
    }

    /// Our clock is right again.
    pub fn set_right(&self) {
        let by = *self.behind_us.lock().expect("the clock");
        self.set_ours(-by);
    }
}

impl Clock for TrueClock {
    fn now(&self) -> Timestamp {
        self.ours.now() - *self.behind_us.lock().expect("the clock")
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.ours.sleep(time)
    }
}
