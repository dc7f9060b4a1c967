//! What can go wrong on the way to a vendor and back, switched on by request kind and count.
//!
//! Owns the list of troubles and the draw. Refuses chance without a seed: two runs with one seed meet the same faults.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// The kind of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    Create,
    Read,
    /// One page of a list, or a search.
    List,
    /// A change, also one that closes the ticket.
    Update,
    Delete,
}

/// One thing that goes wrong. "Before" and "after" are about the moment at which the ticket is made and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Trouble {
    /// The answer takes its time.
    Latency { milliseconds: u64 },
    /// 429 before the commit; `retry_after` is in seconds.
    TooManyRequests {
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// A 5xx before the commit.
    ErrorBeforeCommit { status: u16 },
    /// A 5xx although the ticket was made.
    ErrorAfterCommit { status: u16 },
    /// The connection breaks; nothing was made.
    DropBeforeCommit,
    /// The connection breaks without an answer; the ticket was made.
    DropAfterCommit,
    /// The connection breaks in the middle of the answer; the ticket was made.
    HalfAnswer,
    /// 200 with a web page, as a proxy would; the ticket was made.
    Html,
    /// 200 with the ticket but without its id.
    NoId,
    /// The connection breaks without an answer; the ticket is made so much later.
    LateCommit { seconds: u64 },
    /// A 4xx although the work was done.
    RefusedAfterCommit { status: u16 },
    /// The answer shows another ticket of the same system.
    OtherTicket,
    /// An id that is else a number is a text, and the other way round (JSON only).
    OtherIdType,
    /// 307 to another address, before the commit.
    Redirect { to: String },
    /// 404 for a ticket that exists.
    NotFound,
    /// The ticket is made, its files are not kept.
    UploadFailure,
    /// The visit is booked for the day after.
    OtherDate,
    /// The ticket is booked for another place.
    OtherLocation,
    /// The service type is kept in other words.
    Reworded,
    /// The answer to a dispatch to several locations has their tickets in the opposite order.
    OtherOrder,
    /// The answer to a dispatch to several locations leaves the last ticket out; it was made.
    TicketLeftOut,
    /// The answer to a dispatch to several locations shows each ticket at the first one's place.
    SamePlaces,
    /// A dispatch to several locations is refused with 400 after the ticket for the first of them was made.
    RefusedHalfWay,
    /// A page of a list is the page before once more.
    RepeatedPage,
    /// A page of a list leaves a ticket out that no later page has.
    SkippedRow,
    /// Every other page of a list is in the opposite order.
    Shuffled,
    /// A page of a list goes by none of the filters that were asked for.
    Unfiltered,
    /// A list does not show tickets that were made less than so long ago.
    NotListedYet { seconds: u64 },
    /// A list shows nothing.
    NothingListed,
    /// The ticket as it was before its last change.
    OldVersion,
    /// A change is answered as done, and nothing of it is kept.
    Ignored,
}

impl Trouble {
    /// Whether it can show on requests of this kind.
    fn shows_on(&self, call: Call) -> bool {
        match self {
            Self::NotFound => matches!(call, Call::Read | Call::Update | Call::Delete),
            Self::UploadFailure
            | Self::OtherDate
            | Self::OtherLocation
            | Self::Reworded
            | Self::OtherOrder
            | Self::TicketLeftOut
            | Self::SamePlaces
            | Self::RefusedHalfWay
            | Self::LateCommit { .. } => call == Call::Create,
            Self::RefusedAfterCommit { .. } => matches!(call, Call::Create | Call::Update | Call::Delete),
            Self::OtherTicket => matches!(call, Call::Create | Call::Read),
            Self::OldVersion => matches!(call, Call::Read | Call::List),
            Self::RepeatedPage | Self::SkippedRow | Self::Shuffled | Self::Unfiltered | Self::NotListedYet { .. } | Self::NothingListed => {
                call == Call::List
            }
            Self::Ignored => call == Call::Update,
            Self::Latency { .. }
            | Self::TooManyRequests { .. }
            | Self::ErrorBeforeCommit { .. }
            | Self::ErrorAfterCommit { .. }
            | Self::DropBeforeCommit
            | Self::DropAfterCommit
            | Self::HalfAnswer
            | Self::Html
            | Self::NoId
            | Self::OtherIdType
            | Self::Redirect { .. } => true,
        }
    }
}

/// A trouble, and the requests that meet it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub fault: Trouble,
    pub on: Call,
    /// How many requests pass by it first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u32>,
    /// How many more requests meet it; without it, all until the faults are cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// The chance for each request, 0 to 100; without it, each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
}

impl Fault {
    /// A trouble for every request of one kind.
    #[must_use]
    pub fn on(call: Call, trouble: Trouble) -> Self {
        Self { fault: trouble, on: call, after: None, times: None, percent: None }
    }

    /// Only once so many requests have passed by.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.after = Some(requests);
        self
    }

    /// Only the next `times` requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Each request with this chance, 0 to 100.
    #[must_use]
    pub fn percent(mut self, percent: u8) -> Self {
        self.percent = Some(percent);
        self
    }

    /// Refuses what could never show: a fault that is switched on by mistake must not look like a server without faults.
    pub(super) fn check(&self) -> Result<(), String> {
        if !self.fault.shows_on(self.on) {
            return Err(format!("the fault {} cannot show on a {}", json(&self.fault), json(&self.on)));
        }
        if self.percent.is_some_and(|percent| percent > 100) {
            return Err("percent is a chance from 0 to 100".to_owned());
        }
        if let Trouble::ErrorBeforeCommit { status } | Trouble::ErrorAfterCommit { status } = self.fault
            && !(500..=599).contains(&status)
        {
            return Err(format!("status {status} is no server error; take one from 500 to 599"));
        }
        if let Trouble::RefusedAfterCommit { status } = self.fault
            && !(400..=499).contains(&status)
        {
            return Err(format!("status {status} is no refusal; take one from 400 to 499"));
        }
        if let Trouble::Redirect { to } = &self.fault
            && !to.starts_with("http")
        {
            return Err(format!("a redirect goes to an address that begins with http, not to `{to}`"));
        }
        Ok(())
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The troubles that one request meets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Troubles(pub(super) Vec<Trouble>);

impl Troubles {
    pub(crate) fn has(&self, trouble: &Trouble) -> bool {
        self.0.contains(trouble)
    }

    /// How much later than the answer's end the ticket is made, if so.
    pub(super) fn lateness(&self) -> Option<SignedDuration> {
        self.0.iter().find_map(|trouble| if let Trouble::LateCommit { seconds } = trouble { Some(duration(*seconds)) } else { None })
    }

    /// How old a ticket must be to be listed.
    pub(super) fn least_age(&self) -> Option<SignedDuration> {
        self.0.iter().find_map(|trouble| if let Trouble::NotListedYet { seconds } = trouble { Some(duration(*seconds)) } else { None })
    }

    /// How long the answer takes.
    pub(super) fn latency(&self) -> Duration {
        let milliseconds = |trouble: &Trouble| if let Trouble::Latency { milliseconds } = trouble { *milliseconds } else { 0 };
        Duration::from_millis(self.0.iter().map(milliseconds).sum())
    }
}

fn duration(seconds: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// The faults that are switched on, and the random numbers behind them.
pub(super) struct Faults {
    pub(super) list: Vec<Fault>,
    random: SplitMix,
}

impl Faults {
    pub(super) fn new(seed: u64) -> Self {
        Self { list: Vec::new(), random: SplitMix(seed) }
    }

    /// The troubles that the next request of this kind meets; what is used up is gone.
    pub(super) fn draw(&mut self, call: Call) -> Troubles {
        let mut met = Vec::new();
        for fault in self.list.iter_mut().filter(|fault| fault.on == call) {
            if let Some(left) = fault.after.filter(|left| *left > 0) {
                fault.after = Some(left - 1);
            } else if fault.percent.is_none_or(|percent| self.random.next() % 100 < u64::from(percent)) {
                fault.times = fault.times.map(|times| times.saturating_sub(1));
                met.push(fault.fault.clone());
            }
        }
        self.list.retain(|fault| fault.times != Some(0));
        Troubles(met)
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and good enough to pick faults.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(seed: u64, fault: Fault) -> Vec<bool> {
        let mut faults = Faults::new(seed);
        faults.list = vec![fault];
        (0..200).map(|_| faults.draw(Call::Create).has(&Trouble::DropAfterCommit)).collect()
    }

    #[test]
    fn the_same_seed_meets_the_same_faults_at_about_the_chance_asked_for() {
        let fault = || Fault::on(Call::Create, Trouble::DropAfterCommit).percent(25);
        assert_eq!(draws(7, fault()), draws(7, fault()));
        assert_ne!(draws(7, fault()), draws(8, fault()));
        let met = draws(7, fault()).into_iter().filter(|met| *met).count();
        assert!((30..=70).contains(&met), "{met} of 200");
    }

    #[test]
    fn a_count_is_used_up_by_requests_of_its_own_kind_only() {
        let mut faults = Faults::new(0);
        faults.list = vec![Fault::on(Call::Create, Trouble::Html).times(2)];
        assert!(!faults.draw(Call::Read).has(&Trouble::Html));
        assert_eq!([(); 3].map(|()| faults.draw(Call::Create).has(&Trouble::Html)), [true, true, false]);
        assert!(faults.list.is_empty());
    }

    #[test]
    fn the_first_requests_of_its_kind_pass_by_it() {
        let mut faults = Faults::new(0);
        faults.list = vec![Fault::on(Call::Create, Trouble::Html).after(2).times(1)];
        faults.draw(Call::Read);
        assert_eq!([(); 4].map(|()| faults.draw(Call::Create).has(&Trouble::Html)), [false, false, true, false]);
    }

    #[test]
    fn a_fault_that_cannot_show_is_refused() {
        let message = |fault: Fault| fault.check().expect_err("a refusal");
        assert_eq!(message(Fault::on(Call::Create, Trouble::NotFound)), r#"the fault "not_found" cannot show on a "create""#);
        assert_eq!(message(Fault::on(Call::Read, Trouble::Html).percent(101)), "percent is a chance from 0 to 100");
        assert_eq!(
            message(Fault::on(Call::Read, Trouble::ErrorBeforeCommit { status: 404 })),
            "status 404 is no server error; take one from 500 to 599"
        );
    }
}
