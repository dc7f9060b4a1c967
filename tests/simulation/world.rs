//! One world: files that ask for tickets, a disk with a state, a vendor, and a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use callout::apply::{Done, Job, Progress, Stop, Writers, apply};
use callout::plan::{self, Action, Plan, Rules, Step};
use callout::refresh::{self, Mode, Readers, Scope, Selection, Side, Sides};
use callout::state::memory::{Disk, MemoryStore};
use callout::state::{By, Ledger, Owner, Phase, Session, State, Store};
use callout::systems::sandbox::{Call, Fault, Options, Running, Sandbox, TOKEN_VARIABLE, Trouble};
use callout::systems::{Context, Reader, Remote, System, Writer, by_kind, registry};
use callout::ticket::{Address, Clock, Mark, Ticket};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::killer::{Killer, Mortal};
use crate::random::Random;
use crate::support::clock::JumpingClock;

const LINEAGE: &str = "simulated";

/// What one manifest asks for. `site` tells the places apart; a name can change, its site stays.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub name: String,
    pub site: u64,
    pub text: u64,
    pub reissue: u32,
    pub renamed_from: Option<String>,
    /// The address of a ticket, of either kind, whose id this one carries.
    pub after: Option<String>,
    /// `on_remove: forget`.
    pub forgets: bool,
    /// The id of a ticket that somebody made by hand.
    pub adopt: Option<u64>,
}

/// A ticket as the vendor's portal shows it.
pub struct Shown {
    pub id: u64,
    pub system: String,
    pub mark: String,
    pub site: String,
    pub resolved: bool,
}

pub struct World {
    pub wanted: Vec<Wanted>,
    pub sandbox: Sandbox,
    pub clock: Arc<JumpingClock>,
    pub random: Random,
    disk: Disk,
    remotes: BTreeMap<&'static str, Box<dyn Remote>>,
    sides: Sides,
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
        let options = Options { rate_limit: None, seed, ..Options::new(clock.clone()) };
        let sandbox = Sandbox::new(options);
        let running = sandbox.serve(0).await.expect("a free port");
        let settings = |system: &'static dyn System| {
            let mut settings = running.settings(system.id(), &json!({}));
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
        let side = |system: &&'static dyn System| (system.kind().to_owned(), Side { system: *system, origin: "the sandbox".to_owned() });
        let (remotes, sides) = (registry().iter().map(connect).collect(), registry().iter().map(side).collect());
        let mut random = Random::new(seed);
        let wanted = first_files(&mut random);
        let disk = Disk::default();
        let mut store = MemoryStore::new(&disk);
        store.lock(&owner()).expect("nobody else is there");
        store.create(&State::new(LINEAGE)).expect("an empty disk");
        Self { wanted, sandbox, clock, random, disk, remotes, sides, _running: running }
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
        let asks =
            refresh::asks(&Scope { tickets: &tickets, state, sides: &self.sides, selection: &selection, now: self.now() }, Mode::Auto);
        let readers: Readers<'_> = mortals.iter().map(|(id, mortal)| (*id, mortal as &dyn Reader)).collect();
        let observed = refresh::read(&asks, &readers, &self.sides, &|_| {}).await;
        let build = |tickets: &[Ticket]| {
            plan::build(&plan::World {
                tickets,
                state,
                observed: &observed,
                sides: &self.sides,
                selection: &selection,
                rules: &rules(),
                take: None,
                given_up: &[],
                now: self.now(),
                id: format!("plan-{}", self.now()),
                project: "simulation".to_owned(),
                commit: None,
            })
        };
        let plan = build(&tickets);
        let turned: Vec<Ticket> = tickets.into_iter().rev().collect();
        assert_eq!(build(&turned), plan, "the order of the files matters");
        plan
    }

    fn tickets(&self) -> Vec<Ticket> {
        self.wanted.iter().map(ticket).collect()
    }

    /// Everything that the vendor has.
    pub fn portal(&self) -> Vec<Shown> {
        let shown = |ticket: &callout::systems::sandbox::Stored| {
            let sent = |name: &str| ticket.received.get(name).map(String::as_str).unwrap_or_default();
            let number = ticket.fields.get("location_number").and_then(Value::as_str).map(str::to_owned);
            let circuit = ticket.fields.get("configurations").and_then(|list| list[0]["id"].as_u64());
            Shown {
                id: ticket.id,
                system: ticket.system.clone(),
                mark: Mark::find(sent("customer_ticket_number")).map(|mark| mark.to_string()).unwrap_or_default(),
                site: number.or_else(|| circuit.map(|id| (id - 1).to_string())).expect("a site"),
                resolved: ticket.fields.get("date_resolved").is_some_and(Value::is_string),
            }
        };
        self.sandbox.tickets().iter().map(shown).collect()
    }

    pub fn state(&self) -> State {
        let loaded = MemoryStore::new(&self.disk).load().expect("a readable disk");
        loaded.expect("a state").state
    }

    /// The promise: no visit has two tickets, no site two open ones, and the state knows or doubts every ticket.
    pub fn check(&self, when: &str) {
        let (state, portal) = (self.state(), self.portal());
        let mut marks = BTreeSet::new();
        let mut open = BTreeSet::new();
        for ticket in &portal {
            assert!(marks.insert(ticket.mark.clone()), "{when}: two tickets for one visit ({})", ticket.mark);
            assert!(ticket.resolved || open.insert(ticket.site.clone()), "{when}: two open tickets at site {}", ticket.site);
            let id = ticket.id.to_string();
            let known = state.records.values().any(|record| record.request.system == ticket.system && record.id() == Some(&id));
            let doubted = state.records.values().any(|record| {
                record.phase == Phase::Pending && record.request.mark.as_ref().is_some_and(|mark| mark.as_str() == ticket.mark)
            });
            // A person may have said that a ticket in doubt is cancelled: its mark is kept.
            let told = state.records.values().any(|record| record.request.mark.as_ref().is_some_and(|mark| mark.as_str() == ticket.mark));
            assert!(known || doubted || (ticket.resolved && told), "{when}: nobody knows ticket {}", ticket.id);
        }
        for (key, record) in &state.records {
            if let Phase::Live { id } = &record.phase {
                assert!(portal.iter().any(|ticket| &ticket.id.to_string() == id), "{when}: {key} has a ticket that the vendor never made");
            }
        }
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
            let over = !matches!(step.action, Action::Create { .. } | Action::InDoubt { .. } | Action::Deferred { .. });
            assert!(over, "{when}: {} is left: {:?}", step.key, step.action);
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
        let mut faults = Vec::new();
        for _ in 0..self.random.below(3) {
            let trouble = self.random.pick(&troubles).expect("there are troubles").clone();
            let percent = u8::try_from(20 + self.random.below(60)).expect("below 100");
            faults.push(Fault::on(Call::Create, trouble).percent(percent));
        }
        if self.random.one_in(3) {
            faults.push(Fault::on(Call::Read, Trouble::NotFound).percent(40));
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

fn first_files(random: &mut Random) -> Vec<Wanted> {
    let count = 2 + random.below(3);
    let mut wanted: Vec<Wanted> = (0..count).map(Wanted::at).collect();
    if random.one_in(2) {
        wanted[0].after = Some(wanted[1].address());
    }
    wanted
}

impl Wanted {
    pub fn at(site: u64) -> Self {
        Self { name: format!("store-{site}"), site, text: 0, reissue: 0, renamed_from: None, after: None, forgets: false, adopt: None }
    }

    /// What is wanted at a site never changes its kind.
    fn kind(&self) -> &'static str {
        if self.site % 2 == 1 { "NocTicket" } else { "Dispatch" }
    }

    pub fn address(&self) -> String {
        self.address_as(&self.name)
    }

    /// Its address under another name.
    pub fn address_as(&self, name: &str) -> String {
        format!("{}/{name}", self.kind())
    }

    fn spec(&self) -> Value {
        let text = format!("Look at the rack, version {}", self.text);
        let mut spec = json!({
            "contact_name": "Dana Ortiz", "contact_email_address": "dana@example.com", "initial_description": text,
            "automatic_email_contact": false, "automatic_email_cc": false,
        });
        let own = match self.kind() {
            "NocTicket" => json!({
                "issue_name": "Circuit down", "type_name": "Service Request", "subtype_name": "Outage", "configuration_ids": [self.site + 1],
                "local_contact_name": "Sam Lee", "local_contact_number": "617-555-0123", "access_hours": "any time",
                "sites": [{"macnum": format!("0{}", self.site), "maintenance_window": "any time"}],
            }),
            _ => json!({
                "service_type": "Site Audit",
                "locations": [{
                    "location_name": format!("Store {}", self.site), "location_number": self.site.to_string(),
                    "local_contact_name": "Sam Lee", "local_contact_number": "617-555-0123", "account_macnum": "01234567",
                    "start_date": "2030-06-03T08:00:00", "end_date": "2030-06-03T12:00:00", "timezone": "America/New_York",
                }],
            }),
        };
        let spec_map = spec.as_object_mut().expect("an object");
        spec_map.extend(own.as_object().expect("an object").clone());
        spec_map.extend(self.after.iter().map(|after| ("prior_ticket".to_owned(), json!({"ref": after}))));
        spec
    }
}

fn ticket(wanted: &Wanted) -> Ticket {
    let system = by_kind(wanted.kind()).expect("a registered kind");
    let mut lifecycle = json!({"reissue": wanted.reissue});
    if wanted.forgets {
        lifecycle["on_remove"] = json!("forget");
    }
    if let Some(id) = wanted.adopt {
        lifecycle["adopt"] = json!(id);
    }
    if let Some(from) = &wanted.renamed_from {
        lifecycle["renamed_from"] = json!(wanted.address_as(from));
    }
    let document = json!({
        "apiVersion": "callout/v1", "kind": wanted.kind(), "metadata": {"name": wanted.name},
        "spec": wanted.spec(), "lifecycle": lifecycle,
    });
    let (mut drafts, findings) = system.tickets(&document).expect("a document");
    assert!(findings.is_empty(), "{findings:?}");
    let draft = drafts.remove(0);
    Ticket {
        address: Address::new(wanted.kind(), wanted.name.as_str()).with_key(draft.key),
        reissue: draft.reissue,
        fields: draft.fields,
        attachments: Vec::new(),
        lifecycle: draft.lifecycle,
        labels: BTreeMap::new(),
        visit: draft.visit,
        place: None,
        site: None,
    }
}
