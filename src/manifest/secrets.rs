//! Keeping secrets out of the text that messages show.
//!
//! Owns the masking of a project file. A credential is a reference (`env:`, `file:`, `command:`); whatever else stands in its
//! place may be the secret itself, and a message with three lines of the file around it would end up in a build's log.

use std::ops::Range;

use super::compose::Composed;
use super::tree::{Content, Node, Span};

const REFERENCES: [&str; 3] = ["env:", "file:", "command:"];

/// The same text with every possible secret as asterisks; all offsets stay.
pub fn masked(text: &str, composed: &Composed<'_>) -> String {
    let mut spans = Vec::new();
    for document in &composed.documents {
        credentials(document, false, &mut spans);
    }
    let ranges: Vec<Range<usize>> = spans.iter().map(|span| span.start as usize..span.end as usize).collect();
    // A file that cannot be read has no keys to go by: then every long word that is no plain word goes.
    let broken = !composed.faults.is_empty();
    let words = if broken { long_words(text) } else { Vec::new() };
    cover(text, ranges.into_iter().chain(words).chain(in_addresses(text)))
}

fn credentials(node: &Node<'_>, inside: bool, spans: &mut Vec<Span>) {
    match &node.content {
        Content::Scalar(text, _) if is_key(text) || (inside && !REFERENCES.iter().any(|way| text.starts_with(way))) => {
            spans.push(node.span);
        }
        Content::Scalar(..) => {}
        Content::List(items) => items.iter().for_each(|item| credentials(item, inside, spans)),
        Content::Map(entries) => {
            for entry in entries {
                let secret = inside || is_secret(&entry.key);
                credentials(&entry.value, secret, spans);
            }
        }
    }
}

/// A secret key of age, wherever it stands: its public half has the same place in a list.
fn is_key(text: &str) -> bool {
    text.trim_start().to_uppercase().starts_with("AGE-SECRET-KEY-")
}

/// Also under a misspelt key: what people call a secret.
fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    ["credential", "secret", "token", "bearer", "password", "api_key", "apikey", "access_key", "identity"]
        .iter()
        .any(|word| key.contains(word))
}

/// Words of 16 and more characters with a digit, as tokens are.
fn long_words(text: &str) -> Vec<Range<usize>> {
    let part = |c: char| c.is_ascii_alphanumeric() || "-_.+/=~".contains(c);
    let start_of = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let words = text.split(|c: char| !part(c)).filter(|word| word.len() >= 16 && word.contains(|c: char| c.is_ascii_digit()));
    words.map(|word| start_of(word)..start_of(word) + word.len()).collect()
}

/// Where addresses can hold a secret, wherever they stand: the user's name and password, the query, and a `key=` by itself.
fn in_addresses(text: &str) -> Vec<Range<usize>> {
    let start_of = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let words = text.split(|c: char| c.is_whitespace() || "\"'".contains(c)).map(|word| word.trim_end_matches(['}', ']', ',']));
    let mut ranges = Vec::new();
    for word in words {
        let (start, end) = (start_of(word), start_of(word) + word.len());
        let host = word.find("://").map(|at| at + 3);
        let authority = host.and_then(|at| word.get(at..)?.split(['/', '?', '#']).next()).unwrap_or_default();
        ranges.extend(authority.rfind('@').map(|at| start_of(authority)..start_of(authority) + at));
        let query = host.and_then(|at| Some(at + word.get(at..)?.find('?')? + 1));
        let key = word.to_ascii_lowercase().find("key=").map(|at| at + 4);
        ranges.extend(query.into_iter().chain(key).min().map(|at| start + at..end));
    }
    ranges
}

fn cover(text: &str, ranges: impl Iterator<Item = Range<usize>>) -> String {
    let mut ranges: Vec<_> = ranges.collect();
    ranges.sort_by_key(|range| range.start);
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges.into_iter().filter(|range| range.end <= text.len()) {
        let start = range.start.max(at);
        let (Some(before), Some(secret)) = (text.get(at..start), text.get(start..range.end.max(start))) else { continue };
        masked.push_str(before);
        // Byte for byte, so that every offset still means the same place; line ends stay.
        masked.extend(secret.bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }));
        at = range.end.max(start);
    }
    masked.push_str(text.get(at..).unwrap_or(""));
    masked
}

#[cfg(test)]
mod tests {
    use super::super::compose::compose;
    use super::*;

    #[test]
    fn a_plain_secret_is_masked_and_a_reference_is_not() {
        let text = "credential: {bearer: s3cr3t-é, other: \"env:TOKEN\"}\nbase_url: https://x\napi_token: |\n  line\n";
        let masked = masked(text, &compose(text, 0));
        assert_eq!(masked.len(), text.len());
        assert!(masked.starts_with("credential: {bearer: *********, other: \"env:TOKEN\"}\nbase_url: https://x\napi_token: "), "{masked}");
        assert!(!masked.contains("line"));
    }

    #[test]
    fn a_secret_in_an_address_is_masked_also_in_a_comment() {
        let text =
            "base_url: https://me:pass@x.example/API/?key=abc # or http://x/?KEY=abc\nall: {a: \"format_key=abc\", b: https://x/a?b}\n";
        let masked = masked(text, &compose(text, 0));
        assert_eq!(
            masked,
            "base_url: https://*******@x.example/API/?******* # or http://x/?*******\nall: {a: \"format_key=***\", b: https://x/a?*}\n"
        );
    }

    #[test]
    fn in_a_broken_file_every_token_like_word_is_masked() {
        let text = "credential: {bearer: \"eyJhbGciOiJIUzI1NiJ9.e30.x\nbase: https://api.example.com\n";
        let masked = masked(text, &compose(text, 0));
        assert_eq!(masked, "credential: {bearer: \"**************************\nbase: https://api.example.com\n");
    }
}
