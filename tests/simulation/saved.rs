//! Saved plans: made at one moment, applied at another, perhaps killed, perhaps applied again.

use std::sync::Arc;

use callout::plan::{Now, check_fresh, open_plan, seal_plan};
use callout::state::Cipher;

use crate::killer::Killer;
use crate::world::{World, rules};

impl World {
    /// Makes a plan and keeps it for later.
    pub async fn save_plan(&mut self) {
        let plan = self.plan(&self.state(), &self.mortals(&Killer::never())).await;
        self.saved = Some(seal_plan(&plan, &Cipher::default()).expect("a text"));
        self.tally.count("plan saved");
    }

    /// Applies the plan that was kept, if it still may be. It is kept on: somebody may try it again.
    pub async fn apply_saved(&self, killer: &Arc<Killer>) {
        let Some(text) = &self.saved else { return };
        let saved = open_plan("plan", text, &Cipher::default()).expect("the plan that was sealed");
        let Some(ledger) = self.ledger(killer) else { return };
        let (tickets, state) = (self.tickets(), ledger.state());
        let now = Now {
            tickets: &tickets,
            state: &state,
            sides: &self.sides,
            rollouts: &self.rollouts,
            rules: &rules(),
            policies: &[],
            now: self.now(),
        };
        let is_known = state.plans.contains_key(&saved.id);
        match check_fresh(&saved, &now) {
            Ok(plan) => {
                self.tally.count(if is_known { "saved plan applied again" } else { "saved plan applied" });
                tokio::select! {
                    biased;
                    _ = self.apply(&plan, (&ledger, killer), true) => {}
                    () = killer.died() => {}
                }
            }
            Err(_) => self.tally.count("saved plan refused"),
        }
    }
}
