//! A rollout of many sites: one document, a CSV file of about 90 bytes a site, and a schedule.

use std::fmt::Write as _;

/// Where the sites are: a region, and its time zone.
const REGIONS: [(&str, &str); 8] = [
    ("northeast", "America/New_York"),
    ("midwest", "America/Chicago"),
    ("mountain", "America/Denver"),
    ("desert", "America/Phoenix"),
    ("pacific", "America/Los_Angeles"),
    ("alaska", "America/Anchorage"),
    ("hawaii", "Pacific/Honolulu"),
    ("atlantic", "America/Halifax"),
];

/// Its days hold forty visits, of each region at most six: with ten thousand sites a year of them.
pub const DOCUMENT: &str = "\
apiVersion: callout/v1
kind: Rollout
metadata:
  name: routers
  labels: {program: sdwan-2035}
spec:
  sites: {csv: sites.csv, key: store, where: site.router != \"\"}
  schedule:
    starts: 2035-06-04
    days: [mon, tue, wed, thu]
    window: {from: \"08:00\", to: \"12:00\"}
    timezone: ${{ site.timezone }}
    per_day: 40
    per_day_by: {column: region, max: 6}
    blackout: [2035-07-04, 2035-12-24/2036-01-01]
    lead_time: 72h
  template:
    kind: Dispatch
    metadata:
      name: router-${{ site.store }}
      labels: {region: \"${{ site.region }}\"}
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: |
        Replace the branch router with the ${{ site.router }} that was shipped to the store, and hand back the old one.
        {% if site.note != \"\" %}
        Note: ${{ site.note }}.
        {% endif %}
        Call the operations centre on arrival and before leaving the site; wait until it has seen the new router.
        Take a photograph of the rack before and after the work, with all labels legible.
      automatic_email_contact: true
      automatic_email_cc: false
      customer_ticket_number: INC-${{ site.store }}
      po_number: ${{ site.po }}
      special_instructions: Use the rear door; the alarm code is with the manager on duty.
      locations:
        - location_name: ${{ site.name }}
          location_number: ${{ site.store }}
          local_contact_name: Sam Lee
          local_contact_number: ${{ site.phone }}
          location_contact_email: store${{ site.store }}@example.com
          account_macnum: ${{ site.account }}
          start_date: ${{ visit.start }}
          end_date: ${{ visit.end }}
          timezone: ${{ visit.timezone }}
";

/// The list of so many sites. A cell in seven has a note, in quotes.
pub fn sites(count: usize) -> String {
    let mut text = "store,name,region,timezone,account,phone,po,router,note\n".to_owned();
    for at in 0..count {
        let (region, timezone) = REGIONS[at % REGIONS.len()];
        let note = if at % 7 == 0 { "\"Closed on Sundays, ring twice\"" } else { "" };
        let (account, line) = (1_000_000 + at, at % 10_000);
        let row = writeln!(text, "{at:05},Store {at},{region},{timezone},{account:08},617-555-{line:04},PO-{at:07},ISR-1121,{note}");
        row.expect("a text");
    }
    text
}
