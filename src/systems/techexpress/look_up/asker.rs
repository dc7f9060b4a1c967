//! Asking, one question after the other, at the connection's own pace.
//!
//! Owns when to stop: where the next question would fare the same, and after a few in a row that brought nothing. Each costs a second,
//! and with its repeats a minute.

use serde_json::Value;

use super::super::API;
use crate::systems::Told;
use crate::systems::g360::connection::Connection;
use crate::systems::http::plain;

/// So many questions in a row without an answer that can be used end the asking.
const IN_A_ROW: usize = 3;

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct No {
    pub why: String,
    /// The system was not asked, or did not answer. Otherwise it said so.
    pub is_silence: bool,
}

impl No {
    /// The system said so.
    pub fn said(why: String) -> Self {
        Self { why, is_silence: false }
    }
}

pub struct Asker<'a> {
    connection: &'a Connection,
    told: Told<'a>,
    asked: usize,
    at_most: usize,
    in_a_row: usize,
    /// Nothing more is asked.
    ended: Option<String>,
}

impl<'a> Asker<'a> {
    pub fn new(connection: &'a Connection, at_most: usize, told: Told<'a>) -> Self {
        if at_most > 0 {
            told(0, at_most);
        }
        Self { connection, told, asked: 0, at_most, in_a_row: 0, ended: None }
    }

    pub async fn ask(&mut self, path: &str, query: &[(&str, &str)]) -> Result<Value, No> {
        if let Some(why) = &self.ended {
            return Err(No { why: why.clone(), is_silence: true });
        }
        let answer = self.connection.ask(path, query).await;
        self.asked += 1;
        (self.told)(self.asked, self.at_most.max(self.asked));
        match answer {
            Ok(answer) => {
                self.in_a_row = 0;
                Ok(answer)
            }
            Err(no) => Err(self.brought_nothing(no.why, no.ends_all)),
        }
    }

    /// The answer was not what this call answers: `without` says what it lacks, such as `without a list of accounts`.
    pub fn is_unusable(&mut self, without: &str, answer: &Value) -> No {
        self.brought_nothing(format!("{} answered {without}: {}", API.title, plain(&answer.to_string())), false)
    }

    fn brought_nothing(&mut self, why: String, ends_all: bool) -> No {
        self.in_a_row += 1;
        if ends_all || self.in_a_row >= IN_A_ROW {
            self.ended = Some(why.clone());
        }
        No { why, is_silence: true }
    }

    /// Why nothing more was asked.
    pub fn ended(&self) -> Option<&str> {
        self.ended.as_deref()
    }
}
