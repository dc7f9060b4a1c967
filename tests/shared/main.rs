//! The ground on which a shared state stands: what each object store really does with conditions, seen by its plain client, and what
//! the proxy does to it.

mod client;
mod ground;
mod proxy;

#[path = "../support/mod.rs"]
mod support;
