//! A person with the vendor's portal open: what is in doubt is looked up by its mark and settled as it is.

use callout::state::{Event, Phase};

use crate::killer::Killer;
use crate::world::World;

impl World {
    /// Settles everything that is in doubt by what the vendor really has.
    pub async fn settle_truthfully(&mut self) {
        let Some(ledger) = self.ledger(&Killer::never()) else { return };
        let state = ledger.state().await;
        let portal = self.portal();
        for (key, record) in &state.records {
            if record.phase != Phase::Pending {
                continue;
            }
            let mark = record.request.mark.as_ref().expect("every create has a mark").to_string();
            let event = match portal.iter().find(|ticket| ticket.mark == mark) {
                Some(ticket) => Event::Adopted {
                    key: key.clone(),
                    id: ticket.id.to_string(),
                    request: Box::new(record.request.clone()),
                    seen: None,
                    reason: "found in the portal".to_owned(),
                },
                None => Event::NotCreated { key: key.clone(), reason: "not in the portal".to_owned() },
            };
            ledger.record(vec![event], self.now()).await.expect("a settlement");
        }
    }
}
