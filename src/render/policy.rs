//! What became of the tests of policies, as text and JSON.

use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde_json::{Value, json};

use super::source::clean;
use crate::policy::{Expected, Tried};

/// The version of the JSON form. Raised when a reader must look at it again.
const FORMAT: u32 = 1;

/// A line for each test, and a count. `tried` has each policy's name, also where it has no tests.
pub fn tried_text(tried: &[(&str, Vec<Tried>)]) -> String {
    let mut text = String::new();
    for (name, tests) in tried {
        if tests.is_empty() {
            let _ = writeln!(text, "{}  {}: it has no tests", "none".yellow(), clean(name));
        }
        text.extend(tests.iter().map(line));
    }
    let tests = || tried.iter().flat_map(|(_, tests)| tests);
    let (all, failed) = (tests().count(), tests().filter(|tried| !tried.passed()).count());
    let untested = tried.iter().filter(|(_, tests)| tests.is_empty()).count();
    let without = match untested {
        0 => String::new(),
        1 => "; 1 policy has no tests".to_owned(),
        many => format!("; {many} policies have no tests"),
    };
    let policies = if tried.len() == 1 { "1 policy".to_owned() } else { format!("{} policies", tried.len()) };
    let counted = format!("{} of {all} {} of {policies} passed{without}.", all - failed, if all == 1 { "test" } else { "tests" });
    let _ = writeln!(text, "{}", counted.bold());
    text
}

fn line(tried: &Tried) -> String {
    let name = format!("{}: {}", clean(&tried.policy), clean(&tried.name).replace('\n', " "));
    if tried.passed() {
        return format!("{}    {name}\n", "ok".green());
    }
    let mut text = format!("{}  {name}\n", "FAIL".red().bold());
    if let Some(place) = &tried.place {
        let _ = writeln!(text, "      at {}", clean(place));
    }
    let wanted = tried.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
    let _ = writeln!(text, "      expected {}{}", word(tried.expected), indented(&wanted));
    let said = tried.said.join("\n");
    let said = if said.is_empty() { said } else { format!(": {said}") };
    let _ = writeln!(text, "      came to  {}{}", word(tried.came), indented(&said));
    text
}

fn indented(text: &str) -> String {
    clean(text).replace('\n', "\n        ")
}

fn word(expected: Expected) -> &'static str {
    match expected {
        Expected::Deny => "deny",
        Expected::Warn => "warn",
        Expected::Pass => "pass",
    }
}

/// The same for programs.
pub fn tried_json(tried: &[(&str, Vec<Tried>)]) -> Value {
    let test = |tried: &Tried| {
        json!({
            "name": tried.name,
            "place": tried.place,
            "passed": tried.passed(),
            "expected": {"result": tried.expected, "message": tried.message},
            "came": {"result": tried.came, "messages": tried.said, "failed": tried.failed},
        })
    };
    let policy = |(name, tests): &(&str, Vec<Tried>)| json!({"policy": name, "tests": tests.iter().map(test).collect::<Vec<_>>()});
    json!({"format_version": FORMAT, "policies": tried.iter().map(policy).collect::<Vec<_>>()})
}
