//! A server that answers whatever a test wants, also what no honest server would.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What it does with one request.
#[derive(Clone)]
pub enum Reply {
    /// Status line's rest, headers each with its line end, body. The length is added.
    Whole(&'static str, String, String),
    /// These bytes, and then the connection is closed.
    Raw(String),
    /// A good head, and a body without an end.
    Endless,
    /// Nothing, on a connection that stays open.
    Silence,
}

impl Reply {
    pub fn json(body: &serde_json::Value) -> Self {
        Self::Whole("200 OK", "Content-Type: application/json\r\n".to_owned(), body.to_string())
    }

    pub fn status(status: &'static str, body: &str) -> Self {
        Self::Whole(status, String::new(), body.to_owned())
    }
}

/// Answers each request with the next reply, and with the last one ever after. Stops when it is dropped.
pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn with(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let mut replies: VecDeque<Reply> = replies.into_iter().collect();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let next = if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() };
                serve(stream, &next.expect("a reply"), &seen).await;
            }
        });
        Self { url, requests, task }
    }

    /// Heads and bodies of all requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("the requests").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, reply: &Reply, seen: &Mutex<Vec<String>>) {
    let Some(request) = request(&mut stream).await else { return };
    seen.lock().expect("the requests").push(request);
    // The client may be gone already; that is its right.
    match reply {
        Reply::Whole(status, headers, body) => {
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
        Reply::Raw(bytes) => {
            let _ = stream.write_all(bytes.as_bytes()).await;
        }
        Reply::Silence => std::future::pending().await,
        Reply::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[").await;
            while stream.write_all(&[b' '; 8192]).await.is_ok() {}
        }
    }
    let _ = stream.shutdown().await;
}

/// The head and the body of a request; `None` if the client left.
pub async fn request(stream: &mut TcpStream) -> Option<String> {
    request_bytes(stream).await.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The same as it was sent.
pub async fn request_bytes(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 8192];
        let length = stream.read(&mut part).await.ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&part[..length]);
        let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&bytes[..head]);
        let length = text.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if bytes.len() - head - 4 >= length.unwrap_or(0_usize) {
            return Some(bytes);
        }
    }
}
