//! A ticket as NOCExpress keeps and answers it: 18 fields from a create, and the 18 of a read that are known.

use serde_json::{Map, Value, json};

use super::checks::Order;
use crate::systems::g360::sandbox::site::Site;
use crate::systems::g360::sandbox::ticket::{seconds, shown, stored, text};
use crate::systems::nocexpress::API;
use crate::systems::sandbox::{Sandbox, SeveralSites, Stored, Trouble, Troubles};

/// The fields of a create's answer, in the order of the vendor's page.
pub const CREATE_FIELDS: [&str; 18] = [
    "id",
    "address_1",
    "attachments",
    "city",
    "company_identifier",
    "company_name",
    "configurations",
    "date_entered",
    "date_resolved",
    "g360_escalated",
    "g360_status",
    "issue",
    "last_updated",
    "site_name",
    "state",
    "status_name",
    "summary",
    "zip",
];

/// The fields of a read's answer, in the order of the vendor's page, as far as it is known.
pub const DETAIL_FIELDS: [&str; 18] = [
    "id",
    "summary",
    "city",
    "state",
    "zip",
    "company_identifier",
    "issue",
    "status_name",
    "last_updated",
    "date_entered",
    "company_name",
    "site_name",
    "address_1",
    "address_2",
    "service_name",
    "service_id",
    "service_id_label",
    "configurations",
];

/// A configuration of the made-up world that nobody asked for has its own id and this.
const OTHER_IDS: u64 = 1_000_000;

/// One ticket for all sites, or one for each. Ids come with the commit.
pub(super) fn book(sandbox: &Sandbox, order: &Order, troubles: &Troubles) -> Vec<Stored> {
    let count = match sandbox.options().several_sites {
        SeveralSites::OneTicket => 1,
        SeveralSites::TicketEach => order.macnums.len(),
    };
    order.macnums.iter().take(count).map(|macnum| book_one(sandbox, order, macnum, troubles)).collect()
}

fn book_one(sandbox: &Sandbox, order: &Order, macnum: &str, troubles: &Troubles) -> Stored {
    let is_elsewhere = troubles.has(&Trouble::OtherLocation);
    let site = if is_elsewhere { Site::of(&format!("{macnum}, next door")) } else { Site::of(macnum) };
    let ids = order.configurations.iter().map(|id| if is_elsewhere { id + OTHER_IDS } else { *id });
    let issue = text(&order.fields, "issue_name");
    let now = seconds(sandbox.now());
    let fields = json!({
        "address_1": site.address,
        "address_2": "",
        "city": site.city,
        "company_identifier": site.company_identifier,
        "company_name": site.company,
        "configurations": ids.map(configuration).collect::<Vec<_>>(),
        "date_entered": now,
        "date_resolved": null,
        "g360_escalated": false,
        "g360_status": "Open",
        "issue": if troubles.has(&Trouble::Reworded) { format!("{issue} (reported)") } else { issue.to_owned() },
        "last_updated": now,
        "service_id": null,
        "service_id_label": null,
        "service_name": null,
        "site_name": format!("{} {}", site.company, site.city),
        "state": site.state,
        "status_name": "Open",
        "summary": format!("{} - {issue}", text(&order.fields, "type_name")),
        "zip": site.zip,
    });
    let fields = fields.as_object().cloned().unwrap_or_default();
    stored(API.id, &order.fields, &order.form, troubles, fields)
}

/// The page of a read names this list and not what is in it; the create's does.
pub(super) fn configuration(id: u64) -> Map<String, Value> {
    let types = ["Broadband", "DIA", "Managed SD-WAN", "ePOTS"];
    let kind = usize::try_from(id % 4).ok().and_then(|at| types.get(at)).copied().unwrap_or("Broadband");
    [("id", json!(id)), ("name", json!(format!("{kind} {id}"))), ("type", json!(kind))]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// A read's answer.
pub(super) fn read(ticket: &Stored) -> Value {
    shown(ticket, &DETAIL_FIELDS)
}
