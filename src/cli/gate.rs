//! The last gate before a stream: whatever a text is made of, it colours the terminal at most.
//!
//! Every text for people is cleaned where it is made. Owns what happens if one was forgotten: the escape sequence of a ticket, a file name
//! or an argument does not reach the terminal. Refuses all but colours and line ends; what is
//! for programs has nothing else, and passes as it is.

use std::borrow::Cow;

/// The text without control characters of ASCII, apart from line ends, tabs and, where they are wanted, colours.
pub(super) fn gated(text: &str, colours: bool) -> Cow<'_, str> {
    if !text.contains(is_control) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_control) {
        let (before, from) = rest.split_at(at);
        shown.push_str(before);
        let (length, instead) = match (colour(from), from.starts_with("\r\n")) {
            (0, false) => (1, "\u{fffd}"),
            (0, true) => (2, "\r\n"),
            (length, _) if colours => (length, from.get(..length).unwrap_or_default()),
            (length, _) => (length, ""),
        };
        shown.push_str(instead);
        rest = from.get(length..).unwrap_or_default();
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

fn is_control(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\n' | '\t' | '\u{7f}')
}

/// The length of the colour that a text begins with; 0 if it begins with something else.
fn colour(text: &str) -> usize {
    let Some(parameters) = text.strip_prefix("\u{1b}[") else { return 0 };
    let length = parameters.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(parameters.len());
    if parameters.get(length..).is_some_and(|end| end.starts_with('m')) { length + 3 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_line_ends_pass_and_nothing_else_does() {
        let same = ["", "a\n\tb", "\u{1b}[1;32mgreen\u{1b}[0m", "\u{1b}[m", "a\r\nb", "é\u{9b}"];
        assert_eq!(same.map(|text| gated(text, true).into_owned()), same);
        let changed = ["\u{1b}[2J", "\u{1b}]0;title\u{7}", "a\rb\u{8}", "\u{1b}", "\u{1b}[1;2", "\0\u{1b}[31mx"];
        let wanted = ["�[2J", "�]0;title�", "a�b�", "�", "�[1;2", "�\u{1b}[31mx"];
        assert_eq!(changed.map(|text| gated(text, true).into_owned()), wanted);
    }

    #[test]
    fn without_colours_all_else_stays_as_it_is() {
        assert_eq!(gated("\u{1b}[1;32mgreen\u{1b}[0m\n", false), "green\n");
        assert_eq!(gated("{\"a\":\"\u{7f}\u{9b}\u{202e}\"}\n", false), "{\"a\":\"\u{7f}\u{9b}\u{202e}\"}\n");
    }
}
