//! NOCExpress as the sandbox serves it: the documented calls, their validation, and their answers field by field.
//!
//! Owns `POST /api/v1/noc/tickets/external` and `GET /api/v1/noc/tickets/{ticket_id}` (vendor pages: Create Ticket, Ticket Details),
//! and in `look_up` the calls that tell which values there are.
//! Refuses everything else, and every field of the details that no page is known to list: no mark, no date of resolution, no files.
//!
//! Where the pages leave a choice: lists come as JSON; a create takes any issue, type, subtype and configurations of one site, as
//! their vocabularies are printed nowhere; several sites make one ticket, or with [`crate::systems::sandbox::SeveralSites`] one each.

mod checks;
mod look_up;
mod ticket;

use axum::Router;
use serde_json::Value;

use super::API;
use crate::systems::g360::Api;
use crate::systems::g360::sandbox::Vendor;
use crate::systems::g360::sandbox::form::Form;
use crate::systems::g360::sandbox::parameters::Problems;
use crate::systems::sandbox::{Sandbox, Stored, Troubles};

pub use ticket::{CREATE_FIELDS, DETAIL_FIELDS};

/// NOCExpress.
pub struct Desk;

impl Vendor for Desk {
    type Order = checks::Order;
    const CREATE_FIELDS: &'static [&'static str] = &CREATE_FIELDS;

    fn api() -> &'static Api {
        &API
    }
    fn order(form: Form) -> Result<Self::Order, Problems> {
        checks::order(form)
    }
    fn book(sandbox: &Sandbox, order: &Self::Order, troubles: &Troubles) -> Vec<Stored> {
        ticket::book(sandbox, order, troubles)
    }
    fn read(ticket: &Stored) -> Value {
        ticket::read(ticket)
    }
    fn look_ups() -> Router<Sandbox> {
        look_up::routes()
    }
}
