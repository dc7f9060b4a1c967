//! What in a text reads like a way to reach somebody: e-mail addresses and telephone numbers.
//!
//! Refuses to take a date, a network address or an account for a telephone number where the form tells them apart: a reviewer has to
//! read these.

use std::ops::Range;

/// Forms of telephone numbers, as digits in each group, with a country's code or without.
const FORMS: [&[usize]; 6] = [&[3, 3, 4], &[1, 3, 3, 4], &[3, 4], &[2, 2, 2, 2, 2], &[4, 3, 3], &[3, 4, 4]];

/// E-mail addresses.
pub(super) fn emails(text: &str) -> Vec<Range<usize>> {
    let is_local = |c: char| c.is_alphanumeric() || "._%+-'".contains(c);
    let is_domain = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    let found = text.match_indices('@').filter_map(|(at, _)| {
        let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
        let local: usize = before.chars().rev().take_while(|c| is_local(*c)).map(char::len_utf8).sum();
        let domain: usize = after.chars().take_while(|c| is_domain(*c)).map(char::len_utf8).sum();
        let name = after.get(..domain)?.trim_end_matches(['.', '-']);
        (local > 0 && name.contains('.')).then_some(at - local..at + 1 + name.len())
    });
    found.collect()
}

/// E-mail addresses, and telephone numbers that are written as such.
pub(super) fn in_words(text: &str) -> Vec<Range<usize>> {
    let mut found = emails(text);
    found.extend(phones(text, false));
    found
}

/// The same in the value of a field: between other words a number of ten digits is taken for a telephone number, too.
pub(super) fn in_prose(text: &str) -> Vec<Range<usize>> {
    let mut found = emails(text);
    found.extend(phones(text, text.trim().contains(char::is_whitespace)));
    found
}

/// Digits that stand together.
struct Group {
    range: Range<usize>,
    /// Whether only what separates the groups of one number stands between it and the group before.
    goes_on: bool,
}

fn phones(text: &str, is_bare_one: bool) -> Vec<Range<usize>> {
    let groups = groups(text);
    let mut found = Vec::new();
    let mut from = 0;
    while from < groups.len() {
        let run = groups.get(from..).unwrap_or_default();
        let longest = 1 + run.iter().skip(1).take_while(|group| group.goes_on).count().min(6);
        let number = (1..=longest).rev().find_map(|count| phone(text, run.get(..count)?, is_bare_one).map(|range| (count, range)));
        from += number.as_ref().map_or(1, |(count, _)| *count);
        found.extend(number.map(|(_, range)| range));
    }
    found
}

fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut digits = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).peekable();
    while let Some(start) = digits.next() {
        let mut end = start + 1;
        while digits.next_if_eq(&end).is_some() {
            end += 1;
        }
        let between = groups.last().and_then(|last| text.get(last.range.end..start));
        groups.push(Group { range: start..end, goes_on: between.is_some_and(is_separator) });
    }
    groups
}

fn is_separator(between: &str) -> bool {
    matches!(between, " " | "-" | "." | "/" | ") " | ")" | " (" | "(" | ")-" | " - " | "\u{a0}" | "\u{2011}" | "\u{2013}")
}

/// Where a telephone number of exactly these groups stands, if they read like one.
fn phone(text: &str, groups: &[Group], is_bare_one: bool) -> Option<Range<usize>> {
    let (first, last) = (groups.first()?, groups.last()?);
    let before = text.get(..first.range.start)?;
    let after = text.get(last.range.end..)?.chars().next();
    let opened = before.strip_suffix('(').unwrap_or(before);
    // A part of a word is no number; an extension may follow.
    if opened.chars().next_back().is_some_and(char::is_alphanumeric) || after.is_some_and(|c| c.is_alphanumeric() && c != 'x') {
        return None;
    }
    let lengths: Vec<usize> = groups.iter().map(|group| group.range.len()).collect();
    let digits: usize = lengths.iter().sum();
    let is_international = opened.ends_with('+') && (7..=15).contains(&digits);
    let starts = |digit: &str| text.get(first.range.clone()).is_some_and(|group| group.starts_with(digit));
    let is_national = starts("0") && groups.len() > 1 && (3..=5).contains(&first.range.len()) && (9..=15).contains(&digits);
    let is_bare = is_bare_one && (lengths == [10] && !starts("0") && !starts("1") || lengths == [11] && starts("1"));
    let has_form = FORMS.contains(&lengths.as_slice()) && !is_spaced(text, groups);
    // A bracket around the whole number, or around more than it, stays.
    let is_enclosed = text.get(first.range.end..).is_some_and(|rest| rest.starts_with(')')) && groups.len() > 1;
    let start = match (is_international, is_enclosed) {
        (true, _) => opened.len() - 1,
        (false, true) => opened.len(),
        (false, false) => first.range.start,
    };
    (is_international || is_national || is_bare || has_form).then_some(start..last.range.end)
}

/// `Store 417 0417`: two numbers beside each other are no short telephone number.
fn is_spaced(text: &str, groups: &[Group]) -> bool {
    let [first, second] = groups else { return false };
    text.get(first.range.end..second.range.start).is_none_or(|between| between != "-" && between != ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(found: &[Range<usize>], text: &str) -> Vec<String> {
        found.iter().map(|range| text[range.clone()].to_owned()).collect()
    }

    #[test]
    fn addresses_are_found_between_words() {
        let text = "mail sam.reyes+x@example.co.uk, or <ops@example.com>. @team, a@b and 3@x.";
        assert_eq!(shown(&emails(text), text), ["sam.reyes+x@example.co.uk", "ops@example.com"]);
    }

    #[test]
    fn telephone_numbers_are_found_as_people_write_them() {
        for number in [
            "617-555-0123",
            "(617) 555-0123",
            "617.555.0123",
            "617 555 0123",
            "+1 617 555 0123",
            "1-617-555-0123",
            "+16175550123",
            "+44 20 7946 0958",
            "020 7946 0958",
            "0170 1234567",
            "030/12345678",
            "01 23 45 67 89",
            "555-0123",
        ] {
            let text = format!("Store 417, ring {number}x4 before 08:00");
            assert_eq!(shown(&in_words(&text), &text), [number], "{text}");
        }
        let text = "ring 6175550123 or 16175550124 before 08:00";
        assert_eq!(shown(&in_prose(text), text), ["6175550123", "16175550124"]);
    }

    #[test]
    fn what_a_reviewer_has_to_read_is_no_telephone_number() {
        for text in [
            "2027-01-11T08:00:00",
            "Mon 11 Jan 2027, 08:00 to 12:00",
            "from 11.01.2027 08.00 on",
            "192.168.10.200 and 203.0.113.7/24",
            "Store 417 (0417), account 01234567",
            "Store 417 0417",
            "PO 4500123456",
            "0b7c5a52-6c1e-4b0e-9c53-0d6a4f9d1e77",
            "ticket 482001, visit 2",
            "MX84-HW serial Q2XX-1234-5678",
        ] {
            assert_eq!(shown(&in_words(text), text), [""; 0], "{text}");
        }
        assert!(in_prose("6175550123").is_empty());
    }
}
