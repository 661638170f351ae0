//! The rules: an id that never changes its meaning, a title, a page.

use crate::finding::Severity;

/// One rule.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rule {
    /// `FC` and four digits: 01 effects, 02 shapes, 03 escape hatches, 09 the check itself.
    pub id: &'static str,
    /// What is wrong, in one line.
    pub title: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// Markdown: why, a wrong and a right example, what else to do.
    pub page: &'static str,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

macro_rules! rules {
    ($($name:ident $severity:ident $title:literal;)*) => {
        $(
            #[doc = $title]
            pub static $name: Rule = Rule {
                id: stringify!($name),
                title: $title,
                severity: Severity::$severity,
                page: include_str!(concat!("pages/", stringify!($name), ".md")),
            };
        )*
        /// All of them, by id.
        pub static ALL: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    FC0101 Error "an effect can be reached without a permission check";
    FC0102 Error "an unguarded call into what other callers reach behind a permission check";
    FC0103 Error "a guard is written here, and this build has none";
    FC0104 Warning "an effect can outlive the permission it was made under";
    FC0105 Error "an effect that cannot be named can be reached without a permission check";
    FC0201 Error "an error ends in an allow";
    FC0202 Error "a fallback value is an allow";
    FC0203 Warning "an error while policy is loaded is dropped";
    FC0204 Error "where there is no guard, or no setting, it is allowed";
    FC0205 Error "an empty list allows everything";
    FC0206 Warning "`all` over a list that may be empty is an allow";
    FC0207 Error "a catch-all arm allows what it does not know";
    FC0208 Error "an allow races with a refusal";
    FC0209 Error "a denial needs a value that may be absent";
    FC0210 Error "one arm for an allow and for no answer";
    FC0211 Error "a permissive default";
    FC0212 Error "a build setting decides whether there is a permission check";
    FC0213 Error "a decision is kept";
    FC0214 Error "a decision is not looked at";
    FC0215 Error "a timeout ends in an allow";
    FC0216 Warning "part of a text is compared to allow the whole";
    FC0217 Error "a path is checked before it is resolved";
    FC0218 Warning "a log text says that something is allowed without a decision";
    FC0219 Warning "a guarded body changes who is acting";
    FC0220 Warning "a guard that asks over the network is never started";
    FC0221 Error "a route is added after the layer that guards";
    FC0222 Error "what a permit opened is kept";
    FC0223 Warning "work is detached inside a guarded body";
    FC0224 Warning "an argument that nobody was shown is used in an effect";
    FC0225 Warning "there is another door to what is locked";
    FC0226 Warning "one of two guards is laxer";
    FC0227 Warning "a public function does what others are asked for";
    FC0228 Warning "a handler, a tool or an arm does not ask, and others beside it do";
    FC0301 Note "an escape hatch is used";
    FC0302 Warning "nobody is asked yet, in a block that is moved over";
    FC0901 Error "an allow without a reason";
    FC0902 Warning "an allow that matches nothing";
    FC0903 Error "a configured name was never seen";
}

/// The rule of that id.
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id.eq_ignore_ascii_case(id))
}
