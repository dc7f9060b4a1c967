//! Which live tickets carry which visit's mark: the way back where records were lost.
//!
//! Owns the comparison of everything that a system lists with the visits of the files. Pure.
//! Refuses to link where two could be meant: two tickets with one mark, or one ticket that could be two visits'.

use std::collections::{BTreeMap, BTreeSet};

use super::{Candidate, Reason};
use crate::refresh::{Selection, Side, booking_mismatch, names_before, request_of};
use crate::state::{Event, Key, Phase, Record, Request, Sighting, State};
use crate::systems::Seen;
use crate::ticket::{Change, Mark, Ticket};

/// What is looked for: the visits of the files in one system that have no record, or one in doubt.
#[derive(Clone, Copy)]
pub struct Matching<'a> {
    /// All of the project; other systems' are passed over.
    pub tickets: &'a [Ticket],
    pub state: &'a State,
    pub side: &'a Side,
    /// Lineages that were given up: tickets sent under one carry its marks.
    pub given_up: &'a [String],
}

/// What a whole listing says about them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matches {
    /// Visits with their one ticket, by address.
    pub hits: Vec<Hit>,
    /// Tickets that carry a mark of the files and are linked to nothing: a person must look.
    pub unclear: Vec<Unclear>,
    /// Tickets with a mark that neither the files nor the records account for.
    pub strangers: Vec<Seen>,
    /// Visits of the files that no ticket was found for, nor for any after them, with what their records would say. One whose file names
    /// its ticket (`lifecycle.adopt`) is not among them: the next apply takes that over.
    pub missing: Vec<(Key, Request)>,
}

/// A visit and its ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub key: Key,
    /// Under which address it was sent, where a rename has to be recorded too.
    pub sent_as: Option<Key>,
    pub seen: Seen,
    pub request: Request,
    pub sighting: Sighting,
    /// What the ticket shows otherwise than the file says. Nothing for an earlier visit, which the file does not describe any more.
    pub changes: Vec<Change>,
}

/// Why a ticket with a known mark is not linked.
#[derive(Debug, Clone, PartialEq)]
pub enum Unclear {
    /// Several tickets carry marks of one visit.
    Several { key: Key, ids: Vec<String> },
    /// One ticket could be each of these visits', because of a rename.
    Contested { id: String, keys: Vec<Key> },
    /// The ticket does not fit the visit whose mark it carries.
    Misfit { id: String, key: Key, reason: Reason },
}

/// A mark of the files: whose it is, and under which address it was made.
struct Claim<'a> {
    ticket: &'a Ticket,
    key: Key,
    marked: Key,
}

impl Hit {
    /// The record of it.
    pub fn events(&self, reason: &str) -> Vec<Event> {
        let (key, request) = (self.sent_as.as_ref().unwrap_or(&self.key).clone(), Box::new(self.request.clone()));
        let (id, seen, reason) = (self.seen.id.clone(), Some(self.sighting.clone()), reason.to_owned());
        let moved = self.sent_as.clone().map(|key| Event::Moved { key, to: self.key.clone(), reason: reason.clone() });
        [Event::Adopted { key, id, request, seen, reason }].into_iter().chain(moved).collect()
    }
}

impl Matches {
    /// Only what is about these addresses. Whose mark nobody knows may be anybody's, and stays.
    #[must_use]
    pub fn within(mut self, selection: &Selection) -> Self {
        self.hits.retain(|hit| selection.holds(&hit.key.address));
        self.missing.retain(|(key, _)| selection.holds(&key.address));
        self.unclear.retain(|unclear| unclear.keys().iter().any(|key| selection.holds(&key.address)));
        self
    }
}

impl Unclear {
    fn several(key: Key, ids: impl Iterator<Item = String>) -> Self {
        let mut ids: Vec<String> = ids.collect();
        ids.sort();
        Self::Several { key, ids }
    }

    /// The visits that it is about.
    pub fn keys(&self) -> &[Key] {
        match self {
            Self::Several { key, .. } | Self::Misfit { key, .. } => std::slice::from_ref(key),
            Self::Contested { keys, .. } => keys,
        }
    }
}

impl Matching<'_> {
    /// Compares with everything that the system has. With less, a second ticket of a mark could be among what was left out.
    pub fn among(&self, listed: &[Seen]) -> Matches {
        let (claims, recorded) = (self.claims(), self.recorded());
        let held: BTreeSet<&str> = self.records().filter(|(_, record)| !record.is_moved()).filter_map(|(_, record)| record.id()).collect();
        let mut matches = Matches::default();
        for (mark, tickets) in by_mark(self.side, listed) {
            let fresh: Vec<&Seen> = tickets.iter().filter(|seen| !held.contains(seen.id.as_str())).copied().collect();
            let claims = claims.get(&mark).map(Vec::as_slice).unwrap_or_default();
            let known = recorded.get(&mark).map(|key| (*key).clone()).or_else(|| claims.first().map(|claim| claim.key.clone()));
            match (known, fresh.as_slice()) {
                (_, []) => {}
                (None, fresh) => matches.strangers.extend(fresh.iter().map(|seen| (*seen).clone())),
                (Some(key), [seen]) if tickets.len() == 1 => self.one(seen, claims, key, &mut matches),
                (Some(key), _) => {
                    matches.unclear.push(Unclear::several(key, tickets.iter().map(|seen| seen.id.clone())));
                }
            }
        }
        matches.part_twins();
        matches.missing = self.missing(&matches.hits);
        matches
    }

    /// The only ticket with a mark: linked if it fits exactly one visit that wants one.
    fn one(&self, seen: &Seen, claims: &[Claim<'_>], known: Key, matches: &mut Matches) {
        let id = seen.id.clone();
        let wanting: Vec<&Claim<'_>> = claims.iter().filter(|claim| self.wants(&claim.key)).collect();
        let (mut fitting, mut reasons) = (Vec::new(), Vec::new());
        for claim in wanting {
            match self.hit(seen, claim) {
                Ok(hit) => fitting.push(hit),
                Err(reason) => reasons.push((claim.key.clone(), reason)),
            }
        }
        matches.unclear.extend(match fitting.len() {
            0 => {
                let taken = self.state.records.get(&known).and_then(Record::id).unwrap_or("unknown").to_owned();
                let what = format!("it carries the mark of {known}, whose ticket is {taken}");
                let (key, reason) = reasons.into_iter().next().unwrap_or_else(|| (known, Reason::AdoptMismatch { id: id.clone(), what }));
                Some(Unclear::Misfit { id, key, reason })
            }
            1 => {
                matches.hits.append(&mut fitting);
                None
            }
            _ => Some(Unclear::Contested { id, keys: fitting.into_iter().map(|hit| hit.key).collect() }),
        });
    }

    fn hit(&self, seen: &Seen, claim: &Claim<'_>) -> Result<Hit, Reason> {
        let Claim { ticket, key, marked } = claim;
        let candidate = Candidate {
            system: self.side.system,
            state: self.state,
            request: self.request(ticket, key),
            key,
            renamed_from: ticket.lifecycle.renamed_from.as_ref(),
            given_up: self.given_up,
            companions: None,
        };
        let (request, sighting) = candidate.takes(seen)?;
        let is_new = [key, marked].iter().all(|key| !self.state.records.contains_key(key));
        let sent_as = (marked != key && is_new).then(|| marked.clone());
        let is_described = key.reissue == ticket.reissue;
        let changes = if is_described { booking_mismatch(self.side.system, &request, &sighting.fields) } else { Vec::new() };
        Ok(Hit { key: key.clone(), sent_as, seen: seen.clone(), request, sighting, changes })
    }

    /// What may have been sent, where a record in doubt says so; otherwise what the file says today.
    fn request(&self, ticket: &Ticket, key: &Key) -> Request {
        let mark = Mark::new(&self.state.lineage, &key.address, key.reissue);
        let doubted = self.state.records.get(key).filter(|record| record.in_doubt());
        doubted.map_or_else(|| request_of(ticket, self.side, Some(mark)), |record| record.request.clone())
    }

    /// Whether a ticket may be linked to this visit: nothing is known of it, or only that it may have been sent.
    fn wants(&self, key: &Key) -> bool {
        self.state.records.get(key).is_none_or(|record| match record.phase {
            Phase::Pending => record.request.origin == self.side.origin,
            Phase::NotCreated { .. } => true,
            Phase::Live { .. } | Phase::Closed { .. } => false,
        })
    }

    fn own(&self) -> impl Iterator<Item = &Ticket> {
        self.tickets.iter().filter(|ticket| ticket.address.kind == self.side.system.kind())
    }

    /// The records of this API and tenant.
    fn records(&self) -> impl Iterator<Item = (&Key, &Record)> {
        self.state
            .records
            .iter()
            .filter(|(_, record)| record.request.system == self.side.system.id() && record.request.origin == self.side.origin)
    }

    /// The marks of visits that have their ticket.
    fn recorded(&self) -> BTreeMap<Mark, &Key> {
        let has_ticket = |key: &Key, record: &Record| !self.wants(key) && !record.is_moved();
        self.records()
            .filter(|(key, record)| has_ticket(key, record))
            .filter_map(|(key, record)| Some((record.request.mark.clone()?, key)))
            .collect()
    }

    /// Every mark that a ticket of the files may carry: of each visit so far, under each name and lineage that it had.
    fn claims(&self) -> BTreeMap<Mark, Vec<Claim<'_>>> {
        let mut claims: BTreeMap<Mark, Vec<Claim<'_>>> = BTreeMap::new();
        let lineages = || [&self.state.lineage].into_iter().chain(self.given_up);
        for ticket in self.own() {
            let former = names_before(&ticket.address, ticket.lifecycle.renamed_from.as_ref());
            for address in [ticket.address.clone()].into_iter().chain(former) {
                for reissue in 0..=ticket.reissue {
                    let (key, marked) = (Key::new(ticket.address.clone(), reissue), Key::new(address.clone(), reissue));
                    for lineage in lineages() {
                        let mark = Mark::new(lineage, &address, reissue);
                        claims.entry(mark).or_default().push(Claim { ticket, key: key.clone(), marked: marked.clone() });
                    }
                }
            }
        }
        claims
    }

    fn missing(&self, hits: &[Hit]) -> Vec<(Key, Request)> {
        let found: BTreeSet<&Key> = hits.iter().map(|hit| &hit.key).collect();
        let is_named = |ticket: &Ticket| ticket.lifecycle.adopt.is_some() && ticket.reissue == 0;
        let missing = self.own().filter(|ticket| !is_named(ticket)).flat_map(|ticket| {
            let key = |reissue| Key::new(ticket.address.clone(), reissue);
            let is_missing = |key: &Key| self.wants(key) && !found.contains(key);
            // A further visit is sent only once the earlier ones are over. Of those behind the last one that is known, nobody can say.
            let behind = (0..=ticket.reissue).rev().map(key).take_while(is_missing);
            behind.map(|key| (key.clone(), self.request(ticket, &key)))
        });
        missing.collect()
    }
}

impl Matches {
    /// A visit that was found twice, under two names or lineages, is as unclear as two tickets with one mark.
    fn part_twins(&mut self) {
        let mut by_key: BTreeMap<Key, Vec<Hit>> = BTreeMap::new();
        for hit in std::mem::take(&mut self.hits) {
            by_key.entry(hit.key.clone()).or_default().push(hit);
        }
        for (key, mut hits) in by_key {
            if hits.len() == 1 {
                self.hits.append(&mut hits);
            } else {
                self.unclear.push(Unclear::several(key, hits.into_iter().map(|hit| hit.seen.id)));
            }
        }
    }
}

/// The listed tickets that carry a mark, each once.
fn by_mark<'a>(side: &Side, listed: &'a [Seen]) -> BTreeMap<Mark, Vec<&'a Seen>> {
    let mut marked: BTreeMap<Mark, Vec<&Seen>> = BTreeMap::new();
    for seen in listed {
        let Some(mark) = side.system.mark_of(&seen.fields) else { continue };
        let same = marked.entry(mark).or_default();
        if !same.iter().any(|other| other.id == seen.id) {
            same.push(seen);
        }
    }
    marked
}
