//! Filters of Jinja that make as much as a number asks for.
//!
//! Owns their bound. An engine counts a filter as one step, so `indent(99999999999)` would fill the memory within the steps that a text
//! may take, or end the whole program. Refuses numbers that no ticket needs.

use minijinja::value::{Kwargs, StringInput, Value};
use minijinja::{Environment, Error, ErrorKind, State, filters};

/// Blanks, parts or items that such a filter may add at once.
const MOST: usize = 1_000;

/// Puts bounded ones in the place of the engine's own.
pub fn bound(environment: &mut Environment<'_>) {
    environment.add_filter("indent", indent);
    environment.add_filter("slice", |state: &State<'_, '_>, value: Value, count: usize, fill: Option<Value>| {
        small("slice", count).and_then(|()| filters::slice(state, value, count, fill))
    });
    environment.add_filter("batch", |state: &State<'_, '_>, value: Value, count: usize, fill: Option<Value>| {
        small("batch", count).and_then(|()| filters::batch(state, value, count, fill))
    });
}

fn indent(value: StringInput<'_>, width: Option<usize>, first: Option<bool>, blank: Option<bool>, words: Kwargs) -> Result<Value, Error> {
    let named = if words.has("width") { words.peek("width")? } else { None };
    small("indent", width.or(named).unwrap_or(0))?;
    filters::indent(value, width, first, blank, words)
}

fn small(filter: &str, count: usize) -> Result<(), Error> {
    let why = || Error::new(ErrorKind::InvalidOperation, format!("{filter} takes a number up to {MOST}"));
    if count > MOST { Err(why()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(expression: &str) -> Result<String, String> {
        let mut environment = Environment::new();
        bound(&mut environment);
        let compiled = environment.compile_expression(expression).expect("an expression");
        compiled.eval(()).map(|value| value.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_number_that_no_ticket_needs_is_refused() {
        for (expression, filter) in [
            ("'a' | indent(99999999999)", "indent"),
            ("'a' | indent(width=18446744073709551615, first=true)", "indent"),
            ("[1] | slice(99999999999)", "slice"),
            ("[1] | batch(99999999999, 0)", "batch"),
        ] {
            assert_eq!(
                told(expression),
                Err(format!("invalid operation: {filter} takes a number up to 1000 (in <expression>:1)")),
                "{expression}"
            );
        }
    }

    #[test]
    fn what_tickets_need_works_as_ever() {
        let fine = |expression: &str, wanted: &str| assert_eq!(told(expression).as_deref(), Ok(wanted), "{expression}");
        fine("'a\nb' | indent(2)", "a\n  b");
        fine("'a\nb' | indent(width=2, first=true)", "  a\n  b");
        fine("'a\nb' | indent", "a\n    b");
        fine("[1, 2, 3] | slice(2)", "[[1, 2], [3]]");
        fine("[1, 2, 3] | batch(2, 0)", "[[1, 2], [3, 0]]");
    }
}
