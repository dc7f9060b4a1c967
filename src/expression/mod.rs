//! Expressions: Jinja, with `${{` and `}}` around what is filled in. Rollouts and policies have the same.
//!
//! Owns the environment, its limits, and the words for what goes wrong in it. Refuses to know what an expression sees: that is for
//! whoever has it, and so is a name that does not exist.

mod growth;

use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Template, UndefinedBehavior, Value};

use crate::diagnostics::{Diagnostic, Outcome};

/// Instructions that one value may take. A text with a loop needs a few hundred; the limit ends a loop of loops, which would
/// otherwise keep a CI job for hours.
const FUEL: u64 = 1_000_000;

/// What begins an expression, a tag and a comment.
const SIGNS: [&str; 3] = ["${{", "{%", "{#"];

/// In bytes. No ticket system takes so long a text.
pub const LONGEST_TEXT: usize = 1_000_000;

/// The environment that all expressions of a document share. What is undefined is never filled in; `undefined` says what else it is.
pub fn environment<'source>(undefined: UndefinedBehavior) -> Outcome<Environment<'source>> {
    let syntax = SyntaxConfig::builder()
        .variable_delimiters("${{", "}}")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .map_err(|error| Diagnostic::error("expression/internal", format!("callout's own expressions cannot be set up: {error}")))?;
    let mut environment = Environment::new();
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(undefined);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    growth::limit(&mut environment);
    Ok(environment)
}

/// Whether a text has anything to fill in.
pub fn is_template(text: &str) -> bool {
    SIGNS.iter().any(|sign| text.contains(sign))
}

/// The inside of a text that is one `${{ ... }}` and nothing else, as far as its ends say.
pub fn inside(text: &str) -> Option<&str> {
    text.trim().strip_prefix("${{")?.strip_suffix("}}")
}

/// A template's text, as far as anybody could read it.
pub fn rendered(template: &Template<'_, '_>, context: Value) -> Result<String, Error> {
    let mut page = Page(Vec::new());
    drop(template.render_captured_to(context, &mut page)?);
    String::from_utf8(page.0).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
}

/// A text that does not grow for ever: one loop in another would fill the memory before it used up its steps.
struct Page(Vec<u8>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST_TEXT {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why a value comes to no end, and what to look for; `None` where it failed for another reason.
pub fn endless(error: &Error) -> Option<(&'static str, &'static str)> {
    if error.kind() == ErrorKind::OutOfFuel {
        return Some(("this text takes more than a million steps", "a loop inside a loop"));
    }
    let is_long = error.kind() == ErrorKind::WriteFailure;
    is_long.then_some(("this text is longer than 1 MB", "a loop inside a loop, or a filter with a large number"))
}

/// What went wrong, and in which line of the text if it is not the first.
pub fn words(error: &Error) -> String {
    let line = error.line().filter(|line| *line > 1).map(|line| format!(", in line {line} of this text")).unwrap_or_default();
    format!("{}{line}", error.detail().map_or_else(|| error.kind().to_string(), str::to_owned))
}
