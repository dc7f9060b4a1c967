//! One world: files that ask for tickets, a disk with a state, a vendor, and a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callout::apply::{Done, Job, Progress, Stop, Writers, apply};
use callout::plan::{self, Plan, Rules, Step};
use callout::refresh::{self, Mode, Readers, Scope, Selection, Side, Sides};
use callout::state::memory::{Disk, MemoryStore};
use callout::state::{By, Ledger, Owner, Session, State, Store};
use callout::systems::sandbox::{Options, Running, Sandbox, TOKEN_VARIABLE};
use callout::systems::{Context, Reader, Remote, System, Writer, registry};
use callout::ticket::{Clock, Rollouts, Ticket};
use jiff::Timestamp;
use serde_json::json;

use crate::clocks::TrueClock;
use crate::killer::{Killer, Mortal};
use crate::support::clock::JumpingClock;
use crate::support::random::Random;
use crate::tally::Tally;
use crate::tickets::{Shown, Wanted, first_files, ticket};
use crate::waves::in_its_wave;

pub const LINEAGE: &str = "simulated";

pub struct World {
    pub wanted: Vec<Wanted>,
    /// None, or those of one rollout that all tickets are of.
    pub rollouts: Rollouts,
    pub sandbox: Sandbox,
    pub clock: Arc<JumpingClock>,
    /// The vendors'.
    pub true_clock: Arc<TrueClock>,
    pub random: Random,
    pub tally: Tally,
    /// Dispatches travel together.
    pub together: bool,
    /// A plan that was saved.
    pub saved: Option<String>,
    /// The state as it was at some earlier time.
    pub copy: Option<State>,
    /// Tickets that somebody opened again in the portal.
    pub reopened: BTreeSet<u64>,
    pub disk: Disk,
    pub remotes: BTreeMap<&'static str, Box<dyn Remote>>,
    pub sides: Sides,
    plans: AtomicUsize,
    _running: Running,
}

struct Silent;

impl Progress for Silent {
    fn begin(&self, _: usize) {}
    fn done(&self, _: &Step, _: &Done) {}
}

impl World {
    pub async fn new(seed: u64) -> Self {
        let clock = JumpingClock::at("2027-01-04T12:00:00Z");
        let true_clock = TrueClock::beside(&clock);
        let options = Options { rate_limit: None, seed, ..Options::new(true_clock.clone()) };
        let sandbox = Sandbox::new(options);
        let running = sandbox.serve(0).await.expect("a free port");
        // In every other world, dispatches travel together.
        let together = 1 + seed % 2 * 3;
        let settings = |system: &'static dyn System| {
            let own = if system.kind() == "Dispatch" { json!({"locations_per_request": together}) } else { json!({}) };
            let mut settings = running.settings(system.id(), &own);
            settings["requests_per_minute"] = json!("unlimited");
            settings
        };
        let context = Context {
            clock: clock.clone(),
            variables: Arc::new(BTreeMap::from([(TOKEN_VARIABLE.to_owned(), "sandbox".to_owned())])),
            folder: PathBuf::from("."),
            waiting: Arc::new(|_| {}),
        };
        let connect =
            |system: &&'static dyn System| (system.id(), system.connect(&settings(*system), context.clone()).expect("a connection"));
        let side = |system: &&'static dyn System| {
            let per_request = system.tickets_per_request(&settings(*system));
            (system.kind().to_owned(), Side { system: *system, origin: "the sandbox".to_owned(), per_request, endings: None })
        };
        let (remotes, sides) = (registry().iter().map(connect).collect(), registry().iter().map(side).collect());
        let mut random = Random::new(seed);
        let wanted = first_files(&mut random, together > 1);
        let disk = Disk::default();
        let mut store = MemoryStore::new(&disk);
        store.lock(&owner()).expect("nobody else is there");
        store.create(&State::new(LINEAGE)).expect("an empty disk");
        let rollouts = Rollouts::new();
        Self {
            wanted,
            rollouts,
            sandbox,
            clock,
            true_clock,
            random,
            tally: Tally::default(),
            together: together > 1,
            saved: None,
            copy: None,
            reopened: BTreeSet::new(),
            disk,
            remotes,
            sides,
            plans: AtomicUsize::new(0),
            _running: running,
        }
    }

    /// Only documents of these kinds, none of which waits for another.
    pub fn only(&mut self, kinds: &[&str]) {
        self.wanted.retain(|wanted| kinds.contains(&wanted.kind()));
        for wanted in &mut self.wanted {
            wanted.after = None;
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The state's writer. `None` when the killer is faster.
    pub fn ledger(&self, killer: &Arc<Killer>) -> Option<Ledger> {
        let store = MemoryStore::with_hook(&self.disk, killer.hook());
        Ledger::open(Box::new(store), LINEAGE, Session { run: "run".to_owned(), owner: owner() }).ok()
    }

    /// Plans and applies, as the command line does. `None` if the run was killed.
    pub async fn run(&mut self, killer: &Arc<Killer>) -> Option<Plan> {
        let ledger = self.ledger(killer)?;
        tokio::select! {
            biased;
            plan = self.plan_and_apply(&ledger, killer) => plan,
            () = killer.died() => None,
        }
    }

    async fn plan_and_apply(&self, ledger: &Ledger, killer: &Arc<Killer>) -> Option<Plan> {
        let state = ledger.state();
        let plan = self.plan(&state, &self.mortals(killer)).await;
        assert!(plan.refusals.is_empty(), "the limits are wide");
        self.apply(&plan, (ledger, killer), false).await?;
        self.tally.add_plan(&plan);
        Some(plan)
    }

    /// Carries a plan out, and folds the journal. `None` if the state could not be written.
    pub async fn apply(&self, plan: &Plan, (ledger, killer): (&Ledger, &Arc<Killer>), saved: bool) -> Option<()> {
        let mortals = self.mortals(killer);
        let writers: Writers<'_> = mortals.iter().map(|(id, mortal)| (*id, mortal as &dyn Writer)).collect();
        let job = Job {
            plan,
            ledger,
            writers: &writers,
            sides: &self.sides,
            rules: &rules(),
            clock: self.clock.as_ref(),
            progress: &Silent,
            stop: &Stop::default(),
            parallelism: 3,
            saved,
        };
        apply(&job).await.ok()?;
        ledger.compact().await.ok()
    }

    /// Connections whose user may die.
    pub fn mortals(&self, killer: &Arc<Killer>) -> BTreeMap<&'static str, Mortal<'_>> {
        let remotes = self.remotes.iter();
        remotes.map(|(id, remote)| (*id, Mortal { remote: remote.as_ref(), killer: killer.clone() })).collect()
    }

    /// Plans, and sees that the order of the files does not matter.
    pub async fn plan(&self, state: &State, mortals: &BTreeMap<&'static str, Mortal<'_>>) -> Plan {
        self.plan_reading(Mode::Auto, state, mortals).await
    }

    /// The same, reading more or less.
    pub async fn plan_reading(&self, mode: Mode, state: &State, mortals: &BTreeMap<&'static str, Mortal<'_>>) -> Plan {
        let tickets = self.tickets();
        let selection = Selection::default();
        let rollouts = &self.rollouts;
        let scope = Scope { tickets: &tickets, state, sides: &self.sides, selection: &selection, rollouts, now: self.now() };
        let asks = refresh::asks(&scope, mode);
        let readers: Readers<'_> = mortals.iter().map(|(id, mortal)| (*id, mortal as &dyn Reader)).collect();
        let observed = refresh::read(&asks, &readers, &self.sides, &|_| {}).await;
        let id = format!("plan-{}", self.plans.fetch_add(1, Ordering::Relaxed));
        let build = |tickets: &[Ticket]| {
            let companions = plan::Companions::new(tickets, state, &[]);
            plan::build(&plan::World {
                tickets,
                state,
                observed: &observed,
                sides: &self.sides,
                selection: &selection,
                rollouts,
                rules: &rules(),
                policies: &[],
                take: None,
                companions: &companions,
                now: self.now(),
                id: id.clone(),
                project: "simulation".to_owned(),
                commit: None,
                uncommitted: false,
            })
        };
        let plan = build(&tickets);
        // Not each time: it costs as much as planning.
        if state.through.is_multiple_of(4) {
            let turned: Vec<Ticket> = tickets.into_iter().rev().collect();
            assert_eq!(build(&turned), plan, "the order of the files matters");
        }
        plan
    }

    pub fn tickets(&self) -> Vec<Ticket> {
        let one = |wanted: &Wanted| if self.rollouts.is_empty() { ticket(wanted) } else { in_its_wave(ticket(wanted), wanted.site) };
        self.wanted.iter().map(one).collect()
    }

    /// Everything that the vendors have, apart from what somebody copied by hand.
    pub fn portal(&self) -> Vec<Shown> {
        self.everything().into_iter().filter(|ticket| !ticket.copied).collect()
    }

    /// Everything that the vendors have.
    pub fn everything(&self) -> Vec<Shown> {
        self.sandbox.tickets().iter().map(Shown::of).collect()
    }

    pub fn state(&self) -> State {
        let loaded = MemoryStore::new(&self.disk).load().expect("a readable disk");
        loaded.expect("a state").state
    }

    /// Counts what this world met, at its end.
    pub fn count_up(&self) {
        let mut tickets: BTreeMap<u64, usize> = BTreeMap::new();
        for ticket in self.sandbox.tickets().iter().filter(|ticket| ticket.create > 0) {
            *tickets.entry(ticket.create).or_default() += 1;
        }
        self.tally.add("together", tickets.values().filter(|count| **count > 1).count());
        self.tally.add("tickets", tickets.values().sum());
        self.tally.count("worlds");
        self.tally.add_faults(&self.sandbox.requests());
    }
}

pub fn owner() -> Owner {
    let since = "2027-01-04T12:00:00Z".parse().expect("a moment");
    Owner { by: By::default(), pid: 1, command: "simulation".to_owned(), since }
}

pub fn rules() -> Rules {
    Rules { creates: 1000, creates_per_day: 1000, closes: 1000, removals: 1000, stop_after_unknown: 1, plan_expires_hours: 24, spend: None }
}
