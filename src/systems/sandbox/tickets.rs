//! What the vendors' rooms do with tickets: make, list, show, change and remove them, between the troubles of a request.

use std::io;

use axum::http::StatusCode;

use super::{Refusal, Sandbox, Stored, Trouble, Troubles};

impl Sandbox {
    /// Makes and keeps the tickets of one create. A late one is made when its time has come; until then it has no id.
    pub(crate) fn commit(&self, troubles: &Troubles, tickets: Vec<Stored>) -> Result<Vec<Stored>, Refusal> {
        let now = self.now();
        if let Some(lateness) = troubles.lateness() {
            self.world().commit_at(now + lateness, tickets.clone());
            return Ok(tickets);
        }
        self.world().commit(tickets, now).map_err(|error| not_kept(&error))
    }

    /// Every ticket of this system that its API shows in a list: by id, if it has an order.
    pub(crate) fn listed(&self, system: &str, troubles: &Troubles) -> Vec<Stored> {
        if troubles.has(&Trouble::NothingListed) {
            return Vec::new();
        }
        let (now, world) = (self.now(), self.world());
        let is_old = |ticket: &Stored| troubles.least_age().is_none_or(|age| world.made(ticket.id).is_none_or(|made| made + age <= now));
        let mut tickets: Vec<Stored> = world.listed(system).into_iter().filter(is_old).collect();
        if troubles.has(&Trouble::OldVersion) {
            tickets = tickets.into_iter().map(|ticket| world.before_change(ticket)).collect();
        }
        if troubles.has(&Trouble::Shuffled) && world.is_odd() {
            tickets.reverse();
        }
        tickets
    }

    /// What an answer shows in the place of this ticket.
    pub(crate) fn told(&self, troubles: &Troubles, ticket: Stored) -> Stored {
        let world = self.world();
        let ticket = if troubles.has(&Trouble::OtherTicket) { world.another(ticket) } else { ticket };
        if troubles.has(&Trouble::OldVersion) { world.before_change(ticket) } else { ticket }
    }

    /// Changes a ticket that this system's API shows, and keeps it.
    pub(crate) fn rewrite(
        &self,
        system: &str,
        id: u64,
        change: impl FnOnce(&mut Stored) -> Result<(), Refusal>,
    ) -> Result<Stored, Refusal> {
        let mut world = self.world();
        let shown = world.visible(system, id, None);
        let mut ticket = shown.ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "No such ticket."))?;
        change(&mut ticket)?;
        world.put(&ticket).map_err(|error| not_kept(&error))?;
        Ok(ticket)
    }

    /// The ticket is deleted: this system's API does not show it any more.
    pub(crate) fn remove(&self, system: &str, id: u64) -> Result<Stored, Refusal> {
        self.rewrite(system, id, |ticket| {
            ticket.hidden = true;
            Ok(())
        })
    }

    /// A ticket of this system, for a request for this company.
    pub(crate) fn visible(&self, system: &str, id: u64, tenant: Option<&str>) -> Option<Stored> {
        self.world().visible(system, id, tenant)
    }
}

fn not_kept(error: &io::Error) -> Refusal {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, format!("The sandbox cannot keep the ticket: {error}"))
}
