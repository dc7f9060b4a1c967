//! What a system said of a write whose result is not known, cut down to what the journal keeps.

use crate::state::{Event, Key};

/// So many characters are kept.
const MOST: usize = 300;

/// One line of bounded length: a server may answer with anything, and the journal keeps it for ever.
pub(super) fn heard(key: &Key, why: &str) -> Event {
    let line = why.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_short = line.chars().count() <= MOST;
    let why = if is_short { line } else { line.chars().take(MOST).chain("...".chars()).collect() };
    Event::Heard { key: key.clone(), why }
}
