//! TechExpress as the sandbox serves it: the documented calls, their validation, and their answers field by field.
//!
//! Owns `POST /api/v1/tickets/external` and `GET /api/v1/tickets/{ticket_id}` (vendor pages: Create Ticket, Ticket Details), and in
//! `look_up` the calls that tell of accounts and costs.
//! Refuses everything else: there is no list and no search of tickets, no update and no delete, so there is none here.
//!
//! Where the pages leave a choice: options that were left out read back as empty text, `false` or null.

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

/// TechExpress.
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
