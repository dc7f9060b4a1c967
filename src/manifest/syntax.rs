//! What is wrong with a text that is no YAML, in a person's words.
//!
//! Owns the wording of the parser's errors and a better place for some of them. Refuses to guess a repair.

use granit_parser::ErrorKind;

/// Message, next step and byte offset for an error that the parser met at `at`.
pub fn explain(kind: &ErrorKind, text: &str, at: u32) -> (String, String, u32) {
    let known = bare_expression(text, at)
        .or_else(|| placed(kind, text, at))
        .or_else(|| line(kind).or_else(|| value(kind)).map(|(message, help)| (message, help, at)));
    if let Some((message, help, at)) = known {
        return (message.to_owned(), help.to_owned(), at);
    }
    let help = "Quote texts with special characters, and check the indentation.";
    (format!("this is not valid YAML: {kind}"), help.to_owned(), at)
}

/// A template's expression between braces or brackets, where the parser takes its own for the beginning of a mapping.
fn bare_expression(text: &str, at: u32) -> Option<(&'static str, &'static str, u32)> {
    let before = at.checked_sub(1)?;
    let is_expression = text.get(before as usize..).is_some_and(|rest| rest.starts_with("${{"));
    let help = "Write \"${{ ... }}\", with the quotes, or give the mapping a line for each key.";
    is_expression.then_some(("an expression inside braces or brackets must be in quotes", help, before))
}

/// Errors that the parser notices at another place than people look for.
#[expect(clippy::wildcard_enum_match_arm, reason = "the parser has ninety kinds of error and may grow more")]
fn placed(kind: &ErrorKind, text: &str, at: u32) -> Option<(&'static str, &'static str, u32)> {
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => {
            Some(("a tab is used to indent this line", "Indent with spaces; YAML allows no tabs there.", tab_near(text, at)))
        }
        ErrorKind::InvalidQuotedScalarIndent => {
            let at = opening_quote(text, at);
            Some(("a quote is opened here and not closed on this line", "Close it with the same kind of quote.", at))
        }
        ErrorKind::MappingValueNotAllowed if second_colon(text, at) => {
            Some(("a colon and a blank inside a text look like a key", "Quote the whole value.", at))
        }
        _ => None,
    }
}

/// Errors in how lines and collections are laid out.
#[expect(clippy::wildcard_enum_match_arm, reason = "the parser has ninety kinds of error and may grow more")]
fn line(kind: &ErrorKind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        ErrorKind::MappingValueNotAllowed
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::SimpleKeyExpected
        | ErrorKind::InvalidSimpleKey => (
            "this does not fit here: a key needs its own line and the same indentation as the keys around it",
            "Check the indentation, that a colon and a blank follow each key, and quote a value that holds `: `.",
        ),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation | ErrorKind::ExpectedBlockSequenceEntry => (
            "the indentation does not match the lines above",
            "Indent all keys of a mapping, and all dashes of a list, by the same number of spaces.",
        ),
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection | ErrorKind::InvalidBlockEntryWhitespace => {
            ("a list item `-` is not allowed here", "Start the list on a new line below its key, with a blank after each dash.")
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator => {
            ("a bracket is opened and never closed, or a comma is missing inside it", "Close it, and put commas between the items.")
        }
        ErrorKind::MisplacedFlowCollectionEnd | ErrorKind::MismatchedFlowCollectionEnd { .. } => {
            ("this bracket closes nothing that is open", "Remove it, or open it before; quote a text that holds brackets.")
        }
        ErrorKind::RecursionLimitExceeded => {
            ("this is nested more than 100 levels deep", "A manifest needs fewer than ten levels. Look for brackets that are never closed.")
        }
        _ => return None,
    })
}

/// Errors inside one value.
#[expect(clippy::wildcard_enum_match_arm, reason = "the parser has ninety kinds of error and may grow more")]
fn value(kind: &ErrorKind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        ErrorKind::UnclosedQuotedScalar => ("a quote is opened here and never closed", "Close it with the same kind of quote."),
        ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("a `---` or `...` line stands inside a quoted text", "Close the quote before it, or indent the line.")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            ("there is more text after the closing quote", "Put the whole value into one pair of quotes; inside '...' write a quote twice.")
        }
        ErrorKind::UnknownQuotedScalarEscape | ErrorKind::InvalidQuotedScalarHexEscape | ErrorKind::InvalidUnicodeEscape => {
            ("this is no escape that YAML knows", "In \"...\" a backslash starts an escape: write it twice, or use '...'.")
        }
        ErrorKind::UnknownAnchor => {
            ("no anchor of this name comes before this alias", "Define it above with `&`; quote a text that starts with `*`.")
        }
        ErrorKind::UnexpectedCharacter { character: '@' | '`' | '%' } => ("a value may not start with this character", "Quote the value."),
        _ => return None,
    })
}

/// Whether the line has `key: ` before this place, so that the colon here is the second one.
fn second_colon(text: &str, at: u32) -> bool {
    let head = text.get(..at as usize).unwrap_or("");
    head.rsplit('\n').next().is_some_and(|line| line.contains(": "))
}

/// The quote that a text began with, on the nearest line above whose quotes do not pair.
fn opening_quote(text: &str, at: u32) -> u32 {
    let mut end = text.get(..at as usize).and_then(|head| head.rfind('\n')).unwrap_or(0);
    loop {
        let start = text.get(..end).and_then(|head| head.rfind('\n')).map_or(0, |line| line + 1);
        let line = text.get(start..end).unwrap_or("");
        for quote in ['"', '\''] {
            if line.matches(quote).count() % 2 == 1
                && let Some(column) = line.rfind(quote)
            {
                return u32::try_from(start + column).unwrap_or(at);
            }
        }
        if start == 0 {
            return at;
        }
        end = start - 1;
    }
}

/// The parser may notice a tab before or after it; people look for the tab itself, so the nearest indentation that has one.
fn tab_near(text: &str, at: u32) -> u32 {
    let line = text.get(..at as usize).and_then(|head| head.rfind('\n')).map_or(0, |line| line + 1);
    let mut start = line;
    for line in text.get(line..).unwrap_or("").split_inclusive('\n').take(3) {
        let indent = line.len() - line.trim_start_matches([' ', '\t', '-']).len();
        if let Some(tab) = line.get(..indent).and_then(|indent| indent.find('\t')) {
            return u32::try_from(start + tab).unwrap_or(at);
        }
        start += line.len();
    }
    at
}
