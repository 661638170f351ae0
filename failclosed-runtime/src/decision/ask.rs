//! A question for a person, and what makes two of them the same one.

use std::{any::Any, borrow::Cow, fmt, sync::Arc};

use sha2::{Digest as _, Sha256};

use super::Grounds;

/// A question for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub(crate) question: Cow<'static, str>,
    pub(crate) approval_id: Option<Arc<str>>,
    pub(crate) grounds: Grounds,
    /// What a dangerous mode let through beside this question, in a set of authorities. The yes to
    /// the question carries it on.
    pub(crate) danger: Option<Arc<str>>,
    /// Every question of a set of authorities, and whose it is: a yes to all of them is no yes to
    /// another one in the same words.
    pub(crate) members: Option<Arc<[Member]>>,
    /// Whether the authority itself has to say yes in the end.
    pub(crate) at_authority: bool,
    /// Whether a yes is for one call, whatever an approver remembers.
    pub(crate) every_time: bool,
    /// What an approver that cannot wait left for its host to put to the person.
    pub(crate) attached: Option<Attached>,
}

/// The question of one authority in a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// Its place in the set.
    pub(crate) place: usize,
    pub(crate) ask: Ask,
}

impl Ask {
    /// A question in the authority's words.
    pub fn new(question: impl Into<Cow<'static, str>>) -> Self {
        Self {
            question: question.into(),
            approval_id: None,
            grounds: Grounds::none(),
            danger: None,
            members: None,
            at_authority: false,
            every_time: false,
            attached: None,
        }
    }

    /// What the person is told beside the request itself.
    pub fn question(&self) -> &str {
        &self.question
    }

    /// The id under which the authority keeps the pending approval.
    pub fn approval_id(&self) -> Option<&str> {
        self.approval_id.as_deref()
    }

    /// Says that the approval is kept at the authority, by whatever way its people use.
    ///
    /// Then a yes of the guard's own approver settles nothing: the authority is asked again, and
    /// only its allow counts.
    pub fn settled_by_authority(mut self) -> Self {
        self.at_authority = true;
        self
    }

    /// Says that a person is asked each time: no yes that an approver
    /// [remembers](crate::approval::remember) answers this.
    pub fn every_time(mut self) -> Self {
        self.every_time = true;
        self
    }

    /// Whether another call's yes may answer this. One that the authority keeps itself is its own.
    pub(crate) fn may_be_remembered(&self) -> bool {
        self.each().iter().all(|ask| !ask.every_time && !ask.at_authority && ask.danger.is_none())
            && !self.every_time
            && !self.at_authority
            && self.danger.is_none()
    }

    /// Names the pending approval.
    pub fn with_approval_id(mut self, id: impl Into<Arc<str>>) -> Self {
        self.approval_id = Some(id.into());
        self
    }

    /// What it rests on.
    pub fn grounds(&self) -> &Grounds {
        &self.grounds
    }

    /// SHA-256 of all that tells one question from another: its text, the approval's id, the rule, the
    /// decision's id, and in a set of authorities the question of each. Two questions with one digest
    /// are the same question: a yes to one of them is a yes to the other, and to no other. It is what
    /// an approval that leaves the process is bound to, and what records may name the question by.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.canonical()).into()
    }

    /// Whether an answer to `other` answers this too.
    pub(crate) fn is_same_question(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }

    /// The questions it is made of: those of a set of authorities, or itself.
    pub(crate) fn each(&self) -> Vec<&Self> {
        match &self.members {
            Some(members) => members.iter().flat_map(|member| member.ask.each()).collect(),
            None => vec![self],
        }
    }

    /// Rewrites what is told of it. Its approval id is the authority's own, and stays.
    pub(crate) fn rewrite(&mut self, rewrite: &dyn Fn(&str) -> Option<String>) {
        if let Some(question) = rewrite(&self.question) {
            self.question = question.into();
        }
        self.grounds.rewrite(rewrite);
        if let Some(danger) = self.danger.as_deref().and_then(rewrite) {
            self.danger = Some(danger.into());
        }
        if let Some(members) = &self.members {
            let told = members.iter().cloned().map(|mut member| {
                member.ask.rewrite(rewrite);
                member
            });
            self.members = Some(told.collect());
        }
    }

    /// All that tells one question from another, in one form: the question's text, the approval's id,
    /// the rule, the decision's id, and the questions of each member of a set.
    ///
    /// Each text stands behind its length and each optional part behind a mark, so that no two
    /// questions have one form.
    fn canonical(&self) -> Vec<u8> {
        let mut form = Vec::with_capacity(128);
        self.write(&mut form);
        form
    }

    fn write(&self, form: &mut Vec<u8>) {
        // Taken apart whole: a field that is added has to be named here, or this does not compile.
        let Self {
            question,
            approval_id,
            // The version too: a yes is to the policies that the person was asked by.
            // Their text has its digest in the version, where it has one.
            grounds: Grounds { rule, decision_id, version, policies: _ },
            members,
            // A stamp, a way of settling and what a host left are no part of the question.
            danger: _,
            at_authority: _,
            every_time: _,
            attached: _,
        } = self;
        text(form, question);
        for part in [approval_id, rule, decision_id, version] {
            match part {
                Some(part) => {
                    form.push(1);
                    text(form, part);
                }
                None => form.push(0),
            }
        }
        match members {
            Some(members) => {
                form.push(1);
                number(form, members.len());
                for Member { place, ask } in members.iter() {
                    number(form, *place);
                    ask.write(form);
                }
            }
            None => form.push(0),
        }
    }
}

fn number(form: &mut Vec<u8>, number: usize) {
    form.extend((number as u64).to_be_bytes());
}

fn text(form: &mut Vec<u8>, text: &str) {
    number(form, text.len());
    form.extend(text.as_bytes());
}

/// Something of a host's that travels with a question. No part of it: two questions are equal
/// whatever is attached to them.
#[derive(Clone)]
#[cfg_attr(not(feature = "mcp"), allow(dead_code, reason = "no other host attaches anything yet"))]
pub(crate) struct Attached(Arc<dyn Any + Send + Sync>);

#[cfg(feature = "mcp")]
impl Attached {
    pub(crate) fn new(what: impl Any + Send + Sync) -> Self {
        Self(Arc::new(what))
    }

    /// What was attached, if it is a `T`.
    pub(crate) fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl PartialEq for Attached {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Attached {}

impl fmt::Debug for Attached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It may hold a sealed state, which is for one client alone.
        f.write_str("Attached(..)")
    }
}

#[cfg(test)]
mod tests;
