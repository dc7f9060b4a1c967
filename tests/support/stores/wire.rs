//! HTTP/1.1 as bytes: one request, one answer, one connection.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A server that takes longer than this is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// `127.0.0.1:40123` of `http://127.0.0.1:40123`.
pub fn address(origin: &str) -> &str {
    origin.strip_prefix("http://").expect("an address without encryption")
}

/// The head and the body of a request; `None` if the client left before its end.
pub fn request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(head) = head_length(&bytes) {
            let length = content_length(&bytes[..head]);
            if bytes.len() >= head + length {
                return Some(bytes);
            }
        }
        let mut part = [0; 16_384];
        let length = stream.read(&mut part).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&part[..length]);
    }
}

/// Sends a request on a connection of its own and reads the answer to its end.
pub fn exchange(address: &str, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    stream.write_all(&closing(request))?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// Up to and with the empty line behind it.
pub fn head_length(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// `PUT /bucket/key`.
pub fn title(request: &[u8]) -> String {
    let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
    String::from_utf8_lossy(line).trim_end_matches(" HTTP/1.1").to_owned()
}

fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    assert!(!head.contains("transfer-encoding:"), "a body of unknown length: {head}");
    head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0)
}

/// The same request with the wish that the connection ends behind its answer, which so needs no measuring.
fn closing(request: &[u8]) -> Vec<u8> {
    let head = head_length(request).unwrap_or(request.len());
    let text = String::from_utf8_lossy(&request[..head]);
    let kept = text.trim_end().lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head = kept.chain(["Connection: close", "", ""]).collect::<Vec<_>>().join("\r\n");
    [head.as_bytes(), &request[request.len().min(head_length(request).unwrap_or(request.len()))..]].concat()
}
