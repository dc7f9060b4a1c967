//! One system's connection, held against the sandbox, with a ledger that gives permits.

use std::collections::BTreeMap;
use std::sync::Arc;

use callout::state::memory::{Disk, MemoryStore};
use callout::state::{By, Intention, Key, Ledger, Owner, Permit, Request, Session, State, Store as _, Write};
use callout::systems::sandbox::{Call, Fault, Options, TOKEN_VARIABLE, Trouble};
use callout::systems::{Context, Draft, Field, Observed, Payload, Remote, Seen, Sent, System};
use callout::ticket::{Address, Attachment, Clock as _, Digest, Fields, Mark};
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::terms::Terms;

pub struct Bench {
    pub stage: Stage,
    pub system: &'static dyn System,
    pub remote: Box<dyn Remote>,
    context: Context,
    ledger: Ledger,
    folder: tempfile::TempDir,
    written: std::cell::Cell<u32>,
}

impl Bench {
    pub async fn new(system: &'static dyn System) -> Self {
        Self::with(system, json!({}), "sandbox", |_| {}).await
    }

    pub async fn with(system: &'static dyn System, own: Value, token: &str, change: impl FnOnce(&mut Options)) -> Self {
        let stage = Stage::with(change).await;
        let settings = stage.running.settings(system.id(), &own);
        let folder = tempfile::tempdir().expect("a folder");
        let context = Context {
            clock: stage.clock.clone(),
            variables: Arc::new(BTreeMap::from([(TOKEN_VARIABLE.to_owned(), token.to_owned())])),
            folder: folder.path().to_owned(),
            waiting: Arc::new(|_| {}),
        };
        let remote = connect(system, &settings, context.clone());
        Self { stage, system, remote, context, ledger: ledger(), folder, written: std::cell::Cell::new(0) }
    }

    /// Whether a system makes no connection with these settings.
    pub async fn refuses(system: &'static dyn System, own: &Value) -> bool {
        let bench = Self::new(system).await;
        system.connect(&bench.stage.running.settings(system.id(), own), bench.context.clone()).is_err()
    }

    /// Connects anew, to another address.
    pub fn turn_to(&mut self, url: &str) {
        let mut settings = self.stage.running.settings(self.system.id(), &json!({}));
        settings["base_url"] = url.into();
        self.remote = connect(self.system, &settings, self.context.clone());
    }

    pub fn draft(&self) -> Draft {
        let (mut drafts, findings) = self.system.tickets(&Terms::of(self.system).document).expect("a document");
        assert!(findings.is_empty(), "{findings:?}");
        drafts.remove(0)
    }

    pub fn mark() -> Mark {
        Mark::new("lineage", &Address::new("Kind", "name"), 0)
    }

    /// What a create sends: the draft's fields with the mark, and these files.
    pub fn payload(&self, files: &[(&str, &str)]) -> Payload {
        let fields = self.system.with_mark(self.draft().fields, &Self::mark());
        Payload { fields, attachments: files.iter().map(|(name, content)| self.file(name, content)).collect() }
    }

    /// A payload that the sandbox refuses.
    pub fn refused_payload(&self) -> Payload {
        let mut payload = self.payload(&[]);
        (Terms::of(self.system).refused.0)(&mut payload.fields);
        payload
    }

    fn file(&self, name: &str, content: &str) -> Attachment {
        std::fs::write(self.folder.path().join(name), content).expect("a file");
        let sha256 = Digest::of_bytes(content.as_bytes());
        Attachment { filename: name.to_owned(), path: name.into(), size: content.len() as u64, sha256 }
    }

    /// A permit, as the apply step gets one: by a durable intent of a fresh address.
    pub async fn permit(&self) -> Permit {
        self.written.set(self.written.get() + 1);
        let key = Key::new(Address::new(self.system.kind(), format!("t{}", self.written.get())), 0);
        let request = Request {
            system: self.system.id().to_owned(),
            origin: "sandbox".to_owned(),
            mark: None,
            fields: Fields::default(),
            attachments: Vec::new(),
            visit: None,
            lifecycle: callout::ticket::Lifecycle::default(),
            labels: BTreeMap::new(),
            site: None,
        };
        let payload = Digest::of_bytes(b"");
        let intention = Intention { key, write: Write::Create, payload, request: Some(Box::new(request)) };
        self.ledger.intend(intention, self.stage.clock.now()).await.expect("a permit")
    }

    pub async fn create(&self, payload: &Payload) -> Sent {
        self.remote.ready(Some(payload)).await.expect("ready");
        self.remote.create(self.permit().await, payload).await
    }

    /// A change that is made ready like every write.
    pub async fn update(&self, id: &str, fields: &Fields) -> Sent {
        self.remote.ready(None).await.expect("ready");
        self.remote.update(self.permit().await, id, fields).await
    }

    pub async fn close(&self, id: &str) -> Sent {
        self.remote.ready(None).await.expect("ready");
        self.remote.close(self.permit().await, id).await
    }

    pub async fn delete(&self, id: &str) -> Sent {
        self.remote.ready(None).await.expect("ready");
        self.remote.delete(self.permit().await, id).await
    }

    /// Switches one fault on for requests of one kind.
    pub fn fault(&self, fault: Fault) {
        self.stage.sandbox.set_faults(vec![fault]).expect("a fault that can show");
    }

    /// A create that meets a fault.
    pub async fn create_with(&self, trouble: Trouble) -> Sent {
        self.stage.sandbox.set_faults(vec![Fault::on(Call::Create, trouble)]).expect("a fault");
        self.create(&self.payload(&[])).await
    }

    pub async fn created(&self) -> Seen {
        done(self.create(&self.payload(&[])).await)
    }

    pub async fn found(&self, id: &str) -> Seen {
        match self.remote.read(id).await {
            Observed::Found(seen) => *seen,
            other @ (Observed::Missing | Observed::Unread { .. }) => panic!("{}: {other:?}", self.system.id()),
        }
    }

    /// What a read shows of a payload that was booked as it was sent.
    pub fn expected(&self, payload: &Payload) -> Fields {
        let mut expected = self.system.expected(&payload.fields, &payload.attachments, self.draft().visit.as_ref());
        expected.0.retain(|name, _| self.row(name).is_some_and(|row| row.in_read));
        expected
    }

    /// A field's row in the system's table.
    pub fn row(&self, name: &str) -> Option<&'static Field> {
        self.system.row(name)
    }

    /// Requests that reached the sandbox so far.
    pub fn requests(&self) -> usize {
        self.stage.sandbox.requests().len()
    }
}

fn connect(system: &dyn System, settings: &Value, context: Context) -> Box<dyn Remote> {
    system.connect(settings, context).unwrap_or_else(|error| panic!("{}: {error}", system.id()))
}

pub fn done(sent: Sent) -> Seen {
    match sent {
        Sent::Done(seen) => *seen,
        other @ (Sent::Rejected { .. } | Sent::Unsent { .. } | Sent::Unknown { .. }) => panic!("not done: {other:?}"),
    }
}

fn ledger() -> Ledger {
    let owner = Owner { by: By::default(), pid: 1, command: "test".to_owned(), since: jiff::Timestamp::UNIX_EPOCH };
    let disk = Disk::default();
    let mut store = MemoryStore::new(&disk);
    store.lock(&owner).expect("a lock");
    store.create(&State::new("lineage")).expect("a state");
    drop(store);
    Ledger::open(Box::new(MemoryStore::new(&disk)), "lineage", Session::new(owner)).expect("a ledger")
}
