//! What a visit costs, as its ticket's system estimates it, and where that system says that its site is.
//!
//! An estimate is advice: no system promises its price. What is not known stays unknown, and is never counted as nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Money;

/// What one create costs. A create that nobody was asked about has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    /// The system's own sum.
    Estimated(Money),
    /// Why nobody knows.
    Unknown(String),
}

/// The site that an account stands for, as its system knows it: a wrong account number shows in its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// The system's own number of it.
    pub id: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// On one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
}
