//! TechExpress on this machine, and a project that sends to it as it would to the real one.

use std::ops::{Deref, DerefMut};

use callout::systems::sandbox::{Call, Fault, Options, Running, Sandbox, Stored, Trouble};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::support::clock::JumpingClock;
use crate::support::project::Project;

/// The token that the vendor takes.
pub const TOKEN: &str = "s3cr3t-token-of-acme";
pub const TOKEN_WITHOUT_SCOPE: &str = "s3cr3t-token-without-scope";

/// A sandbox behind an address. It does not know that it is one.
pub struct Vendor {
    runtime: Runtime,
    pub sandbox: Sandbox,
    running: Running,
}

/// A project with a vendor.
pub struct Site {
    pub project: Project,
    pub vendor: Vendor,
}

impl Deref for Site {
    type Target = Project;
    fn deref(&self) -> &Project {
        &self.project
    }
}

impl DerefMut for Site {
    fn deref_mut(&mut self) -> &mut Project {
        &mut self.project
    }
}

impl Vendor {
    pub fn new(clock: std::sync::Arc<JumpingClock>, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::new(clock);
        options.tokens = vec![TOKEN.to_owned()];
        options.tokens_without_scope = vec![TOKEN_WITHOUT_SCOPE.to_owned()];
        change(&mut options);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let sandbox = Sandbox::new(options);
        let running = runtime.block_on(sandbox.serve(0)).expect("a free port");
        Self { runtime, sandbox, running }
    }

    pub fn base_url(&self) -> &str {
        &self.running.base_url
    }

    /// From now on every request of this kind meets this trouble.
    pub fn trouble(&self, call: Call, trouble: Trouble) {
        self.faults(vec![Fault::on(call, trouble)]);
    }

    pub fn faults(&self, faults: Vec<Fault>) {
        self.sandbox.set_faults(faults).expect("faults that can show");
    }

    pub fn well(&self) {
        self.faults(Vec::new());
    }

    /// How many tickets were ever made.
    pub fn tickets(&self) -> usize {
        self.sandbox.tickets().len()
    }

    /// The newest ticket.
    pub fn last(&self) -> Stored {
        self.sandbox.tickets().pop().expect("a ticket")
    }

    pub fn edit(&self, id: u64, changes: &serde_json::Value) {
        self.sandbox.edit(id, changes.as_object().expect("fields")).expect("a change that can be made");
    }

    pub fn resolve(&self, id: u64) {
        self.sandbox.resolve(id).expect("a ticket");
    }

    /// Runs something beside the vendor.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let _inside = self.runtime.enter();
        self.runtime.block_on(future)
    }
}

impl Site {
    /// A started project without manifests, and a vendor without tickets.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Options)) -> Self {
        let mut project = Project::started();
        let vendor = Vendor::new(project.clock.clone(), change);
        project.set("G360_TOKEN", TOKEN);
        project.write("callout.yaml", project_file(vendor.base_url(), ""));
        Self { project, vendor }
    }

    /// The same with one dispatch.
    pub fn with_dispatch() -> Self {
        let site = Self::new();
        site.write("tickets/a.yaml", dispatch("store-0417-router", "0417"));
        site
    }

    /// The same after its dispatch was sent.
    pub fn with_ticket() -> Self {
        let site = Self::with_dispatch();
        site.run("apply --yes").ends_with(0);
        assert_eq!(site.vendor.tickets(), 1);
        site
    }

    /// Replaces the limits, written like `creates: 2`.
    pub fn limit(&self, limits: &str) {
        self.write("callout.yaml", project_file(self.vendor.base_url(), &format!("  limits: {{{limits}}}\n")));
    }
}

/// A project file; `more` is put below `spec`.
pub fn project_file(base_url: &str, more: &str) -> String {
    format!(
        "apiVersion: callout/v1
kind: Project
metadata: {{name: acme}}
spec:
  manifests: [tickets/]
  systems:
    techexpress: {{base_url: \"{base_url}\", credential: {{bearer: \"env:G360_TOKEN\"}}}}
{more}"
    )
}

/// A dispatch to a store, a week ahead.
pub fn dispatch(name: &str, store: &str) -> String {
    format!(
        "apiVersion: callout/v1
kind: Dispatch
metadata:
  name: {name}
spec:
  service_type: Equipment Install
  contact_name: Dana Ortiz
  contact_email_address: dana@example.com
  initial_description: Replace the branch router.
  automatic_email_contact: true
  automatic_email_cc: false
  po_number: PO-88213
  locations:
{}",
        location(store)
    )
}

/// One entry of `locations`.
pub fn location(store: &str) -> String {
    format!(
        "    - location_name: Store {store}
      location_number: \"{store}\"
      local_contact_name: Sam Lee
      local_contact_number: 617-555-0123
      account_macnum: \"0123{store}\"
      start_date: 2027-01-11T08:00:00
      end_date: 2027-01-11T12:00:00
      timezone: America/New_York
"
    )
}

/// With a block `lifecycle` at its end.
pub fn with_lifecycle(dispatch: &str, lifecycle: &str) -> String {
    format!("{dispatch}lifecycle: {lifecycle}\n")
}

/// A change that a person makes in the portal: the purchase order.
pub fn other_order(number: &str) -> serde_json::Value {
    json!({"po_number": number})
}
