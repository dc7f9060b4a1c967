//! Time zones by their names.
//!
//! Owns which names are known and what to say of one that is not. Refuses abbreviations and offsets: they know no summer time.

use jiff::tz::{self, TimeZone};

use super::nearest;

/// A zone by its IANA name. jiff also has a zone that stands for "not known"; it is no help to anybody.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())
}

/// What to say to who wrote a name that is not known.
pub fn zone_hint(name: &str) -> String {
    let known: Vec<String> = tz::db().available().map(|zone| zone.as_str().to_owned()).collect();
    let wanted = name.replace(' ', "_").to_lowercase();
    let by_city = || known.iter().map(String::as_str).find(|zone| zone.to_lowercase().rsplit('/').next() == Some(wanted.as_str()));
    nearest(name, known.iter().map(String::as_str))
        .or_else(by_city)
        .map_or_else(|| "Write an IANA name, such as America/New_York.".to_owned(), |near| format!("Did you mean `{near}`?"))
}
