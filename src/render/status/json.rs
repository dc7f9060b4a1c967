//! The board for programs: the counts, the groups, the days, and every visit.

use serde_json::{Value, json};

use crate::plan::Step;
use crate::plan::board::{Board, Period, Row, Tally};
use crate::systems::Technician;

/// The version of this form. Raised when a reader must look at it again.
const STATUS_FORMAT: u32 = 1;

pub fn status_json(board: &Board<'_>) -> Value {
    let groups = board.groups();
    let groups = groups.iter().map(|group| {
        let waves: Vec<Value> = group.waves.iter().map(|(wave, counted)| tally("wave", *wave, counted)).collect();
        let mut value = tally("rollout", group.rollout, &group.tally);
        value["waves"] = waves.into();
        value
    });
    let days = board.days();
    let days = days.periods.iter().map(|(Period::Day(day) | Period::Week(day), counts)| json!({"day": day, "counts": counts}));
    json!({
        "format_version": STATUS_FORMAT,
        "made": board.now,
        "counts": board.counts(),
        "groups": groups.collect::<Vec<_>>(),
        "days": days.collect::<Vec<_>>(),
        "unread": board.unread.iter().map(|(why, tickets)| json!({"why": why, "tickets": tickets})).collect::<Vec<_>>(),
        "rows": board.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn tally(what: &str, name: Option<&str>, tally: &Tally<'_>) -> Value {
    json!({(what): name, "counts": tally.counts, "open_as": tally.open_as, "next_sent_from": tally.sent_from})
}

fn row(row: &Row<'_>) -> Value {
    json!({
        "address": row.key.address,
        "reissue": row.key.reissue,
        "ticket": row.id,
        "mark": row.mark,
        "rollout": row.rollout,
        "site": row.site,
        "visit": row.visit,
        "due": row.due,
        "standing": row.standing,
        "status": row.status,
        "read_now": row.is_read,
        "sent_from": row.sent_from,
        "technician": row.technician.as_ref().map(technician),
        "outcome": row.outcome,
        "overdue": row.is_overdue,
        "unassigned": row.is_unassigned,
        "needs_person": row.needs_person(),
        "booked_differently": row.is_booked_differently(),
        "changed_in_system": row.step.map(|step| &step.drift).filter(|drift| !drift.is_empty()),
        "reason": row.reason(),
        "why": row.reason().map(ToString::to_string).or_else(|| row.remark.clone()),
        "next": row.step.and_then(Step::next_step),
        "notes": row.step.map(|step| step.notes.as_slice()).unwrap_or_default(),
    })
}

/// `assigned` is false where the system says that nobody is; where it says nothing, the whole is null.
fn technician(technician: &Technician) -> Value {
    match technician {
        Technician::Nobody => json!({"assigned": false}),
        Technician::Somebody { name, phone } => json!({"assigned": true, "name": name, "phone": phone}),
    }
}
