//! What people do to the files, to the tickets and to the state between two runs.

use std::collections::BTreeSet;

use callout::state::{Closing, Event, Phase};
use callout::ticket::Address;
use jiff::SignedDuration;
use serde_json::json;

use crate::killer::Killer;
use crate::portal;
use crate::support::random::Random;
use crate::surgery;
use crate::tickets::Wanted;
use crate::world::World;

/// Two for each kind.
const SITES: u64 = 8;

/// Does one thing, and says what. Now and then the vendors' troubles change besides.
pub async fn random(world: &mut World, random: &mut Random) -> &'static str {
    match random.below(8) {
        0 | 1 => world.draw_faults(),
        2 => world.heal(),
        _ => {}
    }
    let done = one(world, random).await;
    // What refers to a ticket that is gone goes with it, or the files would not be valid.
    let addresses: BTreeSet<String> = world.wanted.iter().map(Wanted::address).collect();
    world.wanted.retain(|wanted| wanted.after.as_ref().is_none_or(|after| addresses.contains(after)));
    done
}

async fn one(world: &mut World, random: &mut Random) -> &'static str {
    match random.below(40) {
        0 | 1 | 33 => grow(world, random),
        35 => add(world, random),
        2 | 17 => remove(world, random),
        3 | 14 => restore(world, random),
        4 | 18..=20 | 36..=39 => change(world, random),
        5 => reissue(world, random),
        6 => rename(world, random),
        7 => resolve(world, random),
        8 => {
            world.settle_truthfully().await;
            "settling"
        }
        9 => cancel(world, random).await,
        10 | 21 => ending(world, random),
        15 | 16 | 22 => write(world, random),
        11 => twin(world, random),
        12 => adopt(world, random),
        13 | 23..=31 => behind_its_back(world, random).await,
        _ => {
            world.clock.jump(SignedDuration::from_hours(1));
            "an hour"
        }
    }
}

/// What nobody told callout: of the clock, of the state, in the portal. And plans that lie about for a while.
async fn behind_its_back(world: &mut World, random: &mut Random) -> &'static str {
    let done = match random.below(9) {
        0 | 1 => world.true_clock.jolt(random),
        2 => portal::copy(world, random),
        3 => portal::reopen(world, random),
        4 => portal::delete(world, random),
        5 => portal::word(world, random),
        6 => surgery::rename(world, random).await,
        7 => surgery::take_out(world, random).await,
        _ => surgery::bring_back(world, random).await,
    };
    world.tally.count(done);
    done
}

/// Likewise, in a world of waves: what makes a visit be over, and what only looks like it.
pub async fn in_waves(world: &mut World, random: &mut Random) -> &'static str {
    match random.below(16) {
        0 => remove(world, random),
        1 => restore(world, random),
        2 => ending(world, random),
        3 => cancel(world, random).await,
        4 => add(world, random),
        5..=9 => resolve(world, random),
        10 => {
            world.settle_truthfully().await;
            "settling"
        }
        11 => {
            world.draw_faults();
            "new faults"
        }
        12 => {
            world.tell_outcomes().await;
            "telling outcomes"
        }
        _ => {
            world.clock.jump(SignedDuration::from_hours(1));
            world.heal();
            "an hour"
        }
    }
}

/// A site that has no manifest now: a new one, or one whose manifest was removed.
fn add(world: &mut World, random: &mut Random) -> &'static str {
    let site = random.below(SITES);
    if world.wanted.iter().all(|wanted| wanted.site != site) {
        world.wanted.push(Wanted::at(site));
    }
    "adding a manifest"
}

/// A rollout gets more sites: dispatches where they travel together, else of every kind. At most so many, or a world would grow without an
/// end.
fn grow(world: &mut World, random: &mut Random) -> &'static str {
    const MOST: u64 = 80;
    let next = world.wanted.iter().map(|wanted| wanted.site).max().unwrap_or(0).max(SITES);
    if world.together {
        world.wanted.extend((next / 4 * 4 + 4..=MOST).step_by(4).take(3).map(Wanted::at));
    } else {
        for mut wanted in (next + 1..=MOST / 3).take(4).map(Wanted::at) {
            wanted.on_remove = random.pick(wanted.endings()).copied().flatten();
            world.wanted.push(wanted);
        }
    }
    "adding sites"
}

fn at(world: &World, random: &mut Random) -> Option<usize> {
    usize::try_from(random.below(world.wanted.len() as u64)).ok().filter(|at| *at < world.wanted.len())
}

fn remove(world: &mut World, random: &mut Random) -> &'static str {
    // Most likely one that something is done about then.
    let has_ending = |wanted: &Wanted| matches!(wanted.on_remove, Some("close" | "delete"));
    let ended = world.wanted.iter().position(has_ending).filter(|_| !random.one_in(3));
    if let Some(at) = ended.or_else(|| at_changeable(world, random)) {
        let gone = world.wanted.remove(at);
        // What refers to it goes with it, or the files would not be valid.
        world.wanted.retain(|wanted| wanted.after.as_ref() != Some(&gone.address()));
    }
    "removing a manifest"
}

/// Most likely one whose ticket can be changed in its system.
fn at_changeable(world: &World, random: &mut Random) -> Option<usize> {
    let is_changeable = |wanted: &Wanted| ["CustomerTicket", "HelpdeskTicket"].contains(&wanted.kind());
    let changeable: Vec<usize> = (0..world.wanted.len()).filter(|at| is_changeable(&world.wanted[*at])).collect();
    random.pick(&changeable).copied().filter(|_| !random.one_in(6)).or_else(|| at(world, random))
}

/// Somebody thinks anew about what is to become of a ticket when its file goes.
fn ending(world: &mut World, random: &mut Random) -> &'static str {
    if let Some(at) = at_changeable(world, random) {
        world.wanted[at].on_remove = random.pick(world.wanted[at].endings()).copied().flatten();
    }
    "changing on_remove"
}

/// Somebody writes into a ticket, in its own system.
fn write(world: &mut World, random: &mut Random) -> &'static str {
    let open: Vec<(u64, &str)> = world
        .portal()
        .iter()
        .filter(|ticket| !ticket.resolved)
        .filter_map(|ticket| match ticket.system.as_str() {
            "billing_platform" => Some((ticket.id, "users")),
            "readydesk" => Some((ticket.id, "summary")),
            _ => None,
        })
        .collect();
    if let Some((id, field)) = random.pick(&open) {
        // Now and then just what the files will ask for next.
        let text = json!({*field: format!("version {}", random.below(4))});
        world.sandbox.edit(*id, text.as_object().expect("an object")).expect("a ticket that is there");
    }
    "writing by hand"
}

/// A second manifest for a place that has one, under another name.
fn twin(world: &mut World, random: &mut Random) -> &'static str {
    let site = random.below(SITES);
    let name = format!("twin-{site}");
    if world.wanted.iter().all(|wanted| wanted.name != name) {
        world.wanted.push(Wanted { name, ..Wanted::at(site) });
    }
    "adding a twin"
}

/// A manifest claims some ticket of its site, whoever has it.
fn adopt(world: &mut World, random: &mut Random) -> &'static str {
    if let Some(at) = at(world, random) {
        let site = world.wanted[at].site.to_string();
        let there: Vec<u64> = world.portal().iter().filter(|ticket| ticket.site == site).map(|ticket| ticket.id).collect();
        world.wanted[at].adopt = random.pick(&there).copied();
    }
    "claiming a ticket"
}

/// As a revert does: the same name and site again, without the edits since.
fn restore(world: &mut World, random: &mut Random) -> &'static str {
    let site = random.below(SITES);
    let mut wanted = Wanted::at(site);
    world.wanted.retain(|other| other.site != site && other.after != Some(wanted.address()));
    // Every other time, with the further visit that the plan's text speaks of.
    let address: Address = wanted.address().parse().expect("an address");
    if let Some((key, _)) = world.state().latest(&address).filter(|_| random.one_in(2)) {
        wanted.reissue = key.reissue + 1;
    }
    wanted.on_remove = random.pick(wanted.endings()).copied().flatten();
    world.wanted.push(wanted);
    "restoring an old manifest"
}

fn change(world: &mut World, random: &mut Random) -> &'static str {
    if let Some(at) = at_changeable(world, random) {
        world.wanted[at].text += 1;
    }
    "changing a text"
}

fn reissue(world: &mut World, random: &mut Random) -> &'static str {
    if let Some(at) = at(world, random) {
        let wanted = &mut world.wanted[at];
        wanted.reissue = if random.one_in(4) { wanted.reissue.saturating_sub(1) } else { wanted.reissue + 1 };
    }
    "changing reissue"
}

fn rename(world: &mut World, random: &mut Random) -> &'static str {
    let Some(at) = at(world, random) else { return "nothing" };
    let old = world.wanted[at].name.clone();
    let new = format!("site-{}-{}", world.wanted[at].site, random.below(3));
    if new == old || world.wanted.iter().any(|wanted| wanted.name == new) {
        return "nothing";
    }
    // A person who forgets `renamed_from` is stopped by the look-alike.
    let told = !random.one_in(4);
    let (before, after) = (world.wanted[at].address(), world.wanted[at].address_as(&new));
    for wanted in &mut world.wanted {
        if wanted.after.as_ref() == Some(&before) {
            wanted.after = Some(after.clone());
        }
    }
    world.wanted[at].renamed_from = told.then_some(old);
    world.wanted[at].name = new;
    "renaming"
}

/// A technician finishes.
fn resolve(world: &mut World, random: &mut Random) -> &'static str {
    let open: Vec<u64> = world.portal().iter().filter(|ticket| !ticket.resolved).map(|ticket| ticket.id).collect();
    if let Some(id) = random.pick(&open) {
        world.sandbox.resolve(*id).expect("a ticket that is there");
    }
    "a technician finishing"
}

/// Somebody cancels a ticket by phone and says so.
async fn cancel(world: &mut World, random: &mut Random) -> &'static str {
    let Some(ledger) = world.ledger(&Killer::never()) else { return "nothing" };
    let state = ledger.state();
    let live: Vec<_> = state.records.iter().filter(|(_, record)| record.is_open()).collect();
    if let Some((key, record)) = random.pick(&live) {
        if let Phase::Live { id } = &record.phase {
            world.sandbox.resolve(id.parse().expect("a number")).expect("a ticket that is there");
        }
        let event = Event::Closed { key: (*key).clone(), why: Closing::Cancelled, reason: Some("by phone".to_owned()) };
        ledger.record(vec![event], world.now()).await.expect("a settlement");
    }
    "a cancellation"
}
