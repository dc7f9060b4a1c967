//! A TCP connection that the sandbox can break in the middle of an answer.
//!
//! A handler gets its connection's [`Line`] and cuts it; the next bytes of the answer then never leave.
//! A real server dies in the same way, so clients meet the same errors.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

const WHOLE: u8 = 0;
const HALF: u8 = 1;
const CUT: u8 = 2;

/// The handle by which one connection is broken.
#[derive(Debug, Clone, Default)]
pub struct Line(Arc<AtomicU8>);

impl Line {
    /// Nothing more is written; the connection ends.
    pub fn cut(&self) {
        self.0.store(CUT, Ordering::SeqCst);
    }

    /// The next answer's head and half of its body are written; then the connection ends.
    pub fn halve(&self) {
        self.0.store(HALF, Ordering::SeqCst);
    }
}

/// A listener whose connections can be cut.
pub(super) struct Exchange(pub(super) TcpListener);

impl Listener for Exchange {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        (Wire { stream, line: Line::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Exchange>> for Line {
    fn connect_info(stream: IncomingStream<'_, Exchange>) -> Self {
        stream.io().line.clone()
    }
}

/// The connection itself.
pub(super) struct Wire {
    stream: TcpStream,
    line: Line,
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.line.0.load(Ordering::SeqCst) {
            WHOLE => Pin::new(&mut self.stream).poll_write(context, bytes),
            HALF => {
                let part = bytes.get(..half(bytes)).unwrap_or(bytes);
                let written = ready!(Pin::new(&mut self.stream).poll_write(context, part))?;
                self.line.cut();
                Poll::Ready(Ok(written))
            }
            _ => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The length of the head and half of what follows it.
fn half(answer: &[u8]) -> usize {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    head + (answer.len() - head) / 2
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn half_an_answer_is_its_head_and_half_of_its_body() {
        assert_eq!(half(b"HTTP/1.1 200 OK\r\n\r\n1234567890"), 24);
        assert_eq!(half(b"12345678"), 4);
    }
}
