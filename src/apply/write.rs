//! The protocol of every write: make ready, intend durably, send once, record.
//!
//! An intent without an outcome *is* the doubt, so an unknown result records no outcome: only what was heard, for whoever looks it up.

use jiff::SignedDuration;

use super::Done;
use super::queued::Queued;
use super::run::Run;
use crate::diagnostics::Outcome;
use crate::plan::{Action, Reason, Step};
use crate::refresh::Sides;
use crate::state::{Intention, Key, Permit, Request, State, Write};
use crate::systems::{Answer, Payload, Place, Seen, Sent, System, Unready, Writer};
use crate::ticket::{Digest, Fields};

/// Times that a create is tried again after the system said to wait. Each is a new intent.
const TRIES: usize = 5;

/// One write, as the plan has it.
pub(super) struct Task<'a> {
    pub step: &'a Step,
    pub system: &'static dyn System,
    pub write: Write,
    id: Option<&'a str>,
    /// What the record becomes.
    pub request: Option<&'a Request>,
    /// As planned: may hold references.
    pub fields: Fields,
}

/// How a try ended.
pub(super) enum Attempt {
    Over(Done),
    /// It never reached the system, which said to come back later.
    Again(String),
}

impl Attempt {
    pub fn not_started(why: impl Into<String>) -> Self {
        Self::Over(Done::NotStarted { why: why.into() })
    }

    /// The end of it, unless it may be tried once more.
    pub fn ended(self, tries: usize) -> Option<Done> {
        match self {
            Self::Over(done) => Some(done),
            Self::Again(why) if tries >= TRIES => Some(Done::Unsent { why }),
            // The pause that the system asked for is kept by making ready.
            Self::Again(_) => None,
        }
    }
}

impl Run<'_> {
    /// Carries out what one request does once there is a place for it, and keeps its results. An error means that the state cannot be
    /// written any more.
    pub async fn send(&self, steps: Vec<&Step>) -> Outcome<()> {
        let sent = self.send_once(steps).await;
        if sent.is_err() {
            self.unrecordable.ask();
        }
        sent
    }

    async fn send_once(&self, steps: Vec<&Step>) -> Outcome<()> {
        let tasks: Vec<Task<'_>> = steps.into_iter().filter_map(|step| task(step, self.job.sides)).collect();
        let Some(system) = tasks.first().map(|task| task.system) else { return Ok(()) };
        let Some(writer) = self.job.writers.get(system.id()).copied() else {
            let done = Done::NotStarted { why: format!("there is no connection to {}", system.title()) };
            self.finish_all(tasks.iter().map(|task| (task.step, done.clone())).collect());
            return Ok(());
        };
        match tasks.as_slice() {
            [task] => self.write(task, writer).await,
            several => self.write_together(several, writer).await,
        }
    }

    async fn write(&self, task: &Task<'_>, writer: &dyn Writer) -> Outcome<()> {
        let mut place = self.place().await;
        let mut tries = 0;
        let done = loop {
            tries += 1;
            let Queued { attempt, durable } = self.attempt(task, writer).await?;
            let ended = attempt.ended(tries);
            if ended.is_some() && self.job.ledger.is_far() {
                // What is intended in this place from now on is durable only together with the outcome, or after it.
                drop(place.take());
            }
            durable.await?;
            if let Some(done) = ended {
                break done;
            }
        };
        self.finish(task.step, done);
        Ok(())
    }

    pub(super) async fn attempt<'r>(&'r self, task: &'r Task<'_>, writer: &dyn Writer) -> Outcome<Queued<'r>> {
        let payload = match self.payload(task) {
            Ok(payload) => payload,
            Err(why) => return Ok(Queued::not_started(why)),
        };
        let ready = writer.ready(Some(&payload).filter(|_| task.write == Write::Create));
        if let Err(why) = self.made_ready(task.system, ready).await {
            return Ok(Queued::not_started(why));
        }
        // That may have taken a while: look again.
        if let Some(why) = self.stopped(task.system.id()).or_else(|| self.passed(task)) {
            return Ok(Queued::not_started(why));
        }
        self.carry_out(task, &payload, writer).await
    }

    /// What is sent, with the ids of the tickets that it refers to.
    pub(super) fn payload(&self, task: &Task<'_>) -> Result<Payload, String> {
        let filled = self.job.ledger.read(|state| task.fields.filled(|address| self.id_of(state, address)));
        let fields = filled.map_err(|address| format!("it waits for {}, which has no ticket", self.meant(&address)))?;
        Ok(Payload { fields, attachments: task.request.map(|request| request.attachments.clone()).unwrap_or_default() })
    }

    /// Waits until a request could be sent, unless nothing more may be.
    pub(super) async fn made_ready(&self, system: &dyn System, ready: Answer<'_, Result<(), Unready>>) -> Result<(), String> {
        if let Some(why) = self.stopped(system.id()) {
            return Err(why);
        }
        let ready = tokio::select! {
            ready = ready => ready,
            // Waiting for the rate limit can take minutes, and a person who stops a run does not wait.
            () = self.job.stop.asked() => Ok(()),
            () = self.unrecordable.asked() => Ok(()),
        };
        ready.map_err(|unready| match unready {
            Unready::Ticket(why) => why,
            Unready::System(why) => {
                self.close(system.id(), &why);
                why
            }
        })
    }

    /// From the intent on: the part of which something is left in the state.
    pub(super) async fn carry_out<'r>(&'r self, task: &'r Task<'_>, payload: &Payload, writer: &dyn Writer) -> Outcome<Queued<'r>> {
        let permit = self.job.ledger.intend(task.intention(payload), self.job.clock.now()).await?;
        let sent = self.own(task, send(task, writer, permit, payload).await);
        self.count_unknown(std::slice::from_ref(&sent));
        Ok(self.queue(task, sent))
    }

    /// A start that has passed, or come too near, since the plan was made.
    pub(super) fn passed(&self, task: &Task<'_>) -> Option<String> {
        let visit = task.request.and_then(|request| request.visit.as_ref()).filter(|_| task.write == Write::Create)?;
        let (now, lead_time) = (self.job.clock.now(), task.step.lead_time);
        if visit.starts_before(now, SignedDuration::ZERO) {
            return Some(format!("its start, {}, has passed", visit.start));
        }
        let reason = || Reason::TooSoon { start: visit.start_in_words(), lead_hours: lead_time.as_hours() };
        visit.starts_before(now, lead_time).then(|| reason().to_string())
    }

    /// A create that is answered with somebody else's ticket is not known to have made its own. It is in doubt, and never tried again.
    fn own(&self, task: &Task<'_>, sent: Sent) -> Sent {
        let (Sent::Done(seen), Write::Create) = (&sent, task.write) else { return sent };
        match self.job.ledger.read(|state| task.whose(state, seen)) {
            Some(whose) => doubted(task, &seen.id, &whose),
            None => self.first_named(task, sent),
        }
    }

    /// The same for a ticket that an earlier answer of this run named, whether or not the state shows it yet.
    pub(super) fn first_named(&self, task: &Task<'_>, sent: Sent) -> Sent {
        let Sent::Done(seen) = &sent else { return sent };
        match self.named_before(task.system.id(), &seen.id, &task.step.key) {
            Some(other) => doubted(task, &seen.id, &belongs_to(&other)),
            None => sent,
        }
    }
}

impl Task<'_> {
    /// How the answer to a request for several would name its place.
    pub(super) fn place(&self) -> Option<Place> {
        self.system.together(&self.fields).map(|together| together.place)
    }

    pub(super) fn intention(&self, payload: &Payload) -> Intention {
        Intention {
            key: self.step.key.clone(),
            write: self.write,
            payload: Digest::of(&(self.id, &payload.fields, &payload.attachments)),
            request: self.request.cloned().map(Box::new),
        }
    }

    /// Why a ticket of the answer cannot be this create's, in words that go after its id.
    pub(super) fn whose(&self, state: &State, seen: &Seen) -> Option<String> {
        let request = self.request?;
        if let Some(holder) = state.holder(request, &seen.id) {
            return Some(belongs_to(holder));
        }
        let other = self.system.mark_of(&seen.fields).filter(|mark| request.mark.as_ref().is_some_and(|own| own != mark))?;
        Some(format!("which carries another mark, {other}"))
    }
}

fn belongs_to(holder: &Key) -> String {
    format!("which belongs to {holder}")
}

fn doubted(task: &Task<'_>, id: &str, whose: &str) -> Sent {
    Sent::Unknown { why: format!("{} answered with ticket {id}, {whose}", task.system.title()) }
}

fn task<'a>(step: &'a Step, sides: &Sides) -> Option<Task<'a>> {
    let (write, id, request, fields) = match &step.action {
        Action::Create { request, payload } => (Write::Create, None, Some(request.as_ref()), payload.clone()),
        Action::Update { id, request, changed, .. } => (Write::Update, Some(id.as_str()), Some(request.as_ref()), changed.clone()),
        Action::Close { id } => (Write::Close, Some(id.as_str()), None, Fields::default()),
        Action::Delete { id } => (Write::Delete, Some(id.as_str()), None, Fields::default()),
        Action::Adopt { .. }
        | Action::Retire { .. }
        | Action::Blocked { .. }
        | Action::InDoubt { .. }
        | Action::Deferred { .. }
        | Action::Keep => return None,
    };
    Some(Task { step, system: sides.get(&step.key.address.kind)?.system, write, id, request, fields })
}

async fn send(task: &Task<'_>, writer: &dyn Writer, permit: Permit, payload: &Payload) -> Sent {
    match (task.write, task.id) {
        (Write::Create, _) => writer.create(permit, payload).await,
        (Write::Update, Some(id)) => writer.update(permit, id, &payload.fields).await,
        (Write::Close, Some(id)) => writer.close(permit, id).await,
        (Write::Delete, Some(id)) => writer.delete(permit, id).await,
        (Write::Update | Write::Close | Write::Delete, None) => {
            Sent::Unsent { why: "the plan names no ticket id".to_owned(), retry_after: None, stops_system: false }
        }
    }
}
