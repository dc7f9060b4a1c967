//! The promise, tried: runs are killed at every effect, systems lie, people edit and change their minds, and in the end nobody was
//! sent twice and nobody was forgotten.
//!
//! Each test prints the seed that it failed with; `SIMULATION_SEED=17` tries that one alone. `SIMULATION_SEEDS=500 cargo test --test
//! simulation -- --nocapture` tries more of them, and shows a line of figures for each test.

mod checks;
mod clocks;
mod edits;
mod killer;
mod lost;
mod person;
mod portal;
mod saved;
mod surgery;
mod tally;
mod tickets;
mod troubles;
mod waves;
mod world;

#[path = "../support/mod.rs"]
mod support;

use callout::systems::sandbox::{Call, Fault, Trouble};
use jiff::SignedDuration;
use killer::Killer;
use support::random::Random;
use tally::Tally;
use world::World;

/// The seeds that a test tries: so many from 1 on, or the one that is asked for.
fn seeds(default: u64) -> impl Iterator<Item = u64> {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    number("SIMULATION_SEED").map_or(1..=number("SIMULATION_SEEDS").unwrap_or(default), |one| one..=one)
}

/// Whether so many seeds are tried. What fewer of them reach says nothing.
fn are_enough(default: u64) -> bool {
    seeds(default).nth(usize::try_from(default).unwrap_or(usize::MAX).saturating_sub(1)).is_some()
}

/// Kills the run at its first effect, in another world at its second, and so on until it survives.
#[tokio::test]
async fn killed_at_every_effect_nothing_is_sent_twice_and_nothing_is_lost() {
    let tally = Tally::default();
    for seed in seeds(9) {
        for at in 1.. {
            let mut world = World::new(seed).await;
            world.draw_faults();
            // In every third world, somebody sets the clock amid the run.
            let killer = if seed % 3 == 0 { jolting(&mut world, at, at / 2 + 1) } else { Killer::at(at) };
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
            world.count_up();
            tally.take(&world.tally);
            if survived {
                break;
            }
            tally.count("kills");
        }
    }
    tally.tell("killed at every effect");
    assert!(tally.of("kills") > 100 || !are_enough(9), "the simulation no longer reaches into a run: {tally}");
}

/// A killer, and a clock that is set at some effect of the run.
fn jolting(world: &mut World, at: u64, effect: u64) -> std::sync::Arc<Killer> {
    let mut random = Random::new(world.random.next());
    let (clock, (name, by)) = (world.true_clock.clone(), clocks::jump(&mut random));
    world.tally.count("amid a run");
    world.tally.count(name);
    Killer::jolting(at, Some((effect, Box::new(move || clock.set_ours(by)))))
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
            world.only(&["Dispatch"]);
            world.sandbox.set_faults(vec![Fault::on(Call::Create, lie.clone())]).expect("a fault");
            let survived = world.run(&Killer::at(at)).await.is_some();
            world.check(&when);
            world.heal();
            world.run(&Killer::never()).await.expect("nobody kills it");
            world.check(&format!("{when}, run again"));
            world.settle_truthfully().await;
            world.run(&Killer::never()).await.expect("nobody kills it");
            world.check_all_sent(&format!("{when}, at the end")).await;
            world.count_up();
            together += world.tally.of("together");
            if survived {
                break;
            }
            kills += 1;
        }
        assert!(kills > 6 && together > kills, "{lie:?}: {kills} kills, {together} requests for several");
    }
}

/// Months of edits, failures, kills and settlements, with clocks that are set, plans that lie about, and people who tell nobody.
#[tokio::test]
async fn through_months_of_edits_nobody_is_sent_twice() {
    let tally = Tally::default();
    for seed in seeds(40) {
        let mut world = World::new(seed).await;
        let mut random = Random::new(seed ^ 0xed17);
        for round in 1..=25 {
            let edit = edits::random(&mut world, &mut random).await;
            let killer = match random.below(6) {
                0 => Killer::at(random.below(40) + 1),
                1 => {
                    let at = random.below(40) + 1;
                    jolting(&mut world, at, random.below(at) + 1)
                }
                2 => jolting(&mut world, 0, random.below(20) + 1),
                _ => Killer::never(),
            };
            run_somehow(&mut world, &mut random, &killer).await;
            world.tally.count("rounds");
            world.tally.add("kills", usize::from(killer.has_killed()));
            world.check(&format!("seed {seed}, round {round}, after {edit}"));
        }
        world.heal();
        world.true_clock.set_right();
        for _ in 1..=2 {
            world.clock.jump(SignedDuration::from_mins(2));
            world.run(&Killer::never()).await.expect("nobody kills it");
            world.settle_truthfully().await;
        }
        world.run(&Killer::never()).await.expect("nobody kills it");
        world.check(&format!("seed {seed}, healed"));
        world.check_settled(&format!("seed {seed}, at the end")).await;
        world.count_up();
        tally.take(&world.tally);
    }
    tally.tell("months of edits");
    let wanted: Vec<&str> = tally::REACHED.into_iter().chain(troubles::ALL).chain(clocks::jumps()).collect();
    let missed = tally.short_of(2, &wanted);
    assert!(missed.is_empty() || !are_enough(40), "the simulation no longer reaches {missed:?}: {tally}");
}

/// Plans and applies, or applies a plan of an earlier day.
async fn run_somehow(world: &mut World, random: &mut Random, killer: &std::sync::Arc<Killer>) {
    match random.below(6) {
        0 => world.save_plan().await,
        1..=3 if world.saved.is_some() => {
            let early = Killer::at(random.below(25) + 1);
            world.apply_saved(if random.one_in(2) { killer } else { &early }).await;
            // Somebody types it again, killed or not, and now and then once more on another day.
            world.apply_saved(&Killer::at(random.below(60) + 1)).await;
            world.saved = world.saved.take().filter(|_| random.one_in(3));
        }
        _ => drop(world.run(killer).await),
    }
}

/// A server that says no to a create that it made: where it can be listed, the next plan finds the ticket by its mark.
#[tokio::test]
async fn a_refusal_that_is_a_lie_sends_nobody_twice_where_tickets_can_be_listed() {
    for status in [400, 404, 422] {
        for seed in seeds(6) {
            let when = format!("{status}, seed {seed}");
            let mut world = World::new(seed).await;
            world.only(&["CustomerTicket", "HelpdeskTicket"]);
            world.sandbox.set_faults(vec![Fault::on(Call::Create, Trouble::RefusedAfterCommit { status }).times(2)]).expect("a fault");
            world.run(&Killer::never()).await.expect("nobody kills it");
            let made = world.portal().len();
            assert!(made >= 2, "{when}: nothing was made");
            world.true_clock.jolt(&mut Random::new(seed));
            world.run(&Killer::never()).await.expect("nobody kills it");
            world.check(&when);
            assert_eq!(world.portal().len(), made, "{when}");
            assert!(world.tally.of("found by mark") >= 2, "{when}: {}", world.tally);
            world.check_all_sent(&format!("{when}, at the end")).await;
        }
    }
}

/// The state is lost for good. Whatever had happened: the rebuilt one holds everything back, and once a person has looked, it sends nothing
/// that the lost one would not have sent.
#[tokio::test]
async fn a_lost_state_is_rebuilt_and_sends_nobody_again() {
    let tally = Tally::default();
    for seed in seeds(12) {
        let mut world = World::new(seed).await;
        let mut random = Random::new(seed ^ 0x105e);
        for _ in 1..=10 {
            edits::random(&mut world, &mut random).await;
            let killer = if random.one_in(3) { Killer::at(random.below(40) + 1) } else { Killer::never() };
            world.run(&killer).await;
        }
        world.heal();
        world.true_clock.set_right();
        world.settle_truthfully().await;
        world.run(&Killer::never()).await.expect("nobody kills it");
        let (before, made) = (world.would_send().await, world.portal().len());
        world.lose_and_rebuild().await;
        world.check_held_back(&format!("seed {seed}, right after the loss"));
        world.run(&Killer::never()).await.expect("nobody kills it");
        assert_eq!(world.portal().len(), made, "seed {seed}: somebody was sent right after the loss");
        world.look_up_presumed().await;
        world.check_rebuilt(&before, &format!("seed {seed}")).await;
        world.run(&Killer::never()).await.expect("nobody kills it");
        world.count_up();
        tally.take(&world.tally);
    }
    tally.tell("a lost state");
    let missed = tally.short_of(3, &["found by rebuild", "presumed sent"]);
    assert!(missed.is_empty() || !are_enough(12), "the simulation no longer reaches {missed:?}: {tally}");
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
    assert!(
        (early > 20 && worlds > 5) || !are_enough(16),
        "the simulation no longer reaches the second wave: {early} tickets in {worlds} worlds"
    );
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
