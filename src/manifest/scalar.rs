//! What a plain scalar means: YAML 1.2's core schema, by which `yes`, `off` and `NO` are texts.
//!
//! Owns nothing but this table. Refuses context: whether a number is wanted is for the typed read to say.

use serde_json::{Number, Value};

/// The value of a plain scalar. Every text that is no null, yes/no value or number stays a text.
pub fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        other => number(other).map_or_else(|| Value::String(other.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, char::is_ascii_hexdigit).then(|| u64::from_str_radix(digits, 16).ok().map(Number::from)).flatten();
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return all(digits, |c| ('0'..='7').contains(c)).then(|| u64::from_str_radix(digits, 8).ok().map(Number::from)).flatten();
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if all(unsigned, char::is_ascii_digit) {
        let integer = text.strip_prefix('+').unwrap_or(text);
        return integer.parse::<u64>().map(Number::from).or_else(|_| integer.parse::<i64>().map(Number::from)).ok().or_else(|| float(text));
    }
    is_float(unsigned).then(|| float(text)).flatten()
}

fn all(text: &str, fits: impl Fn(&char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(|c| fits(&c))
}

/// `[0-9]*.[0-9]*` with a digit somewhere, and an exponent if there is one.
fn is_float(unsigned: &str) -> bool {
    let (base, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(base, exponent)| (base, Some(exponent)));
    let (whole, part) = base.split_once('.').unwrap_or((base, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    digits(whole)
        && digits(part)
        && !(whole.is_empty() && part.is_empty())
        && exponent.is_none_or(|exponent| all(exponent.strip_prefix(['+', '-']).unwrap_or(exponent), char::is_ascii_digit))
}

/// Infinities have no JSON form, so a number too large for one stays a text.
fn float(text: &str) -> Option<Number> {
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_of_older_yaml_stay_words() {
        for text in [
            "NO",
            "no",
            "yes",
            "off",
            "On",
            "y",
            "2027-01-11",
            "2027-01-11T08:00:00",
            "12:30:45",
            "1_000",
            "0b1",
            "-",
            ".",
            "+",
            "e3",
            "1e",
            "0x",
            ".inf",
        ] {
            assert_eq!(resolve(text), json!(text), "{text}");
        }
    }

    #[test]
    fn numbers_are_those_of_the_core_schema() {
        let cases = [("0", json!(0)), ("-7", json!(-7)), ("+7", json!(7)), ("0417", json!(417)), ("0x1F", json!(31)), ("0o17", json!(15))];
        for (text, value) in
            cases.into_iter().chain([("1e3", json!(1000.0)), (".5", json!(0.5)), ("1.", json!(1.0)), ("-1.5E-2", json!(-0.015))])
        {
            assert_eq!(resolve(text), value, "{text}");
        }
        assert_eq!(resolve("18446744073709551615"), json!(u64::MAX));
        assert_eq!(resolve("1e999"), json!("1e999"));
    }

    #[test]
    fn null_and_booleans_have_three_spellings() {
        assert_eq!(["", "~", "NULL"].map(resolve), [Value::Null, Value::Null, Value::Null]);
        assert_eq!(["true", "True", "FALSE", "tRue"].map(resolve), [json!(true), json!(true), json!(false), json!("tRue")]);
    }
}
