//! Random worlds for the planner, and what becomes of them if a plan is carried out and everything goes well.

mod draw;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::bench::{Bench, key, open_with, over, seen, ticket, unread};
pub use draw::draw;
use draw::{Draw, Life, Past, Shown, Wish};

use super::gates::{ended, member, refused};
use crate::plan::{Action, Plan, marked_request};
use crate::refresh::id_of;
use crate::state::{Closing, Event, Key, Phase, Sighting, VisitOutcome, Write};
use crate::systems::{Found, Observed, Seen};
use crate::ticket::{Address, Digest, Mark, Ticket};

/// A world that goes on: plans are made in it and carried out.
pub struct World {
    pub bench: Bench,
    /// What the systems show, by the ticket's id. A ticket that was made here is shown as it was ordered.
    shown: BTreeMap<String, Observed>,
    /// What a search for the mark of a visit in doubt finds.
    found: BTreeMap<Mark, Found>,
    /// Every visit that was sent here.
    pub sent: BTreeSet<Key>,
}

fn name(at: usize) -> String {
    format!("t{at}")
}

/// The first visit, as it was sent before anything was edited.
fn first(at: usize, life: &Life, reissue: u32) -> Ticket {
    ticket(10 + life.place, |document| {
        document["metadata"]["name"] = json!(name(at));
        document["lifecycle"] = json!({"reissue": reissue, "on_remove": life.on_remove});
    })
}

impl Draw {
    /// The files. Like a project that passes its checks: names are unique, nothing is taken twice, and no reference goes in a circle.
    pub fn tickets(&self) -> Vec<Ticket> {
        let mut taken = BTreeSet::new();
        let wishes = self.lives.iter().enumerate().filter_map(|(at, life)| Some((at, life.wish.as_ref()?)));
        wishes.map(|(at, wish)| self.ticket(at, wish, &mut taken)).collect()
    }

    fn ticket(&self, at: usize, wish: &Wish, taken: &mut BTreeSet<usize>) -> Ticket {
        let is_wanted = |other: &usize| self.lives.get(*other).is_some_and(|life| life.wish.is_some());
        let refers = wish.refers.filter(|other| is_wanted(other) && *other < at);
        let renames = wish.renames.filter(|other| !is_wanted(other) && taken.insert(*other));
        let alongside = wish.alongside.filter(|other| is_wanted(other) && *other != at);
        let address = |other: usize| format!("Dispatch/{}", name(other));
        let described = ticket(10 + wish.place, |document| {
            document["metadata"]["name"] = json!(name(at));
            document["lifecycle"] = json!({"reissue": wish.reissue, "on_remove": wish.on_remove, "renamed_from": renames.map(address),
                "alongside": alongside.map(address), "adopt": wish.adopts.then(|| format!("80{at}")),
                "ignore_changes": if wish.ignores { json!(["po_number"]) } else { json!([]) }});
            document["spec"]["po_number"] = json!(wish.is_changed.then_some("PO-1"));
            document["spec"]["prior_ticket"] = json!(refers.map(|other| json!({"ref": address(other)})));
            if wish.has_passed {
                document["spec"]["locations"][0]["start_date"] = json!("2027-01-03T08:00:00");
                document["spec"]["locations"][0]["end_date"] = json!("2027-01-03T12:00:00");
            }
        });
        Ticket { site: wish.wave.and_then(|wave| member(u32::try_from(at).expect("few"), wave).site), ..described }
    }

    pub fn world(&self) -> World {
        let mut bench = if self.is_able { Bench::able() } else { Bench::new() }.per_request(self.per_request);
        if let Some((finished, failed)) = self.gate {
            bench.rollouts = super::gates::terms(finished, failed);
            bench.rollouts.values_mut().for_each(|terms| terms.paused = self.paused);
        }
        bench.rules = crate::plan::Rules { creates: 100, creates_per_day: 100, closes: 100, removals: 100, ..bench.rules };
        let (mut shown, mut found) = (BTreeMap::new(), BTreeMap::new());
        for (at, life) in self.lives.iter().enumerate() {
            for (reissue, (past, show)) in (0..).zip(&life.past) {
                let (ticket, id) = (first(at, life, reissue), format!("{}", 100 + 10 * at + usize::try_from(reissue).expect("few")));
                bench = happened(bench, &ticket, &id, past);
                if let Some(observed) = observed(&ticket, &id, *show) {
                    shown.insert(id.clone(), observed);
                }
                if *past == Past::Pending {
                    let mark = marked_request(&ticket, &bench.side(), &bench.state).mark.expect("a mark");
                    found.insert(mark, search(&ticket, &id, *show));
                }
            }
        }
        bench.tickets = self.tickets();
        for ticket in &bench.tickets {
            if let Some(id) = &ticket.lifecycle.adopt {
                shown.insert(id.clone(), Observed::Found(Box::new(seen(ticket, id))));
            }
        }
        World { bench, shown, found, sent: BTreeSet::new() }
    }
}

fn happened(bench: Bench, ticket: &Ticket, id: &str, past: &Past) -> Bench {
    let here = bench.origin.clone();
    match past {
        Past::Nothing => bench,
        Past::NotCreated => bench.intended(ticket).event(&refused(ticket)),
        Past::Pending => bench.intended(ticket),
        Past::Live => bench.sent(ticket, id),
        Past::Checked => bench.checked(ticket, id),
        Past::Doubt(write) => {
            let mut changed = ticket.clone();
            changed.fields.set("po_number", "PO-1");
            let request = (*write == Write::Update).then(|| Box::new(marked_request(&changed, &bench.side(), &bench.state)));
            let intended = Event::Intended { key: key(ticket), write: *write, payload: Digest::of("sent"), request };
            bench.checked(ticket, id).event(&intended)
        }
        Past::Finished => bench.finished(ticket, id),
        Past::Failed => bench.finished(ticket, id).event(&ended(ticket, VisitOutcome::Failed)),
        Past::Ended(Closing::FinishedAndRemoved) => {
            bench.finished(ticket, id).event(&Event::Closed { key: key(ticket), why: Closing::FinishedAndRemoved, reason: None })
        }
        Past::Ended(why) => bench.closed(ticket, id, *why),
        Past::Foreign => bench.at("https://staging.example.com").checked(ticket, id).at(&here),
        Past::Moved => {
            let to = Key::new(Address::new("Dispatch", format!("gone-{}", ticket.address.name)), ticket.reissue);
            bench.checked(ticket, id).event(&Event::Moved { key: key(ticket), to, reason: "a test".to_owned() })
        }
    }
}

fn observed(ticket: &Ticket, id: &str, shown: Shown) -> Option<Observed> {
    match shown {
        Shown::NotAsked => None,
        Shown::Open => Some(Observed::Found(Box::new(seen(ticket, id)))),
        Shown::Edited => Some(open_with(ticket, id, "special_instructions", "by hand")),
        Shown::Over => Some(over(ticket, id)),
        Shown::Missing => Some(Observed::Missing),
        Shown::Unread => Some(unread()),
    }
}

fn search(ticket: &Ticket, id: &str, shown: Shown) -> Found {
    match shown {
        Shown::NotAsked => Found::Cannot,
        Shown::Open | Shown::Edited => Found::One(Box::new(seen(ticket, id))),
        Shown::Over => Found::One(Box::new(Seen { finished: true, ..seen(ticket, id) })),
        Shown::Missing => Found::None,
        Shown::Unread => Found::Several(vec![id.to_owned(), "999".to_owned()]),
    }
}

impl World {
    /// Asks about every ticket that is known, and plans.
    pub fn plan(&mut self) -> Plan {
        let Self { bench, shown, found, .. } = self;
        bench.observed.read.clear();
        bench.observed.found.clear();
        for (key, record) in &bench.state.records {
            let observed = record.id().and_then(|id| shown.get(id)).filter(|_| record.request.origin == bench.origin);
            bench.observed.read.extend(observed.map(|observed| (key.clone(), observed.clone())));
            let search = record.request.mark.as_ref().and_then(|mark| found.get(mark)).filter(|_| record.phase == Phase::Pending);
            bench.observed.found.extend(search.map(|search| (key.clone(), search.clone())));
        }
        for ticket in &bench.tickets {
            if let Some(id) = ticket.lifecycle.adopt.as_ref().filter(|_| !bench.state.records.contains_key(&key(ticket))) {
                bench.observed.read.extend(shown.get(id).map(|observed| (key(ticket), observed.clone())));
            }
        }
        bench.plan()
    }

    fn record(&mut self, event: &Event) {
        self.bench.state = self.bench.state.clone().with(event, self.bench.now).expect("what a plan records can be");
    }

    /// Carries a plan out, and all goes well.
    pub fn apply(&mut self, plan: &Plan) {
        for step in &plan.steps {
            step.events.iter().for_each(|event| self.record(event));
            let key = step.key.clone();
            let intended = |write, request| Event::Intended { key: key.clone(), write, payload: Digest::of("sent"), request };
            match &step.action {
                Action::Create { request, payload } => {
                    let payload = payload.filled(|address| id_of(&self.bench.state, address)).expect("what it refers to is there by now");
                    assert!(payload.references().is_empty());
                    self.record(&intended(Write::Create, Some(request.clone())));
                    let id = format!("{}", 1_000 + self.sent.len());
                    let fields = self.bench.system.expected(&payload, &request.attachments, request.visit.as_ref());
                    let seen = Seen { id: id.clone(), fields: fields.clone(), status: Some("Open".to_owned()), finished: false };
                    self.record(&Event::Created { key: key.clone(), id: id.clone(), seen: Sighting { fields, ..Sighting::default() } });
                    self.shown.insert(id, Observed::Found(Box::new(seen)));
                    assert!(self.sent.insert(key), "{} was sent twice", step.key);
                }
                Action::Adopt { id, request, seen, why } => {
                    let (id, request, seen, reason) = (id.clone(), request.clone(), Some(seen.clone()), why.clone());
                    self.record(&Event::Adopted { key, id, request, seen, reason });
                }
                Action::Update { id, request, changed, .. } => {
                    self.record(&intended(Write::Update, Some(request.clone())));
                    self.record(&Event::Updated { key, seen: None });
                    if let Some(Observed::Found(seen)) = self.shown.get_mut(id) {
                        let news = changed.iter().map(|(name, value)| (name.to_owned(), value.clone()));
                        seen.fields.0.extend(news);
                        seen.fields = self.bench.system.comparable(&seen.fields);
                    }
                }
                Action::Close { id } | Action::Delete { id } => {
                    let is_close = matches!(step.action, Action::Close { .. });
                    let (write, why) = if is_close { (Write::Close, Closing::Closed) } else { (Write::Delete, Closing::Deleted) };
                    self.shown.insert(id.clone(), Observed::Missing);
                    self.record(&intended(write, None));
                    self.record(&Event::Closed { key, why, reason: None });
                }
                Action::Retire { why } => self.record(&Event::Closed { key, why: *why, reason: None }),
                Action::Blocked { .. } | Action::InDoubt { .. } | Action::Deferred { .. } | Action::Keep => {}
            }
        }
    }
}
