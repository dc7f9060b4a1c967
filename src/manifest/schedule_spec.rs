//! What a user writes under `schedule` of a `Rollout`.
//!
//! Owns its shape and its documentation. Refuses to count days: whether a date is in the calendar and a rule leaves any day is for the
//! room that assigns visits.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::systems::schema::tidy;

/// When the sites are visited. `callout schedule` gives each site a day by these rules and writes it into NAME.schedule.csv beside this
/// file; everything else reads only that file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Schedule", transform = tidy)]
pub struct ScheduleSpec {
    /// The first day that may have a visit.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"), extend("examples" = ["2027-01-11"]))]
    pub starts: String,
    /// The days of the week that may have visits.
    #[schemars(length(min = 1), extend("uniqueItems" = true, "examples" = [["mon", "tue", "wed", "thu"]]))]
    pub days: Vec<WeekdayName>,
    /// When the technician may arrive, in the time of each site.
    pub window: WindowSpec,
    /// The time zone of each site: an IANA name for all of them, or an expression.
    #[schemars(length(min = 1), extend("examples" = ["${{ site.timezone }}", "America/New_York"]))]
    pub timezone: String,
    /// How many visits a day may have, at all sites together.
    #[schemars(range(min = 1), extend("examples" = [20]))]
    pub per_day: u32,
    /// How many visits a day may have among the sites that share a value.
    #[serde(default)]
    pub per_day_by: Option<PerDayBySpec>,
    /// Days without visits: single ones, or the first and the last of several, as `2027-02-15/2027-02-19`.
    #[serde(default)]
    #[schemars(inner(regex(pattern = r"^\d{4}-\d{2}-\d{2}(/\d{4}-\d{2}-\d{2})?$")), extend("examples" = [["2027-01-18", "2027-02-15/2027-02-19"]]))]
    pub blackout: Option<Vec<String>>,
    /// No new visit starts sooner than this, in hours (`72h`) or days of 24 hours (`3d`): neither when days are given to sites, nor
    /// when a ticket is sent.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[1-9]\d{0,2}[hd]$"), extend("examples" = ["72h", "3d"]))]
    pub lead_time: Option<String>,
    /// A ticket is sent by the first apply within this time before its visit, in hours or days. Without it, by the next apply.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[1-9]\d{0,2}[hd]$"), extend("examples" = ["10d"]))]
    pub book_ahead: Option<String>,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Weekday")]
pub enum WeekdayName {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// When the technician may arrive. The same time twice is a hard start.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Window", transform = tidy)]
pub struct WindowSpec {
    /// The earliest arrival, by the site's clock.
    #[schemars(regex(pattern = r"^([01]\d|2[0-3]):[0-5]\d$"), extend("examples" = ["08:00"]))]
    pub from: String,
    /// The latest arrival, on the same day.
    #[schemars(regex(pattern = r"^([01]\d|2[0-3]):[0-5]\d$"), extend("examples" = ["12:00"]))]
    pub to: String,
}

/// How many visits a day may have among the sites that share a value.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PerDayBy", transform = tidy)]
pub struct PerDayBySpec {
    /// The column with that value.
    #[schemars(length(min = 1), extend("examples" = ["region"]))]
    pub column: String,
    /// The most visits of a day for each value.
    #[schemars(range(min = 1), extend("examples" = [5]))]
    pub max: u32,
}
