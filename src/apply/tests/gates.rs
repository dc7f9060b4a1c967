//! A store and a ticket system that both wait until the test lets them go on.

use std::ops::ControlFlow;
use std::sync::mpsc;

use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::state::memory::{Disk, Effect, MemoryStore, Step};
use crate::state::{Distance, Log, Permit};
use crate::systems::{Answer, Payload, Sent, Several, Unready, Writer};
use crate::ticket::Fields;

/// A request in flight, and who waits for its answer.
pub struct Flying {
    pub places: String,
    answer: oneshot::Sender<Several>,
}

impl Flying {
    pub fn answer(self, sent: Sent) {
        self.answer_for_several(Several::Same { sent, stops_system: false });
    }

    pub fn answer_for_several(self, several: Several) {
        assert!(self.answer.send(several).is_ok(), "who waits for it");
    }
}

/// The test's ends.
pub struct Gates {
    disk: Disk,
    begun: UnboundedReceiver<()>,
    done: UnboundedReceiver<()>,
    go_on: mpsc::Sender<ControlFlow<()>>,
    flying: UnboundedReceiver<Flying>,
}

impl Gates {
    /// Over a disk with a state.
    pub fn new(disk: &Disk) -> (Self, MemoryStore, Held) {
        let ((begins, begun), (ends, done)) = (unbounded_channel(), unbounded_channel());
        let (go_on, gate) = mpsc::channel();
        let hook = move |effect| match effect {
            Effect::Before(Step::Append) => {
                begins.send(()).expect("the test waits for it");
                gate.recv().expect("the test lets it go on")
            }
            Effect::After(Step::Append) => {
                ends.send(()).expect("the test waits for it");
                ControlFlow::Continue(())
            }
            Effect::Before(_) | Effect::Amid(_) | Effect::After(_) => ControlFlow::Continue(()),
        };
        let (flies, flying) = unbounded_channel();
        let gates = Self { disk: disk.clone(), begun, done, go_on, flying };
        (gates, MemoryStore::with_hook(disk, Box::new(hook)).far_away(Distance::Network), Held(flies))
    }

    /// Waits for a commit, sees that nothing is sent while it is under way, lets it be durable, and tells what it holds.
    pub async fn commit(&mut self) -> String {
        self.begun.recv().await.expect("a store");
        self.nothing_is_sent().await;
        self.lets_go().await
    }

    /// Waits for a commit, and leaves it under way.
    pub async fn begins(&mut self) {
        self.begun.recv().await.expect("a store");
    }

    /// Lets a commit that is under way be durable, and tells what it holds.
    pub async fn lets_go(&mut self) -> String {
        self.go_on.send(ControlFlow::Continue(())).expect("the store waits");
        self.done.recv().await.expect("a store");
        self.last()
    }

    /// Lets a commit fail.
    pub async fn fails(&mut self) {
        self.begun.recv().await.expect("a store");
        self.go_on.send(ControlFlow::Break(())).expect("the store waits");
    }

    /// The events of the last commit on the disk.
    fn last(&self) -> String {
        let mut commits: Vec<(u64, Vec<String>)> = Vec::new();
        let log = Log::of(&MemoryStore::new(&self.disk), None, &mut |entry| match commits.last_mut() {
            Some((sequence, events)) if *sequence == entry.commit.sequence => events.push(entry.event.to_string()),
            Some(_) | None => commits.push((entry.commit.sequence, vec![entry.event.to_string()])),
        });
        assert!(log.damage.is_empty(), "{:?}", log.damage);
        commits.pop().expect("a commit").1.join(", ")
    }

    /// The next request.
    pub async fn request(&mut self) -> Flying {
        self.flying.recv().await.expect("a system")
    }

    /// Lets everything go on that can without the store and the system, and sees that no request leaves.
    pub async fn nothing_is_sent(&mut self) {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(self.flying.try_recv().map(|flying| flying.places).err(), Some(TryRecvError::Empty));
    }
}

/// The system.
pub struct Held(UnboundedSender<Flying>);

impl Held {
    fn sent(&self, payloads: &[Payload]) -> Answer<'_, Several> {
        let places: Vec<&str> = payloads.iter().filter_map(|payload| payload.fields.text("location_name")).collect();
        let (answer, answered) = oneshot::channel();
        assert!(self.0.send(Flying { places: places.join(" and "), answer }).is_ok(), "the test waits for it");
        Box::pin(async { answered.await.expect("the test answers") })
    }
}

impl Writer for Held {
    fn ready<'a>(&'a self, _: Option<&'a Payload>) -> Answer<'a, Result<(), Unready>> {
        Box::pin(std::future::ready(Ok(())))
    }
    fn create<'a>(&'a self, _: Permit, payload: &'a Payload) -> Answer<'a, Sent> {
        Box::pin(async {
            match self.sent(std::slice::from_ref(payload)).await {
                Several::Same { sent, .. } => sent,
                Several::Answered { .. } => panic!("one ticket was asked for"),
            }
        })
    }
    fn create_together<'a>(&'a self, _: Permit, payloads: &'a [Payload]) -> Answer<'a, Several> {
        self.sent(payloads)
    }
    fn update<'a>(&'a self, _: Permit, _: &'a str, _: &'a Fields) -> Answer<'a, Sent> {
        panic!("the tests only create")
    }
    fn close<'a>(&'a self, _: Permit, _: &'a str) -> Answer<'a, Sent> {
        panic!("the tests only create")
    }
    fn delete<'a>(&'a self, _: Permit, _: &'a str) -> Answer<'a, Sent> {
        panic!("the tests only create")
    }
}
