//! A text that never becomes longer than its host takes.
//!
//! Owns the room that is left, and what did not fit. Refuses to cut inside of a piece: what is there is whole.

use std::fmt::Write as _;

use super::SHOWN;
use super::escape::code;

/// A page that is being filled.
pub(super) struct Page {
    text: String,
    most: usize,
    /// In bytes: for what comes last, whatever is before it.
    reserved: usize,
    left_out: Vec<String>,
}

impl Page {
    pub fn new(most: usize, reserved: usize) -> Self {
        Self { text: String::new(), most, reserved, left_out: Vec::new() }
    }

    /// In bytes.
    pub fn room(&self) -> usize {
        self.most.saturating_sub(self.text.len() + self.reserved)
    }

    /// Adds a piece, if it fits as a whole.
    pub fn push(&mut self, piece: &str) -> bool {
        let fits = piece.len() <= self.room();
        if fits {
            self.text.push_str(piece);
        }
        fits
    }

    /// Remembers what did not fit, in a few words of callout's own.
    pub fn leave_out(&mut self, what: String) {
        self.left_out.push(what);
    }

    /// The page, with what is not in it and where that is.
    pub fn finish(mut self, show: Option<&str>, end: &str) -> String {
        if !self.left_out.is_empty() {
            let place = show.map_or_else(
                || "`callout plan` shows all of it".to_owned(),
                |show| format!("{} shows all of it, and with `--format html` as a page to search", code(show, SHOWN)),
            );
            let _ = write!(self.text, "\nNot in this text, which has an upper limit: {}. {place}.\n", self.left_out.join("; "));
        }
        self.text + end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_takes_what_fits_and_says_what_does_not() {
        let mut page = Page::new(150, 130);
        assert!(page.push("0123456789") && page.push("0123456789"));
        assert!(!page.push("x"), "what comes last has its room");
        page.leave_out("x".to_owned());
        let text = page.finish(Some("callout show p"), "\nend\n");
        assert_eq!(
            text,
            "01234567890123456789\nNot in this text, which has an upper limit: x. `callout show p` shows all of it, and with `--format html` as a page to search.\n\nend\n"
        );
    }
}
