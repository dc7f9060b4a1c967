//! The filters, the order and the pages of `get_tickets` (vendor page `gettickets.aspx`). Several filters together all hold.

use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{Variables, bad};
use crate::systems::readydesk::wire::dates;
use crate::systems::sandbox::{Refusal, Stored, Trouble, Troubles};

/// Filters whose value is that of a field, by their names; in any case.
const EQUAL: [(&str, &str); 9] = [
    ("status", "status"),
    ("source", "source"),
    ("category", "category"),
    ("sub_category", "sub_category"),
    ("priority", "priority"),
    ("escalation", "escalation_level"),
    ("uid", "assigned_tech"),
    ("group", "assigned_group_name"),
    ("cid", "cid"),
];

/// Where a keyword is looked for. The page does not say.
const SEARCHED: [&str; 2] = ["subject", "summary"];

/// The tickets of one answer.
pub fn select(
    tickets: Vec<Stored>,
    asked: &Variables,
    zone: &TimeZone,
    longest: Option<usize>,
    troubles: &Troubles,
) -> Result<Vec<Stored>, Refusal> {
    if asked.get("count_only").is_some_and(|flag| flag == "Y") {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "No page shows how this is answered, so the sandbox does not."));
    }
    let mut found: Vec<Stored> =
        tickets.into_iter().filter(|ticket| troubles.has(&Trouble::Unfiltered) || holds(ticket, asked, zone)).collect();
    if is_descending(asked) {
        found.reverse();
    }
    let count = number(asked, "count")?;
    let Some(page) = number(asked, "page")? else {
        found.truncate(count.unwrap_or(usize::MAX));
        return Ok(found);
    };
    let is_wild = asked.get("tid").is_some_and(|tid| tid == "*");
    let Some(count) = count.filter(|_| is_wild) else { return Err(bad("page", "Needs a wildcard and count.")) };
    let repeats = troubles.has(&Trouble::RepeatedPage) && page > 1;
    let (length, page) = (count.min(longest.unwrap_or(count)), if repeats { page - 1 } else { page });
    let mut rows: Vec<Stored> = found.into_iter().skip(length * page.saturating_sub(1)).take(length).collect();
    if troubles.has(&Trouble::SkippedRow) {
        rows.pop();
    }
    Ok(rows)
}

fn number(asked: &Variables, name: &str) -> Result<Option<usize>, Refusal> {
    let Some(text) = asked.get(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| *number > 0);
    number.map(Some).ok_or_else(|| bad(name, "Must be a whole number above 0."))
}

/// The column has the direction behind it, or it comes by itself. Every column but the ticket's number is refused silently.
fn is_descending(asked: &Variables) -> bool {
    let ends = |name: &str| asked.get(name).is_some_and(|text| text.to_uppercase().ends_with("DESC"));
    ends("order") || ends("order_direction")
}

fn holds(ticket: &Stored, asked: &Variables, zone: &TimeZone) -> bool {
    let text = |name: &str| ticket.fields.get(name).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let same = |(variable, field): &(&str, &str)| asked.get(*variable).is_none_or(|value| text(field) == value.to_lowercase());
    let has_word = |word: &String| SEARCHED.iter().any(|field| text(field).contains(&word.to_lowercase()));
    let opened = text("date_opened").to_uppercase().parse::<Timestamp>().ok().map(|at| dates::at_server(at, zone));
    let bound = |name: &str| asked.get(name).map(|date| dates::of_server(date));
    let by_date = |name: &str, fits: fn(DateTime, DateTime) -> bool| {
        // A date that cannot be read matches nothing, so that nobody takes the answer for a filtered one.
        bound(name).is_none_or(|bound| bound.zip(opened).is_some_and(|(bound, opened)| fits(opened, bound)))
    };
    let by_id = |name: &str, fits: fn(u64, u64) -> bool| {
        asked.get(name).is_none_or(|bound| bound.parse().is_ok_and(|bound| fits(ticket.id, bound)))
    };
    let by_customer = |name: &str, fits: fn(&str, &str) -> bool| {
        asked.get(name).is_none_or(|bound| {
            let (cid, bound) = (text("cid"), bound.to_lowercase());
            fits(cid.get(..bound.len().min(cid.len())).unwrap_or(&cid), &bound)
        })
    };
    asked.get("tid").is_none_or(|tid| tid == "*" || tid.parse() == Ok(ticket.id))
        && asked.get("keyword").is_none_or(has_word)
        && EQUAL.iter().all(same)
        && by_id("start_tid", |id, bound| id >= bound)
        && by_id("end_tid", |id, bound| id <= bound)
        && by_customer("start_cid", |cid, bound| cid >= bound)
        && by_customer("end_cid", |cid, bound| cid <= bound)
        && by_date("start_date", |opened, bound| opened >= bound)
        && by_date("end_date", |opened, bound| opened <= bound)
}
