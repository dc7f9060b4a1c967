//! Several tickets in one request: what they must share, what tells one from another, and what comes back.
//!
//! Owns the words. Refuses the order of an answer: only what it says of a place tells whose ticket is whose.

use super::{Seen, Sent};
use crate::ticket::Fields;

/// What a ticket looks like to others that could travel in one request with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Together {
    /// The fields that are said once for all of them: only tickets in which these are equal may travel together.
    pub shared: Fields,
    pub place: Place,
}

/// How an answer names the place of a ticket: each part in normal form, `None` where there is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub number: Option<String>,
    pub name: Option<String>,
}

impl Place {
    /// Whether one could be taken for the other, by an answer or by a person. Equal numbers are enough for that; without two numbers,
    /// equal names are, and so is a name that is not known.
    pub fn is_like(&self, other: &Self) -> bool {
        let same = |own: &Option<String>, other: &Option<String>| own.as_ref().zip(other.as_ref()).map(|(own, other)| own == other);
        same(&self.number, &other.number).or_else(|| same(&self.name, &other.name)).unwrap_or(true)
    }
}

/// What became of one request for several tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Several {
    /// The system took it. These are the tickets that the answer names, each once, in an order that means nothing.
    Answered {
        tickets: Vec<Seen>,
        /// How many more it shows without an id.
        nameless: usize,
    },
    /// The same became of all of them; never [`Sent::Done`]. `stops_system`: the next write would fare the same.
    Same { sent: Sent, stops_system: bool },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(number: &str, name: &str) -> Place {
        let part = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Place { number: part(number), name: part(name) }
    }

    #[test]
    fn places_are_alike_where_somebody_could_take_one_for_the_other() {
        for (one, other, is_like) in [
            (("1", "a"), ("1", "a"), true),
            (("1", "a"), ("1", "b"), true),
            (("1", "a"), ("2", "a"), false),
            (("1", "a"), ("", "a"), true),
            (("1", "a"), ("", "b"), false),
            (("", "a"), ("", "a"), true),
            (("", "a"), ("", "b"), false),
            (("1", ""), ("", "b"), true),
            (("", ""), ("2", "b"), true),
        ] {
            let (one, other) = (place(one.0, one.1), place(other.0, other.1));
            assert_eq!((one.is_like(&other), other.is_like(&one)), (is_like, is_like), "{one:?} {other:?}");
        }
    }
}
