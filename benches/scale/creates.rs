//! Sending tickets: all of `callout apply` against a bare HTTP client that posts the same bodies.
//!
//! Both send to a sandbox without a rate limit, which runs in this process, four requests at once. callout syncs its journal before and
//! after each create, and never uses a connection twice for a write. The bare client does neither, and looks at no answer. It runs twice:
//! with connections that stay open, and with a new one for each request.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use callout::cli::SystemClock;
use callout::systems::sandbox::{Options, Running, Sandbox};
use futures_util::{StreamExt as _, stream};
use tokio::runtime::Runtime;

use crate::measure::{command, command_with};
use crate::project::{Layout, Project, TOKEN_VARIABLE};

/// Requests in flight at once, of both: the default of `callout apply`.
const AT_ONCE: usize = 4;
pub const TOKEN: &str = "sandbox";

/// How long each took, in milliseconds.
#[derive(Debug, Clone)]
pub struct Race {
    /// `callout plan` of the same project.
    pub plan: f64,
    pub apply: f64,
    /// The bare client, with connections that stay open.
    pub kept: f64,
    /// The bare client, with a connection for each request.
    pub opened: f64,
}

impl Race {
    /// callout's rate in times of the bare client's, with kept connections.
    pub fn ratio(&self) -> f64 {
        self.kept / self.apply
    }

    /// Sends so many tickets in both ways.
    pub fn run(creates: usize) -> Self {
        let ours = Vendor::new();
        let project = Project::at(creates, Layout::Rollout, &ours.running.base_url);
        command(project.folder(), "schedule");
        let plan = command(project.folder(), "plan");
        let words = format!("apply --yes --parallelism {AT_ONCE}");
        let apply = command_with(project.folder(), &words, &[(TOKEN_VARIABLE, TOKEN)]);
        let forms: Vec<BTreeMap<String, String>> = ours.sandbox.tickets().into_iter().map(|ticket| ticket.received).collect();
        assert_eq!(forms.len(), creates, "tickets that callout made");
        let bare = |kept_connections| {
            let theirs = Vendor::new();
            let seconds = theirs.post(forms.clone(), kept_connections);
            assert_eq!(theirs.sandbox.tickets().len(), creates, "tickets that the bare client made");
            seconds * 1000.0
        };
        Self { plan: plan * 1000.0, apply: apply * 1000.0, kept: bare(usize::MAX), opened: bare(0) }
    }
}

impl fmt::Display for Race {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.plan, self.apply, self.kept, self.opened)
    }
}

impl FromStr for Race {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split(' ').map(|word| word.parse().map_err(|error| format!("{error}"))).collect::<Result<Vec<f64>, _>>()?;
        let [plan, apply, kept, opened] = numbers[..] else { return Err("no four numbers".to_owned()) };
        Ok(Self { plan, apply, kept, opened })
    }
}

/// A sandbox that forgets its tickets, and the thread that it runs on.
pub struct Vendor {
    pub sandbox: Sandbox,
    pub running: Running,
    _runtime: Runtime,
}

impl Vendor {
    pub fn new() -> Self {
        let mut options = Options::new(Arc::new(SystemClock));
        options.rate_limit = None;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let sandbox = Sandbox::new(options);
        let running = runtime.block_on(sandbox.serve(0)).expect("a free port");
        Self { sandbox, running, _runtime: runtime }
    }

    /// Posts the forms over at most so many kept connections, and answers with the seconds that it took.
    fn post(&self, forms: Vec<BTreeMap<String, String>>, kept_connections: usize) -> f64 {
        // It fails only where one is installed already, which then is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(kept_connections).build().expect("a client");
        let url = format!("{}/api/v1/tickets/external", self.running.base_url);
        let send = |form: BTreeMap<String, String>| {
            let form = form.into_iter().fold(reqwest::multipart::Form::new(), |form, (name, text)| form.text(name, text));
            let request = client.post(&url).bearer_auth(TOKEN).multipart(form);
            async {
                let answer = request.send().await.expect("an answer");
                assert!(answer.status().is_success(), "{}", answer.status());
                answer.bytes().await.expect("a body")
            }
        };
        let own = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let start = Instant::now();
        own.block_on(stream::iter(forms).map(send).buffer_unordered(AT_ONCE).for_each(|_| std::future::ready(())));
        let seconds = start.elapsed().as_secs_f64();
        drop(own);
        seconds
    }
}
