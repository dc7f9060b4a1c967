//! Bad answers to an apply, the same ones for TechExpress and NOCExpress: every documented error, success that is none, a token that ends.

use serde_json::json;

use crate::online;
use crate::support::project::Project;
use crate::support::server::{Reply, Server};
use crate::vendor::{TOKEN, Vendor, dispatch};

/// The systems whose pages document 400, 401 and 403 alike.
const SYSTEMS: [&str; 2] = ["techexpress", "nocexpress"];

/// A project with three tickets of one system, and a server in its place.
struct Case {
    project: Project,
    server: Server,
    _vendor: Vendor,
}

impl Case {
    /// The server answers so, and with the last reply ever after.
    fn of(system: &str, replies: Vec<Reply>) -> Self {
        let mut project = Project::started();
        let vendor = Vendor::new(project.clock.clone(), |_| {});
        project.set("G360_TOKEN", TOKEN);
        for number in ["0417", "0418", "0419"] {
            let ticket = match system {
                "techexpress" => dispatch(&format!("store-{number}"), number),
                _ => online::TICKET.replace("outage-0417", &format!("outage-{number}")).replace("01234567", &format!("0123{number}")),
            };
            // Two tickets about one configuration would be look-alikes.
            project.write(format!("tickets/{number}.yaml"), ticket.replace("[88213, 88214]", &format!("[88{number}]")));
        }
        let server = vendor.block_on(Server::with(replies));
        let section = format!("{{base_url: \"{}\", credential: {{bearer: \"env:G360_TOKEN\"}}}}", server.url);
        let file = "apiVersion: callout/v1\nkind: Project\nmetadata: {name: acme}\nspec:\n  manifests: [tickets/]\n  systems:\n";
        project.write("callout.yaml", format!("{file}    {system}: {section}\n"));
        Self { project, server, _vendor: vendor }
    }

    /// Applies, one ticket after the other and without a read: the exit code, and how many creates were sent. What it said must hold these.
    #[track_caller]
    fn applies(&self, words: &[&str]) -> (u8, usize) {
        let before = self.server.requests().len();
        let ran = self.project.run("apply --yes --parallelism 1 --refresh none");
        assert!(words.iter().all(|word| ran.out.contains(word)), "{words:?}\n{ran}");
        let requests = self.server.requests().split_off(before);
        assert!(requests.iter().all(|request| request.starts_with("POST ")), "{requests:?}");
        (ran.code, requests.len())
    }
}

fn ticket(id: u32) -> Reply {
    Reply::json(&json!([{"id": id, "status_name": "Open"}]))
}

#[test]
fn a_ticket_that_is_refused_stops_no_other() {
    for system in SYSTEMS {
        let refusal = Reply::status("400 Bad Request", r#"{"detail": {"contact_name": ["Must not be blank."]}}"#);
        let case = Case::of(system, vec![refusal, ticket(1), ticket(2), ticket(3)]);
        let why = r#"answered 400 Bad Request: {"detail":{"contact_name":["Must not be blank."]}}"#;
        assert_eq!(case.applies(&[why, "2 created", "1 rejected"]), (6, 3), "{system}");
        assert_eq!(case.applies(&["1 created"]), (0, 1), "the refused one alone is sent again to {system}");
    }
}

#[test]
fn a_token_that_is_refused_leaves_the_rest_untouched() {
    for system in SYSTEMS {
        for status in ["401 Unauthorized", "403 Forbidden"] {
            let case = Case::of(system, vec![Reply::status(status, "No."), ticket(1), ticket(2), ticket(3)]);
            let why = format!("answered {status}: No");
            assert_eq!(case.applies(&[why.as_str(), "1 rejected", "2 not started"]), (1, 1), "{system} {status}");
            assert_eq!(case.applies(&["3 created"]), (0, 3), "{system} {status}");
        }
    }
}

#[test]
fn a_token_that_ends_half_way_and_cannot_be_renewed_leaves_the_rest_untouched() {
    for system in SYSTEMS {
        let ended = Reply::status("401 Unauthorized", "Expired.");
        let case = Case::of(system, vec![ticket(1), ended, ticket(2), ticket(3)]);
        assert_eq!(case.applies(&["1 created", "1 rejected", "1 not started"]), (6, 2), "{system}");
        // With another token, the two that were not made are sent, and the one that was made is not.
        assert_eq!(case.applies(&["2 created"]), (0, 2), "{system}");
    }
}

#[test]
fn a_success_that_names_no_ticket_is_in_doubt_and_is_never_sent_again() {
    for system in SYSTEMS {
        for body in [json!({}), json!([]), json!({"message": "queued"}), json!([{"city": "Boston"}]), json!([{"id": null}]), json!(7)] {
            let case = Case::of(system, vec![Reply::json(&body), ticket(2), ticket(3), ticket(4)]);
            // What broke one answer likely breaks the next, so the run ends.
            assert_eq!(case.applies(&["2 not started"]), (5, 1), "{system} {body}");
            assert_eq!(case.applies(&["2 created"]), (5, 2), "{system} {body}");
            assert_eq!(case.applies(&[]), (5, 0), "{system} {body}");
        }
    }
}
