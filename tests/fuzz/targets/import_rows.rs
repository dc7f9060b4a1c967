//! `callout import --from FILE.csv`: tickets that are there already become the tickets of addresses.
//!
//! All rows are taken over or none; each ticket has one address; and what a row does not name is not taken over.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use callout::state::Phase;
use callout::systems::sandbox::{Options, Running, Sandbox};
use tokio::runtime::{Builder, Runtime};

use super::settle_rows::{cells, started, state};
use super::story::{self, LINEAGE};
use super::support::clock::JumpingClock;
use super::support::project::Project;
use super::told;

const DISPATCH: &str = include_str!("../../manifests/valid/one-dispatch.yaml");
const STORES: [&str; 3] = ["0417", "0418", "0419"];

/// TechExpress with a ticket for each store, `482001` and those after it, which belong to nobody yet.
static VENDOR: LazyLock<Vendor> = LazyLock::new(Vendor::new);

struct Vendor {
    _runtime: Runtime,
    running: Running,
}

impl Vendor {
    fn new() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let sandbox = Sandbox::new(Options::new(JumpingClock::at("2027-01-04T12:00:00Z")));
        let running = runtime.block_on(sandbox.serve(0)).expect("a free port");
        let project = described(&running.base_url);
        let ran = project.run("apply --yes");
        assert_eq!((ran.code, sandbox.tickets().len()), (0, STORES.len()), "{ran}");
        Self { _runtime: runtime, running }
    }
}

pub fn run(input: &[u8]) {
    let project = described(&VENDOR.running.base_url);
    project.write("rows.csv", input);
    let journal = project.read(story::JOURNAL);
    let ran = project.run("import --from rows.csv --yes");
    told::check_text(&ran.out);
    told::check_text(&ran.err);
    if ran.code != 0 {
        assert_eq!(project.read(story::JOURNAL), journal, "refused, and something is taken over all the same:\n{ran}");
        return;
    }
    let (rows, records) = (String::from_utf8_lossy(input), state(&project).records);
    for (address, id) in cells(input, "address").into_iter().zip(cells(input, "id")) {
        let is_held = records.iter().any(|(key, record)| key.address.to_string() == address && record.id() == Some(&id));
        assert!(is_held, "the row of {address} is passed over:\n{ran}");
    }
    let mut ids = BTreeSet::new();
    for (key, record) in &records {
        let Phase::Live { id } = &record.phase else { panic!("{key} is not live:\n{ran}") };
        assert!(rows.contains(&key.address.to_string()) && rows.contains(id), "{key} has ticket {id}, and no row says so:\n{ran}");
        assert!(ids.insert(id), "ticket {id} has two addresses:\n{ran}");
    }
}

/// A project with a dispatch for each store, and an empty state.
fn described(base_url: &str) -> Project {
    let project = started(base_url);
    for (name, bytes) in story::empty() {
        project.write(name, bytes);
    }
    for store in STORES {
        project.write(format!("{store}.yaml"), DISPATCH.replace("0417", store).replace("Store 417", &format!("Store {store}")));
    }
    assert_eq!(state(&project).lineage, LINEAGE);
    project
}
