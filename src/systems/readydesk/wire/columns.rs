//! What the variables of `get_tickets` are called in manifests, and how their values are spelt (vendor page `gettickets.aspx`).
//!
//! Owns the table. Refuses to know the three formats: they bring names and raw values.

/// How the values of a variable are spelt, once decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    /// `0` is none.
    Id,
    /// Comma-separated; some servers may write semicolons.
    List,
    /// `N` or `Y`.
    Flag,
    /// In the server's own time, and compared so.
    Local,
    /// In the server's own time, and told as a moment.
    Moment,
}

/// One variable of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub read: &'static str,
    /// Its name in manifests and field tables.
    pub field: &'static str,
    /// Whether the page says that its values are URL-encoded: those are decoded, and no others.
    pub encoded: bool,
    pub form: Form,
}

const fn plain(read: &'static str, field: &'static str, form: Form) -> Column {
    Column { read, field, encoded: false, form }
}

const fn encoded(read: &'static str, field: &'static str, form: Form) -> Column {
    Column { read, field, encoded: true, form }
}

/// In the order of the page, `custom_fields` apart.
pub const COLUMNS: [Column; 37] = [
    plain("tid", "tid", Form::Text),
    encoded("cid", "cid", Form::Text),
    plain("company_id", "company_id", Form::Id),
    encoded("company_name", "company", Form::Text),
    encoded("contact", "contact", Form::Text),
    encoded("phone", "phone", Form::Text),
    encoded("email", "email", Form::Text),
    encoded("cc_addresses", "cc_addresses", Form::List),
    plain("date_opened", "date_opened", Form::Moment),
    plain("date_closed", "date_closed", Form::Moment),
    encoded("source", "source", Form::Text),
    encoded("category", "category", Form::Text),
    encoded("sub_category", "sub_category", Form::Text),
    encoded("status", "status", Form::Text),
    encoded("priority", "priority", Form::Text),
    encoded("escalation_level", "escalation_level", Form::Text),
    plain("due_date", "due_date", Form::Local),
    plain("opened_by", "opened_by", Form::Text),
    plain("last_updated", "last_updated", Form::Moment),
    encoded("updated_by", "updated_by", Form::Text),
    plain("updater_type", "updater_type", Form::Text),
    plain("assigned_tech", "assigned_to", Form::Text),
    plain("assigned_group_id", "assigned_group_id", Form::Id),
    encoded("assigned_group_name", "assigned_group", Form::Text),
    plain("customer_group_id", "customer_group_id", Form::Id),
    encoded("customer_group_name", "customer_group", Form::Text),
    plain("locked", "locked", Form::Flag),
    plain("locked_by", "locked_by", Form::Text),
    plain("linked_asset", "linked_asset", Form::List),
    plain("linked_calls", "linked_calls", Form::List),
    plain("linked_devices", "linked_devices", Form::List),
    plain("merged", "merged", Form::Flag),
    plain("merged_to", "merged_to", Form::Text),
    plain("parent_ticket", "parent_ticket", Form::Id),
    plain("children_tickets", "children_tickets", Form::List),
    encoded("subject", "subject", Form::Text),
    encoded("summary", "summary", Form::Text),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::readydesk::fields::{FIELDS, VARIABLES};

    #[test]
    fn every_column_is_in_the_field_table_and_no_custom_field_can_take_its_name() {
        for column in COLUMNS {
            assert!(FIELDS.iter().any(|field| field.name == column.field && field.in_read), "{}", column.field);
            assert!(VARIABLES.contains(&column.read), "{}", column.read);
        }
        assert_eq!(COLUMNS.iter().filter(|column| column.encoded).count(), 17);
    }
}
