//! `--since`: the tickets that an earlier revision of the files described otherwise, or did not describe, or that only it describes.
//!
//! Owns the comparison. What is compared is all that decides about a ticket: a reviewer who is shown only what differs must be shown
//! every ticket that a merge treats differently.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::refresh::Sides;
use crate::ticket::{Address, Attachment, Gate, Rollouts, Ticket};

/// An earlier revision, and which tickets differ from it. A saved plan keeps it, and needs no git.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Since {
    /// As it was typed.
    pub reference: String,
    /// The commit that it meant then.
    pub commit: String,
    /// Those that differ.
    pub tickets: BTreeSet<Address>,
    /// Why the files of that commit could not be read as they were. Then everything counts as different.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// How many tickets that are otherwise selected do not differ.
    #[serde(default)]
    pub aside: usize,
}

/// The tickets of one revision.
#[derive(Clone, Copy)]
pub struct Described<'a> {
    pub tickets: &'a [Ticket],
    /// The terms of each rollout.
    pub rollouts: &'a Rollouts,
    pub sides: &'a Sides,
}

impl Since {
    /// The commit, for people: as it was typed, and which one that was.
    pub fn name(&self) -> String {
        let short = self.commit.get(..12).unwrap_or(&self.commit);
        if self.commit.starts_with(&self.reference) { short.to_owned() } else { format!("{} ({short})", self.reference) }
    }

    pub fn holds(&self, address: &Address) -> bool {
        self.unread.is_some() || self.tickets.contains(address)
    }
}

/// The addresses that two revisions describe differently, or that only one of them describes.
pub fn differing(then: Described<'_>, now: Described<'_>) -> BTreeSet<Address> {
    let (before, after) = (then.by_address(), now.by_address());
    let changed = after.iter().filter(|(address, ticket)| {
        let same = before.get(*address).is_some_and(|earlier| is_same(earlier, ticket) && then.terms_of(earlier) == now.terms_of(ticket));
        !same
    });
    let gone = before.keys().filter(|address| !after.contains_key(*address));
    changed.map(|(address, _)| *address).chain(gone.copied()).cloned().collect()
}

/// What a revision says of a ticket outside of it.
#[derive(PartialEq)]
struct Around<'a> {
    paused: bool,
    open: bool,
    gate: Option<&'a Gate>,
    /// Where it is sent.
    origin: Option<&'a str>,
}

impl<'a> Described<'a> {
    fn by_address(self) -> BTreeMap<&'a Address, &'a Ticket> {
        self.tickets.iter().map(|ticket| (&ticket.address, ticket)).collect()
    }

    /// Opening a wave sends its tickets, although none of them was touched.
    fn terms_of(self, ticket: &Ticket) -> Around<'a> {
        let terms = ticket.site.as_ref().and_then(|site| self.rollouts.get(&site.rollout));
        let name = ticket.site.as_ref().and_then(|site| site.wave.as_deref());
        let wave = terms.zip(name).and_then(|(terms, name)| terms.wave(name));
        Around {
            paused: terms.is_some_and(|terms| terms.paused),
            open: wave.is_none_or(|wave| wave.open),
            gate: wave.and_then(|wave| wave.gate.as_ref()),
            origin: self.sides.get(&ticket.address.kind).map(|side| side.origin.as_str()),
        }
    }
}

/// Whether both ask for the same. Where in the files they do it makes no difference.
fn is_same(then: &Ticket, now: &Ticket) -> bool {
    let Ticket { address, reissue, fields, attachments, lifecycle, labels, visit, booking, place: _, site } = now;
    then.address == *address
        && then.reissue == *reissue
        && then.fields == *fields
        && then.attachments.iter().map(Attachment::identity).eq(attachments.iter().map(Attachment::identity))
        && then.lifecycle == *lifecycle
        && then.labels == *labels
        && then.visit == *visit
        && then.booking == *booking
        && then.site == *site
}
