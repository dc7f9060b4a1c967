//! The words of waiting for the state's lock, for every command that writes.

use std::time::Duration;

use clap::Args;
use jiff::SignedDuration;

#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Waiting {
    /// Wait so long where another run has the state: 90s, 10m or 1h. Without it, that is an error at once.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub lock_timeout: Option<Duration>,
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = |_| "write it like 90s, 10m or 1h".to_owned();
    text.parse::<SignedDuration>()
        .map_err(|error| wrong(error.to_string()))
        .and_then(|time| time.try_into().map_err(|_| wrong(String::new())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_its_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h 30m"), Ok(Duration::from_mins(90)));
        for wrong in ["90", "-5s", "soon", ""] {
            assert_eq!(duration(wrong), Err("write it like 90s, 10m or 1h".to_owned()), "{wrong}");
        }
    }
}
