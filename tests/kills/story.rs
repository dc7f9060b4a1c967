//! The life of a project: it is begun, edited, applied, planned and moved about, and whatever runs is killed.

use callout::ticket::Address;

use crate::tally::Tally;
use crate::world::{PLAN, World};

const ROUNDS: u64 = 5;
/// Two or three such reasons, and the journal is long enough to be folded by the next run that ends.
const LONG_REASON: usize = 125_000;

/// Lives through it and checks everything at its end.
pub fn live(seed: u64) -> Tally {
    let mut world = World::new(seed);
    world.begin();
    for _ in 0..ROUNDS {
        world.edit();
        match world.random.below(8) {
            0 | 1 => world.apply_saved(),
            2 | 3 => world.rename(),
            4 => world.let_go(),
            _ => {}
        }
        world.apply();
        if world.random.one_in(2) {
            world.settle();
        }
    }
    world.end();
    world.tally
}

impl World {
    /// `init`, killed and typed again until there is a project.
    fn begin(&mut self) {
        let words = ["init", "--name", "acme"];
        for _ in 0..4 {
            let run = self.types_and_kills(&words);
            if !run.was_killed() {
                self.expect(&run, &[0]);
            }
            if self.project.path("callout.yaml").exists() {
                break;
            }
        }
        if !self.project.path("callout.yaml").exists() {
            // Whatever was left behind, the next command says what to type, and that helps.
            let run = self.types(&["plan"]);
            assert!(run.code == Some(1) && run.err.contains("callout init"), "{run}\n{}", self.told());
            let run = self.types(&words);
            self.expect(&run, &[0]);
        }
        let run = self.types(&["plan", "--sandbox"]);
        self.expect(&run, &[0]);
        assert!(self.project.read(".gitignore").lines().any(|line| line == "/.callout/"), "{}", self.told());
        self.project.write("callout.yaml", self.project_file());
    }

    /// `apply`, killed a few times, and sometimes left alone.
    fn apply(&mut self) {
        for _ in 0..3 {
            let parallelism = ["1", "4"][usize::from(self.random.one_in(2))];
            let run = self.types_and_kills(&["apply", "--yes", "--parallelism", parallelism]);
            if !run.was_killed() {
                self.expect(&run, &[0, 5]);
                break;
            }
        }
    }

    /// A plan is saved, applied until it is done, and once more, which is refused.
    fn apply_saved(&mut self) {
        for _ in 0..3 {
            let run = self.types_and_kills(&["plan", "--out", PLAN]);
            if self.project.path(PLAN).exists() {
                let shown = self.project.run_words(&["show", PLAN], "");
                assert_eq!(shown.code, 0, "{shown}\n{}", self.told());
            }
            if !run.was_killed() {
                break;
            }
        }
        let run = self.types(&["plan", "--out", PLAN]);
        self.expect(&run, &[0]);
        let words = ["apply", PLAN, "--yes"];
        for _ in 0..3 {
            let run = self.types_and_kills(&words);
            if !run.was_killed() {
                self.expect(&run, &[0, 3, 5]);
            }
        }
        for (codes, _) in [([0, 3, 5], "done"), ([3, 3, 3], "refused")] {
            let run = self.types(&words);
            self.expect(&run, &codes);
            let spent = run.code != Some(3) || run.err.split_whitespace().collect::<Vec<_>>().join(" ").contains("was already applied");
            assert!(spent, "{run}\n{}", self.told());
        }
    }

    /// A ticket gets another name and its old one again, with reasons so long that the journal is folded all the time.
    fn rename(&mut self) {
        let state = self.state();
        let is_fit = |address: &Address| state.latest(address).is_some_and(|(_, record)| record.is_open() && !record.in_doubt());
        let addresses = self.wanted.iter().filter_map(|wanted| wanted.address().parse().ok());
        let Some(home) = addresses.rev().find(is_fit) else { return };
        let away = Address::new(home.kind.as_str(), format!("away-{}", home.name).as_str());
        let reason = "moved about ".repeat(LONG_REASON / 12);
        for _ in 0..5 {
            let (from, to) = if self.is_at(&away) { (&away, &home) } else { (&home, &away) };
            self.types_and_kills(&["state", "mv", &from.to_string(), &to.to_string(), "--reason", &reason, "--yes"]);
        }
        if self.is_at(&away) {
            let run = self.types(&["state", "mv", &away.to_string(), &home.to_string(), "--reason", "home", "--yes"]);
            self.expect(&run, &[0]);
        }
    }

    fn is_at(&self, address: &Address) -> bool {
        self.state().visits(address).any(|(_, record)| !record.is_moved())
    }

    /// A ticket is looked after no more, and its file is gone.
    fn let_go(&mut self) {
        let state = self.state();
        let is_live = |address: &Address| state.visits(address).all(|(_, record)| record.is_live() && !record.in_doubt());
        let is_fit = |address: &Address| state.latest(address).is_some() && is_live(address);
        let Some(at) = self.wanted.iter().position(|wanted| wanted.address().parse().is_ok_and(|address| is_fit(&address))) else { return };
        let address = self.wanted.remove(at).address();
        self.write_files();
        let words = ["state", "rm", &address, "--reason", "the site was sold", "--yes"];
        for _ in 0..2 {
            let run = self.types_and_kills(&words);
            if !run.was_killed() {
                break;
            }
        }
        // Where it was done before it died, there is nothing left to take out.
        let run = self.types(&words);
        assert!(run.code == Some(0) || run.err.contains("nothing to take out"), "{run}\n{}", self.told());
    }

    /// Nobody kills any more: everything is settled, sent and looked through.
    fn end(&mut self) {
        self.settle();
        let ran = self.types_later(&["apply", "--yes"]);
        assert!([0, 5].contains(&ran.code), "{ran}\n{}", self.told());
        self.settle_later();
        let run = self.types(&["apply", "--yes"]);
        self.expect(&run, &[0]);
        self.check_all_sent();
        let run = self.types(&["plan", "--format", "json"]);
        self.expect(&run, &[0]);
        let plan: serde_json::Value = serde_json::from_str(&run.out).expect("a plan");
        assert_eq!(plan["counts"]["create"], 0, "something is to be sent again\n{run}\n{}", self.told());
        let run = self.types(&["state", "check"]);
        self.expect(&run, &[0]);
        self.check_log();
        self.check_leftovers();
        self.tally.worlds = 1;
        self.tally.tickets = self.portal().len() as u64;
        self.tally.updates = self.wanted.iter().map(|wanted| wanted.text).sum();
    }
}
