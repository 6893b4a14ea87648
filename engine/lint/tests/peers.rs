//! The rules of other tools: each has a counterpart here or a reason why not.

use confiture_lint::peers::{covering, peers, why_not};
use confiture_lint::registry;

#[test]
fn every_rule_of_a_peer_has_a_counterpart_or_a_reason() {
    for peer in peers() {
        for rule in peer.rules {
            let ours = covering(peer.tool, rule);
            let reasons = why_not()
                .iter()
                .filter(|why| why.tool == peer.tool && why.rule == *rule);
            assert_eq!(
                usize::from(!ours.is_empty()) + reasons.count(),
                1,
                "{} {rule}: a rule that names it in its provenance, or one reason why not",
                peer.tool.as_str()
            );
        }
    }
}

#[test]
fn no_provenance_and_no_reason_names_what_a_peer_does_not_have() {
    let named = registry()
        .iter()
        .flat_map(|ours| ours.provenance.iter().map(|p| (ours.name, p.tool, p.rule)));
    let reasons = why_not().iter().map(|why| ("a reason", why.tool, why.rule));
    for (place, tool, rule) in named.chain(reasons) {
        let peer = peers()
            .iter()
            .find(|peer| peer.tool == tool)
            .expect("a tool's rules");
        assert!(
            peer.rules.contains(&rule),
            "{place}: {} has no rule {rule}",
            tool.as_str()
        );
    }
}

#[test]
fn no_peer_lists_a_rule_twice() {
    for peer in peers() {
        let mut rules = peer.rules.to_vec();
        rules.sort_unstable();
        rules.dedup();
        assert_eq!(rules.len(), peer.rules.len(), "{}", peer.tool.as_str());
    }
}
