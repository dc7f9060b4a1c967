//! The expressions of a rollout: Jinja, with `${{` and `}}` around what is filled in.
//!
//! Owns the one environment, and the wording of what goes wrong in it. Refuses what could be silently nothing: a name or a column
//! that does not exist is a mistake, also where it is only compared.

use std::collections::HashSet;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};

use super::columns::Columns;
use super::growth;
use crate::diagnostics::Diagnostic;
use crate::systems::nearest;

/// What expressions know.
const NAMES: [&str; 4] = ["site", "rollout", "wave", "visit"];

/// What they know of a visit.
const OF_VISIT: [&str; 3] = ["start", "end", "timezone"];

/// The names that expressions of one place may use.
#[derive(Debug, Clone, Copy)]
pub struct Known<'c> {
    pub columns: &'c Columns,
    /// Whether there is a visit to speak of.
    pub visit: bool,
    /// Whether there is a wave.
    pub wave: bool,
}

/// Instructions that one value may take. A text with a loop needs a few hundred; the limit ends a loop of loops, which would
/// otherwise keep a CI job for hours.
const FUEL: u64 = 1_000_000;

/// What begins an expression, a tag and a comment.
const SIGNS: [&str; 3] = ["${{", "{%", "{#"];

/// The environment that all expressions of a rollout share.
pub fn environment<'source>() -> Result<Environment<'source>, Box<Diagnostic>> {
    let syntax = SyntaxConfig::builder()
        .variable_delimiters("${{", "}}")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .map_err(|error| Diagnostic::error("rollout/internal", format!("callout's own expressions cannot be set up: {error}")))?;
    let mut environment = Environment::new();
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    growth::limit(&mut environment);
    Ok(environment)
}

/// Whether a text has anything to fill in.
pub fn is_template(text: &str) -> bool {
    SIGNS.iter().any(|sign| text.contains(sign))
}

/// What to say of a text with the braces of Jinja's own examples. They would be sent as they are, and a technician would read them.
pub fn other_braces(text: &str) -> Option<Diagnostic> {
    let (_, rest) = text.split_once("{{")?;
    rest.contains("}}").then(|| {
        let help = "Write `${{ ... }}`. If the braces are meant, write `${{ \"{{\" }}` for them.";
        Diagnostic::error("rollout/braces", "`{{ ... }}` is not filled in here").help(help)
    })
}

/// The inside of a text that is one `${{ ... }}` and nothing else, as far as its ends say.
pub fn inside(text: &str) -> Option<&str> {
    text.trim().strip_prefix("${{")?.strip_suffix("}}")
}

/// What is wrong with the names that an expression uses. `site.name` comes as one.
pub fn unknown_names(used: &HashSet<String>, known: Known<'_>, environment: &Environment<'_>) -> Vec<Diagnostic> {
    let mut used: Vec<&String> = used.iter().collect();
    used.sort_unstable();
    used.into_iter().filter_map(|name| unknown_name(name, known, environment)).collect()
}

fn unknown_name(used: &str, known: Known<'_>, environment: &Environment<'_>) -> Option<Diagnostic> {
    let columns = known.columns;
    let mut steps = used.split('.');
    let (top, below) = (steps.next().unwrap_or(""), steps.next());
    match (top, below) {
        ("site", Some(column)) if columns.find(column).is_none() => Some(columns.unknown(column)),
        ("rollout", Some(below)) if below != "name" => Some(
            Diagnostic::error("rollout/unknown-name", format!("`rollout.{below}` is not known"))
                .help("A rollout has a name: `rollout.name`."),
        ),
        ("wave", _) if !known.wave => Some(
            Diagnostic::error("rollout/unknown-name", "`wave` is not known here")
                .help("Only the template of a rollout with `waves` knows the wave of a site."),
        ),
        ("wave", Some(below)) if below != "name" => {
            Some(Diagnostic::error("rollout/unknown-name", format!("`wave.{below}` is not known")).help("A wave has a name: `wave.name`."))
        }
        ("visit", _) if !known.visit => Some(
            Diagnostic::error("rollout/unknown-name", "`visit` is not known here")
                .help("Only the template of a rollout with `schedule` knows the visit of a site."),
        ),
        ("visit", Some(below)) if !OF_VISIT.contains(&below) => Some(
            Diagnostic::error("rollout/unknown-name", format!("`visit.{below}` is not known"))
                .help("A visit has `visit.start`, `visit.end` and `visit.timezone`."),
        ),
        ("site" | "rollout" | "wave" | "visit", _) => None,
        _ if environment.globals().any(|(name, _)| name == top) => None,
        _ => {
            let near = nearest(top, NAMES).map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default();
            let column = columns.find(top).map_or(near, |_| format!("Did you mean `site.{top}`? "));
            let help = format!("{column}An expression knows `site.COLUMN` and `rollout.name`; a plain text goes into quotes.");
            Some(Diagnostic::error("rollout/unknown-name", format!("`{top}` is not known here")).help(help))
        }
    }
}

/// An expression that cannot be read.
pub fn unreadable(error: &Error) -> Diagnostic {
    let line = error.line().filter(|line| *line > 1).map(|line| format!(", in line {line} of this text")).unwrap_or_default();
    Diagnostic::error("rollout/expression", format!("this expression cannot be read: {}{line}", words(error)))
        .help("For example: ${{ site.store }}, or ${{ site.city | upper }}")
}

/// The code of a value that comes to no end.
pub const ENDLESS: &str = "rollout/endless";

/// In bytes. No ticket system takes so long a text.
pub const LONGEST_TEXT: usize = 1_000_000;

/// An expression that fails for a site.
pub fn failed(error: &Error) -> Diagnostic {
    if matches!(error.kind(), ErrorKind::OutOfFuel | ErrorKind::WriteFailure) {
        let out_of_fuel = error.kind() == ErrorKind::OutOfFuel;
        let (message, cause) = if out_of_fuel {
            ("this text takes more than a million steps", "a loop inside a loop")
        } else {
            ("this text is longer than 1 MB", "a loop inside a loop, or a filter with a large number")
        };
        return Diagnostic::error(ENDLESS, message).help(format!("Look for {cause}. The sites after this one were not tried."));
    }
    let line = error.line().filter(|line| *line > 1).map(|line| format!(", in line {line} of this text")).unwrap_or_default();
    let told = Diagnostic::error("rollout/expression", format!("this expression fails: {}{line}", words(error)));
    if matches!(error.kind(), ErrorKind::UnknownMethod | ErrorKind::UnknownFilter | ErrorKind::UnknownFunction) {
        return told.help("Jinja's filters change a value, such as upper, lower and replace: ${{ site.city | upper }}");
    }
    if error.kind() == ErrorKind::InvalidOperation {
        return told.help(
            "Say what holds where a cell is empty or zero: ${{ a // b if b else 0 }}. A cell is a text; `| int` makes a number of it.",
        );
    }
    told
}

fn words(error: &Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}
