//! A project from people who are not trusted, as CI gets it with a pull request: what it names outside of itself is not read, what has no
//! end is not waited for, and nothing of it is run.
#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::process::Command;

use tempfile::TempDir;

use crate::shown::shows;
use crate::vendor::{Site, dispatch, project_file};

const SECRET: &str = "the-runner's-own-secret";

/// A project, and a folder beside it that is none of its business.
struct Guest {
    site: Site,
    elsewhere: TempDir,
}

impl Guest {
    fn new() -> Self {
        let (site, elsewhere) = (Site::with_dispatch(), tempfile::tempdir().expect("a folder"));
        let guest = Self { site, elsewhere };
        for name in ["secret.yaml", "secret.csv", "secret.pdf"] {
            std::fs::write(guest.elsewhere.path().join(name), format!("apiVersion: callout/v1\nx: [{SECRET}\n")).expect("a file");
        }
        guest
    }

    fn outside(&self, name: &str) -> String {
        self.elsewhere.path().join(name).display().to_string()
    }

    fn link(&self, name: &str, to: &str) {
        symlink(to, self.site.path(name)).expect("a link");
    }

    /// Every command that reads manifests refuses with this message, and shows nothing of what is outside.
    fn refused(&self, message: &str) {
        // It looks at days alone, so it may be content; it shows nothing all the same.
        let scheduled = self.site.run("schedule --check");
        assert!(!scheduled.to_string().contains(SECRET), "{scheduled}");
        for line in ["validate", "expand", "plan", "apply --yes"] {
            let ran = self.site.run(line).ends_with(1);
            // A message is broken where the terminal ends.
            let told = ran.err.lines().map(str::trim).collect::<Vec<_>>().join(" ").replace(&self.outside(""), "");
            assert!(told.contains(message), "no `{message}`:\n{told}");
            assert!(!ran.to_string().contains(SECRET), "{ran}");
        }
        assert_eq!(self.site.vendor.tickets(), 0);
    }

    /// A rollout whose list of sites is this file.
    fn listing(&self, csv: &str) {
        let template = dispatch("router-${{ site.store }}", "0417").replace("apiVersion: callout/v1\n", "").replace('\n', "\n    ");
        let text = format!(
            "apiVersion: callout/v1\nkind: Rollout\nmetadata: {{name: routers}}\nspec:\n  sites: {{csv: \"{csv}\", key: store}}\n  template:\n    {}\n",
            template.trim_end()
        );
        self.site.write("tickets/rollout.yaml", text);
    }

    fn attaching(&self, path: &str) {
        self.site.edit("tickets/a.yaml", "  po_number", &format!("  attachments: [\"{path}\"]\n  po_number"));
    }
}

fn pipe(site: &Site, name: &str) {
    assert!(Command::new("mkfifo").arg(site.path(name)).status().expect("mkfifo").success());
}

#[test]
fn links_out_of_the_project_are_not_followed() {
    let guest = Guest::new();
    guest.link("tickets/b.yaml", &guest.outside("secret.yaml"));
    shows!(guest.site.run("validate"), @r"
    $ callout validate
    Not valid: 1 error.
    | load/outside
    |
    |   x tickets/b.yaml is a link out of the project's folder
    |   help: Put a copy of what it leads to in its place, or name the folders to read in spec.manifests of
    |         callout.yaml.
    |
    exit 1
    ");
    guest.refused("tickets/b.yaml is a link out of the project's folder");
    guest.site.remove("tickets/b.yaml");
    guest.link("tickets/more", &guest.outside(""));
    guest.refused("tickets/more is a link out of the project's folder");
}

#[test]
fn links_within_the_project_are_followed() {
    let guest = Guest::new();
    guest.site.write("shared/b.yaml", dispatch("store-0418-router", "0418"));
    guest.link("tickets/more", "../shared");
    guest.site.run("plan").ends_with(0);
    assert_eq!(guest.site.run("plan --format json").json()["counts"]["create"], 2);
}

#[test]
fn manifests_outside_the_project_are_not_read() {
    let guest = Guest::new();
    let file = guest.site.read("callout.yaml");
    for path in [guest.outside("secret.yaml"), "..".to_owned(), "tickets/../../".to_owned()] {
        guest.site.write("callout.yaml", file.replace("tickets/]", &format!("\"{path}\"]")));
        guest.refused("is outside the project's folder");
    }
    guest.site.write("callout.yaml", file);
    guest.link("inside", &guest.outside(""));
    guest.site.edit("callout.yaml", "tickets/", "inside/");
    guest.refused("`inside/` is outside the project's folder");
}

#[test]
fn a_project_file_that_is_elsewhere_is_not_read() {
    let guest = Guest::new();
    guest.site.remove("callout.yaml");
    guest.link("callout.yaml", &guest.outside("secret.yaml"));
    guest.refused("callout.yaml is a link out of its folder");
}

#[test]
fn lists_and_schedules_outside_the_project_are_not_read() {
    let guest = Guest::new();
    guest.listing(&guest.outside("secret.csv"));
    guest.refused("is outside the project's folder");
    guest.link("tickets/sites.csv", &guest.outside("secret.csv"));
    guest.listing("sites.csv");
    guest.refused("the file `sites.csv` is outside the project's folder");
    guest.site.remove("tickets/sites.csv");
    guest.site.write("tickets/sites.csv", "store\n0417\n");
    guest.site.edit("tickets/rollout.yaml", "  template:", "  schedule: {starts: 2027-01-11, days: [mon], window: {from: \"08:00\", to: \"12:00\"}, timezone: America/New_York, per_day: 2, lead_time: 72h}\n  template:");
    guest.link("tickets/routers.schedule.csv", &guest.outside("secret.csv"));
    guest.refused("the file `routers.schedule.csv` is outside the project's folder");
}

#[test]
fn attachments_come_from_the_project() {
    let name = |guest: &Guest| guest.elsewhere.path().file_name().expect("a name").display().to_string();
    let ways: [fn(String) -> String; 4] = [
        |name| format!("../../{name}/secret.pdf"),
        |name| format!("../tickets/../../{name}/secret.pdf"),
        |_| "../plans/up/secret.pdf".to_owned(),
        |_| "../plans/one.pdf".to_owned(),
    ];
    for way in ways {
        let guest = Guest::new();
        std::fs::create_dir(guest.site.path("plans")).expect("a folder");
        guest.link("plans/up", &guest.outside(""));
        guest.link("plans/one.pdf", &guest.outside("secret.pdf"));
        guest.attaching(&way(name(&guest)));
        guest.refused("is outside the project's folder");
    }
    let guest = Guest::new();
    guest.attaching(&guest.outside("secret.pdf"));
    guest.refused("is outside the project's folder");
}

#[test]
fn other_folders_of_attachments_are_named_by_the_project() {
    let guest = Guest::new();
    let allowed = format!("{}  attachment_folders: [\"{}\"]\n", project_file(guest.site.vendor.base_url(), ""), guest.outside(""));
    guest.attaching(&guest.outside("secret.pdf"));
    guest.refused("is outside the project's folder");
    guest.site.write("callout.yaml", &allowed);
    guest.site.run("plan --out p.plan").ends_with(0);
    // Not what somebody put in its place since.
    std::fs::write(guest.outside("secret.pdf"), "another").expect("a file");
    guest.site.run("apply --yes p.plan").ends_with(3);
    let planned = guest.site.run("apply --yes").ends_with(0);
    assert!(planned.out.contains("file: secret.pdf (7 bytes)"), "{planned}");
    assert_eq!(guest.site.vendor.last().files[0].filename, "secret.pdf");
    guest.site.write("callout.yaml", allowed.replace("attachment_folders: [\"", "attachment_folders: [\"/no/such/place\", \""));
    let ran = guest.site.run("plan").ends_with(1);
    assert!(ran.err.contains("project/attachment-folders") && ran.err.contains("there is no folder `/no/such/place`"), "{ran}");
}

#[test]
fn a_link_that_is_turned_elsewhere_between_plan_and_send_is_not_followed() {
    let guest = Guest::new();
    guest.site.write("tickets/plan.pdf", "the first floor");
    guest.attaching("plan.pdf");
    guest.site.run("plan --out p.plan").ends_with(0);
    for other in [guest.outside("secret.pdf"), "/dev/zero".to_owned()] {
        guest.site.remove("tickets/plan.pdf");
        guest.link("tickets/plan.pdf", &other);
        guest.site.run("apply --yes p.plan").ends_with(1);
        assert_eq!(guest.site.vendor.tickets(), 0);
    }
}

#[test]
fn pipes_and_devices_are_not_waited_for() {
    let guest = Guest::new();
    pipe(&guest.site, "tickets/b.yaml");
    guest.refused("tickets/b.yaml is no regular file");
    guest.site.remove("tickets/b.yaml");
    pipe(&guest.site, "tickets/sites.csv");
    guest.listing("sites.csv");
    guest.refused("tickets/sites.csv is no regular file");
    guest.site.remove("tickets/rollout.yaml");
    pipe(&guest.site, "tickets/plan.pdf");
    guest.attaching("plan.pdf");
    guest.refused("the attachment `plan.pdf` is no regular file");
    let ran = guest.site.run("show tickets/plan.pdf").ends_with(1);
    assert!(ran.err.contains("the plan tickets/plan.pdf cannot be read: it is no regular file"), "{ran}");
    guest.site.remove("callout.lock");
    guest.link("callout.lock", "/dev/zero");
    let ran = guest.site.run("state list").ends_with(1);
    assert!(ran.err.contains("cannot be used: it is no regular file"), "{ran}");
}

#[test]
fn a_credential_that_is_a_pipe_or_a_device_is_not_waited_for() {
    for place in ["pipe", "/dev/zero"] {
        let guest = Guest::new();
        pipe(&guest.site, "pipe");
        guest.site.edit("callout.yaml", "env:G360_TOKEN", &format!("file:{place}"));
        let ran = guest.site.run("apply --yes");
        assert!(ran.to_string().contains("which holds the access token, cannot be read: it is no regular file"), "{ran}");
        assert_eq!(guest.site.vendor.tickets(), 0);
    }
}

#[test]
fn nothing_of_it_is_run_without_asking_a_system() {
    let guest = Guest::new();
    guest.site.edit("callout.yaml", "env:G360_TOKEN", "command:touch ran; echo token");
    let offline =
        ["validate", "expand", "schedule", "schedule --check", "plan --sandbox", "apply --yes --sandbox", "state list", "log", "plan"];
    for line in offline {
        guest.site.run(line);
        assert!(!guest.site.path("ran").exists(), "{line} ran the command of callout.yaml");
    }
    // A plan that reads a ticket does, and so does whatever sends.
    guest.site.run("apply --yes");
    assert!(guest.site.path("ran").exists());
}

#[test]
fn an_expression_that_asks_for_too_much_is_told() {
    let guest = Guest::new();
    guest.site.write("tickets/sites.csv", "store\n0417\n");
    guest.listing("sites.csv");
    let text = guest.site.read("tickets/rollout.yaml");
    for (expression, message) in [
        ("'a' | indent(18446744073709551615, true)", "this text is longer than 1 MB"),
        ("'a' * 100000000000", "repeated string is too large"),
        ("range(1000000000) | list", "range has too many elements"),
    ] {
        guest.site.write("tickets/rollout.yaml", text.replace("Replace the branch router.", &format!("${{{{ {expression} }}}}")));
        guest.refused(message);
    }
    let doubled = "{% set ns = namespace(x='aaaaaaaaaa') %}{% for i in range(20) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}${{ ns.x }}";
    guest.site.write("tickets/rollout.yaml", text.replace("Replace the branch router.", &format!("\"{doubled}\"")));
    guest.refused("this text is longer than 1 MB");
}
