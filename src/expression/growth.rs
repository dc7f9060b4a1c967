//! The filters that make a long text or list of a short one, with an end.
//!
//! Owns how long a filter's text would be, before it is made. A step of an expression counts the same whatever it makes, so the limit on
//! steps does not stop `indent(9999999999)`: it would ask the machine for all its memory, and end the program without a word. Refuses
//! texts that no ticket system takes.

use minijinja::value::{Rest, Value, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, filters};

use super::LONGEST_TEXT;

/// How long the text of a filter would be, at least, in bytes; counted no further than needed.
type Length = fn(&[Value]) -> usize;

/// Puts the filters with an end in the place of those without one.
pub fn limit(environment: &mut Environment<'_>) {
    let filters: [(&'static str, Value, Length); 6] = [
        ("batch", Value::from_function(filters::batch), parted),
        ("format", Value::from_function(filters::format), formatted),
        ("indent", Value::from_function(filters::indent), indented),
        ("join", Value::from_function(filters::join), joined),
        ("replace", Value::from_function(filters::replace), replaced),
        ("slice", Value::from_function(filters::slice), parted),
    ];
    for (name, filter, length) in filters {
        environment.add_filter(name, move |state: &mut State, arguments: Rest<ValueOrKwargs>| -> Result<Value, Error> {
            let arguments = arguments.into_values();
            // The same failure as that of a text that is filled in and grows too long.
            if length(&arguments) > LONGEST_TEXT { Err(ErrorKind::WriteFailure.into()) } else { filter.call(state, &arguments) }
        });
    }
}

/// The largest of the numbers that it is called with, by place or by name.
fn largest(arguments: &[Value]) -> usize {
    arguments.iter().map(|value| if value.kind() == ValueKind::Map { named(value) } else { number(value) }).max().unwrap_or_default()
}

fn named(arguments: &Value) -> usize {
    let names = arguments.try_iter().into_iter().flatten();
    names.filter_map(|name| arguments.get_item(&name).ok()).map(|value| number(&value)).max().unwrap_or_default()
}

/// What is too large for a number of bytes is the largest, and what is no number of them fails by itself.
fn number(value: &Value) -> usize {
    if value.kind() == ValueKind::Number {
        value.as_i64().map_or(usize::MAX, |number| usize::try_from(number).unwrap_or_default())
    } else {
        0
    }
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

/// Each number in the format may be a width or a precision.
fn formatted(arguments: &[Value]) -> usize {
    let digits = text(arguments.first()).split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    digits.map(|digits| digits.parse().unwrap_or(usize::MAX)).fold(0, usize::saturating_add)
}

fn indented(arguments: &[Value]) -> usize {
    let Some((value, how)) = arguments.split_first() else { return 0 };
    let lines = text(Some(value)).matches('\n').count() + 1;
    lines.saturating_mul(largest(how))
}

/// A list is filled up to a number, so that many parts take memory although no text has them yet.
fn parted(arguments: &[Value]) -> usize {
    arguments.split_first().map(|(_, how)| largest(how)).unwrap_or_default()
}

fn joined(arguments: &[Value]) -> usize {
    let Some(Ok(items)) = arguments.first().map(Value::try_iter) else { return 0 };
    let between = text(arguments.get(1)).len();
    let mut length = 0_usize;
    for item in items {
        length = length.saturating_add(between).saturating_add(text(Some(&item)).len());
        if length > LONGEST_TEXT {
            break;
        }
    }
    length
}

fn replaced(arguments: &[Value]) -> usize {
    let [value, from, to, ..] = arguments else { return 0 };
    let value = text(Some(value));
    value.matches(text(Some(from))).count().saturating_mul(text(Some(to)).len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String, ErrorKind> {
        let mut environment = Environment::new();
        limit(&mut environment);
        environment.render_str(text, ()).map_err(|error| error.kind())
    }

    #[test]
    fn what_a_ticket_can_hold_is_made_as_before() {
        for (text, wanted) in [
            ("{{ 'a\nb' | indent(2, true) }}|", "  a\n  b|"),
            ("{{ 'a\nb' | indent(width=3) }}|", "a\n   b|"),
            ("{{ '%s-%05d' | format('s', 42) }}", "s-00042"),
            ("{{ '%-4s|' | format('s') }}", "s   |"),
            ("{{ [1, 'b', 3] | join(', ') }}", "1, b, 3"),
            ("{{ 'abc' | join('-') }}", "a-b-c"),
            ("{{ [1, 2, 3] | batch(2, 0) }}", "[[1, 2], [3, 0]]"),
            ("{{ [1, 2, 3] | slice(2) }}", "[[1, 2], [3]]"),
            ("{{ 'banana' | replace('an', 'o') }}", "booa"),
            ("{{ 'ab' | replace('', '-') }}", "-a-b-"),
        ] {
            assert_eq!(filled(text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_would_fill_the_memory_is_refused_before_it_is_made() {
        for text in [
            "{{ [1] | batch(99999999999, 0) }}",
            "{{ [1] | slice(99999999999) }}",
            "{{ 'x' | indent(9223372036854775807, true) }}",
            "{{ 'x' | indent(width=99999999999) }}",
            "{{ ('a\n' * 1000) | indent(1001) }}",
            "{{ '%999999999999d' | format(1) }}",
            "{{ '%-999999999999d' | format(1) }}",
            "{{ '%99999999999999999999999d' | format(1) }}",
            "{{ '%.999999999f' | format(1.5) }}",
            "{{ (['x' * 1000] * 1001) | join }}",
            "{{ range(1001) | join('x' * 1000) }}",
            "{{ ('x' * 1001) | replace('x', 'y' * 1000) }}",
            "{{ ('x' * 1001) | replace('', 'y' * 1000) }}",
        ] {
            assert_eq!(filled(text), Err(ErrorKind::WriteFailure), "{text}");
        }
    }
}
