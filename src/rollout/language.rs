//! The expressions of a rollout: what they know, and the wording of what goes wrong in them.
//!
//! Refuses what could be silently nothing: a name or a column that does not exist is a mistake, also where it is only compared.

use std::collections::HashSet;

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use super::columns::Columns;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::expression::{self, endless, words};
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

/// The environment that all expressions of a rollout share.
pub fn environment<'source>() -> Outcome<Environment<'source>> {
    expression::environment(UndefinedBehavior::Strict)
}

/// What to say of a text with the braces of Jinja's own examples. They would be sent as they are, and a technician would read them.
pub fn other_braces(text: &str) -> Option<Diagnostic> {
    let (_, rest) = text.split_once("{{")?;
    rest.contains("}}").then(|| {
        let help = "Write `${{ ... }}`. If the braces are meant, write `${{ \"{{\" }}` for them.";
        Diagnostic::error("rollout/braces", "`{{ ... }}` is not filled in here").help(help)
    })
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
    Diagnostic::error("rollout/expression", format!("this expression cannot be read: {}", words(error)))
        .help("For example: ${{ site.store }}, or ${{ site.city | upper }}")
}

/// The code of a value that comes to no end.
pub const ENDLESS: &str = "rollout/endless";

/// An expression that fails for a site.
pub fn failed(error: &Error) -> Diagnostic {
    if let Some((message, cause)) = endless(error) {
        return Diagnostic::error(ENDLESS, message).help(format!("Look for {cause}. The sites after this one were not tried."));
    }
    let told = Diagnostic::error("rollout/expression", format!("this expression fails: {}", words(error)));
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
