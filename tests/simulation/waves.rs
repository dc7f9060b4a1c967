//! A rollout in two waves: the sites below [`PILOTS`] go first.

use std::collections::BTreeSet;

use callout::state::{Closing, Event, VisitOutcome};
use callout::ticket::{Address, Finished, Gate, Mark, RolloutSite, Rollouts, Terms, Ticket, Wave};

use crate::killer::Killer;
use crate::tickets::{Shown, Wanted};
use crate::world::{LINEAGE, World};

/// One of each kind.
const PILOTS: u64 = 4;
const SITES: u64 = 8;
const ROLLOUT: &str = "simulated";

/// The terms of the rollout: every pilot is over, however it went.
fn terms() -> Rollouts {
    let wave = |name: &str, gate| Wave { name: name.to_owned(), open: true, gate };
    let gate = Gate { after: "pilot".to_owned(), finished: Finished::All, failed: 99 };
    let waves = vec![wave("pilot", None), wave("rest", Some(gate))];
    Rollouts::from([(ROLLOUT.to_owned(), Terms { waves, ..Terms::default() })])
}

/// The ticket as one of the rollout's.
pub fn in_its_wave(ticket: Ticket, site: u64) -> Ticket {
    let wave = if site < PILOTS { "pilot" } else { "rest" }.to_owned();
    Ticket { site: Some(RolloutSite { rollout: ROLLOUT.to_owned(), key: site.to_string(), wave: Some(wave) }), ..ticket }
}

impl World {
    /// A world of one rollout.
    pub async fn in_waves(seed: u64) -> Self {
        let mut world = Self::new(seed).await;
        world.wanted = (0..SITES).map(Wanted::at).collect();
        world.rollouts = terms();
        world
    }

    /// Nobody was sent to the rest by a run that began while a pilot was not over. `before`: what the portals had then.
    ///
    /// Answers how many were sent to the rest.
    pub fn check_gate(&self, before: &[Shown], when: &str) -> usize {
        let known: BTreeSet<u64> = before.iter().map(|ticket| ticket.id).collect();
        let is_rest = |ticket: &Shown| ticket.site.parse::<u64>().expect("a number") >= PILOTS;
        let sent = self.portal().iter().filter(|ticket| !known.contains(&ticket.id) && is_rest(ticket)).count();
        if sent == 0 {
            return 0;
        }
        for ticket in before.iter().filter(|ticket| !is_rest(ticket)) {
            assert!(ticket.resolved, "{when}: ticket {} of the pilot was open, and {sent} of the rest were sent", ticket.id);
        }
        for wanted in self.wanted.iter().filter(|wanted| wanted.site < PILOTS) {
            let address: Address = wanted.address().parse().expect("an address");
            let mark = Mark::new(LINEAGE, &address, wanted.reissue);
            let is_over = before.iter().any(|ticket| ticket.mark == mark.as_str() && ticket.resolved);
            assert!(is_over, "{when}: {address} was not over, and {sent} of the rest were sent");
        }
        sent
    }

    /// Nobody was forgotten: every visit that is wanted was sent, or its address has a tombstone. A manifest that was removed and written
    /// anew may ask for an earlier visit than the last one, which is told.
    pub fn check_known(&self, when: &str) {
        let state = self.state();
        for wanted in &self.wanted {
            let address: Address = wanted.address().parse().expect("an address");
            let latest = state.latest(&address).map(|(key, _)| key.reissue);
            assert!(latest >= Some(wanted.reissue), "{when}: {address} waits for ever, its last visit is {latest:?}");
        }
    }

    /// Says of every ticket that a portal shows to be over that it is: of some, no read does.
    pub async fn tell_outcomes(&self) {
        let Some(ledger) = self.ledger(&Killer::never()) else { return };
        let portal = self.portal();
        for (key, record) in ledger.state().records {
            let id = record.id().map(str::to_owned);
            let is_this = |ticket: &&Shown| record.request.system == ticket.system && Some(ticket.id.to_string()) == id;
            if !record.is_live() || !portal.iter().find(is_this).is_some_and(|ticket| ticket.resolved) {
                continue;
            }
            // Before a further visit, the ticket itself has to be out of the way.
            let address = key.address.to_string();
            let is_followed = self.wanted.iter().any(|wanted| wanted.address() == address && wanted.reissue > key.reissue);
            let reason = "seen in the portal".to_owned();
            let event = if is_followed {
                Event::Closed { key, why: Closing::Cancelled, reason: Some(reason) }
            } else {
                Event::VisitEnded { key, outcome: VisitOutcome::Ok, reason }
            };
            ledger.record(vec![event], self.now()).await.expect("what a person says");
        }
    }

    /// Every technician finishes.
    pub fn resolve_all(&self) {
        for ticket in self.portal().iter().filter(|ticket| !ticket.resolved) {
            self.sandbox.resolve(ticket.id).expect("a ticket that is there");
        }
    }
}
