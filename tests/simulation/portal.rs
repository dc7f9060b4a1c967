//! What people do in the vendors' portals, and tell nobody.

use serde_json::{Value, json};

use crate::support::random::Random;
use crate::tickets::Shown;
use crate::world::World;

/// One of these tickets.
fn pick(world: &World, random: &mut Random, is_meant: impl Fn(&Shown) -> bool) -> Option<Shown> {
    let mut meant: Vec<Shown> = world.portal().into_iter().filter(is_meant).collect();
    let at = usize::try_from(random.below(meant.len() as u64)).ok().filter(|at| *at < meant.len())?;
    Some(meant.swap_remove(at))
}

fn edit(world: &World, id: u64, fields: &Value) {
    world.sandbox.edit(id, fields.as_object().expect("an object")).expect("a ticket that is there");
}

/// A second ticket with everything that the first one has, its mark too. Most likely of one that callout is in doubt about.
pub fn copy(world: &World, random: &mut Random) -> &'static str {
    let state = world.state();
    let is_doubted = |ticket: &Shown| state.records.values().any(|record| record.in_doubt() && ticket.is_of(&record.request));
    let ticket = pick(world, random, |ticket| !ticket.deleted && is_doubted(ticket));
    let Some(ticket) = ticket.or_else(|| pick(world, random, |ticket| !ticket.deleted)) else { return "nothing" };
    world.sandbox.copy(ticket.id).expect("a ticket that is there");
    "copied in the portal"
}

/// The work was not over after all.
pub fn reopen(world: &mut World, random: &mut Random) -> &'static str {
    let Some(ticket) = pick(world, random, |ticket| ticket.resolved && !ticket.deleted) else { return "nothing" };
    let fields = match ticket.system.as_str() {
        "billing_platform" => json!({"status": "open"}),
        "readydesk" => json!({"status": "Open"}),
        _ => json!({"date_resolved": null}),
    };
    // Twice: an old version of it is open, too.
    edit(world, ticket.id, &fields);
    edit(world, ticket.id, &fields);
    world.reopened.insert(ticket.id);
    "reopened in the portal"
}

/// The ticket is gone.
pub fn delete(world: &World, random: &mut Random) -> &'static str {
    let Some(ticket) = pick(world, random, |ticket| !ticket.deleted) else { return "nothing" };
    world.sandbox.hide(ticket.id).expect("a ticket that is there");
    "deleted in the portal"
}

/// A status that nobody has heard of.
pub fn word(world: &World, random: &mut Random) -> &'static str {
    let has_words = |ticket: &Shown| ["billing_platform", "readydesk"].contains(&ticket.system.as_str());
    let Some(ticket) = pick(world, random, |ticket| !ticket.resolved && has_words(ticket)) else { return "nothing" };
    edit(world, ticket.id, &json!({"status": "Beim Lieferanten"}));
    "a strange status"
}
