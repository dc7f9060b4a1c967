//! The board as text, JSON and CSV.
//!
//! The text is for a screen, and counts what it leaves out. JSON and CSV have every visit.

mod csv;
mod json;
mod lists;
mod tables;
mod text;

pub use csv::status_csv;
pub use json::status_json;
pub use text::status_text;

/// How much the text form shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Of each list its beginning, with how much more there is.
    Screenful,
    /// Every list to its end, and each ticket by itself.
    Whole,
}

impl Depth {
    /// So many of a list, where a screen has room for so many.
    fn of(self, all: usize, screenful: usize) -> usize {
        match self {
            Self::Screenful => all.min(screenful),
            Self::Whole => all,
        }
    }
}
