//! What holds up the requests to a system.
//!
//! Owns what a connection tells of it, as facts: the words, and who else may be the cause, are for whoever is told.

/// Something that a person at the run should know while it stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldUp {
    /// The next request waits for its turn.
    Turn { title: &'static str, seconds: i64 },
    /// The system answered that there were too many requests.
    TooMany(Limit),
}

/// How many requests are sent to a system in a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The system's key under `spec.systems`.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// By this run; `None` where the project says that there is no limit.
    pub own: Option<u32>,
    /// As the vendor's pages print it for one key, over all who use it.
    pub printed: Option<u32>,
}
