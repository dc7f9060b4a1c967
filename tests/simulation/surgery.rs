//! What people do to the state: another name, letting go, bringing back from a copy.

use callout::state::{Closing, Event, Key, Phase, Record, comes_back};
use callout::ticket::Address;

use crate::killer::Killer;
use crate::support::random::Random;
use crate::world::World;

const REASON: &str = "simulated";

/// `state mv`: every visit of an address gets another one. The file follows, or stays behind.
pub async fn rename(world: &mut World, random: &mut Random) -> &'static str {
    let Some(wanted) = random.pick(&world.wanted).cloned() else { return "nothing" };
    let from: Address = wanted.address().parse().expect("an address");
    let name = format!("moved-{}-{}", wanted.site, random.below(9));
    let to: Address = wanted.address_as(&name).parse().expect("an address");
    let Some(ledger) = world.ledger(&Killer::never()) else { return "nothing" };
    let state = ledger.state();
    let is_trace = |record: &Record| record.is_moved() || matches!(record.phase, Phase::NotCreated { .. });
    let visits: Vec<&Key> = state.visits(&from).filter(|(_, record)| !is_trace(record)).map(|(key, _)| key).collect();
    let is_free = state.visits(&to).all(|(_, record)| is_trace(record)) && world.wanted.iter().all(|wanted| wanted.name != name);
    if visits.is_empty() || !is_free {
        return "nothing";
    }
    let moved = |key: &&Key| Event::Moved { key: (*key).clone(), to: Key::new(to.clone(), key.reissue), reason: REASON.to_owned() };
    ledger.record(visits.iter().map(moved).collect(), world.now()).await.expect("a move that can be made");
    // What refers to a file that stayed behind would wait for ever, as its plan tells.
    let is_referred = world.wanted.iter().any(|other| other.after.as_deref() == Some(&wanted.address()));
    if is_referred || !random.one_in(3) {
        for other in &mut world.wanted {
            if other.after.as_deref() == Some(&wanted.address()) {
                other.after = Some(to.to_string());
            }
            if other.name == wanted.name {
                (other.name, other.renamed_from) = (name.clone(), None);
            }
        }
    }
    "state mv"
}

/// `state rm`: nobody looks after a ticket any more.
pub async fn take_out(world: &World, random: &mut Random) -> &'static str {
    let Some(ledger) = world.ledger(&Killer::never()) else { return "nothing" };
    let state = ledger.state();
    let live: Vec<&Key> = state.records.iter().filter(|(_, record)| record.is_live() && !record.in_doubt()).map(|(key, _)| key).collect();
    let Some(key) = random.pick(&live) else { return "nothing" };
    let event = Event::Closed { key: (*key).clone(), why: Closing::Removed, reason: Some(REASON.to_owned()) };
    ledger.record(vec![event], world.now()).await.expect("a ticket that is live");
    "state rm"
}

/// `state restore FOLDER`: what an earlier copy knows more of comes back. Without a copy, one is made, and then
/// somebody takes out too much.
pub async fn bring_back(world: &mut World, random: &mut Random) -> &'static str {
    let Some(copy) = world.copy.take() else {
        world.copy = Some(world.state());
        take_out(world, random).await;
        return "state copied";
    };
    let Some(ledger) = world.ledger(&Killer::never()) else { return "nothing" };
    let state = ledger.state();
    let restored = |(key, record): &(&Key, &Record)| Event::Restored {
        key: (*key).clone(),
        record: Box::new((*record).clone()),
        reason: REASON.to_owned(),
    };
    let events: Vec<Event> = comes_back(&state, &copy).records.iter().map(restored).collect();
    world.tally.add("record restored", events.len());
    ledger.record(events, world.now()).await.expect("records that fit");
    "state restored"
}
