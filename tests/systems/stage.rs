//! What the tests stand on: a clock that jumps, a running sandbox, and a create that passes every check.

use std::sync::Arc;

use callout::systems::sandbox::{Fault, Options, Running, Sandbox};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::clock::JumpingClock;

/// The tests' clock, at the moment at which they all begin.
pub fn clock() -> Arc<JumpingClock> {
    JumpingClock::at("2027-01-04T12:00:00Z")
}

/// A sandbox that answers, and a client that follows and repeats nothing.
pub struct Stage {
    pub clock: Arc<JumpingClock>,
    pub sandbox: Sandbox,
    pub running: Running,
    client: Client,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let clock = clock();
        let mut options = Options::new(clock.clone());
        change(&mut options);
        Self::of(clock, Sandbox::new(options)).await
    }

    pub async fn of(clock: Arc<JumpingClock>, sandbox: Sandbox) -> Self {
        // The client wants a TLS provider although nothing here speaks TLS; a second installation is no error.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let running = sandbox.serve(0).await.expect("a free port");
        let client =
            Client::builder().redirect(reqwest::redirect::Policy::none()).retry(reqwest::retry::never()).build().expect("a client");
        Self { clock, sandbox, running, client }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.base_url)
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path)).bearer_auth("sandbox")
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.client.request(method.parse().expect("a method"), self.url(path))
    }

    pub fn post(&self, form: Form) -> RequestBuilder {
        self.request("POST", "/api/v1/tickets/external").bearer_auth("sandbox").multipart(form)
    }

    /// A create with the fault switched on.
    pub async fn create_with(&self, fault: Fault) -> reqwest::Result<Response> {
        self.sandbox.set_faults(vec![fault]).expect("a fault that can show");
        self.post(form(&[])).send().await
    }

    /// The id of a new ticket.
    pub async fn create(&self) -> u64 {
        let (status, body) = told(self.post(form(&[]))).await;
        assert_eq!(status, 200, "{body}");
        body[0]["id"].as_u64().expect("an id")
    }

    pub async fn read(&self, id: u64) -> Value {
        self.found(&format!("/api/v1/tickets/{id}")).await
    }

    pub fn post_noc(&self, form: Form) -> RequestBuilder {
        self.request("POST", "/api/v1/noc/tickets/external").bearer_auth("sandbox").multipart(form)
    }

    /// The id of a new NOC ticket.
    pub async fn create_noc(&self) -> u64 {
        let (status, body) = told(self.post_noc(noc_form(&[]))).await;
        assert_eq!(status, 200, "{body}");
        body[0]["id"].as_u64().expect("an id")
    }

    pub async fn read_noc(&self, id: u64) -> Value {
        self.found(&format!("/api/v1/noc/tickets/{id}")).await
    }

    /// What a path answers.
    pub async fn found(&self, path: &str) -> Value {
        let (status, body) = told(self.get(path)).await;
        assert_eq!(status, 200, "{body}");
        body
    }
}

/// Status and JSON of an answer.
pub async fn told(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.expect("a whole body")).unwrap_or(Value::Null))
}

pub fn location() -> Value {
    json!({
        "location_name": "Store 417", "location_number": "0417",
        "local_contact_name": "Sam Lee", "local_contact_number": 6_175_550_123_u64,
        "account_macnum": "01234567",
        "start_date": "2027-01-11T08:00:00", "end_date": "2027-01-11T12:00:00",
    })
}

/// A location with some fields changed; null takes the field away.
pub fn location_with(changes: &Value) -> Value {
    let mut location = location();
    for (name, value) in changes.as_object().expect("an object") {
        location[name] = value.clone();
    }
    location.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    location
}

/// A form that passes, with some texts changed; an empty one takes the field away.
pub fn form(changes: &[(&str, &str)]) -> Form {
    let place = json!([location()]).to_string();
    let texts = [
        ("contact_name", "Dana Ortiz"),
        ("initial_description", "Replace the branch router."),
        ("automatic_email_contact", "true"),
        ("contact_email_address", "dana@example.com"),
        ("automatic_email_cc", "false"),
        ("service_type", "Equipment Install"),
        ("customer_ticket_number", "INC-1,co-7k2m9q4x"),
        ("po_number", "PO-88213"),
        ("locations", place.as_str()),
    ];
    changed(&texts, changes)
}

/// Sites of a NOC ticket, as JSON.
pub fn sites(macnums: &[&str]) -> String {
    macnums.iter().map(|macnum| json!({"macnum": macnum, "maintenance_window": "any time"})).collect::<Value>().to_string()
}

/// A form for a NOC ticket of one site that passes, changed likewise.
pub fn noc_form(changes: &[(&str, &str)]) -> Form {
    let sites = sites(&["01234567"]);
    let texts = [
        ("issue_name", "Circuit down"),
        ("type_name", "Service Request"),
        ("subtype_name", "Outage"),
        ("configuration_ids", "88213,88214"),
        ("contact_name", "Dana Ortiz"),
        ("contact_email_address", "dana@example.com"),
        ("local_contact_name", "Sam Lee"),
        ("local_contact_number", "6175550123"),
        ("automatic_email_cc", "false"),
        ("sites", sites.as_str()),
        ("access_hours", "Mon to Fri, 08:00 to 17:00"),
    ];
    changed(&texts, changes)
}

fn changed(texts: &[(&str, &str)], changes: &[(&str, &str)]) -> Form {
    let kept = texts.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let added = changes.iter().filter(|(_, text)| !text.is_empty());
    kept.chain(added).fold(Form::new(), |form, (name, text)| form.text((*name).to_owned(), (*text).to_owned()))
}

pub fn file(name: &str, size: usize) -> Part {
    Part::bytes(vec![b'x'; size]).file_name(name.to_owned())
}
