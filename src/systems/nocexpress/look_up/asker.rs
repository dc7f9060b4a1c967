//! Asking, one question after the other, at the connection's own pace.
//!
//! Owns when to stop: a look-up ends at its first question without an answer that can be used, all of them end where the next question
//! would fare the same. What was answered before stays.

use serde_json::Value;

use super::super::API;
use super::settings::LookUps;
use crate::diagnostics::Diagnostic;
use crate::systems::Told;
use crate::systems::g360::connection::Connection;
use crate::systems::http::plain;

/// One of the three look-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Sites,
    Configurations,
    Issues,
}

impl Subject {
    fn name(self) -> &'static str {
        match self {
            Self::Sites => "sites",
            Self::Configurations => "configurations",
            Self::Issues => "issues",
        }
    }
}

/// Why a look-up ended early.
struct End {
    subject: Subject,
    why: String,
    all: bool,
}

pub struct Asker<'a> {
    connection: &'a Connection,
    pub settings: &'a LookUps,
    told: Told<'a>,
    asked: usize,
    at_most: usize,
    ends: Vec<End>,
}

impl<'a> Asker<'a> {
    pub fn new(connection: &'a Connection, settings: &'a LookUps, told: Told<'a>) -> Self {
        Self { connection, settings, told, asked: 0, at_most: 0, ends: Vec::new() }
    }

    /// So many requests more, at most.
    pub fn expects(&mut self, more: usize) {
        self.at_most += more;
        (self.told)(self.asked, self.at_most);
    }

    /// The answer; `None` once the look-up has ended.
    pub async fn ask(&mut self, subject: Subject, query: &[(&str, &str)]) -> Option<Value> {
        if self.ends.iter().any(|end| end.all || end.subject == subject) {
            return None;
        }
        let path = self.path(subject);
        let answer = self.connection.ask(path, query).await;
        self.asked += 1;
        (self.told)(self.asked, self.at_most.max(self.asked));
        answer.map_err(|no| self.ends.push(End { subject, why: no.why, all: no.ends_all })).ok()
    }

    /// The answer was not what this look-up answers: `without` says what it lacks, such as `without a list of sites`.
    pub fn is_unusable<T>(&mut self, subject: Subject, without: &str, answer: &Value) -> Option<T> {
        let why = format!("{} answered {without}: {}", API.title, plain(&answer.to_string()));
        self.ends.push(End { subject, why, all: false });
        None
    }

    fn path(&self, subject: Subject) -> &'a str {
        match subject {
            Subject::Sites => &self.settings.sites_path,
            Subject::Configurations => &self.settings.configurations_path,
            Subject::Issues => &self.settings.issues_path,
        }
    }

    /// Each look-up that ended early, for people.
    pub fn ended(&self) -> Vec<Diagnostic> {
        let tell = |end: &End| {
            let name = end.subject.name();
            let help = if end.all {
                "Nothing more was looked up. Mend that and validate again; without --online, nothing is asked.".to_owned()
            } else {
                format!(
                    "The other look-ups are not touched by that. It was asked at {}; another path is set as look_ups.{name}_path below spec.systems.{}.",
                    self.path(end.subject),
                    API.id
                )
            };
            let what = if end.all { "the values".to_owned() } else { format!("the {name}") };
            Diagnostic::error("online/unanswered", format!("{what} could not be looked up: {}", end.why)).help(help)
        };
        self.ends.iter().map(tell).collect()
    }
}
