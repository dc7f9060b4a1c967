//! A state that somebody committed: on another branch it is an older one.

use crate::shown::shows;
use crate::support::git::git;
use crate::vendor::Site;

#[test]
fn a_state_in_git_sends_nobody_and_once_it_is_out_of_it_all_is_well() {
    let site = Site::with_dispatch();
    git(&site.path(""), &["init", "-q"]);
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.run("plan").ends_with(0).err, "");
    git(&site.path(""), &["add", "-f", "."]);
    git(&site.path(""), &["commit", "-q", "-m", "all of it"]);
    site.write("tickets/b.yaml", crate::vendor::dispatch("store-0418-router", "0418"));
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    | state/in-git
    |
    |   x the state is in git: every branch has its own .callout, and on another one nobody knows who was sent
    |   help: take it out, and keep the files: git rm -r --cached .callout && git commit; then callout state
    |         check. Put its folder into .gitignore. For a team: callout state migrate --to s3://BUCKET/PREFIX
    |         --reason TEXT
    |
    exit 1
    ");
    assert!(site.run("plan").ends_with(0).err.contains("the state is in git"));
    site.run("settle Dispatch/store-0417-router --cancelled --reason x --yes").ends_with(1);
    assert_eq!(site.vendor.tickets(), 1);
    git(&site.path(""), &["rm", "-r", "-q", "--cached", ".callout"]);
    git(&site.path(""), &["commit", "-q", "-m", "not the state"]);
    assert_eq!(site.run("plan").ends_with(0).err, "");
}

#[test]
fn a_first_state_is_kept_out_of_git() {
    let site = Site::with_dispatch();
    site.remove(".gitignore");
    site.remove("callout.lock");
    std::fs::remove_dir_all(site.path(".callout")).expect("the state's folder");
    let ran = site.run("state init").ends_with(0);
    assert!(ran.out.ends_with("Commit callout.lock.\nwrote:   .gitignore (added /.callout/)\n"), "{ran}");
    assert_eq!(site.read(".gitignore"), "/.callout/\n");
}
