//! One world: files that ask for tickets, a disk with a state, a vendor, and a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callout::apply::{Done, Job, Progress, Stop, Writers, apply};
use callout::plan::{self, Action, Plan, Reason, Rules, Step};
use callout::refresh::{self, Mode, Readers, Scope, Selection, Side, Sides};
use callout::state::memory::{Disk, MemoryStore};
use callout::state::{By, Ledger, Log, Owner, Phase, Session, State, Store};
use callout::systems::sandbox::{Call, Fault, Options, Running, Sandbox, TOKEN_VARIABLE, Trouble};
use callout::systems::{Context, Reader, Remote, System, Writer, registry};
use callout::ticket::{Address, Clock, Rollouts, Ticket};
use jiff::Timestamp;
use serde_json::json;

use crate::killer::{Killer, Mortal};
use crate::random::Random;
use crate::support::clock::JumpingClock;
use crate::tickets::{Shown, Wanted, first_files, ticket};
use crate::waves::in_its_wave;

pub const LINEAGE: &str = "simulated";

pub struct World {
    pub wanted: Vec<Wanted>,
    /// None, or those of one rollout that all tickets are of.
    pub rollouts: Rollouts,
    pub sandbox: Sandbox,
    pub clock: Arc<JumpingClock>,
    pub random: Random,
    pub tally: Tally,
    /// Dispatches travel together.
    pub together: bool,
    disk: Disk,
    remotes: BTreeMap<&'static str, Box<dyn Remote>>,
    sides: Sides,
    _running: Running,
}

/// What the plans of one world did, all together: a simulation that reaches nothing proves nothing.
#[derive(Debug, Default)]
pub struct Tally {
    pub updates: AtomicUsize,
    pub closes: AtomicUsize,
    pub deletes: AtomicUsize,
    pub found_by_mark: AtomicUsize,
    pub drift: AtomicUsize,
    pub conflicts: AtomicUsize,
    /// Requests that made several tickets.
    pub together: AtomicUsize,
}

impl Tally {
    fn add(&self, plan: &Plan) {
        for step in &plan.steps {
            let counter = match &step.action {
                Action::Update { .. } => Some(&self.updates),
                Action::Close { .. } => Some(&self.closes),
                Action::Delete { .. } => Some(&self.deletes),
                Action::Adopt { why, .. } if why.contains("mark") => Some(&self.found_by_mark),
                Action::Blocked { reason: Reason::Conflict { .. } } => Some(&self.conflicts),
                Action::Keep if !step.drift.is_empty() => Some(&self.drift),
                Action::Create { .. }
                | Action::Adopt { .. }
                | Action::Retire { .. }
                | Action::Blocked { .. }
                | Action::InDoubt { .. }
                | Action::Deferred { .. }
                | Action::Keep => None,
            };
            if let Some(counter) = counter {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Adds another world's.
    pub fn take(&mut self, other: &Self) {
        let pairs = [
            (&self.updates, &other.updates),
            (&self.closes, &other.closes),
            (&self.deletes, &other.deletes),
            (&self.found_by_mark, &other.found_by_mark),
            (&self.drift, &other.drift),
            (&self.conflicts, &other.conflicts),
            (&self.together, &other.together),
        ];
        for (own, other) in pairs {
            own.fetch_add(other.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    /// What was reached least.
    pub fn least(&self) -> usize {
        let all = [&self.updates, &self.closes, &self.deletes, &self.found_by_mark, &self.drift, &self.conflicts, &self.together];
        all.iter().map(|counter| counter.load(Ordering::Relaxed)).min().unwrap_or_default()
    }
}

struct Silent;

impl Progress for Silent {
    fn begin(&self, _: usize) {}
    fn done(&self, _: &Step, _: &Done) {}
}

impl World {
    pub async fn new(seed: u64) -> Self {
        let clock = JumpingClock::at("2027-01-04T12:00:00Z");
        let options = Options { rate_limit: None, seed, ..Options::new(clock.clone()) };
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
            random,
            tally: Tally::default(),
            together: together > 1,
            disk,
            remotes,
            sides,
            _running: running,
        }
    }

    /// What travels together, and nothing else.
    pub fn only_dispatches(&mut self) {
        self.wanted.retain(|wanted| wanted.kind() == "Dispatch");
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
        let mortals = self.mortals(killer);
        let state = ledger.state().await;
        let plan = self.plan(&state, &mortals).await;
        assert!(plan.refusals.is_empty(), "the limits are wide");
        let writers: Writers<'_> = mortals.iter().map(|(id, mortal)| (*id, mortal as &dyn Writer)).collect();
        let job = Job {
            plan: &plan,
            ledger,
            writers: &writers,
            sides: &self.sides,
            rules: &rules(),
            clock: self.clock.as_ref(),
            progress: &Silent,
            stop: &Stop::default(),
            parallelism: 3,
            saved: true,
        };
        apply(&job).await.ok()?;
        ledger.compact().await.ok()?;
        self.tally.add(&plan);
        Some(plan)
    }

    /// Connections whose user may die.
    fn mortals(&self, killer: &Arc<Killer>) -> BTreeMap<&'static str, Mortal<'_>> {
        let remotes = self.remotes.iter();
        remotes.map(|(id, remote)| (*id, Mortal { remote: remote.as_ref(), killer: killer.clone() })).collect()
    }

    /// Plans, and sees that the order of the files does not matter.
    async fn plan(&self, state: &State, mortals: &BTreeMap<&'static str, Mortal<'_>>) -> Plan {
        let tickets = self.tickets();
        let selection = Selection::default();
        let rollouts = &self.rollouts;
        let scope = Scope { tickets: &tickets, state, sides: &self.sides, selection: &selection, rollouts, now: self.now() };
        let asks = refresh::asks(&scope, Mode::Auto);
        let readers: Readers<'_> = mortals.iter().map(|(id, mortal)| (*id, mortal as &dyn Reader)).collect();
        let observed = refresh::read(&asks, &readers, &self.sides, &|_| {}).await;
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
                take: None,
                companions: &companions,
                now: self.now(),
                id: format!("plan-{}", self.now()),
                project: "simulation".to_owned(),
                commit: None,
                uncommitted: false,
            })
        };
        let plan = build(&tickets);
        let turned: Vec<Ticket> = tickets.into_iter().rev().collect();
        assert_eq!(build(&turned), plan, "the order of the files matters");
        plan
    }

    fn tickets(&self) -> Vec<Ticket> {
        let one = |wanted: &Wanted| if self.rollouts.is_empty() { ticket(wanted) } else { in_its_wave(ticket(wanted), wanted.site) };
        self.wanted.iter().map(one).collect()
    }

    /// Everything that the vendors have.
    pub fn portal(&self) -> Vec<Shown> {
        self.sandbox.tickets().iter().map(Shown::of).collect()
    }

    pub fn state(&self) -> State {
        let loaded = MemoryStore::new(&self.disk).load().expect("a readable disk");
        loaded.expect("a state").state
    }

    /// Keeps how many of the requests so far made several tickets.
    pub fn count_together(&self) {
        let mut tickets: BTreeMap<u64, usize> = BTreeMap::new();
        for ticket in self.sandbox.tickets() {
            *tickets.entry(ticket.create).or_default() += 1;
        }
        self.tally.together.store(tickets.values().filter(|count| **count > 1).count(), Ordering::Relaxed);
    }

    /// The promise: no visit has two tickets, no site two open ones, and the state knows or doubts every ticket.
    pub fn check(&self, when: &str) {
        let (state, portal) = (self.state(), self.portal());
        self.check_log(&state, when);
        let mut marks = BTreeSet::new();
        let mut open = BTreeSet::new();
        for ticket in &portal {
            assert!(marks.insert((&ticket.mark, &ticket.site)), "{when}: two tickets for one visit ({} at {})", ticket.mark, ticket.site);
            assert!(ticket.resolved || open.insert(ticket.site.clone()), "{when}: two open tickets at site {}", ticket.site);
            let id = ticket.id.to_string();
            let known = state.records.values().any(|record| record.request.system == ticket.system && record.id() == Some(&id));
            let doubted = state.records.values().any(|record| record.phase == Phase::Pending && ticket.is_of(&record.request));
            // A person may have said that a ticket in doubt is cancelled: its mark is kept.
            let told = state.records.values().any(|record| ticket.is_of(&record.request));
            assert!(known || doubted || (ticket.resolved && told), "{when}: nobody knows ticket {}", ticket.id);
        }
        for (key, record) in &state.records {
            if let Phase::Live { id } = &record.phase {
                let ticket = portal.iter().find(|ticket| &ticket.id.to_string() == id);
                let Some(ticket) = ticket else { panic!("{when}: {key} has a ticket that the vendor never made") };
                let wanted = record.request.fields.text("location_number");
                assert!(wanted.is_none_or(|wanted| wanted == ticket.site), "{when}: {key} has the ticket of site {}", ticket.site);
            }
        }
    }

    /// The log has every commit once, whichever compaction was killed, and tells of every ticket that the state knows.
    fn check_log(&self, state: &State, when: &str) {
        let mut told = BTreeSet::new();
        let store = MemoryStore::new(&self.disk);
        let log = Log::of(&store, Some(LINEAGE), &mut |entry| told.extend(entry.ticket().map(str::to_owned)));
        assert!(log.is_whole() && log.commits as u64 == state.through, "{when}: the log is not whole: {log:?}");
        let known = state.records.values().filter_map(|record| record.id());
        assert_eq!(told, known.map(str::to_owned).collect(), "{when}: tickets of the log and of the state");
    }

    /// Every wanted visit has exactly its one ticket, and a further plan has nothing to do.
    pub async fn check_all_sent(&self, when: &str) {
        let state = self.state();
        for wanted in &self.wanted {
            let address: Address = wanted.address().parse().expect("an address");
            assert!(state.latest(&address).is_some_and(|(_, record)| record.is_live()), "{when}: {address} was forgotten");
        }
        assert_eq!(self.portal().len(), self.wanted.len(), "{when}: tickets and wishes");
        self.check_settled(when).await;
    }

    /// Nothing is left to send, and nothing is in doubt.
    pub async fn check_settled(&self, when: &str) {
        let killer = Killer::never();
        let plan = self.plan(&self.state(), &self.mortals(&killer)).await;
        for step in &plan.steps {
            // Written so that a new action is no end until somebody says so.
            let is_over = matches!(step.action, Action::Adopt { .. } | Action::Retire { .. } | Action::Blocked { .. } | Action::Keep);
            assert!(is_over, "{when}: {} is left: {:?}", step.key, step.action);
            self.check_text(step, when);
        }
    }

    /// A ticket that the plan calls unchanged shows what its file asks for.
    fn check_text(&self, step: &Step, when: &str) {
        let is_unchanged = step.action == Action::Keep && step.drift.is_empty() && step.changes.is_empty() && step.difference.is_none();
        let (state, portal) = (self.state(), self.portal());
        let record = state.records.get(&step.key).filter(|record| is_unchanged && record.is_open());
        let wanted = self.wanted.iter().find(|wanted| wanted.address() == step.key.address.to_string());
        let shown = record.and_then(|record| portal.iter().find(|ticket| Some(ticket.id.to_string().as_str()) == record.id()));
        if let Some((wanted, text)) = wanted.zip(shown.and_then(|ticket| ticket.text.as_ref())) {
            assert_eq!(text, &wanted.text(), "{when}: {} is called unchanged", step.key);
        }
    }

    /// Some of the vendor's requests go wrong from now on.
    pub fn draw_faults(&mut self) {
        let troubles = [
            Trouble::ErrorBeforeCommit { status: 500 },
            Trouble::ErrorAfterCommit { status: 502 },
            Trouble::DropBeforeCommit,
            Trouble::DropAfterCommit,
            Trouble::HalfAnswer,
            Trouble::Html,
            Trouble::NoId,
            Trouble::TooManyRequests { retry_after: Some(3) },
            Trouble::OtherDate,
        ];
        let several = [Trouble::OtherOrder, Trouble::TicketLeftOut, Trouble::SamePlaces, Trouble::RefusedHalfWay];
        let changes = [
            Trouble::ErrorBeforeCommit { status: 500 },
            Trouble::ErrorAfterCommit { status: 502 },
            Trouble::DropBeforeCommit,
            Trouble::DropAfterCommit,
            Trouble::NotFound,
            Trouble::Html,
            Trouble::Ignored,
        ];
        let lists =
            [Trouble::ErrorBeforeCommit { status: 500 }, Trouble::HalfAnswer, Trouble::RepeatedPage, Trouble::SkippedRow, Trouble::Html];
        let mut faults = Vec::new();
        for _ in 0..self.random.below(3) {
            let trouble = self.random.pick(&troubles).expect("there are troubles").clone();
            let percent = u8::try_from(20 + self.random.below(60)).expect("below 100");
            faults.push(Fault::on(Call::Create, trouble).percent(percent));
        }
        if self.together && self.random.one_in(2) {
            let trouble = self.random.pick(&several).expect("there are troubles").clone();
            faults.push(Fault::on(Call::Create, trouble).percent(60));
        }
        if self.random.one_in(3) {
            faults.push(Fault::on(Call::Read, Trouble::NotFound).percent(40));
        }
        for (call, troubles) in [(Call::Update, &changes[..]), (Call::Delete, &changes[..5]), (Call::List, &lists[..])] {
            if self.random.one_in(2) {
                let trouble = self.random.pick(troubles).expect("there are troubles").clone();
                faults.push(Fault::on(call, trouble).percent(50));
            }
        }
        self.sandbox.set_faults(faults).expect("faults that exist");
    }

    pub fn heal(&self) {
        self.sandbox.set_faults(Vec::new()).expect("no faults");
    }
}

fn owner() -> Owner {
    let since = "2027-01-04T12:00:00Z".parse().expect("a moment");
    Owner { by: By::default(), pid: 1, command: "simulation".to_owned(), since }
}

fn rules() -> Rules {
    Rules { creates: 1000, creates_per_day: 1000, closes: 1000, removals: 1000, stop_after_unknown: 1, plan_expires_hours: 24 }
}
