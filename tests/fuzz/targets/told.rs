//! What must hold of everything that is told to people, whatever it is about.

use callout::diagnostics::Diagnostic;
use callout::render::{Diagnosed, Look, MOST, human};

/// Checks messages, and the texts that are made of them.
pub fn check(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        points_inside(diagnostic);
        assert!(!diagnostic.message.trim().is_empty(), "{}: a message without words", diagnostic.code);
        assert!(diagnostic.code.contains('/'), "{}: a code names its room", diagnostic.code);
        let data = serde_json::to_value(Diagnosed::from(diagnostic)).expect("data");
        assert_eq!(data["message"], diagnostic.message, "data has the words as they are");
    }
    for unicode in [false, true] {
        let text = human(diagnostics, Look { colour: false, unicode, width: 100 });
        check_text(&text);
        assert!(text.len() <= longest(diagnostics), "{} messages became {} bytes", diagnostics.len(), text.len());
    }
}

/// No diagnostic points outside of its file, or into the middle of a character.
fn points_inside(diagnostic: &Diagnostic) {
    let Some(place) = &diagnostic.place else { return };
    assert!(place.file.text.get(place.span.clone()).is_some(), "{diagnostic} points to {:?}", place.span);
}

/// A window is seven lines, each cut off; what is left comes from the message's own words, and is broken and indented.
fn longest(diagnostics: &[Diagnostic]) -> usize {
    let words = |one: &Diagnostic| one.message.len() + one.help.as_deref().map_or(0, str::len) + one.address.as_deref().map_or(0, str::len);
    diagnostics.iter().take(MOST).map(|one| 40_000 + 20 * words(one)).sum::<usize>() + 1_000
}

/// No text for people moves the cursor, colours the screen or turns the direction of writing.
pub fn check_text(text: &str) {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    let hidden = text.chars().find(|c| (c.is_control() && *c != '\n') || turns(*c));
    assert_eq!(hidden, None, "a sign that moves the screen in {text:?}");
}

/// The words of a system or a server, on one line.
pub fn check_line(text: &str) {
    check_text(text);
    assert!(!text.contains('\n'), "more than a line: {text:?}");
    assert!(!text.trim().is_empty(), "no words");
}
