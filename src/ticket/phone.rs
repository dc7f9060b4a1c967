//! Phone numbers, in the spellings that people use.

/// The digits of a phone number in any common spelling, or `None` when it holds anything else.
///
/// `+` is allowed in front; blanks, dots, dashes, slashes and brackets between. A North American `+1` stays: it is part of the number.
pub fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = text.strip_prefix('+').unwrap_or(text);
    let fits = |c: char| c.is_ascii_digit() || " .-/()".contains(c);
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    (rest.chars().all(fits) && (7..=15).contains(&digits.len())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_spellings_are_one_number_and_others_are_none() {
        for text in ["617-555-0123", "(617) 555-0123", "617.555.0123", "6175550123", " 617 555 0123 "] {
            assert_eq!(digits(text).as_deref(), Some("6175550123"), "{text}");
        }
        assert_eq!(digits("+1 617 555 0123").as_deref(), Some("16175550123"));
        for text in ["", "12345", "617-555-0123 x4", "call Sam", "1234567890123456"] {
            assert_eq!(digits(text), None, "{text}");
        }
    }
}
