//! A world in a few words: what the files want, what was sent, what is seen.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::able::Able;
use crate::plan::{Companions, Court, Now, Plan, Rules, Take, World, build, check_shown, marked_request, seal_plan};
use crate::policy::Policy;
use crate::policy::tests::policy;
use crate::refresh::{Observations, Selection, Side, Sides, sighting};
use crate::state::{Cipher, Event, Key, Sighting, State, Write};
use crate::support::schemas;
use crate::systems::techexpress::TechExpress;
use crate::systems::{Endings, Found, Observed, Seen, System};
use crate::ticket::{Address, Digest, Rollouts, Ticket};

/// Says of each step what a policy is shown of it.
static TELLS_ALL: LazyLock<Policy> =
    LazyLock::new(|| policy("warn: true\nmessage: ${{ step.action }} ${{ step.fields }} ${{ step.changes }}"));

pub struct Bench {
    pub tickets: Vec<Ticket>,
    pub state: State,
    pub observed: Observations,
    pub selection: Selection,
    pub rollouts: Rollouts,
    pub rules: Rules,
    pub policies: Vec<Policy>,
    pub take: Option<Take>,
    pub now: Timestamp,
    pub system: &'static dyn System,
    pub origin: String,
    pub per_request: usize,
    pub endings: Option<Endings>,
}

/// The dispatch `store-N` at site N, changed as a test wants it.
pub fn ticket(number: u32, change: impl FnOnce(&mut Value)) -> Ticket {
    let mut document = json!({
        "apiVersion": "callout/v1", "kind": "Dispatch", "metadata": {"name": format!("store-{number}")},
        "spec": {
            "service_type": "Site Audit", "contact_name": "Dana Ortiz", "contact_email_address": "dana@example.com",
            "initial_description": "Look at the rack.", "automatic_email_contact": true, "automatic_email_cc": false,
            "locations": [{
                "location_name": format!("Store {number}"), "location_number": number.to_string(), "local_contact_name": "Sam Lee",
                "local_contact_number": "617-555-0123", "account_macnum": "01234567", "timezone": "America/New_York",
                "start_date": "2027-01-11T08:00:00", "end_date": "2027-01-11T12:00:00",
            }],
        },
        "lifecycle": {},
    });
    change(&mut document);
    let name = document["metadata"]["name"].as_str().expect("a name").to_owned();
    let (mut drafts, findings) = TechExpress.tickets(&document).expect("a document");
    assert!(findings.iter().all(|finding| finding.pointer.contains("on_remove")), "{findings:?}");
    let draft = drafts.remove(0);
    Ticket {
        address: Address::new("Dispatch", name).with_key(draft.key),
        reissue: draft.reissue,
        fields: draft.fields,
        attachments: Vec::new(),
        lifecycle: draft.lifecycle,
        labels: BTreeMap::new(),
        visit: draft.visit,
        place: None,
        booking: None,
        site: None,
    }
}

pub fn plain(number: u32) -> Ticket {
    ticket(number, |_| {})
}

impl Bench {
    pub fn new() -> Self {
        Self::over(&TechExpress)
    }

    pub fn able() -> Self {
        Self::over(&Able)
    }

    pub fn over(system: &'static dyn System) -> Self {
        Self {
            tickets: Vec::new(),
            state: State::new("bench"),
            observed: Observations::default(),
            selection: Selection::default(),
            rollouts: Rollouts::new(),
            rules: Rules {
                creates: 10,
                creates_per_day: 20,
                closes: 2,
                removals: 3,
                stop_after_unknown: 1,
                plan_expires_hours: 24,
                spend: None,
            },
            policies: Vec::new(),
            take: None,
            now: "2027-01-04T12:00:00Z".parse().expect("a moment"),
            system,
            origin: "https://api.example.com".to_owned(),
            per_request: 1,
            endings: None,
        }
    }

    pub fn side(&self) -> Side {
        Side { system: self.system, origin: self.origin.clone(), per_request: self.per_request, endings: self.endings.clone() }
    }

    #[must_use]
    pub fn wants(mut self, ticket: Ticket) -> Self {
        self.tickets.push(ticket);
        self
    }

    #[must_use]
    pub fn event(mut self, event: &Event) -> Self {
        self.state = self.state.with(event, self.now).expect("an event that can be");
        self
    }

    /// Its create was intended; nothing more is known.
    #[must_use]
    pub fn intended(self, ticket: &Ticket) -> Self {
        let request = Some(Box::new(marked_request(ticket, &self.side(), &self.state)));
        self.event(&Event::Intended { key: key(ticket), write: Write::Create, payload: Digest::of("sent"), request })
    }

    /// It was created as this ticket id, and the answer showed what was ordered.
    #[must_use]
    pub fn sent(self, ticket: &Ticket, id: &str) -> Self {
        let fields = self.system.expected(&ticket.fields, &[], None);
        self.intended(ticket).event(&Event::Created {
            key: key(ticket),
            id: id.to_owned(),
            seen: Sighting { fields, ..Sighting::default() },
        })
    }

    /// It was created, and a later read found the booking right.
    #[must_use]
    pub fn checked(self, ticket: &Ticket, id: &str) -> Self {
        let seen = sighting(self.system, &seen(ticket, id));
        self.sent(ticket, id).event(&Event::Observed { key: key(ticket), seen, baseline: false, booking_checked: true })
    }

    #[must_use]
    pub fn finished(self, ticket: &Ticket, id: &str) -> Self {
        let seen = Sighting { finished: true, ..Sighting::default() };
        self.checked(ticket, id).event(&Event::Observed { key: key(ticket), seen, baseline: false, booking_checked: true })
    }

    #[must_use]
    pub fn closed(self, ticket: &Ticket, id: &str, why: crate::state::Closing) -> Self {
        self.checked(ticket, id).event(&Event::Closed { key: key(ticket), why, reason: None })
    }

    #[must_use]
    pub fn sees(mut self, ticket: &Ticket, observed: Observed) -> Self {
        self.observed.read.insert(key(ticket), observed);
        self
    }

    #[must_use]
    pub fn finds(mut self, ticket: &Ticket, found: Found) -> Self {
        self.observed.found.insert(key(ticket), found);
        self
    }

    #[must_use]
    pub fn at(mut self, origin: &str) -> Self {
        self.origin = origin.to_owned();
        self
    }

    /// One create may carry so many tickets.
    #[must_use]
    pub fn per_request(mut self, most: usize) -> Self {
        self.per_request = most;
        self
    }

    pub fn sides(&self) -> Sides {
        Sides::from([(self.system.kind().to_owned(), self.side())])
    }

    pub fn plan(&self) -> Plan {
        let sides = self.sides();
        let companions = Companions::new(&self.tickets, &self.state, &[]);
        let plan = build(&World {
            tickets: &self.tickets,
            state: &self.state,
            observed: &self.observed,
            sides: &sides,
            selection: &self.selection,
            rollouts: &self.rollouts,
            rules: &self.rules,
            policies: &self.policies,
            take: self.take,
            companions: &companions,
            now: self.now,
            id: "p".to_owned(),
            project: "bench".to_owned(),
            commit: None,
            uncommitted: false,
        });
        let saved = seal_plan(&plan, &Cipher::default()).expect("a plan that can be saved");
        schemas::check("plan", &serde_json::from_str(&saved).expect("JSON"));
        self.comes_back(&plan, &sides);
        plan
    }

    /// Saved without contacts, the plan does, saw and records the same once they are back.
    fn comes_back(&self, plan: &Plan, sides: &Sides) {
        let saved = plan.without_contacts(&self.tickets, &self.state).expect("a plan that can be saved");
        let text = seal_plan(&saved, &Cipher::default()).expect("a plan that can be saved");
        schemas::check("plan", &serde_json::from_str(&text).expect("JSON"));
        let mut observed = self.observed.clone();
        // What was found by its mark is read by its id later.
        for (key, found) in &self.observed.found {
            if let Found::One(seen) = found {
                observed.read.insert(key.clone(), Observed::Found(seen.clone()));
            }
        }
        let again = saved.with_contacts(&self.tickets, &self.state).held_by(&observed, sides);
        for (was, is) in plan.clone().held_by(&observed, sides).steps.iter().zip(&again.steps) {
            if was.action.reason().is_none() || is.action.reason().is_none() {
                assert_eq!((&was.action, &was.seen), (&is.action, &is.seen), "{}", was.key);
            }
            assert_eq!((&was.events, &was.changes), (&is.events, &is.changes), "{}", was.key);
        }
        let policies = [self.policies.as_slice(), std::slice::from_ref(&*TELLS_ALL)].concat();
        assert_eq!(check_shown(&again, &policies), Ok(()));
        let court = Court { policies: &policies, tickets: &self.tickets, state: &self.state, sides };
        let rulings = |plan: Plan| plan.judged(&court, self.now).rulings;
        assert_eq!(rulings(plan.clone().held_by(&observed, sides)), rulings(again));
    }

    /// The world in which a saved plan would be applied.
    pub fn now<'a>(&'a self, sides: &'a Sides) -> Now<'a> {
        let Self { tickets, state, rollouts, rules, policies, now, .. } = self;
        Now { tickets, state, sides, rollouts, rules, policies, now: *now }
    }

    /// Each step on a line: its sign, its visit, its reason, its notes, its fields that changed, and the events it writes.
    pub fn shows(&self) -> String {
        let lines: Vec<String> = self.plan().steps.iter().map(line).collect();
        lines.join("\n")
    }
}

fn line(step: &crate::plan::Step) -> String {
    let mut parts = vec![format!("{} {}", step.sign(), step.key)];
    parts.extend(step.action.reason().map(ToString::to_string));
    parts.extend(step.notes.iter().cloned());
    let named = |name: &str, changes: &[crate::ticket::Change]| {
        (!changes.is_empty()).then(|| {
            let fields: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
            format!("{name} {}", fields.join(", "))
        })
    };
    parts.extend(named("changes", &step.changes));
    parts.extend(named("drift", &step.drift));
    parts.extend(step.events.iter().map(|event| format!("writes `{}`", event.verb())));
    parts.join("; ")
}

pub fn key(ticket: &Ticket) -> Key {
    Key::new(ticket.address.clone(), ticket.reissue)
}

/// The ticket as the vendor shows it if it was booked as ordered.
pub fn seen(ticket: &Ticket, id: &str) -> Seen {
    let fields = TechExpress.expected(&ticket.fields, &ticket.attachments, ticket.visit.as_ref());
    Seen { id: id.to_owned(), fields, status: Some("Open".to_owned()), finished: false }
}

pub fn open(ticket: &Ticket, id: &str) -> Observed {
    Observed::Found(Box::new(seen(ticket, id)))
}

/// As shown, but for one field.
pub fn open_with(ticket: &Ticket, id: &str, field: &str, value: &str) -> Observed {
    let mut seen = seen(ticket, id);
    seen.fields.set(field, value);
    Observed::Found(Box::new(seen))
}

pub fn over(ticket: &Ticket, id: &str) -> Observed {
    Observed::Found(Box::new(Seen { finished: true, ..seen(ticket, id) }))
}

pub fn unread() -> Observed {
    Observed::Unread { why: "TechExpress did not answer".to_owned(), stops_system: false }
}
