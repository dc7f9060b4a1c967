//! What callout writes is its owner's alone, whatever the umask; what a person wrote stays as it is.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use callout::cli::SystemClock;

use crate::shown::shows;
use crate::support::project::Project;
use crate::vendor::{Site, TOKEN, dispatch};

/// Types a command under a umask.
fn under(umask: &str, project: &Project, words: &str) {
    let script = format!("umask {umask}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_callout")]).args(words.split(' ')).current_dir(project.path(""));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("G360_TOKEN", TOKEN);
    let output = command.output().expect("callout");
    assert!(output.status.success(), "{words}\n{}", String::from_utf8_lossy(&output.stderr));
}

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).expect("a file").permissions().mode() & 0o777
}

/// A project with a vendor, begun under this umask, with files of everything that a state can have.
fn lived(umask: &str) -> Site {
    let site = Site::with(|options| options.clock = std::sync::Arc::new(SystemClock));
    for name in site.files() {
        if name.starts_with(site.path(".callout")) {
            std::fs::remove_file(name).expect("a file");
        }
    }
    std::fs::remove_dir_all(site.path(".callout")).expect("a folder");
    site.remove("callout.lock");
    site.write("tickets/a.yaml", dispatch("store-0417-router", "0417").replace("2027-01-11", "2199-01-11"));
    for line in [
        "state init",
        "plan --out p.plan",
        "plan --out p.plan",
        "apply --yes p.plan",
        "plan --refresh all --out q.plan",
        "apply --yes",
        "settle Dispatch/store-0417-router --cancelled --reason x --yes",
        "state init --start-over --reason x --yes",
        "apply --yes --sandbox",
        "state check",
    ] {
        under(umask, &site, line);
    }
    site
}

#[test]
fn every_file_of_the_state_and_every_plan_is_private() {
    for umask in ["000", "022", "077"] {
        let site = lived(umask);
        let mut found = BTreeMap::new();
        for file in site.files() {
            let name = file.strip_prefix(site.path("")).expect("below").display().to_string();
            if name.starts_with(".callout") || file.extension().is_some_and(|end| end == "plan") {
                found.insert(name.clone(), mode(&file));
                for folder in file.ancestors().take_while(|folder| **folder != *site.path(".callout").parent().expect("a folder")).skip(1) {
                    assert_eq!(mode(folder), 0o700, "umask {umask}: {}", folder.display());
                }
            }
        }
        // Its real one is committed; it holds a lineage and nothing else.
        found.remove(".callout/sandbox/callout.lock");
        let open: Vec<_> = found.iter().filter(|(_, mode)| **mode != 0o600).collect();
        assert!(open.is_empty(), "umask {umask}: {open:?}");
        for name in ["state.json", "journal.jsonl", "lock", "set-aside-1/", "history/", "sandbox/state.json", "sandbox/tickets"] {
            let part = format!(".callout/{name}");
            assert!(found.keys().any(|file| file.starts_with(&part)), "no {part}: {:?}", found.keys());
        }
    }
}

#[test]
fn what_a_person_wrote_stays_as_it_was() {
    let site = lived("000");
    let own = |name: &str| (site.read(name), mode(&site.path(name)));
    std::fs::set_permissions(site.path("tickets/a.yaml"), std::fs::Permissions::from_mode(0o640)).expect("a mode");
    let before = ["tickets/a.yaml", "callout.yaml", ".gitignore"].map(own);
    for line in ["validate", "plan --out p.plan", "apply --yes", "status", "state check", "log"] {
        under("077", &site, line);
    }
    assert_eq!(["tickets/a.yaml", "callout.yaml", ".gitignore"].map(own), before);
}

#[test]
fn a_plan_takes_the_place_of_a_plan_only() {
    let site = Site::with_dispatch();
    site.run("plan --out p.plan").ends_with(0);
    site.run("plan --out p.plan").ends_with(0);
    site.write("empty.plan", "");
    site.run("plan --out empty.plan").ends_with(0);
    assert_eq!(mode(&site.path("empty.plan")), 0o600);
    let before = site.read("tickets/a.yaml");
    shows!(site.run("plan --out tickets/a.yaml"), @r"
    $ callout plan --out tickets/a.yaml
    | plan/save
    |
    |   x the plan is not saved to tickets/a.yaml: something else is there, which is no saved plan
    |   help: nothing was applied; name a file that is not there yet
    |
    exit 1
    ");
    assert_eq!(site.read("tickets/a.yaml"), before);
    symlink("/dev/null", site.path("null.plan")).expect("a link");
    for other in ["null.plan", "tickets", "callout.lock", ".callout/state.json"] {
        let kept = std::fs::read(site.path(other)).ok();
        let ran = site.run(&format!("plan --out {other}")).ends_with(1);
        assert!(ran.err.contains("something else is there, which is no saved plan"), "{ran}");
        assert_eq!(std::fs::read(site.path(other)).ok(), kept);
    }
}

#[test]
fn a_plan_is_never_written_through_a_link() {
    let site = Site::with_dispatch();
    site.run("plan --out elsewhere.plan").ends_with(0);
    let before = site.read("elsewhere.plan");
    symlink("elsewhere.plan", site.path("p.plan")).expect("a link");
    symlink("nowhere.plan", site.path("q.plan")).expect("a link");
    for name in ["p.plan", "q.plan"] {
        site.run(&format!("plan --out {name}")).ends_with(0);
        assert!(!site.path(name).is_symlink() && mode(&site.path(name)) == 0o600);
    }
    assert_eq!(site.read("elsewhere.plan"), before);
    assert!(!site.path("nowhere.plan").exists());
}
