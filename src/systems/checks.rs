//! Checks of documents that a schema cannot make: the table's form, and questions that several systems ask.
//!
//! Owns how a check speaks. Refuses to know any system's fields: each system has a table of its own.

use super::Finding;
use crate::ticket::Mark;

/// One thing that is wrong; the table gives it its code.
pub struct Wrong {
    pub pointer: String,
    pub message: String,
    pub help: Option<String>,
}

/// A check by its code.
pub type Row<D> = (&'static str, fn(&D) -> Vec<Wrong>);

/// Everything that the checks find, in the table's order: all of them run, so that everything wrong is told at once.
pub fn run<D>(table: &[Row<D>], document: &D) -> Vec<Finding> {
    let finding = |code, wrong: Wrong| Finding { help: wrong.help, ..Finding::error(code, wrong.pointer, wrong.message) };
    table.iter().flat_map(|(code, check)| check(document).into_iter().map(move |wrong| finding(code, wrong))).collect()
}

pub fn wrong(pointer: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Wrong {
    Wrong { pointer: pointer.into(), message: message.into(), help: Some(help.into()) }
}

/// A required text of nothing but blanks. An empty one is the schema's business.
pub fn blank(title: &str, pointer: &str, name: &str, text: &str) -> Option<Wrong> {
    let is_blank = !text.is_empty() && text.trim().is_empty();
    is_blank.then(|| wrong(format!("{pointer}/{name}"), format!("{name} is blank"), format!("{title} needs a text here.")))
}

/// A text that is no e-mail address. `help` says how one looks.
pub fn not_an_email(pointer: &str, name: &str, text: &str, help: &str) -> Option<Wrong> {
    let text = text.trim();
    let shaped = text.split_once('@').is_some_and(|(person, host)| {
        !person.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains('@')
    });
    let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control() || ",;<>\"".contains(c));
    let fine = text.is_empty() || (shaped && plain);
    (!fine).then(|| wrong(format!("{pointer}/{name}"), format!("{name} has `{text}`, which is no e-mail address"), help))
}

/// A text that is no telephone number.
pub fn not_a_phone(pointer: &str, name: &str, text: &str) -> Option<Wrong> {
    let help = "Write 7 to 15 digits, such as 617-555-0123. An extension has a field of its own.";
    let say = || wrong(format!("{pointer}/{name}"), format!("{name} is `{text}`, which is no telephone number"), help);
    crate::ticket::digits(text).is_none().then(say)
}

/// What the user writes where the mark goes must not look like one: that one is added by callout.
pub fn holds_a_mark(name: &str, text: Option<&str>, find: impl Fn(&str) -> Option<Mark>) -> Vec<Wrong> {
    let say = |mark: Mark| {
        let message = format!("{name} has `{mark}`, which looks like a mark of callout");
        wrong(format!("/spec/{name}"), message, "Take it out: callout adds each ticket's own mark by itself.")
    };
    text.and_then(find).map(say).into_iter().collect()
}
