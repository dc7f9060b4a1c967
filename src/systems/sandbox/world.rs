//! What the sandbox knows: tickets, faults, requests. All of it behind one lock, which nobody holds while waiting.

use std::collections::{BTreeMap, VecDeque};
use std::io;

use jiff::Timestamp;
use serde::Serialize;

use super::faults::{Faults, Troubles};
use super::file::Kept;
use super::gate::Meter;
use super::{Call, Fault, NotDone, Stored, Trouble};

/// Requests kept for looking at; a stand-alone server may run for weeks.
const LOG: usize = 1000;

/// A request to a vendor's path. Headers are not kept, so no token is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Logged {
    pub at: Timestamp,
    pub method: String,
    /// With its query.
    pub path: String,
    /// What was to be answered, even when the connection was cut before.
    pub status: u16,
    pub faults: Vec<Trouble>,
}

pub(super) struct World {
    tickets: BTreeMap<u64, Stored>,
    /// The next ticket's id.
    next_id: u64,
    /// The next file's id.
    next_file: u64,
    creates: u64,
    /// When a ticket was made, of those that were made since this process began.
    made: BTreeMap<u64, Timestamp>,
    /// A ticket as it was before its last change.
    before: BTreeMap<u64, Stored>,
    /// Creates whose answer is long gone, and when they are made.
    late: Vec<(Timestamp, Vec<Stored>)>,
    kept: Option<Kept>,
    faults: Faults,
    log: VecDeque<Logged>,
    pub(super) meter: Meter,
}

impl World {
    pub(super) fn new(seed: u64, first_id: u64) -> Self {
        Self {
            tickets: BTreeMap::new(),
            next_id: first_id,
            next_file: 9001,
            creates: 0,
            made: BTreeMap::new(),
            before: BTreeMap::new(),
            late: Vec::new(),
            kept: None,
            faults: Faults::new(seed),
            log: VecDeque::new(),
            meter: Meter::default(),
        }
    }

    pub(super) fn restore(&mut self, kept: Kept, tickets: Vec<Stored>) {
        self.kept = Some(kept);
        self.remember(tickets);
    }

    /// Numbers and keeps the tickets of one create: all of them or, when the file cannot be written, none.
    pub(super) fn commit(&mut self, mut tickets: Vec<Stored>, now: Timestamp) -> io::Result<Vec<Stored>> {
        for ticket in &mut tickets {
            ticket.create = self.creates + 1;
        }
        self.number(tickets, now)
    }

    /// The same later.
    pub(super) fn commit_at(&mut self, due: Timestamp, tickets: Vec<Stored>) {
        self.late.push((due, tickets));
    }

    /// Makes what is due by now.
    pub(super) fn catch_up(&mut self, now: Timestamp) {
        let (due, late) = std::mem::take(&mut self.late).into_iter().partition(|(due, _)| *due <= now);
        self.late = late;
        for (moment, tickets) in Vec::from_iter::<Vec<(Timestamp, Vec<Stored>)>>(due) {
            if self.commit(tickets.clone(), now).is_err() {
                self.late.push((moment, tickets));
            }
        }
    }

    /// A second ticket with the content of this one, as somebody makes it who copies it by hand.
    pub(super) fn copy(&mut self, id: u64, now: Timestamp) -> Result<Stored, NotDone> {
        let ticket = self.tickets.get(&id).cloned().ok_or(NotDone::NoSuchTicket(id))?;
        let made = self.number(vec![Stored { create: 0, ..ticket }], now)?;
        made.into_iter().next().ok_or(NotDone::NoSuchTicket(id))
    }

    fn number(&mut self, mut tickets: Vec<Stored>, now: Timestamp) -> io::Result<Vec<Stored>> {
        let mut file_id = self.next_file;
        for (id, ticket) in (self.next_id..).zip(&mut tickets) {
            ticket.id = id;
            for file in &mut ticket.files {
                file.id = file_id;
                file_id += 1;
            }
        }
        self.keep(&tickets)?;
        self.made.extend(tickets.iter().map(|ticket| (ticket.id, now)));
        self.remember(tickets.clone());
        Ok(tickets)
    }

    /// A change by hand, kept like a create.
    pub(super) fn change(&mut self, id: u64, change: impl FnOnce(&mut Stored) -> Result<(), NotDone>) -> Result<Stored, NotDone> {
        let mut ticket = self.tickets.get(&id).cloned().ok_or(NotDone::NoSuchTicket(id))?;
        change(&mut ticket)?;
        self.put(&ticket)?;
        Ok(ticket)
    }

    /// Keeps a ticket as it is now.
    pub(super) fn put(&mut self, ticket: &Stored) -> io::Result<()> {
        self.keep(std::slice::from_ref(ticket))?;
        self.before.extend(self.tickets.get(&ticket.id).map(|before| (ticket.id, before.clone())));
        self.remember(vec![ticket.clone()]);
        Ok(())
    }

    fn keep(&mut self, tickets: &[Stored]) -> io::Result<()> {
        self.kept.as_mut().map_or(Ok(()), |kept| kept.append(tickets))
    }

    fn remember(&mut self, tickets: Vec<Stored>) {
        for ticket in tickets {
            self.next_id = self.next_id.max(ticket.id + 1);
            self.creates = self.creates.max(ticket.create);
            self.next_file = ticket.files.iter().map(|file| file.id + 1).fold(self.next_file, u64::max);
            self.tickets.insert(ticket.id, ticket);
        }
    }

    /// A ticket that this system's API shows to requests for this company.
    pub(super) fn visible(&self, system: &str, id: u64, tenant: Option<&str>) -> Option<Stored> {
        let shows = |ticket: &&Stored| ticket.system == system && !ticket.hidden && ticket.tenant.as_deref() == tenant;
        self.tickets.get(&id).filter(shows).cloned()
    }

    /// Every ticket that this system's API shows, by id.
    pub(super) fn listed(&self, system: &str) -> Vec<Stored> {
        self.tickets.values().filter(|ticket| ticket.system == system && !ticket.hidden).cloned().collect()
    }

    pub(super) fn made(&self, id: u64) -> Option<Timestamp> {
        self.made.get(&id).copied()
    }

    /// The ticket as it was before its last change, if it was changed.
    pub(super) fn before_change(&self, ticket: Stored) -> Stored {
        self.before.get(&ticket.id).cloned().unwrap_or(ticket)
    }

    /// Another ticket of the same system, if there is one.
    pub(super) fn another(&self, ticket: Stored) -> Stored {
        let others = self.tickets.values().rev().find(|other| other.system == ticket.system && other.id != ticket.id);
        others.cloned().unwrap_or(ticket)
    }

    /// After an odd number of requests.
    pub(super) fn is_odd(&self) -> bool {
        self.log.len() % 2 == 1
    }

    pub(super) fn tickets(&self) -> Vec<Stored> {
        self.tickets.values().cloned().collect()
    }

    pub(super) fn creates(&self) -> u64 {
        self.creates
    }

    pub(super) fn draw(&mut self, call: Call) -> Troubles {
        self.faults.draw(call)
    }

    pub(super) fn set_faults(&mut self, faults: Vec<Fault>) {
        self.faults.list = faults;
    }

    pub(super) fn faults(&self) -> Vec<Fault> {
        self.faults.list.clone()
    }

    pub(super) fn log(&mut self, request: Logged) {
        if self.log.len() == LOG {
            self.log.pop_front();
        }
        self.log.push_back(request);
    }

    pub(super) fn requests(&self) -> Vec<Logged> {
        self.log.iter().cloned().collect()
    }
}
