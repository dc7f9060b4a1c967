//! The nouns of callout: what a ticket is, before any system or file is thought of.
//!
//! Owns addresses, fields, marks, visits, phone numbers, and the [`Clock`] trait. Refuses IO of any kind.

mod address;
mod booking;
mod change;
mod clock;
mod cost;
mod digest;
mod fields;
mod lifecycle;
mod mark;
mod money;
mod phone;
mod rollout;
mod visit;

use std::collections::BTreeMap;

pub use address::{Address, NotAnAddress, is_key, is_name};
pub use booking::Booking;
pub use change::{Change, changes, is_ignored};
pub use clock::Clock;
pub use cost::{Account, Cost};
pub use digest::Digest;
pub use fields::{Attachment, Fields, references};
pub use lifecycle::{Lifecycle, OnRemove};
pub use mark::Mark;
pub use money::Money;
pub use phone::digits;
pub use rollout::{Finished, Gate, RolloutLimits, RolloutSite, Rollouts, Terms, Wave};
pub use visit::{Visit, latest};

use crate::diagnostics::Place;

/// A desired ticket: what one manifest document (or one location of it) asks for.
///
/// `fields` holds the vendor's own names, normalised, flat, without anything derived: no mark, and no `prior_ticket` of a reissue.
#[derive(Debug, Clone)]
pub struct Ticket {
    pub address: Address,
    /// 0 for the first visit; raised by one for each further, deliberate one.
    pub reissue: u32,
    pub fields: Fields,
    pub attachments: Vec<Attachment>,
    pub lifecycle: Lifecycle,
    pub labels: BTreeMap<String, String>,
    /// When somebody will be on site. Systems that cannot schedule have none.
    pub visit: Option<Visit>,
    /// When it may be sent, if a schedule says when its visit is. In no digest and no comparison.
    pub booking: Option<Booking>,
    /// Where in the files it is described.
    pub place: Option<Place>,
    /// The site that it was made for, if a rollout describes it. For grouping: it is in no digest and no comparison.
    pub site: Option<RolloutSite>,
}

impl Ticket {
    /// What the files want, as one value: fields and attachments. Two tickets with the same digest ask for the same work.
    pub fn digest(&self) -> Digest {
        Digest::of(&(&self.fields, self.attachments.iter().map(Attachment::identity).collect::<Vec<_>>()))
    }
}
