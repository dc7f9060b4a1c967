//! The words of `callout sandbox`.

use std::str::FromStr;

use clap::Args;

#[derive(Debug, Args)]
pub struct Sandbox {
    /// The port to listen on, on this machine only; 0 lets the system choose.
    #[arg(long, default_value_t = 8417)]
    pub port: u16,
    /// Serve nothing: say that the work on this ticket of `--sandbox` is over, by its id, or on `all` that are open. Repeatable.
    #[arg(long, value_name = "ID", conflicts_with = "port")]
    pub resolve: Vec<Resolve>,
}

/// Whose work is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolve {
    All,
    Ticket(u64),
}

impl FromStr for Resolve {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let id = || text.parse().map_err(|_| "it is a ticket's id, or the word all".to_owned());
        if text == "all" { Ok(Self::All) } else { id().map(Self::Ticket) }
    }
}
