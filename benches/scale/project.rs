//! A project of many dispatches, each of about 1 kB, and a state that knows them all.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use callout::manifest::Request;
use callout::plan::marked_request;
use callout::refresh::Side;
use callout::rollout::load;
use callout::state::{Event, Home, Owner, Session, Sighting, Start, Write, init, open_for_writing};
use callout::systems::by_kind;
use callout::ticket::{Digest, Ticket};
use jiff::Timestamp;
use tempfile::TempDir;

/// How the documents lie in files.
#[derive(Debug, Clone, Copy)]
pub enum Layout {
    OnePerFile,
    HundredPerFile,
}

pub struct Project {
    folder: TempDir,
    pub files: usize,
    bytes: usize,
}

const PROJECT_FILE: &str = "\
apiVersion: callout/v1
kind: Project
metadata: {name: scale}
spec:
  manifests: [tickets/]
  systems:
    techexpress: {base_url: https://api.example.com, credential: {bearer: \"env:NOT_USED\"}}
  limits: {creates: 100000, creates_per_day: 100000}
";

impl Project {
    pub fn new(tickets: usize, layout: Layout) -> Self {
        let folder = TempDir::new().expect("a folder");
        let per_file = match layout {
            Layout::OnePerFile => 1,
            Layout::HundredPerFile => 100,
        };
        fs::create_dir(folder.path().join("tickets")).expect("a folder");
        fs::write(folder.path().join("callout.yaml"), PROJECT_FILE).expect("a file");
        let (mut files, mut bytes) = (0, 0);
        for first in (0..tickets).step_by(per_file) {
            let text: String = (first..tickets.min(first + per_file)).map(dispatch).collect();
            fs::write(folder.path().join(format!("tickets/sites-{first:05}.yaml")), &text).expect("a file");
            files += 1;
            bytes += text.len();
        }
        let project = Self { folder, files, bytes };
        init(&project.home(), &owner(), &Start::New).expect("a state");
        project
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn keep(self) -> std::path::PathBuf {
        self.folder.keep()
    }

    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    pub fn megabytes(&self) -> f64 {
        self.bytes as f64 / 1e6
    }

    fn home(&self) -> Home {
        Home { lock_file: self.folder().join("callout.lock"), state: self.folder().join(".callout/state.json") }
    }

    /// Writes a state in which every ticket was created and its booking was compared, as after a rollout.
    pub fn record_all(&self) {
        let loaded = load(&Request { start: self.folder().to_path_buf(), ..Request::default() });
        let ledger = open_for_writing(&self.home(), Session::new(owner())).expect("a state");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let system = by_kind("Dispatch").expect("TechExpress");
            let settings = loaded.project.as_ref().expect("a project").systems.get(system.id()).expect("settings");
            let side = Side { system, origin: system.origin(settings).to_string(), per_request: system.tickets_per_request(settings) };
            let state = ledger.state().await;
            let events = loaded.tickets.iter().enumerate().flat_map(|(at, ticket)| created(at, ticket, &side, &state)).collect();
            ledger.record(events, now()).await.expect("a commit");
            ledger.compact().await.expect("a snapshot");
        });
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

fn now() -> Timestamp {
    Timestamp::from_second(1_767_600_000).expect("a moment")
}

fn owner() -> Owner {
    Owner { by: callout::state::By::default(), pid: std::process::id(), command: "cargo bench".to_owned(), since: now() }
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
