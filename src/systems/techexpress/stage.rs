//! A connection for tests, which looks for the token in everything that it is told.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{TechExpress, example};
use crate::state::Permit;
use crate::support::clock::JumpingClock;
use crate::systems::{Context, HoldUp, Observed, Payload, Remote, Sent, System, Unready};
use crate::ticket::Attachment;

pub const TOKEN: &str = "s3cr3t/token+0123456789";

/// A connection, its clock, and what it told of hold-ups.
pub struct Stage {
    pub remote: Box<dyn Remote>,
    pub clock: Arc<JumpingClock>,
    pub told: Arc<Mutex<Vec<HoldUp>>>,
    pub folder: tempfile::TempDir,
}

impl Stage {
    pub fn at(url: &str) -> Self {
        Self::with(url, &json!({}))
    }

    pub fn with(url: &str, more: &Value) -> Self {
        let clock = JumpingClock::at("2027-01-04T12:00:00Z");
        let told = Arc::new(Mutex::new(Vec::new()));
        let folder = tempfile::tempdir().expect("a folder");
        let tell = Arc::clone(&told);
        let context = Context {
            clock: clock.clone(),
            variables: Arc::new([("TOKEN".to_owned(), TOKEN.to_owned())].into()),
            folder: folder.path().to_owned(),
            waiting: Arc::new(move |what| tell.lock().expect("the list").push(*what)),
        };
        let mut settings = json!({"base_url": url, "credential": {"bearer": "env:TOKEN"}});
        settings.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        let remote = TechExpress.connect(&settings, context).expect("good settings");
        Self { remote, clock, told, folder }
    }

    pub async fn create(&self) -> Sent {
        self.create_with(Vec::new()).await
    }

    pub fn payload(attachments: Vec<Attachment>) -> Payload {
        let (drafts, _) = TechExpress.tickets(&example::dispatch()).expect("a dispatch");
        Payload { fields: drafts[0].fields.clone(), attachments }
    }

    pub async fn ready(&self, payload: &Payload) -> Result<(), Unready> {
        self.remote.writer().ready(Some(payload)).await
    }

    /// What becomes of a create, also of one that was tried although nothing was ready.
    pub async fn create_with(&self, attachments: Vec<Attachment>) -> Sent {
        let payload = Self::payload(attachments);
        let _ = self.ready(&payload).await;
        let sent = self.remote.create(Permit::in_a_test(), &payload).await;
        assert!(!format!("{sent:?}").contains("s3cr3t"), "the token shows: {sent:?}");
        sent
    }

    pub async fn read(&self) -> Observed {
        let observed = self.remote.reader().read("77").await;
        assert!(!format!("{observed:?}").contains("s3cr3t"), "the token shows: {observed:?}");
        observed
    }
}
