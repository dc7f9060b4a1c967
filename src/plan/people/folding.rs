//! A text as names are looked for in it: in one case, with one blank where there is a run of white space, without what nobody sees.
//!
//! Owns the way back from there to the text as it is written. Refuses to know what is looked for.

use std::ops::Range;

use crate::diagnostics::is_hidden;

/// A text made comparable.
pub(super) struct Folded {
    pub(super) text: String,
    /// Of each byte, the stretch of the text as it is written that it came from.
    from: Vec<Range<usize>>,
}

impl Folded {
    pub(super) fn of(written: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(written.len()), from: Vec::with_capacity(written.len()) };
        let mut is_blank = false;
        for (at, c) in written.char_indices() {
            let stretch = at..at + c.len_utf8();
            if c.is_whitespace() {
                match folded.from.last_mut().filter(|_| is_blank) {
                    Some(blank) => blank.end = stretch.end,
                    None => folded.push(' ', &stretch),
                }
                is_blank = true;
            } else if !is_hidden(c) {
                // Through upper case: `ß` and `SS` are the same then, and both forms of a sigma.
                c.to_uppercase().flat_map(char::to_lowercase).for_each(|c| folded.push(c, &stretch));
                is_blank = false;
            }
        }
        folded
    }

    fn push(&mut self, c: char, stretch: &Range<usize>) {
        self.text.push(c);
        self.from.resize(self.text.len(), stretch.clone());
    }

    /// Where a stretch of it stands in the text as it is written.
    pub(super) fn written(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let stretch = self.from.get(range.clone())?;
        Some(stretch.first()?.start..stretch.last()?.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for (written, stretch) in [
            ("ask ZOË MÜLLER now", "ZOË MÜLLER"),
            ("ask Zoë\r\n   müller now", "Zoë\r\n   müller"),
            ("ask Zoë\u{a0}\u{3000}Müller now", "Zoë\u{a0}\u{3000}Müller"),
            ("ask Zo\u{200b}ë M\u{ad}üller now", "Zo\u{200b}ë M\u{ad}üller"),
        ] {
            let folded = Folded::of(written);
            let at = folded.text.find("zoë müller").expect("the name");
            let found = folded.written(&(at..at + "zoë müller".len())).expect("a stretch");
            assert_eq!(written.get(found), Some(stretch), "{written:?}");
        }
        assert_eq!(Folded::of("Weiß ΣΊΣΥΦΟΣ").text, Folded::of("WEISS Σίσυφος").text);
        assert_eq!(Folded::of("İ").text.len(), Folded::of("İ").from.len());
        assert_eq!(Folded::of("").written(&(0..0)), None);
    }
}
