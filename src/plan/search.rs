//! What was done to find out about a write that is in doubt.
//!
//! Owns its words, and what a person does next. Refuses to say that nothing is there where nobody looked.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a search for the mark of a create in doubt, or a look at a changed ticket, has said so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "found", rename_all = "snake_case")]
pub enum Search {
    /// Nobody looked: the system cannot search.
    #[default]
    NotMade,
    /// Nobody looked, though the system can be searched: reading was switched off, or a saved plan went on.
    Skipped,
    /// It is too early: only from this moment on does it mean something that nothing is found.
    From { moment: Timestamp },
    /// No ticket that was made since then carries the mark.
    Nothing { since: Timestamp },
    /// The search was not answered.
    ///
    /// `marked`: tickets that carry it among those that were seen.
    Unanswered {
        why: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        marked: Vec<String>,
    },
    /// The ticket was read, and does not show the change.
    NotShown,
}

/// As the end of a sentence.
impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMade => Ok(()),
            Self::Skipped => write!(f, "; its mark was not looked for"),
            Self::From { moment } => write!(f, "; its mark is looked for from {moment:.0} on"),
            Self::Nothing { since } if *since == Timestamp::UNIX_EPOCH => write!(f, "; its mark was looked for, and no ticket carries it"),
            Self::Nothing { since } => write!(f, "; its mark was looked for, and no ticket made since {since:.0} carries it"),
            Self::Unanswered { why, .. } => write!(f, "; its mark was looked for without an answer: {why}"),
            Self::NotShown => write!(f, "; the ticket does not show it"),
        }
    }
}

impl Search {
    /// The next step for a person, of a create.
    pub(super) fn next_step(&self, name: &str) -> String {
        match self {
            Self::Skipped => "let its mark be looked for: callout plan".to_owned(),
            Self::From { .. } => "plan again then: a ticket that carries its mark is linked".to_owned(),
            Self::Nothing { .. } => format!(
                "if the portal shows none either: callout settle {name} --not-created --reason TEXT; if it does: callout settle {name} --id ID --reason TEXT"
            ),
            Self::Unanswered { marked, .. } if !marked.is_empty() => {
                format!("plan again; or look whether there is another in the portal, then: callout settle {name} --id ID --reason TEXT")
            }
            Self::Unanswered { .. } => {
                format!(
                    "plan again; or look for its mark in the portal, then: callout settle {name} --id ID --reason TEXT, or --not-created"
                )
            }
            Self::NotMade | Self::NotShown => {
                format!("look for its mark in the portal, then: callout settle {name} --id ID --reason TEXT, or --not-created")
            }
        }
    }
}
