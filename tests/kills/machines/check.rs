//! What must hold after every round: in the bucket, at the vendor, and between the two.

use std::collections::BTreeMap;

use callout::state::Key;
use callout::state::shared::holder;

use super::team::Team;
use crate::check::{check_known, check_log};

impl Team {
    /// Each number was taken by one write, no number is left out, and no commit ever changes. Nobody is sent twice or forgotten.
    pub fn check(&mut self) {
        let mut writes: BTreeMap<String, u64> = BTreeMap::new();
        for path in self.machines.iter().flat_map(|machine| machine.proxy.written()) {
            let path = path.replace("%2F", "/");
            if let Some((_, key)) = path.split_once("/acme/journal/") {
                *writes.entry(format!("journal/{key}")).or_default() += 1;
            }
        }
        let twice: Vec<&String> = writes.iter().filter(|(_, times)| **times > 1).map(|(key, _)| key).collect();
        assert!(twice.is_empty(), "numbers that were taken twice: {twice:?}\n{}", self.told());
        let keys: Vec<String> = self.objects.list("journal").expect("a list").into_iter().map(|listed| listed.key).collect();
        let lineage = self.state().lineage;
        let expected = |number: usize| format!("journal/{lineage}/{:07}/{number:010}", number / 1000);
        let wanted: Vec<String> = (0..keys.len()).map(expected).collect();
        assert_eq!(keys, wanted, "numbers are left out\n{}", self.told());
        assert!(writes.keys().all(|key| keys.contains(key)), "a commit is gone\n{}", self.told());
        let found = self.objects.get_many(&keys).expect("objects");
        for (key, found) in keys.into_iter().zip(found) {
            let bytes = found.expect("an object that was listed").bytes;
            let before = self.commits.insert(key.clone(), bytes.clone()).is_none_or(|before| before == bytes);
            assert!(before, "{key} was changed\n{}", self.told());
        }
        check_known(Some(&self.state()), &self.portal(), &|| self.told());
    }

    /// At rest: each visit has its ticket, there is no other one, and nobody has the lock.
    pub fn check_all_sent(&mut self) {
        self.check();
        let (state, portal) = (self.state(), self.portal());
        for wanted in &self.wanted {
            let key = Key::new(wanted.address().parse().expect("an address"), 0);
            let id = state.records.get(&key).filter(|record| !record.in_doubt()).and_then(|record| record.id());
            let ticket = portal.iter().find(|ticket| Some(ticket.id.to_string().as_str()) == id);
            assert!(ticket.is_some_and(|ticket| ticket.site == wanted.site.to_string()), "{key} was forgotten\n{}", self.told());
        }
        assert_eq!(portal.len(), self.wanted.len(), "tickets and visits\n{}", self.told());
        assert_eq!(holder(&self.objects).expect("the lock"), None, "{}", self.told());
    }

    /// At the end: the state is whole to the last file, and the log has every ticket once.
    pub fn check_whole(&mut self) {
        let checked = self.types(0, "state check");
        assert_eq!(checked.code, Some(0), "{}\n{}", checked.out, self.told());
        let log = self.types(1, "log --format json");
        assert_eq!(log.code, Some(0), "{}", self.told());
        check_log(&log.out, &self.portal(), &|| self.told());
    }
}
