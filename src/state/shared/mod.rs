//! A state that a whole team shares, in object storage.

mod address;

pub use address::{Cloud, NotAStore, StoreUrl};
