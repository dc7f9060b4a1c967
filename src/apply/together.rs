//! One create for several tickets: the same protocol, with one intent for all of them and a result for each.
//!
//! Who cannot or must not be sent is left out, and the others go on. The request is sent once; what its answer does not name stays in
//! doubt, alone.

use futures_util::future::join_all;

use super::Done;
use super::matched::{Answered, Matched};
use super::queued::Queued;
use super::run::Run;
use super::unrecorded::{all_of, unasked};
use super::write::Task;
use crate::diagnostics::Outcome;
use crate::plan::Step;
use crate::state::{Event, Stray};
use crate::systems::{Payload, Place, Seen, Sent, Several, Writer};

/// A task and what it sends.
type Laden<'t, 'a> = (&'t Task<'a>, Payload);

/// A task and what became of its try.
type Tried<'t, 'a> = (&'t Task<'a>, Queued<'t>);

impl Run<'_> {
    /// Carries out the creates of one request and keeps their results.
    pub(super) async fn write_together(&self, tasks: &[Task<'_>], writer: &dyn Writer) -> Outcome<()> {
        let mut place = self.place().await;
        let mut left: Vec<&Task<'_>> = tasks.iter().collect();
        let mut results: Vec<(&Step, Done)> = Vec::with_capacity(tasks.len());
        let mut tries = 0;
        while !left.is_empty() {
            tries += 1;
            let mut queued = Vec::with_capacity(left.len());
            for (task, Queued { attempt, durable }) in self.attempt_together(std::mem::take(&mut left), writer).await? {
                queued.push(durable);
                match attempt.ended(tries) {
                    Some(done) => results.push((task.step, done)),
                    None => left.push(task),
                }
            }
            if left.is_empty() && self.job.ledger.is_far() {
                // What is intended in this place from now on is durable only together with all these outcomes, or after them.
                drop(place.take());
            }
            // All of them, whatever becomes of one: each may hold the only copy of a ticket's id.
            all_of(join_all(queued).await)?;
        }
        self.finish_all(results);
        Ok(())
    }

    async fn attempt_together<'t, 'a>(&'t self, tasks: Vec<&'t Task<'a>>, writer: &dyn Writer) -> Outcome<Vec<Tried<'t, 'a>>> {
        let (mut laden, mut over) = self.laden(tasks);
        let leave =
            |laden: Vec<Laden<'t, 'a>>, why: &str| laden.into_iter().map(|(task, _)| (task, Queued::not_started(why))).collect::<Vec<_>>();
        let Some(system) = laden.first().map(|(task, _)| task.system) else { return Ok(over) };
        if let [(task, _)] = laden.as_slice() {
            over.push((*task, self.attempt(task, writer).await?));
            return Ok(over);
        }
        let payloads: Vec<Payload> = laden.iter().map(|(_, payload)| payload.clone()).collect();
        if let Err(why) = self.made_ready(system, writer.ready_together(&payloads)).await {
            over.extend(leave(laden, &why));
            return Ok(over);
        }
        // That may have taken a while: look again.
        if let Some(why) = self.stopped(system.id()) {
            over.extend(leave(laden, &why));
            return Ok(over);
        }
        over.extend(self.without_passed(&mut laden));
        over.extend(match laden.as_slice() {
            [] => Vec::new(),
            [(task, payload)] => vec![(*task, self.carry_out(task, payload, writer).await?)],
            _ => self.carry_out_together(laden, writer).await?,
        });
        Ok(over)
    }

    /// What can be sent now, and what became of the rest.
    fn laden<'t, 'a>(&self, tasks: Vec<&'t Task<'a>>) -> (Vec<Laden<'t, 'a>>, Vec<Tried<'t, 'a>>) {
        let (mut laden, mut over) = (Vec::with_capacity(tasks.len()), Vec::new());
        for task in tasks {
            match self.payload(task) {
                Ok(payload) => laden.push((task, payload)),
                Err(why) => over.push((task, Queued::not_started(why))),
            }
        }
        over.extend(self.without_passed(&mut laden));
        (laden, over)
    }

    /// Takes out whose start has passed.
    fn without_passed<'t, 'a>(&self, laden: &mut Vec<Laden<'t, 'a>>) -> Vec<Tried<'t, 'a>> {
        let mut passed = Vec::new();
        laden.retain(|(task, _)| {
            let why = self.passed(task);
            passed.extend(why.iter().map(|why| (*task, Queued::not_started(why))));
            why.is_none()
        });
        passed
    }

    /// From the intents on.
    async fn carry_out_together<'t, 'a>(&'t self, laden: Vec<Laden<'t, 'a>>, writer: &dyn Writer) -> Outcome<Vec<Tried<'t, 'a>>> {
        let intentions = laden.iter().map(|(task, payload)| task.intention(payload)).collect();
        let permit = self.job.ledger.intend_all(intentions, self.job.clock.now()).await?;
        let (tasks, payloads): (Vec<&Task<'_>>, Vec<Payload>) = laden.into_iter().unzip();
        let (results, mut surplus) = match writer.create_together(permit, &payloads).await {
            Several::Answered { tickets, nameless } => self.matched(&tasks, tickets, nameless),
            Several::Same { sent, stops_system } => (self.same(&tasks, sent, stops_system), Vec::new()),
        };
        self.count_unknown(&results);
        let queued = tasks.into_iter().zip(results).map(|(task, sent)| {
            let queued = self.queue(task, sent);
            match std::mem::take(&mut surplus) {
                none if none.is_empty() => (task, queued),
                tickets => (task, queued.with(self.keep_surplus(task, tickets))),
            }
        });
        Ok(queued.collect())
    }

    fn same(&self, tasks: &[&Task<'_>], sent: Sent, stops_system: bool) -> Vec<Sent> {
        if let (true, Sent::Unknown { why }, Some(task)) = (stops_system, &sent, tasks.first()) {
            self.close(task.system.id(), &format!("an earlier request was refused: {why}"));
        }
        vec![sent; tasks.len()]
    }

    /// Gives each visit its ticket of the answer.
    fn matched(&self, tasks: &[&Task<'_>], tickets: Vec<Seen>, nameless: usize) -> (Vec<Sent>, Vec<Stray>) {
        let Some(first) = tasks.first() else { return Default::default() };
        let places: Vec<Option<Place>> = tasks.iter().map(|task| task.place()).collect();
        let matching = |state: &_| {
            // All of them have one mark and one origin.
            let whose = |seen: &Seen| first.whose(state, seen);
            Answered { system: first.system, tickets, nameless, whose: &whose }.among(&places)
        };
        let Matched { each, surplus, is_told } = self.job.ledger.read(matching);
        if !is_told {
            let others = tasks.len() - 1;
            let of = format!("{} and {others} {}", first.step.key, if others == 1 { "other" } else { "others" });
            let named = Stray::in_words(&surplus);
            self.remark(format!("{} answered the request for {of} with more than their tickets: {named}", first.system.title()));
        }
        (tasks.iter().zip(each).map(|(task, sent)| self.first_named(task, sent)).collect(), surplus)
    }

    /// Somebody may come for each of them, so the state remembers them, at the first visit, until a person has seen to it.
    fn keep_surplus(&self, task: &Task<'_>, tickets: Vec<Stray>) -> impl Future<Output = Outcome<()>> + Send {
        let named = Stray::in_words(&tickets);
        let surplus = Event::Surplus { key: task.step.key.clone(), tickets };
        let recorded = self.job.ledger.record(vec![surplus], self.job.clock.now());
        async move { recorded.await.map_err(|error| Box::new(unasked(&named, &error))) }
    }
}
