//! What is to happen to a ticket besides what it says: the `lifecycle` block of a manifest.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Address;

/// What happens to a live ticket whose description leaves the files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnRemove {
    /// Keep it in view as needing a person: its technician is still coming.
    #[default]
    Hold,
    /// Stop looking after it. The ticket itself stays open.
    Forget,
    /// Close it in its system.
    Close,
    /// Delete it in its system.
    Delete,
}

impl fmt::Display for OnRemove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hold => "hold",
            Self::Forget => "forget",
            Self::Close => "close",
            Self::Delete => "delete",
        })
    }
}

/// The last applied one is kept in the record: a removed file still has its `on_remove`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lifecycle {
    #[serde(default)]
    pub on_remove: OnRemove,
    /// Fields that are sent at create and then take part in no comparison.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ignore_changes: BTreeSet<String>,
    /// Why there is a further visit, in a person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reissue_reason: Option<String>,
    /// The id of a ticket that exists already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopt: Option<String>,
    /// The address that this ticket had before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<Address>,
    /// Tickets at the same place that are meant to be there too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alongside: Vec<Address>,
}
