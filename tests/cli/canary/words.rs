//! Every command with every option: what is typed, and that nothing is left out.

use clap::Command;

pub const ROLLOUT: &str = "\
apiVersion: callout/v1
kind: Rollout
metadata: {name: routers, labels: {program: sdwan}}
spec:
  sites: {csv: sites.csv, key: store}
  waves: [{name: all, where: 'true'}]
  schedule:
    starts: 2027-01-11
    days: [mon, tue, wed]
    window: {from: \"08:00\", to: \"12:00\"}
    timezone: ${{ site.zone }}
    per_day: 2
    lead_time: 72h
  template:
    kind: Dispatch
    metadata: {name: \"router-${{ site.store }}\"}
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: Replace the branch router.
      automatic_email_contact: true
      automatic_email_cc: false
      locations:
        - location_name: Store ${{ site.store }}
          location_number: ${{ site.store }}
          local_contact_name: Sam Lee
          local_contact_number: 617-555-0123
          account_macnum: 0100${{ site.store }}
          start_date: ${{ visit.start }}
          end_date: ${{ visit.end }}
          timezone: ${{ visit.timezone }}
";

/// In the order in which they are typed. Some fail, which is as good a place for a secret to show as any.
pub const LINES: &[&str] = &[
    "init --name acme",
    "init --name acme --state s3://field-ops",
    "schema",
    "systems",
    "systems --format json",
    "completions bash",
    "completions zsh",
    "schedule --check",
    "schedule",
    "schedule --show",
    "schedule --reflow",
    "schedule --repair",
    "validate",
    "validate --format json",
    "validate --online",
    "expand tickets",
    "state check",
    "plan --out p.plan",
    "plan --format json --refresh all --verbose",
    "plan --detailed-exitcode --target Dispatch/store-0417-router --file tickets --color always",
    "plan --selector program=sdwan --wave all",
    "plan --take live",
    "plan --costs",
    "plan --since HEAD",
    "plan --format markdown --show-contacts --refresh all",
    "plan --format html --show-contacts --refresh all",
    "plan --format github --refresh all",
    "plan --format gitlab --refresh all",
    "validate --format sarif",
    "policy test --format json",
    "show p.plan --verbose",
    "show p.plan --format markdown --show-contacts",
    "show p.plan --format json",
    "apply",
    "apply --yes --allow-creates 20 --parallelism 2 --lock-timeout 1s p.plan",
    "apply --yes p.plan",
    "apply --yes --costs --allow-spend 0 --allow-unknown-costs 0 --target Dispatch/store-0417-router",
    "apply --yes --log-format json",
    "apply --yes --since HEAD",
    "apply --yes --verbose --refresh all --take file",
    "apply --yes --target Dispatch/none --selector a=b --file none --wave none",
    "plan --refresh all",
    "status",
    "status --format json --refresh auto --near 5 --detailed-exitcode",
    "status --format csv --verbose --target Rollout/routers --wave all",
    "status --selector program=sdwan --file tickets",
    "status --since HEAD",
    "state list",
    "state list --format json",
    "state show Dispatch/store-0417-router",
    "state show CustomerTicket/line-rental-4711 --format json",
    "state check --format json",
    "state history",
    "state history --format json",
    "log",
    "log --format json --since 7d --until 2030-01-01 --target Dispatch/store-0417-router --event created",
    "log --format csv --selector program=sdwan",
    "log --set-aside 1",
    "settle",
    "settle --format json --since HEAD",
    "settle Dispatch/store-0417-router --id 482001 --reason x --yes",
    "settle Dispatch/store-0417-router --not-created --reason x --yes",
    "settle Dispatch/store-0417-router --done --reason x --yes",
    "settle Dispatch/store-0417-router --not-done --reason x --yes",
    "settle Dispatch/store-0417-router --accept --reason x --yes",
    "settle --target Rollout/routers --selector a=b --file tickets --wave all --cancelled --reason x --yes",
    "settle Dispatch/store-0417-router --seen-to --reason x --yes",
    "settle Dispatch/store-0417-router --outcome ok --reason x --yes",
    "settle --from none.csv --yes --lock-timeout 1s",
    "import Dispatch/store-0417-router 482001 --reason x --yes",
    "import --match mark --yes",
    "import --from none.csv --yes --lock-timeout 1s",
    "state mv Dispatch/store-0417-router Dispatch/store-0417-other --reason x --yes --lock-timeout 1s",
    "state rm Dispatch/store-0417-other --reason x --yes --lock-timeout 1s",
    "state restore --reason x --yes --lock-timeout 1s",
    "state restore 1 --nothing-since --reason x --yes",
    "state rebuild --from .callout --reason x --yes --lock-timeout 1s",
    "state init --start-over --reason x --yes --lock-timeout 1s",
    "state migrate --to moved --reason x --yes --lock-timeout 1s",
    "unlock nobody --yes",
    "--sandbox plan --log trace -C tickets",
    "--sandbox apply --yes",
    "sandbox --resolve all",
    "sandbox --help",
    "plan --no-such-option",
];

/// An option that no line can have here, and why.
const APART: &[(&str, &str)] = &[("callout sandbox --port", "it serves until it is stopped, and reads no project: canary::logged")];

/// Fails for a command without a line, and for an option without one.
pub fn cover(root: &Command) {
    let mut missing = Vec::new();
    leaves(root, &mut Vec::new(), &mut missing);
    assert_eq!(missing, Vec::<String>::new(), "add these to canary::words::LINES");
}

fn leaves(command: &Command, path: &mut Vec<String>, missing: &mut Vec<String>) {
    for inner in command.get_subcommands() {
        path.push(inner.get_name().to_owned());
        leaves(inner, path, missing);
        path.pop();
    }
    let options = command.get_arguments().filter_map(clap::Arg::get_long);
    let line_has = |words: &[&str]| LINES.iter().any(|line| words.iter().all(|word| line.split(' ').any(|part| part == *word)));
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    if !command.has_subcommands() && !line_has(&names) {
        missing.push(names.join(" "));
    }
    for option in options {
        let full = format!("callout {} --{option}", names.join(" ")).replace("  ", " ");
        let short = if option == "chdir" { "-C".to_owned() } else { format!("--{option}") };
        if !line_has(&[names.as_slice(), &[&short]].concat()) && !APART.iter().any(|(apart, _)| *apart == full) {
            missing.push(full);
        }
    }
}
