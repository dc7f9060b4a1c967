//! `--wave`: the sites of a wave, of one rollout or of several.

use crate::shown::shows;
use crate::vendor::{Site, dispatch};

/// A rollout with its waves in an order that is not the alphabet's.
fn rollout(name: &str) -> String {
    format!(
        "\
apiVersion: callout/v1
kind: Rollout
metadata: {{name: {name}}}
spec:
  sites: {{csv: {name}.csv, key: store}}
  waves:
    - {{name: pilot, where: 'site.wave == \"pilot\"'}}
    - {{name: main, where: 'site.wave == \"main\"'}}
    - {{name: late}}
  template:
    kind: Dispatch
    metadata: {{name: \"{name}-${{{{ site.store }}}}\", labels: {{region: \"${{{{ site.region }}}}\"}}}}
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: Work on the {name}.
      automatic_email_contact: true
      automatic_email_cc: false
      locations:
        - location_name: Store ${{{{ site.store }}}}
          location_number: ${{{{ site.store }}}}
          local_contact_name: Sam Lee
          local_contact_number: 617-555-0123
          account_macnum: 0123${{{{ site.store }}}}
          start_date: 2027-02-01T08:00:00
          end_date: 2027-02-01T12:00:00
          timezone: America/New_York
"
    )
}

const ROUTERS: &str = "store,wave,region\n0401,pilot,west\n0402,main,west\n0403,main,east\n0404,,east\n";

/// Two rollouts that both have a pilot, and a ticket of its own.
fn project() -> Site {
    let site = Site::new();
    site.write("tickets/routers.yaml", rollout("routers"));
    site.write("tickets/routers.csv", ROUTERS);
    site.write("tickets/wifi.yaml", rollout("wifi").replace("name: late", "name: rest"));
    site.write("tickets/wifi.csv", "store,wave,region\n0501,pilot,west\n0502,main,west\n0503,,west\n");
    site.write("tickets/a.yaml", dispatch("store-0600", "0600"));
    site
}

/// The names of the steps of a plan.
fn planned(site: &Site, words: &str) -> Vec<String> {
    let plan = site.run(&format!("plan --format json {words}")).ends_with(0).json();
    let steps = plan["plan"]["steps"].as_array().expect("steps").clone();
    steps.iter().filter_map(|step| step["key"]["address"].as_str()?.strip_prefix("Dispatch/")).map(str::to_owned).collect()
}

#[test]
fn waves_add_up_and_narrow_what_the_other_words_select() {
    let site = project();
    assert_eq!(planned(&site, "--wave pilot"), ["routers-0401", "wifi-0501"]);
    assert_eq!(planned(&site, "--wave pilot --wave late"), ["routers-0401", "routers-0404", "wifi-0501"]);
    assert_eq!(planned(&site, "--wave pilot --wave late --target Rollout/routers"), ["routers-0401", "routers-0404"]);
    assert_eq!(planned(&site, "--wave main --selector region=west"), ["routers-0402", "wifi-0502"]);
    assert_eq!(planned(&site, "--wave main --file tickets/routers.yaml"), ["routers-0402", "routers-0403"]);
    assert_eq!(planned(&site, "--wave main --target Dispatch/store-0600 --target Dispatch/routers-0402"), ["routers-0402"]);
}

#[test]
fn a_wave_that_nothing_is_in_is_a_mistake() {
    let site = project();
    shows!(site.run("plan --wave pilto --wave second"), @r"
    $ callout plan --wave pilto --wave second
    | plan/unknown-wave
    |
    |   x --wave pilto: no ticket of the files or of the state is in a wave of this name
    |   help: did you mean pilot?
    |
    | plan/unknown-wave
    |
    |   x --wave second: no ticket of the files or of the state is in a wave of this name
    |   help: waves: late, main, pilot, rest
    |
    exit 1
    ");
    shows!(site.run("apply --yes --wave late --target Rollout/wifi"), @r"
    $ callout apply --yes --wave late --target Rollout/wifi
    | plan/unknown-wave
    |
    |   x --wave late: nothing that --target and --file select is in it
    |   help: late is a wave of Rollout/routers; what they select is in main, pilot, rest
    |
    exit 1
    ");
    shows!(site.run("plan --wave pilot --target Rollout/wifi[0503]"), @r"
    $ callout plan --wave pilot --target Rollout/wifi[0503]
    | plan/unknown-wave
    |
    |   x --wave pilot: nothing that --target and --file select is in it
    |   help: pilot is a wave of Rollout/routers, Rollout/wifi; what they select is in rest
    |
    exit 1
    ");
    shows!(site.run("plan --wave main --selector region=east --target Rollout/wifi"), @r"
    $ callout plan --wave main --selector region=east --target Rollout/wifi
    | plan/nothing-selected
    |
    |   x no ticket is selected by --target Rollout/wifi --wave main --selector region=east
    |   help: several --target add up, and so do several --file and several --wave; a ticket must also have the
    |         labels of every --selector
    |
    exit 1
    ");
    site.remove("tickets/routers.yaml");
    site.remove("tickets/wifi.yaml");
    shows!(site.run("plan --wave pilot"), @r"
    $ callout plan --wave pilot
    | plan/unknown-wave
    |
    |   x --wave pilot: no ticket of the files or of the state is in a wave of this name
    |   help: no rollout here has waves; they stand in its file below spec.waves
    |
    exit 1
    ");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_site_that_left_its_list_is_still_of_its_wave() {
    let site = project();
    site.run("apply --yes --parallelism 1 --target Rollout/routers").ends_with(0);
    site.write("tickets/routers.csv", ROUTERS.replace("0403,main,east\n", ""));
    assert_eq!(planned(&site, "--wave main --target Rollout/routers"), ["routers-0402", "routers-0403"]);
    assert_eq!(planned(&site, "--target Rollout/routers[0403]"), ["routers-0403"]);
    site.run("settle Dispatch/routers-0403 --cancelled --yes --reason phone").ends_with(0);
    // Nothing is left to plan for it, and its wave must not seem to select something.
    assert_eq!(planned(&site, "--wave main --target Rollout/routers"), ["routers-0402"]);
    site.run("plan --target Rollout/routers[0403]").ends_with(1);
}

#[test]
fn a_saved_plan_keeps_its_waves_and_sends_nothing_else() {
    let site = project();
    let plan = site.run("plan --out p.plan --wave pilot --target Rollout/routers --format json").ends_with(0).json();
    assert_eq!(plan["plan"]["selection"].to_string(), r#"{"targets":["Rollout/routers"],"waves":["pilot"]}"#);
    assert_eq!(plan["plan"]["steps"][0]["rollout"].to_string(), r#"{"name":"routers","key":"0401","wave":"pilot"}"#);
    let ran = site.run("apply p.plan --wave pilot").ends_with(1);
    assert!(ran.err.contains("cannot be used with"), "{ran}");
    site.run("apply p.plan --yes").ends_with(0);
    site.run("apply --yes --wave late").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn what_is_expanded_says_that_it_does_not_wait() {
    let site = project();
    site.remove("tickets/wifi.yaml");
    site.edit("tickets/routers.yaml", "  waves:", "  paused: true\n  limits: {creates: 2}\n  waves:");
    let ran = site.run("expand").ends_with(0);
    assert_eq!(ran.out.matches("kind: Dispatch").count(), 5);
    insta::assert_snapshot!(ran.err, @r"
    expand/terms

      ! Rollout/routers: the printed documents leave out its keys paused, waves, limits
      help: they are for reading and comparing: committed in place of the rollout, all of them would be sent at
            once
    ");
    site.edit("tickets/routers.yaml", "  paused: true\n  limits: {creates: 2}\n", "  limits: {}\n");
    assert!(site.run("expand").ends_with(0).err.contains("leave out its keys waves\n"));
    site.remove("tickets/routers.yaml");
    assert_eq!(site.run("expand").ends_with(0).err, "");
}
