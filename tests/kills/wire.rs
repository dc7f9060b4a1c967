//! The wire between the program and a server: it sees each request whole, and can kill its sender before the server sees it, while
//! it is on its way, before its answer comes, and behind its answer. It can also hold the request there until a test lets it go.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::{oneshot, watch};

use crate::program::Victim;
use crate::support::server::request_bytes;

/// Every request ends long before this.
const PATIENCE: Duration = Duration::from_secs(300);
const BELL: &str = "GET /bell ";

/// Where a request is when its sender dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It left the program, and gets lost on its way.
    Lost,
    /// It arrives, only after its sender died.
    Late,
    /// It was done, and its answer finds nobody.
    Done,
    /// Its answer was just delivered.
    Answered,
}

pub const STAGES: [Stage; 4] = [Stage::Lost, Stage::Late, Stage::Done, Stage::Answered];

struct Trap {
    /// Requests of this kind, until it springs.
    left: u64,
    stage: Stage,
    /// What the request's head has: "" for all that change something.
    about: &'static str,
    strike: Strike,
}

enum Strike {
    Kill(Victim),
    /// Says that it is there, and waits.
    Hold(Sender<()>, oneshot::Receiver<()>),
}

/// A request that is held, or will be. It goes on when this is dropped.
pub struct Held {
    arrived: Receiver<()>,
    _goes_on: oneshot::Sender<()>,
}

impl Held {
    /// Waits for the request. It does not come where the trap was taken away.
    pub fn arrives(&self) -> bool {
        self.arrived.recv_timeout(PATIENCE).is_ok()
    }
}

#[derive(Default)]
struct Shared {
    trap: Mutex<Option<Trap>>,
    /// Connections that were accepted and are not served yet.
    open: watch::Sender<usize>,
}

/// Stops with its runtime.
pub struct Wire {
    pub url: String,
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Wire {
    /// In front of this server, on a free port. Lives as long as the runtime.
    pub fn to(server: SocketAddr, runtime: &Runtime) -> Self {
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                own.open.send_modify(|open| *open += 1);
                let own = Arc::clone(&own);
                tokio::spawn(async move {
                    own.serve(stream, server).await;
                    own.open.send_modify(|open| *open -= 1);
                });
            }
        });
        Self { url: format!("http://{address}"), address, shared }
    }

    /// Kills at this stage of the n-th request from now on that changes something, and has this text in its head.
    pub fn set_trap(&self, (nth, stage): (u64, Stage), about: &'static str, victim: Victim) {
        *self.shared.trap() = Some(Trap { left: nth, stage, about, strike: Strike::Kill(victim) });
    }

    /// Holds such a request instead.
    pub fn hold(&self, (nth, stage): (u64, Stage), about: &'static str) -> Held {
        let ((says, arrived), (goes_on, waits)) = (channel(), oneshot::channel());
        *self.shared.trap() = Some(Trap { left: nth, stage, about, strike: Strike::Hold(says, waits) });
        Held { arrived, _goes_on: goes_on }
    }

    pub fn disarm(&self) {
        *self.shared.trap() = None;
    }

    /// Waits until everything that a dead process has sent has arrived. Connections are taken in their order, so behind the bell there is
    /// none that was not counted.
    pub fn fall_silent(&self, runtime: &Runtime) {
        let silence = async {
            let mut bell = TcpStream::connect(self.address).await.expect("the wire");
            bell.write_all(format!("{BELL}HTTP/1.1\r\n\r\n").as_bytes()).await.expect("the wire");
            bell.read_to_end(&mut Vec::new()).await.expect("the wire");
            let mut open = self.shared.open.subscribe();
            open.wait_for(|open| *open == 0).await.expect("the wire");
        };
        runtime.block_on(async { tokio::time::timeout(PATIENCE, silence).await }).expect("silence on the wire");
    }
}

impl Shared {
    fn trap(&self) -> std::sync::MutexGuard<'_, Option<Trap>> {
        self.trap.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The trap, if it is this request's turn.
    fn sprung(&self, request: &[u8]) -> Option<Trap> {
        let mut trap = self.trap();
        // Google's clients write a key's slashes as other signs.
        let head = String::from_utf8_lossy(request).split("\r\n\r\n").next().unwrap_or_default().replace("%2F", "/");
        trap.as_mut().filter(|trap| changes_something(&head) && head.contains(trap.about))?.left -= 1;
        trap.take_if(|trap| trap.left == 0)
    }

    async fn serve(&self, mut stream: TcpStream, server: SocketAddr) {
        // Who died in the middle of a request has sent none.
        let Some(request) = request_bytes(&mut stream).await else { return };
        if request.starts_with(BELL.as_bytes()) {
            return;
        }
        let mut trap = self.sprung(&request);
        if strikes(&mut trap, Stage::Lost).await {
            return;
        }
        strikes(&mut trap, Stage::Late).await;
        let answer = forwarded(&request, server).await;
        if strikes(&mut trap, Stage::Done).await {
            return;
        }
        // The client may be gone; that is its right.
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
        strikes(&mut trap, Stage::Answered).await;
    }
}

/// Whether the sender was killed.
async fn strikes(trap: &mut Option<Trap>, stage: Stage) -> bool {
    match trap.take_if(|trap| trap.stage == stage).map(|trap| trap.strike) {
        None => false,
        Some(Strike::Kill(victim)) => {
            victim.kill();
            true
        }
        Some(Strike::Hold(says, waits)) => {
            // Who no longer waits for it has let it go.
            let _ = (says.send(()), waits.await);
            false
        }
    }
}

async fn forwarded(request: &[u8], server: SocketAddr) -> Vec<u8> {
    let mut upstream = TcpStream::connect(server).await.expect("the server");
    // One request a connection: then its answer ends with the connection.
    let first = request.windows(2).position(|two| two == b"\r\n").unwrap_or(0);
    let request = [&request[..first], b"\r\nConnection: close", &request[first..]].concat();
    upstream.write_all(&request).await.expect("the server");
    let mut answer = Vec::new();
    // A proxy that makes trouble breaks it off.
    let _ = upstream.read_to_end(&mut answer).await;
    answer
}

/// ReadyDesk names what it does in the query, whatever the method.
fn changes_something(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    let action = line.split("action=").nth(1);
    action.map_or(!line.starts_with("GET "), |action| !action.starts_with("get_"))
}
