//! A redirect is never followed: whoever stands behind it would get the credential.

use crate::support::server::{Reply, Server};
use crate::vendor::{Site, TOKEN, dispatch, project_file};
use crate::{customer, helpdesk, online};

const STATUSES: [&str; 5] = ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"];

/// A project of all four systems, whose answers point elsewhere, and that elsewhere.
struct Astray {
    site: Site,
    first: Server,
    second: Server,
}

impl Astray {
    fn new(status: &'static str) -> Self {
        let mut site = Site::new();
        let second = site.vendor.block_on(Server::with([Reply::status("200 OK", "[]")]));
        let elsewhere = Reply::Whole(status, format!("Location: {}/taken\r\n", second.url), String::new());
        let first = site.vendor.block_on(Server::with([elsewhere]));
        site.set("SECRET", TOKEN);
        for (name, text) in [("noc", online::TICKET), ("customer", customer::TICKET), ("desk", helpdesk::TICKET)] {
            site.write(format!("tickets/{name}.yaml"), text);
        }
        site.write("tickets/a.yaml", dispatch("store-0417-router", "0417"));
        Self { site, first, second }
    }

    fn set_out(&self, url: &str, credential: &str) {
        let more = format!(
            "    nocexpress: {{base_url: \"{url}\", credential: {credential}}}
    billing_platform: {{base_url: \"{url}\", credential: {credential}}}
    readydesk: {{base_url: \"{url}/API/default.aspx\", credential: {{key: \"env:SECRET\"}}, timezone: America/New_York}}
"
        );
        self.site.write("callout.yaml", project_file(url, "").replace("{bearer: \"env:G360_TOKEN\"}", credential) + &more);
    }

    /// Runs commands that each make a request, which ends where it went.
    fn ends_there(&self, lines: &[&str]) {
        for line in lines {
            let before = self.first.requests().len();
            let ran = self.site.run(line);
            assert!(self.first.requests().len() > before, "no request:\n{ran}");
            assert_eq!(self.second.requests(), Vec::<String>::new(), "{ran}");
            assert!(ran.to_string().contains("never follows with the"), "{ran}");
        }
    }
}

#[test]
fn no_request_goes_on_to_where_an_answer_points() {
    for status in STATUSES {
        let astray = Astray::new(status);
        // A read by id, a list, look-ups, and creates of every kind.
        for kind in ["Dispatch/store-0417-router", "NocTicket/outage-0417", "CustomerTicket/line-rental-4711", "HelpdeskTicket/router-417"]
        {
            astray.set_out(&astray.first.url, "{bearer: \"env:G360_TOKEN\"}");
            astray.ends_there(&[&format!("import {kind} 482001 --yes"), &format!("apply --yes --target {kind}")]);
        }
        astray.ends_there(&["validate --online", "import --match mark --yes"]);
        std::fs::remove_dir_all(astray.site.path(".callout")).expect("a folder");
        astray.ends_there(&["state rebuild --reason x --yes"]);
    }
}

#[test]
fn a_key_pair_is_not_sent_on_either() {
    for status in STATUSES {
        for style in ["basic", "form"] {
            let astray = Astray::new(status);
            let pair = format!(
                "{{client_credentials: {{token_url: \"{}/token\", client_id: acme, client_secret: \"env:SECRET\", client_authentication: {style}}}}}",
                astray.first.url
            );
            astray.set_out(astray.site.vendor.base_url(), &pair);
            astray.ends_there(&["apply --yes --target Dispatch/store-0417-router", "validate --online"]);
            assert_eq!(astray.site.vendor.tickets(), 0);
        }
    }
}
