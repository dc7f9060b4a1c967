//! Writing without leave does not compile.
//!
//! Owns nothing but these examples, which are tests: each that must not compile stands after one that does and differs from it by
//! one line. (The stable compiler only sees that they fail; the code after `compile_fail` says why they do.)
//!
//! A write takes the permit of a durable intent:
//!
//! ```
//! use callout::state::Permit;
//! use callout::systems::{Payload, Sent, Writer};
//!
//! async fn send(writer: &dyn Writer, payload: &Payload, permit: Permit) {
//!     let sent: Sent = writer.create(permit, payload).await;
//!     drop(sent);
//! }
//! ```
//!
//! It cannot be left out, and nothing stands in for it:
//!
//! ```compile_fail,E0061
//! use callout::state::Permit;
//! use callout::systems::{Payload, Sent, Writer};
//!
//! async fn send(writer: &dyn Writer, payload: &Payload, permit: Permit) {
//!     let sent: Sent = writer.create(payload).await;
//!     drop(sent);
//! }
//! ```
//!
//! ```compile_fail,E0308
//! use callout::state::Permit;
//! use callout::systems::{Payload, Sent, Writer};
//!
//! async fn send(writer: &dyn Writer, payload: &Payload, permit: Permit) {
//!     let sent: Sent = writer.create((), payload).await;
//!     drop(sent);
//! }
//! ```
//!
//! The call uses it up. A second one needs a second intent:
//!
//! ```
//! use callout::state::Permit;
//! use callout::systems::{Payload, Sent, Writer};
//!
//! async fn send(writer: &dyn Writer, payload: &Payload, permit: Permit, other: Permit) {
//!     writer.create(permit, payload).await;
//!     writer.create(other, payload).await;
//! }
//! ```
//!
//! ```compile_fail,E0382
//! use callout::state::Permit;
//! use callout::systems::{Payload, Sent, Writer};
//!
//! async fn send(writer: &dyn Writer, payload: &Payload, permit: Permit, other: Permit) {
//!     writer.create(permit, payload).await;
//!     writer.create(permit, payload).await; // again
//! }
//! ```
//!
//! A request for several tickets is one request. It takes one permit, and uses it up:
//!
//! ```
//! use callout::state::Permit;
//! use callout::systems::{Payload, Writer};
//!
//! async fn send(writer: &dyn Writer, payloads: &[Payload], permit: Permit, other: Permit) {
//!     writer.create_together(permit, payloads).await;
//!     writer.create_together(other, payloads).await;
//! }
//! ```
//!
//! ```compile_fail,E0382
//! use callout::state::Permit;
//! use callout::systems::{Payload, Writer};
//!
//! async fn send(writer: &dyn Writer, payloads: &[Payload], permit: Permit, other: Permit) {
//!     writer.create_together(permit, payloads).await;
//!     writer.create_together(permit, payloads).await; // again
//! }
//! ```
//!
//! The same holds for the other writes:
//!
//! ```
//! use callout::state::Permit;
//! use callout::systems::{Payload, Sent, Writer};
//!
//! async fn send(writer: &dyn Writer, payload: &Payload, permit: Permit, other: Permit) {
//!     writer.close(permit, "482001").await;
//!     writer.delete(other, "482001").await;
//! }
//! ```
//!
//! ```compile_fail,E0382
//! use callout::state::Permit;
//! use callout::systems::{Payload, Sent, Writer};
//!
//! async fn send(writer: &dyn Writer, payload: &Payload, permit: Permit, other: Permit) {
//!     writer.close(permit, "482001").await;
//!     writer.delete(permit, "482001").await;
//! }
//! ```
