//! A proxy before an object store that delays, loses, doubles and holds back what passes, as a test tells it.
//!
//! The requests pass as they were written, byte for byte, but for the header that ends the connection. (No store here minds that the
//! signed `Host` is the proxy's.) For one sequence of requests the same orders give the same story.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use super::super::random::Random;
use super::fault::Fault;
use super::wire;

/// Between a client and a store; stops when it is dropped.
pub struct Proxy {
    /// Like `http://127.0.0.1:40123`.
    pub origin: String,
    shared: Arc<Shared>,
}

struct Shared {
    /// The store's address.
    store: String,
    orders: Mutex<Orders>,
}

#[derive(Default)]
struct Orders {
    delay: Duration,
    /// The requests so far.
    seen: Vec<String>,
    /// What the store wrote.
    written: Vec<String>,
    /// What will happen to the requests of these numbers, of which the first has 0.
    faults: BTreeMap<usize, Fault>,
    /// What happens to every request from this number on.
    outage: Option<(usize, Fault)>,
    dice: Option<(Random, u64)>,
    /// Requests on their way, and the number of the request before which each lands.
    held: Vec<(usize, Vec<u8>)>,
    stopped: bool,
}

impl Proxy {
    /// Before a store at an address like `http://127.0.0.1:40123`.
    pub fn before(store: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared { store: wire::address(store).to_owned(), orders: Mutex::default() });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepting.orders().stopped {
                    return;
                }
                let shared = Arc::clone(&accepting);
                thread::spawn(move || shared.serve(stream));
            }
        });
        Self { origin, shared }
    }

    /// Every request takes so much longer.
    pub fn delay(&self, time: Duration) {
        self.shared.orders().delay = time;
    }

    /// Something happens to a request that is still to come; 0 is the next one.
    pub fn trouble(&self, ahead: usize, fault: Fault) {
        let mut orders = self.shared.orders();
        let number = orders.seen.len() + ahead;
        orders.faults.insert(number, fault);
    }

    /// The same happens to every request behind so many others.
    pub fn outage(&self, ahead: usize, fault: Fault) {
        let mut orders = self.shared.orders();
        orders.outage = Some((orders.seen.len() + ahead, fault));
    }

    /// From now on something happens to one in so many requests.
    pub fn trouble_at_random(&self, seed: u64, one_in: u64) {
        self.shared.orders().dice = Some((Random::new(seed), one_in));
    }

    /// Nothing more happens to any request. What is held stays held.
    pub fn calm(&self) {
        let mut orders = self.shared.orders();
        (orders.dice, orders.outage, orders.delay) = (None, None, Duration::ZERO);
        orders.faults.clear();
    }

    /// Every request so far, like `PUT /bucket/key`.
    pub fn seen(&self) -> Vec<String> {
        self.shared.orders().seen.clone()
    }

    /// Every PUT so far that the store carried out, like `/bucket/key`: also those of which the sender never heard.
    pub fn written(&self) -> Vec<String> {
        self.shared.orders().written.clone()
    }

    /// What is held reaches the store now. Answers with each request and what the store said, like `PUT /bucket/key: 412 Precondition Failed`.
    pub fn land(&self) -> Vec<String> {
        let held = std::mem::take(&mut self.shared.orders().held);
        let said = |request: &[u8]| self.shared.forward(request).map(|answer| wire::title(&answer));
        let told = |request: &[u8]| {
            let said = said(request).unwrap_or_else(|| "HTTP/1.1 nothing".to_owned());
            format!("{}: {}", wire::title(request), said.split_once(' ').map_or("", |(_, status)| status))
        };
        held.iter().map(|(_, request)| told(request)).collect()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.orders().stopped = true;
        // Only to wake it.
        drop(TcpStream::connect(wire::address(&self.origin)));
    }
}

impl Shared {
    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().expect("the orders")
    }

    /// The client may be gone when it is answered; that is its right.
    fn serve(&self, mut client: TcpStream) {
        let Some(request) = wire::request(&mut client) else { return };
        let (fault, delay, due) = self.orders().next(&request);
        for late in due {
            self.forward(&late);
        }
        thread::sleep(delay);
        if let Some(answer) = self.answer(&request, fault) {
            let _ = client.write_all(&answer);
        }
    }

    /// What the client hears; `None` for nothing at all.
    fn answer(&self, request: &[u8], fault: Option<Fault>) -> Option<Vec<u8>> {
        match fault {
            None => self.forward(request),
            Some(Fault::Busy) => Some(refusal("503 Service Unavailable", "SlowDown")),
            Some(Fault::Denied) => Some(refusal("403 Forbidden", "AccessDenied")),
            Some(Fault::Conflict) => Some(refusal("409 Conflict", "ConditionalRequestConflict")),
            Some(Fault::Failed) => self.forward(request).map(|_| refusal("500 Internal Server Error", "InternalError")),
            Some(Fault::Lost) => self.forward(request).and(None),
            Some(Fault::Truncated) => self.forward(request).map(half),
            Some(Fault::Twice) => self.forward(request).and_then(|_| self.forward(request)),
            Some(Fault::Late(_)) => None,
        }
    }

    /// `None` where the store does not answer.
    fn forward(&self, request: &[u8]) -> Option<Vec<u8>> {
        let answer = wire::exchange(&self.store, request).ok().filter(|answer| !answer.is_empty())?;
        let (asked, said) = (wire::title(request), wire::title(&answer));
        if let Some(path) = asked.strip_prefix("PUT ").filter(|_| said.split(' ').nth(1).is_some_and(|status| status.starts_with('2'))) {
            self.orders().written.push(path.to_owned());
        }
        Some(answer)
    }
}

impl Orders {
    /// What happens to this request, how long it takes, and what lands before it.
    fn next(&mut self, request: &[u8]) -> (Option<Fault>, Duration, Vec<Vec<u8>>) {
        let number = self.seen.len();
        self.seen.push(wire::title(request));
        let (due, held) = std::mem::take(&mut self.held).into_iter().partition(|(when, _)| *when <= number);
        self.held = held;
        let drawn = self.dice.as_mut().and_then(|(random, one_in)| {
            let fault = random.one_in(*one_in).then(|| random.pick(&Fault::ALL).copied());
            fault.flatten()
        });
        let lasting = self.outage.filter(|(from, _)| *from <= number).map(|(_, fault)| fault);
        let fault = self.faults.remove(&number).or(lasting).or(drawn);
        if let Some(Fault::Late(further)) = fault {
            self.held.push((number.saturating_add(further).saturating_add(1), request.to_vec()));
        }
        let due: Vec<(usize, Vec<u8>)> = due;
        (fault, self.delay, due.into_iter().map(|(_, late)| late).collect())
    }
}

fn refusal(status: &str, code: &str) -> Vec<u8> {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>Made by a test.</Message></Error>");
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    (head + &body).into_bytes()
}

/// Half of the body, or half of the head where there is no body.
fn half(mut answer: Vec<u8>) -> Vec<u8> {
    let head = wire::head_length(&answer).unwrap_or(answer.len());
    let kept = if answer.len() > head { head + (answer.len() - head) / 2 } else { head / 2 };
    answer.truncate(kept);
    answer
}
