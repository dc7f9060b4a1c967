use crate::shown::shows;
use crate::vendor::Site;

#[test]
fn the_state_moves_and_the_old_place_says_where_it_went() {
    let site = Site::with_ticket();
    shows!(site.run_answering("state migrate --to shared --reason why", "no\n"), @r"
    $ callout state migrate --to shared --reason why
    1 record, 1 open or in doubt, up to commit 2.
    from [folder]/.callout/state.json
    to   [folder]/shared/state.json
    |
    | Move the state? The old place then refuses every run. Nothing is sent. Only `yes` is taken as yes:
    | state/declined
    |
    |   x the state was not moved
    |   help: --yes moves it without asking
    |
    exit 1
    ");
    assert!(!site.path("shared").exists(), "a refusal leaves nothing behind");
    shows!(site.run_words(&["state", "migrate", "--to", "shared", "--reason", "a disk of its own", "--yes"], ""), @r"
    $ callout state migrate --to shared --reason a disk of its own --yes
    1 record, 1 open or in doubt, up to commit 2.
    from [folder]/.callout/state.json
    to   [folder]/shared/state.json
    The state has moved, and was read back.
    Next, in callout.yaml, under `spec`: state: {path: shared/state.json}
    Commit that for everybody, then: callout plan
    exit 0
    ");
    shows!(site.run("plan"), @r"
    $ callout plan
    | state/left
    |
    |   x the state `.callout/state.json` went to `shared/state.json` (2027-01-04T12:00:00Z, by an unknown user)
    |   help: Nothing was planned or sent: what lies here is not the newest. In callout.yaml, under `spec`, say
    |         where it is now:
    |         state: {path: shared/state.json}
    |
    exit 1
    ");
    site.edit("callout.yaml", "spec:\n", "spec:\n  state: {path: shared/state.json}\n");
    shows!(site.run("plan"), @r"
    $ callout plan
    No changes. 1 ticket is unchanged.
    exit 0
    ");
    let log = site.run("log").ends_with(0);
    assert!(log.out.contains("a disk of its own"), "{log}");
    shows!(site.run("--sandbox state migrate --to shared --reason why"), @r"
    $ callout --sandbox state migrate --to shared --reason why
    | state/sandbox
    |
    |   x the sandbox's state stays in its folder
    |   help: leave out --sandbox to move the real one
    |
    exit 1
    ");
}
