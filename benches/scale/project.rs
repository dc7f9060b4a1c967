//! A project of many dispatches, each of about 1 kB, written one by one or as a rollout, and a state that knows them all.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use callout::manifest::{Loaded, Request};
use callout::plan::marked_request;
use callout::refresh::Side;
use callout::rollout::load;
use callout::state::{Event, Home, Owner, Session, Sighting, Start, Write, init, open_for_writing};
use callout::systems::by_kind;
use callout::ticket::{Digest, Ticket};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::rollout::{DOCUMENT, sites};

/// How the tickets are described.
#[derive(Debug, Clone, Copy)]
pub enum Layout {
    OnePerFile,
    HundredPerFile,
    /// One document, a list of sites, and a schedule, which `callout schedule` has to make.
    Rollout,
}

pub struct Project {
    folder: TempDir,
    pub files: usize,
    bytes: usize,
}

/// Where nobody answers: what only plans never asks.
pub const NOBODY: &str = "https://api.example.com";

/// The variable with the token of the project's system.
pub const TOKEN_VARIABLE: &str = "G360_TOKEN";

fn project_file(base_url: &str) -> String {
    format!(
        "\
apiVersion: callout/v1
kind: Project
metadata: {{name: scale}}
spec:
  manifests: [tickets/]
  systems:
    techexpress:
      base_url: \"{base_url}\"
      credential: {{bearer: \"env:{TOKEN_VARIABLE}\"}}
      requests_per_minute: unlimited
  limits: {{creates: 100000, creates_per_day: 100000}}
"
    )
}

impl Project {
    pub fn new(tickets: usize, layout: Layout) -> Self {
        Self::at(tickets, layout, NOBODY)
    }

    /// One whose tickets go to this address.
    pub fn at(tickets: usize, layout: Layout, base_url: &str) -> Self {
        let project = Self::without_state(tickets, layout, base_url);
        init(&project.home(), &owner(), &Start::New).expect("a state");
        project
    }

    /// Puts the state elsewhere: to this place in object storage.
    pub fn keeps_its_state_at(&self, url: &str) {
        let file = self.folder().join("callout.yaml");
        let text = fs::read_to_string(&file).expect("a file");
        fs::write(&file, format!("{text}  state: {{url: \"{url}\"}}\n")).expect("a file");
    }

    /// One that has no state yet.
    pub fn without_state(tickets: usize, layout: Layout, base_url: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::create_dir(folder.path().join("tickets")).expect("a folder");
        fs::write(folder.path().join("callout.yaml"), project_file(base_url)).expect("a file");
        let texts = match layout {
            Layout::OnePerFile => dispatches(tickets, 1),
            Layout::HundredPerFile => dispatches(tickets, 100),
            Layout::Rollout => vec![("routers.yaml".to_owned(), DOCUMENT.to_owned()), ("sites.csv".to_owned(), sites(tickets))],
        };
        for (name, text) in &texts {
            fs::write(folder.path().join("tickets").join(name), text).expect("a file");
        }
        Self { folder, files: texts.len(), bytes: texts.iter().map(|(_, text)| text.len()).sum() }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    pub fn megabytes(&self) -> f64 {
        self.bytes as f64 / 1e6
    }

    fn home(&self) -> Home {
        Home { lock_file: self.folder().join("callout.lock"), state: self.folder().join(".callout/state.json").into() }
    }

    /// Writes a state in which every ticket was created and its booking was compared, as after a rollout.
    pub fn record_all(&self) {
        self.record_all_in(&self.home());
    }

    /// The same where the state lies elsewhere.
    pub fn record_all_in(&self, home: &Home) {
        let loaded = load(&Request { start: self.folder().to_path_buf(), ..Request::default() });
        let ledger = open_for_writing(home, Session::new(owner())).expect("a state");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let side = side(&loaded);
            let state = ledger.state();
            let events = loaded.tickets.iter().enumerate().flat_map(|(at, ticket)| created(at, ticket, &side, &state)).collect();
            ledger.record(events, now()).await.expect("a commit");
            ledger.compact().await.expect("a snapshot");
        });
    }
}

/// The system of a project's dispatches.
pub fn side(loaded: &Loaded) -> Side {
    let system = by_kind("Dispatch").expect("TechExpress");
    let settings = loaded.project.as_ref().expect("a project").systems.get(system.id()).expect("settings");
    Side {
        system,
        origin: system.origin(settings).to_string(),
        per_request: system.tickets_per_request(settings),
        endings: system.endings(settings),
    }
}

fn created(at: usize, ticket: &Ticket, side: &Side, state: &callout::state::State) -> [Event; 3] {
    let key = callout::state::Key::new(ticket.address.clone(), 0);
    let request = marked_request(ticket, side, state);
    let expected = side.system.expected(&request.fields, &request.attachments, request.visit.as_ref());
    let seen = Sighting { fields: expected, status: Some("Pending Tech Assignment".to_owned()), finished: false };
    let payload = Digest::of(&request.fields);
    [
        Event::Intended { key: key.clone(), write: Write::Create, payload, request: Some(Box::new(request)) },
        Event::Created { key: key.clone(), id: (482_001 + at).to_string(), seen: seen.clone() },
        Event::Observed { key, seen, baseline: false, booking_checked: true },
    ]
}

pub fn now() -> Timestamp {
    Timestamp::from_second(1_767_600_000).expect("a moment")
}

pub fn owner() -> Owner {
    Owner { by: callout::state::By::default(), pid: std::process::id(), command: "cargo bench".to_owned(), since: now() }
}

/// Files of dispatches, by their names.
fn dispatches(tickets: usize, per_file: usize) -> Vec<(String, String)> {
    let file = |first: usize| (format!("sites-{first:05}.yaml"), (first..tickets.min(first + per_file)).map(dispatch).collect());
    (0..tickets).step_by(per_file).map(file).collect()
}

/// One dispatch of about 1 kB, to a site of its own.
fn dispatch(at: usize) -> String {
    let mut text = String::with_capacity(1100);
    let written = write!(
        text,
        "---
apiVersion: callout/v1
kind: Dispatch
metadata:
  name: store-{at:05}-router
  labels: {{program: sdwan-2035, region: northeast, wave: w{wave}}}
spec:
  service_type: Equipment Install
  contact_name: Dana Ortiz
  contact_email_address: dana@example.com
  initial_description: |
    Replace the branch router with the one that was shipped to the store, and hand back the old one.
    Call the operations centre on arrival and before leaving the site; wait until it has seen the new router.
    Take a photograph of the rack before and after the work, with all labels legible.
  automatic_email_contact: true
  automatic_email_cc: false
  customer_ticket_number: INC-{at:07}
  po_number: PO-{at:07}
  special_instructions: Use the rear door; the alarm code is with the manager on duty.
  locations:
    - location_name: Store {at}
      location_number: \"{at:05}\"
      local_contact_name: Sam Lee
      local_contact_number: 617-555-{line:04}
      location_contact_email: store{at}@example.com
      account_macnum: \"{account:08}\"
      start_date: 2035-06-{day:02}T08:00:00
      end_date: 2035-06-{day:02}T12:00:00
      timezone: America/New_York
",
        wave = at % 9,
        line = at % 10_000,
        account = 1_000_000 + at,
        day = at % 28 + 1,
    );
    written.expect("a text");
    text
}
