//! The projects whose plans are reported.

use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::vendor::{Site, TOKEN, dispatch};

/// What somebody writes into a ticket who wants to be more than its text.
pub fn hostile(url: &str) -> String {
    format!(
        "</script><script>document.title = 'taken'</script><img src=\"{url}/x\" onerror=\"document.title='taken'\"> {{{{ 7 * 7 }}}} <b>bold"
    )
}

/// Routers in three waves, the last of which is closed.
pub fn rollout(description: &str) -> String {
    format!(
        "\
apiVersion: callout/v1
kind: Rollout
metadata: {{name: routers}}
spec:
  sites: {{csv: sites.csv, key: store}}
  waves:
    - {{name: pilot, where: 'site.wave == \"pilot\"'}}
    - {{name: main, where: 'site.wave == \"main\"'}}
    - {{name: late, open: false}}
  template:
    kind: Dispatch
    metadata: {{name: \"router-${{{{ site.store }}}}\"}}
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: {description}
      automatic_email_contact: true
      automatic_email_cc: false
      locations:
        - location_name: Store ${{{{ site.store }}}}
          location_number: ${{{{ site.store }}}}
          local_contact_name: Sam Lee
          local_contact_number: 617-555-0123
          account_macnum: 0123${{{{ site.store }}}}
          start_date: ${{{{ site.day }}}}T08:00:00
          end_date: ${{{{ site.day }}}}T12:00:00
          timezone: America/New_York
"
    )
}

const DESK: &str = "apiVersion: callout/v1
kind: HelpdeskTicket
metadata: {name: switch-417}
spec:
  cid: store-0417
  subject: Switch is down
  summary: |
    No link since 06:40.
    The lamp is red.
    Nobody was there yet.
  priority: High
lifecycle: {on_remove: close}
";

const SITES: &str = "store,wave,day
0400,pilot,2027-01-11
0401,pilot,2027-01-12
0402,pilot,2027-01-12
0403,main,2027-01-18
0404,main,2027-01-18
0405,main,2027-01-18
0406,main,2027-02-01
0407,,2027-02-02
";

/// A project with something of everything: tickets that are sent, changed, in doubt, not wanted any more, and held back.
pub fn busy(visitors: &str) -> Site {
    let mut site = Site::new();
    site.set("READYDESK_KEY", TOKEN);
    let url = site.vendor.base_url().to_owned();
    let desk = format!(
        "    readydesk: {{base_url: \"{url}/API/default.aspx\", credential: {{key: \"env:READYDESK_KEY\"}}, \
         timezone: America/New_York, format: json, format_parameter: format=json}}\n"
    );
    let project = site.read("callout.yaml");
    site.write("callout.yaml", format!("{}\n{desk}", project.trim_end()));
    site.write("tickets/routers.yaml", rollout("Replace the branch router."));
    site.write("tickets/sites.csv", SITES);
    site.write("tickets/desk.yaml", DESK);
    site.run("apply --yes --target HelpdeskTicket/switch-417 --target Rollout/routers[0400] --target Rollout/routers[0401]").ends_with(0);
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    site.run("apply --yes --target Rollout/routers[0402]").ends_with(5);
    site.vendor.well();
    site.write("tickets/sites.csv", SITES.replace("0400,pilot,2027-01-11\n", ""));
    site.edit("tickets/desk.yaml", "The lamp is red.\n", "The lamp is green.\n");
    site.edit("tickets/desk.yaml", "priority: High", "priority: Low");
    site.write("tickets/hostile.yaml", dispatch("store-0600", "0600").replace("Replace the branch router", &hostile(visitors)));
    site
}
