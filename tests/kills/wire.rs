//! The wire between the program and the sandbox: it sees each request whole, and can kill its sender before the server sees it, while
//! it is on its way, before its answer comes, and behind its answer.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::program::Victim;
use crate::support::server::request;

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
    /// Requests that change something, until it springs.
    left: u64,
    stage: Stage,
    victim: Victim,
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

    /// Kills at this stage of the n-th request from now on that changes something.
    pub fn set_trap(&self, nth: u64, stage: Stage, victim: Victim) {
        *self.shared.trap() = Some(Trap { left: nth, stage, victim });
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
    fn sprung(&self, text: &str) -> Option<Trap> {
        let mut trap = self.trap();
        trap.as_mut().filter(|_| changes_something(text))?.left -= 1;
        trap.take_if(|trap| trap.left == 0)
    }

    async fn serve(&self, mut stream: TcpStream, server: SocketAddr) {
        // Who died in the middle of a request has sent none.
        let Some(text) = request(&mut stream).await else { return };
        if text.starts_with(BELL) {
            return;
        }
        let trap = self.sprung(&text);
        let kill_at = |stages: &[Stage]| trap.iter().filter(|trap| stages.contains(&trap.stage)).map(|trap| trap.victim.kill()).count() > 0;
        if kill_at(&[Stage::Lost]) {
            return;
        }
        kill_at(&[Stage::Late]);
        let answer = forwarded(&text, server).await;
        if kill_at(&[Stage::Done]) {
            return;
        }
        // The client may be gone; that is its right.
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
        kill_at(&[Stage::Answered]);
    }
}

async fn forwarded(text: &str, server: SocketAddr) -> Vec<u8> {
    let mut upstream = TcpStream::connect(server).await.expect("the sandbox");
    // One request a connection: then its answer ends with the connection.
    let text = text.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    upstream.write_all(text.as_bytes()).await.expect("the sandbox");
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).await.expect("the sandbox");
    answer
}

/// ReadyDesk names what it does in the query, whatever the method.
fn changes_something(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    let action = line.split("action=").nth(1);
    action.map_or(!line.starts_with("GET "), |action| !action.starts_with("get_"))
}
