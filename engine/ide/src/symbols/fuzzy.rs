//! How well a name fits what somebody typed.

/// How a name fits, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// The characters are there in this order.
    Subsequence,
    /// It is in the name.
    Inside,
    /// The characters are the first of the name's words, in order: `oi` of `order_items`.
    Initials,
    /// A word of the name begins so.
    WordStart,
    /// The name begins so.
    Prefix,
    /// The name is that, but for upper and lower case.
    Exact,
}

/// What somebody typed, prepared.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Lower case, without blanks.
    text: String,
}

impl Pattern {
    /// Of what was typed; blanks don't count.
    pub(super) fn new(typed: &str) -> Pattern {
        let text = typed.chars().filter(|c| !c.is_whitespace());
        Pattern {
            text: text.flat_map(char::to_lowercase).collect(),
        }
    }

    /// Whether it asks for everything.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether it names what a name belongs to, too: `orders.total`.
    pub(super) fn is_dotted(&self) -> bool {
        self.text.contains('.')
    }

    /// How a name fits; `None` where it doesn't.
    pub(super) fn fit(&self, name: &str) -> Option<Fit> {
        if self.is_empty() {
            return Some(Fit::Subsequence);
        }
        if !self.is_subsequence(name) {
            return None;
        }
        let lower = name.to_lowercase();
        let found = lower.match_indices(&self.text).map(|(at, _)| at);
        let mut best = Fit::Subsequence;
        for at in found {
            best = best.max(match at {
                0 if lower.len() == self.text.len() => Fit::Exact,
                0 => Fit::Prefix,
                _ if starts_word(&lower, at) => Fit::WordStart,
                _ => Fit::Inside,
            });
        }
        if best < Fit::Initials && self.is_initials(&lower) {
            best = Fit::Initials;
        }
        Some(best)
    }

    fn is_subsequence(&self, name: &str) -> bool {
        let mut rest = name.chars().flat_map(char::to_lowercase);
        self.text.chars().all(|wanted| rest.any(|c| c == wanted))
    }

    fn is_initials(&self, lower: &str) -> bool {
        let mut initials = lower
            .char_indices()
            .filter(|(at, c)| c.is_alphanumeric() && (*at == 0 || starts_word(lower, *at)))
            .map(|(_, c)| c);
        self.text.chars().all(|wanted| initials.any(|c| c == wanted))
    }
}

fn starts_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    before.is_none_or(|c| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closer_a_name_is_the_better_it_fits() {
        let fit = |typed: &str, name: &str| Pattern::new(typed).fit(name);
        assert_eq!(fit("Orders", "orders"), Some(Fit::Exact));
        assert_eq!(fit("ord", "orders"), Some(Fit::Prefix));
        assert_eq!(fit("items", "order_items"), Some(Fit::WordStart));
        assert_eq!(fit("oi", "order_items"), Some(Fit::Initials));
        assert_eq!(fit("tem", "order_items"), Some(Fit::Inside));
        assert_eq!(fit("odi", "order_items"), Some(Fit::Subsequence));
        assert_eq!(fit("x", "order_items"), None);
        assert_eq!(fit(" ", "order_items"), Some(Fit::Subsequence));
    }
}
