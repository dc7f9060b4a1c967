//! What a ticket system answers: the first line of the input is the status (and for ReadyDesk the format), the rest is the body.
//!
//! A create counts as made only with an id, and as not made only by a status that says so: after a success nothing frees its address. It
//! is sent once. Reads tell of the ticket that was asked for, and no other; and no words of a server move a terminal.

use callout::systems::{End, Found, Listing, Observed, Seen, Sent, System, by_id};
use callout::ticket::Fields;
use serde_json::{Value, json};

use super::desk::{Answer, Desk, SECRET, runtime};
use super::support::server::Server;
use super::told;

/// The ticket that is read and changed.
const ID: &str = "482001";

const DISPATCH: &str = include_str!("../../manifests/valid/one-dispatch.yaml");
const NOC_TICKET: &str = include_str!("../../manifests/valid/noc-one-site.yaml");
const CUSTOMER_TICKET: &str = include_str!("../../../examples/customer-ticket/tickets/line-rental.yaml");
const HELPDESK_TICKET: &str = include_str!("../../manifests/valid/helpdesk-one.yaml");

pub fn techexpress(input: &[u8]) {
    run("techexpress", DISPATCH, &Answer::of(input), &json!({}));
}

pub fn nocexpress(input: &[u8]) {
    run("nocexpress", NOC_TICKET, &Answer::of(input), &json!({}));
}

pub fn billing_platform(input: &[u8]) {
    run("billing_platform", CUSTOMER_TICKET, &Answer::of(input), &json!({"finished_statuses": ["closed"], "closed_status": "closed"}));
}

pub fn readydesk(input: &[u8]) {
    let answer = Answer::of(input);
    let format = ["xml", "delimited"].into_iter().find(|format| *format == answer.word).unwrap_or("json");
    let own = json!({
        "credential": {"key": "env:T"}, "format": format, "timezone": "America/New_York", "finished_statuses": ["Closed"],
        "closed_status": "Closed",
    });
    run("readydesk", HELPDESK_TICKET, &answer, &own);
}

fn run(id: &str, document: &str, answer: &Answer, own: &Value) {
    runtime().block_on(async {
        let system = by_id(id).expect("a system");
        let server = Server::with([answer.reply()]).await;
        let mut settings = json!({"base_url": server.url, "credential": {"bearer": "env:T"}, "requests_per_minute": "unlimited"});
        own.as_object().into_iter().flatten().for_each(|(name, value)| settings[name] = value.clone());
        let case = Case { desk: Desk::new(system, &settings, &document_of(document)), server, answer };
        case.creates().await;
        case.reads().await;
        case.lists().await;
        case.changes().await;
        let said = case.server.requests().concat();
        assert!(!said.contains('\u{1b}'), "a request carries what an answer brought");
    });
}

/// The manifest as data. YAML is read by callout itself, from a folder, where nothing else is.
fn document_of(manifest: &str) -> Value {
    let folder = super::folder::Folder::of(&[("a.yaml", manifest.as_bytes())]);
    let request = callout::manifest::Request { paths: vec!["a.yaml".into()], sandbox: true, ..folder.request() };
    let loaded = callout::rollout::load(&request);
    loaded.kept.into_iter().next().expect("a document").document
}

struct Case<'a> {
    desk: Desk,
    server: Server,
    answer: &'a Answer,
}

impl Case<'_> {
    async fn creates(&self) {
        let Desk { remote, payload, .. } = &self.desk;
        remote.ready(Some(payload)).await.expect("ready");
        let sent = remote.create(self.desk.permit().await, payload).await;
        self.is_known_only_by_its_status(&sent);
        if let Sent::Done(seen) = &sent {
            self.is_a_ticket(seen);
            // An escape may spell the id.
            let is_plain = !self.answer.body.contains(['\\', '&', '%', '+', '\u{fffd}']);
            assert!(!is_plain || self.answer.body.contains(&seen.id), "the id {} is in no answer", seen.id);
        }
        let requests = self.server.requests();
        let line = |request: &String| request.lines().next().map(str::to_owned);
        let creates = requests.iter().filter(|request| line(request) == line(&requests[0])).count();
        assert_eq!(creates, 1, "one permit, {creates} creates");
    }

    /// `Rejected` and `Unsent` free an address. Only a server that says so may do that.
    fn is_known_only_by_its_status(&self, sent: &Sent) {
        let status = self.answer.status;
        match sent {
            Sent::Done(_) => assert!(self.answer.is_success(), "done, after the status {status}"),
            Sent::Rejected { why, .. } => {
                told_by_a_server(why);
                assert!((400..500).contains(&status) && ![408, 429].contains(&status), "rejected, after the status {status}: {why}");
            }
            Sent::Unsent { why, .. } => {
                told_by_a_server(why);
                assert!([401, 429].contains(&status), "unsent, after the status {status}: {why}");
            }
            Sent::Unknown { why } => told_by_a_server(why),
        }
    }

    fn is_a_ticket(&self, seen: &Seen) {
        let fits = |c: char| c.is_ascii_graphic() && !"/?#%".contains(c);
        assert!(!seen.id.is_empty() && seen.id.chars().all(fits), "no id that a read could ask for: {:?}", seen.id);
        let Desk { system, payload, .. } = &self.desk;
        is_normal(*system, &seen.fields);
        let written = serde_json::to_string(&seen.fields).expect("text");
        assert_eq!(serde_json::from_str::<Fields>(&written).expect("fields"), seen.fields, "kept and read, it is another ticket");
        let _ = (system.mark_of(&seen.fields), system.attendance(&seen.fields), system.look_alike(&seen.fields));
        told::check_text(&callout::render::clean(&system.site(&seen.fields)));
        if let Some(why) = system.site_mismatch(&payload.fields, &seen.fields) {
            told::check_text(&callout::render::clean(&why));
        }
    }

    async fn reads(&self) {
        match self.desk.remote.read(ID).await {
            Observed::Found(seen) => {
                assert_eq!(seen.id, ID, "another ticket than was asked for");
                assert!(self.answer.is_success());
                self.is_a_ticket(&seen);
            }
            // ReadyDesk answers with an empty list.
            Observed::Missing => {
                let says_so = self.answer.status == 404 || (self.desk.system.id() == "readydesk" && self.answer.is_success());
                assert!(says_so, "missing, after the status {}", self.answer.status);
            }
            Observed::Unread { why, .. } => told_by_a_server(&why),
        }
    }

    async fn lists(&self) {
        let Listing { tickets, end, .. } = self.desk.remote.list(None, 3).await;
        for (at, seen) in tickets.iter().enumerate() {
            self.is_a_ticket(seen);
            assert!(tickets[..at].iter().all(|other| other.id != seen.id), "ticket {} is listed twice", seen.id);
        }
        match end {
            End::Whole => assert!(self.answer.is_success(), "the whole list, after the status {}", self.answer.status),
            End::Broken { why, .. } => told_by_a_server(&why),
            End::TooLong | End::Cannot => {}
        }
        let since = "2027-01-04T11:00:00Z".parse().expect("a moment");
        match self.desk.remote.find(&self.desk.mark, since).await {
            Found::None => assert!(self.answer.is_success(), "no ticket has the mark, after the status {}", self.answer.status),
            Found::One(seen) => {
                assert_eq!(self.desk.system.mark_of(&seen.fields).as_ref(), Some(&self.desk.mark), "it has another mark");
                self.is_a_ticket(&seen);
            }
            Found::Unanswered { why, .. } => told_by_a_server(&why),
            Found::Several(ids) => assert!(ids.len() > 1),
            Found::Cannot => {}
        }
    }

    async fn changes(&self) {
        let Desk { system, remote, payload, .. } = &self.desk;
        let can = system.capabilities();
        if can.update.yes() {
            remote.ready(None).await.expect("ready");
            self.is_changed(&remote.update(self.desk.permit().await, ID, &payload.fields).await);
        }
        if can.close.yes() {
            remote.ready(None).await.expect("ready");
            self.is_changed(&remote.close(self.desk.permit().await, ID).await);
        }
        if can.delete.yes() {
            remote.ready(None).await.expect("ready");
            self.is_changed(&remote.delete(self.desk.permit().await, ID).await);
        }
    }

    fn is_changed(&self, sent: &Sent) {
        match sent {
            Sent::Done(seen) => {
                assert!(self.answer.is_success(), "done, after the status {}", self.answer.status);
                assert_eq!(seen.id, ID, "another ticket was changed");
            }
            Sent::Rejected { why, .. } | Sent::Unsent { why, .. } | Sent::Unknown { why } => told_by_a_server(why),
        }
    }
}

/// The normal form of a normal form is itself: else a ticket that nobody touched would have drifted.
fn is_normal(system: &dyn System, fields: &Fields) {
    let once = system.comparable(fields);
    assert_eq!(system.comparable(&once), once, "twice in normal form, it is another ticket");
}

fn told_by_a_server(why: &str) {
    told::check_line(why);
    assert!(!why.contains(SECRET), "the secret is told: {why}");
}
