//! What can go wrong with a create that makes several tickets. The vendor's page says only that each location gets one, and that all
//! come back in the answer.

use axum::http::StatusCode;
use serde_json::Value;

use crate::systems::sandbox::{Refusal, Stored, Trouble, Troubles};

/// A refusal that comes after some tickets were made, with those.
pub fn refusal(troubles: &Troubles, booked: &[Stored]) -> Option<(Vec<Stored>, Refusal)> {
    let [first, _, ..] = booked else { return None };
    let refusal = Refusal::new(StatusCode::BAD_REQUEST, "A location cannot be served.");
    troubles.has(&Trouble::RefusedHalfWay).then(|| (vec![first.clone()], refusal))
}

/// Changes the answer, not the tickets.
pub fn disturb(troubles: &Troubles, views: &mut Vec<Value>) {
    let [first, _, ..] = views.as_slice() else { return };
    if troubles.has(&Trouble::SamePlaces) {
        let place = ["location_name", "location_number"].map(|name| (name, first[name].clone()));
        for view in views.iter_mut() {
            for (name, value) in &place {
                view[*name] = value.clone();
            }
        }
    }
    if troubles.has(&Trouble::OtherOrder) {
        views.reverse();
    }
    if troubles.has(&Trouble::TicketLeftOut) {
        views.pop();
    }
}
