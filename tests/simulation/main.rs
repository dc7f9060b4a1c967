//! The promise, tried: runs are killed at every effect, systems lie, people edit and change their minds, and in the end nobody was
//! sent twice and nobody was forgotten.
//!
//! Each test prints the seed that it failed with. `SIMULATION_SEEDS=500 cargo test --test simulation` tries more of them.

mod edits;
mod killer;
mod person;
mod random;
mod tickets;
mod waves;
mod world;

#[path = "../support/mod.rs"]
mod support;

use std::sync::atomic::Ordering;

use callout::systems::sandbox::{Call, Fault, Trouble};
use jiff::SignedDuration;
use killer::Killer;
use random::Random;
use world::{Tally, World};

/// How many seeds a test tries.
fn seeds(default: u64) -> impl Iterator<Item = u64> {
    let wanted = std::env::var("SIMULATION_SEEDS").ok().and_then(|text| text.parse().ok());
    1..=wanted.unwrap_or(default)
}

/// Kills the run at its first effect, in another world at its second, and so on until it survives.
#[tokio::test]
async fn killed_at_every_effect_nothing_is_sent_twice_and_nothing_is_lost() {
    let mut kills = 0;
    for seed in seeds(12) {
        for at in 1.. {
            let mut world = World::new(seed).await;
            world.draw_faults();
            let killer = Killer::at(at);
            let survived = world.run(&killer).await.is_some();
            world.check(&format!("seed {seed}, killed at effect {at}"));
            world.heal();
            for again in 1..=2 {
                // Time enough for a search by mark to mean something.
                world.clock.jump(SignedDuration::from_mins(2));
                world.run(&Killer::never()).await.expect("nobody kills it");
                world.check(&format!("seed {seed}, killed at effect {at}, run again {again} times"));
            }
            world.settle_truthfully().await;
            world.run(&Killer::never()).await.expect("nobody kills it");
            world.check(&format!("seed {seed}, killed at effect {at}, settled"));
            world.check_all_sent(&format!("seed {seed}, killed at effect {at}, at the end")).await;
            if survived {
                break;
            }
            kills += 1;
        }
    }
    assert!(kills > 100, "only {kills} kills: the simulation no longer reaches into a run");
}

/// Whatever an answer to several tickets says, and wherever its run is killed, each visit gets its own ticket.
#[tokio::test]
async fn killed_at_every_effect_tickets_of_one_request_go_to_their_own_visits() {
    let lies = [
        Trouble::OtherOrder,
        Trouble::TicketLeftOut,
        Trouble::SamePlaces,
        Trouble::RefusedHalfWay,
        Trouble::DropAfterCommit,
        Trouble::ErrorBeforeCommit { status: 500 },
        Trouble::NoId,
    ];
    for lie in lies {
        let (mut kills, mut together) = (0, 0);
        for at in 1.. {
            let when = format!("{lie:?}, killed at effect {at}");
            let mut world = World::new(1).await;
            world.only_dispatches();
            world.sandbox.set_faults(vec![Fault::on(Call::Create, lie.clone())]).expect("a fault");
            let survived = world.run(&Killer::at(at)).await.is_some();
            world.check(&when);
            world.heal();
            world.run(&Killer::never()).await.expect("nobody kills it");
            world.check(&format!("{when}, run again"));
            world.settle_truthfully().await;
            world.run(&Killer::never()).await.expect("nobody kills it");
            world.check_all_sent(&format!("{when}, at the end")).await;
            world.count_together();
            together += world.tally.together.load(Ordering::Relaxed);
            if survived {
                break;
            }
            kills += 1;
        }
        assert!(kills > 6 && together > kills, "{lie:?}: {kills} kills, {together} requests for several");
    }
}

/// Months of edits, failures, kills and settlements.
#[tokio::test]
async fn through_months_of_edits_nobody_is_sent_twice() {
    let mut tally = Tally::default();
    for seed in seeds(40) {
        let mut world = World::new(seed).await;
        let mut random = Random::new(seed ^ 0xed17);
        for round in 1..=25 {
            let edit = edits::random(&mut world, &mut random).await;
            let killer = if random.one_in(3) { Killer::at(random.below(40) + 1) } else { Killer::never() };
            world.run(&killer).await;
            world.check(&format!("seed {seed}, round {round}, after {edit}"));
        }
        world.heal();
        for _ in 1..=2 {
            world.clock.jump(SignedDuration::from_mins(2));
            world.run(&Killer::never()).await.expect("nobody kills it");
            world.settle_truthfully().await;
        }
        world.run(&Killer::never()).await.expect("nobody kills it");
        world.check(&format!("seed {seed}, healed"));
        world.check_settled(&format!("seed {seed}, at the end")).await;
        world.count_together();
        tally.take(&world.tally);
    }
    assert!(tally.least() > 2, "the simulation no longer reaches everything: {tally:?}");
}

/// Whatever happens to the visits of the first wave: the second is sent only by a run that begins when all of them are over.
#[tokio::test]
async fn no_wave_is_sent_before_the_one_before_it_is_over() {
    let (mut early, mut worlds) = (0, 0);
    for seed in seeds(16) {
        let mut world = World::in_waves(seed).await;
        let mut random = Random::new(seed ^ 0x3a7e);
        let mut sent = 0;
        for round in 1..=25 {
            let edit = edits::in_waves(&mut world, &mut random).await;
            let killer = if random.one_in(3) { Killer::at(random.below(30) + 1) } else { Killer::never() };
            let before = world.portal();
            world.run(&killer).await;
            let when = format!("seed {seed}, round {round}, after {edit}");
            world.check(&when);
            sent += world.check_gate(&before, &when);
        }
        early += sent;
        world.heal();
        for again in 1..=4 {
            world.clock.jump(SignedDuration::from_mins(2));
            world.settle_truthfully().await;
            world.resolve_all();
            world.tell_outcomes().await;
            let before = world.portal();
            world.run(&Killer::never()).await.expect("nobody kills it");
            let when = format!("seed {seed}, healed {again} times");
            world.check(&when);
            world.check_gate(&before, &when);
        }
        world.check_known(&format!("seed {seed}, at the end"));
        worlds += usize::from(sent > 0);
    }
    assert!(early > 20 && worlds > 5, "the simulation no longer reaches the second wave: {early} tickets in {worlds} worlds");
}

/// A run with the state of yesterday is the one thing that no journal can tell; a run without any state is refused elsewhere.
#[tokio::test]
async fn removing_everything_and_restoring_it_sends_nobody() {
    for seed in seeds(10) {
        let mut world = World::new(seed).await;
        world.run(&Killer::never()).await.expect("nobody kills it");
        let sent = world.sandbox.tickets().len();
        let all = std::mem::take(&mut world.wanted);
        world.run(&Killer::never()).await.expect("nobody kills it");
        world.wanted = all;
        world.run(&Killer::never()).await.expect("nobody kills it");
        assert_eq!(world.sandbox.tickets().len(), sent, "seed {seed}");
        world.check(&format!("seed {seed}"));
    }
}
