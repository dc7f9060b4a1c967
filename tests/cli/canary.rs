//! The secret is nowhere: in no output and in no file, however it is given, whatever is typed, and whoever repeats it.

mod echoes;
mod logged;
mod spelled;
pub mod words;

use crate::support::project::Ran;
use crate::support::server::{Reply, Server};
use crate::vendor::{Site, Vendor, dispatch, project_file};
use crate::{customer, helpdesk, online};
use spelled::spellings;

/// With signs that addresses, JSON, HTML and base64 each write in another way.
pub const CANARY: &str = "c4n4ry+of/acme=t0ken&x";

/// Of the key pair: it goes to where tokens are given, and to nobody else.
pub const PAIR: &str = "p4ir+of/acme=s3cret&y";

/// How a project gets to its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Variable,
    File,
    Command,
    /// A key pair that gets the canary, sent in a header.
    PairInHeader,
    /// The same, sent in the form.
    PairInBody,
}

/// A project with a ticket and a rollout in each of the four systems' files, and what it talks to.
pub struct Cage {
    pub site: Site,
    /// Gives tokens.
    pub tokens: Server,
}

impl Cage {
    pub fn new(form: Form) -> Self {
        let given = Reply::json(&serde_json::json!({"access_token": CANARY, "token_type": "Bearer", "expires_in": 3600}));
        let mut project = crate::support::project::Project::started();
        let vendor = Vendor::new(project.clock.clone(), |options| {
            options.tokens = vec![CANARY.to_owned()];
            // The program itself has another clock than its vendor.
            options.rate_limit = None;
        });
        project.set("SECRET", CANARY);
        project.set("PAIR", PAIR);
        let tokens = vendor.block_on(Server::with([given]));
        let cage = Self { site: Site { project, vendor }, tokens };
        cage.site.write("secrets/token", format!("{CANARY}\n"));
        cage.site.write("tickets/a.yaml", dispatch("store-0417-router", "0417").replace("PO-88213", "PO-88213\n  attachments: [plan.pdf]"));
        cage.site.write("tickets/plan.pdf", "the first floor");
        cage.site.write("tickets/noc.yaml", online::TICKET);
        cage.site.write("tickets/customer.yaml", customer::TICKET);
        cage.site.write("tickets/desk.yaml", helpdesk::TICKET);
        cage.site.write("tickets/rollout.yaml", words::ROLLOUT);
        cage.site.write("tickets/sites.csv", "store,zone\n0431,America/New_York\n0432,America/Denver\n");
        cage.points_to(cage.site.vendor.base_url(), form);
        cage
    }

    /// Lets every system answer at this address.
    pub fn points_to(&self, url: &str, form: Form) {
        let reference = match form {
            Form::Variable | Form::PairInHeader | Form::PairInBody => "env:SECRET",
            Form::File => "file:secrets/token",
            Form::Command => "command:cat secrets/token",
        };
        let style = match form {
            Form::PairInBody => "form",
            Form::Variable | Form::File | Form::Command | Form::PairInHeader => "basic",
        };
        let token = match form {
            Form::Variable | Form::File | Form::Command => format!("{{bearer: \"{reference}\"}}"),
            Form::PairInHeader | Form::PairInBody => format!(
                "{{client_credentials: {{token_url: \"{}/token\", client_id: acme, client_secret: \"env:PAIR\", client_authentication: {style}}}}}",
                self.tokens.url
            ),
        };
        let file = project_file(url, "").replace("{bearer: \"env:G360_TOKEN\"}", &token)
            + &format!(
                "    nocexpress: {{base_url: \"{url}\", credential: {token}}}
    billing_platform: {{base_url: \"{url}\", credential: {token}}}
    readydesk: {{base_url: \"{url}/API/default.aspx\", credential: {{key: \"{reference}\"}}, timezone: America/New_York}}
"
            );
        self.site.write("callout.yaml", file);
    }

    /// Types a command, and fails if a secret is in an output or in a file of the project, apart from the one that holds it.
    pub fn run(&self, words: &str) -> Ran {
        let ran = self.site.run(words);
        self.nowhere(&ran.to_string());
        ran
    }

    /// Fails if a secret is in what a command left behind.
    pub fn nowhere(&self, shown: &str) {
        let own = self.site.path("secrets/token");
        let files = self.site.files().into_iter().filter(|file| file != &own);
        let read = |file: std::path::PathBuf| {
            let name = file.display().to_string();
            // A pipe or a link that leads nowhere holds nothing.
            (name, String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into_owned())
        };
        let all = std::iter::once(("the output".to_owned(), shown.to_owned())).chain(files.map(read));
        for (name, text) in all {
            for spelling in spellings(CANARY).iter().chain(&spellings(PAIR)) {
                assert!(!text.contains(spelling), "{name} has {spelling}:\n{text}\nafter\n{shown}");
            }
        }
    }
}

const FORMS: [Form; 5] = [Form::Variable, Form::File, Form::Command, Form::PairInHeader, Form::PairInBody];

#[test]
fn whatever_is_typed_and_however_it_is_given() {
    for form in FORMS {
        let cage = Cage::new(form);
        // How it is given matters where it is asked for: to commands that ask a system.
        let lines = if form == Form::Variable { words::LINES } else { echoes::ASKING };
        for line in lines {
            cage.run(line);
        }
        // Otherwise nothing was tried.
        let kinds: std::collections::BTreeSet<String> =
            cage.site.vendor.sandbox.tickets().iter().map(|ticket| ticket.system.clone()).collect();
        assert_eq!(kinds.len(), 4, "{form:?}: {kinds:?}");
        let is_pair = matches!(form, Form::PairInHeader | Form::PairInBody);
        assert_eq!(!cage.tokens.requests().is_empty(), is_pair, "{form:?}");
    }
}

#[test]
fn no_command_and_no_option_is_left_out() {
    words::cover(&callout::cli::command());
}

#[test]
fn when_a_person_writes_it_into_the_project() {
    for line in [format!("{{bearer: {CANARY}}}"), CANARY.to_owned(), format!("{{bearer: \"env:\", token: \"{CANARY}\"}}")] {
        let site = Site::with_dispatch();
        let project = project_file(site.vendor.base_url(), "").replace("{bearer: \"env:G360_TOKEN\"}", &line);
        site.write("callout.yaml", project);
        for command in ["validate", "plan", "validate --format json", "state list"] {
            let ran = site.run(command);
            for spelling in spellings(CANARY) {
                assert!(!ran.to_string().contains(&spelling), "{ran}");
            }
        }
    }
}
