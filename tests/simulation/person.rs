//! A person with the vendor's portal open: what is in doubt is looked up by its mark and settled as it is.

use callout::state::{Event, Phase, Write};
use callout::ticket::Fields;
use jiff::SignedDuration;

use crate::killer::Killer;
use crate::tickets::Shown;
use crate::world::World;

impl World {
    /// Settles everything that is in doubt by what the vendor really has. Not before a request that is on its way can have arrived: callout
    /// and the vendor's people both say to wait.
    pub async fn settle_truthfully(&mut self) {
        self.clock.jump(SignedDuration::from_mins(3));
        let Some(ledger) = self.ledger(&Killer::never()) else { return };
        let state = ledger.state();
        let portal = self.everything();
        for (key, record) in &state.records {
            if let (Phase::Live { id }, Some(intent)) = (&record.phase, &record.intent) {
                let ticket = portal.iter().find(|ticket| &ticket.id.to_string() == id).expect("a ticket that was made");
                let wanted = intent.request.as_ref().and_then(|request| text_of(&request.fields));
                let done = match intent.write {
                    Write::Update => ticket.text == wanted,
                    Write::Close => ticket.resolved,
                    Write::Delete => ticket.deleted,
                    Write::Create => unreachable!("a live ticket was created"),
                };
                let event = Event::WriteSettled { key: key.clone(), done, reason: "looked up in the portal".to_owned() };
                ledger.record(vec![event], self.now()).await.expect("a settlement");
            }
            if record.phase != Phase::Pending {
                continue;
            }
            let is_free = |ticket: &&Shown| state.holder(&record.request, &ticket.id.to_string()).is_none();
            let event = match portal.iter().filter(is_free).find(|ticket| ticket.is_of(&record.request)) {
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

/// The text that the files change.
fn text_of(fields: &Fields) -> Option<String> {
    ["users", "summary"].iter().find_map(|name| fields.text(name)).map(str::to_owned)
}
