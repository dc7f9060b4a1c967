//! A plan before the project's policies.
//!
//! Owns what a policy is shown of a plan: each visit that it makes, changes or ends, and everybody who comes anyway, so that a part of a
//! project is counted with the rest of it. Refuses to judge what is only recorded: a ticket that is taken over or settled is a fact.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::again::recorded;
use super::{Account, Action, Cost, Effect, Plan, Ruling, Step};
use crate::policy::{Doing, Policy, Price, Scene, Site, Subject, judge};
use crate::refresh::{Side, Sides, request_of};
use crate::state::{Closing, Key, Phase, Record, Request, State};
use crate::systems::by_kind;
use crate::ticket::{Address, Ticket};

/// What a plan is judged by and beside.
#[derive(Clone, Copy)]
pub struct Court<'a> {
    pub policies: &'a [Policy],
    pub tickets: &'a [Ticket],
    pub state: &'a State,
    pub sides: &'a Sides,
}

impl Plan {
    /// The same plan, with what the policies say of it at this moment. One that is against a policy names no parts of itself: whether they
    /// are within the policies is not known.
    #[must_use]
    pub fn judged(self, court: &Court<'_>, now: Timestamp) -> Self {
        if court.policies.is_empty() {
            return Self { rulings: Vec::new(), ..self };
        }
        let (keys, subjects) = court.subjects(&self);
        let scene = Scene { project: self.project.clone(), now, subjects };
        let rulings = judge(court.policies, &scene).into_iter().map(|verdict| Ruling {
            policy: verdict.policy,
            effect: if verdict.denies { Effect::Deny } else { Effect::Warn },
            place: verdict.place,
            key: verdict.subject.and_then(|at| keys.get(at)).cloned(),
            message: verdict.message,
        });
        let judged = Self { rulings: rulings.collect(), ..self };
        let is_denied = judged.denials().next().is_some();
        Self { parts: if is_denied { Vec::new() } else { judged.parts.clone() }, ..judged }
    }
}

impl Court<'_> {
    /// Each step's visit, and then all others that stand.
    fn subjects(&self, plan: &Plan) -> (Vec<Key>, Vec<Subject>) {
        let tickets: BTreeMap<&Address, &Ticket> = self.tickets.iter().map(|ticket| (&ticket.address, ticket)).collect();
        let mut told: BTreeSet<Key> = BTreeSet::new();
        let (mut keys, mut subjects) = (Vec::new(), Vec::new());
        for step in &plan.steps {
            let record = self.state.records.get_key_value(&recorded(step)).filter(|(_, record)| stands(record));
            told.extend(record.map(|(key, _)| key.clone()));
            if let Some(subject) = self.of_step(step, record.map(|(_, record)| record), tickets.get(&step.key.address).copied()) {
                keys.push(step.key.clone());
                subjects.push(subject);
            }
        }
        for (key, record) in self.state.records.iter().filter(|(key, record)| stands(record) && !told.contains(*key)) {
            keys.push(key.clone());
            subjects.push(of_request(key, &record.request, Doing::Keep));
        }
        (keys, subjects)
    }

    fn of_step(&self, step: &Step, record: Option<&Record>, ticket: Option<&Ticket>) -> Option<Subject> {
        let standing = |doing| record.map(|record| of_request(&step.key, &record.request, doing));
        let subject = match &step.action {
            Action::Create { request, .. } => of_request(&step.key, request, Doing::Create),
            Action::Adopt { request, .. } => of_request(&step.key, request, Doing::Keep),
            Action::Update { request, .. } => {
                Subject { before: standing(Doing::Keep).map(Box::new), ..of_request(&step.key, request, Doing::Update) }
            }
            Action::Close { .. } => standing(Doing::Close)?,
            Action::Delete { .. } => standing(Doing::Delete)?,
            Action::Deferred { .. } if record.is_none() => {
                let side: &Side = self.sides.get(&step.key.address.kind)?;
                Subject { waits: true, ..of_request(&step.key, &request_of(ticket?, side, None), Doing::Create) }
            }
            Action::Retire { .. } | Action::Blocked { .. } | Action::InDoubt { .. } | Action::Deferred { .. } | Action::Keep => {
                standing(Doing::Keep)?
            }
        };
        Some(Subject {
            labels: if step.desired.is_some() { step.labels.clone() } else { subject.labels },
            rollout: step.rollout.clone().or(subject.rollout),
            account: step.account.as_ref().map(site),
            price: match &step.cost {
                Some(Cost::Estimated(money)) => Price::Known(*money),
                Some(Cost::Unknown(_)) => Price::Unknown,
                None => Price::NotAsked,
            },
            changes: step.changes.clone(),
            place: step.place.clone(),
            ..subject
        })
    }
}

/// Whether somebody comes for it, may come, or came.
fn stands(record: &Record) -> bool {
    match &record.phase {
        Phase::Pending | Phase::Live { .. } => true,
        Phase::Closed { why, .. } => match why {
            Closing::FinishedAndRemoved | Closing::Forgotten | Closing::Removed => true,
            Closing::Closed | Closing::Deleted | Closing::Cancelled | Closing::Moved => false,
        },
        Phase::NotCreated { .. } => false,
    }
}

fn of_request(key: &Key, request: &Request, doing: Doing) -> Subject {
    Subject {
        address: key.address.clone(),
        reissue: key.reissue,
        doing,
        waits: false,
        site: by_kind(&key.address.kind).map(|system| system.site(&request.fields)).unwrap_or_default(),
        account: None,
        labels: request.labels.clone(),
        rollout: request.site.clone(),
        fields: request.fields.clone(),
        changes: Vec::new(),
        attachments: request.attachments.iter().map(|file| file.filename.clone()).collect(),
        visit: request.visit.clone(),
        price: Price::NotAsked,
        place: None,
        before: None,
    }
}

fn site(account: &Account) -> Site {
    Site { id: account.id, name: account.name.clone(), address: account.address.clone() }
}
