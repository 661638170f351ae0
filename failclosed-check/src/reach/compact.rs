//! What the compiler wrote, as it is followed: bodies by number, with every text of theirs once. As text of its
//! own, each path of a large workspace stands there a hundred times.

use indexmap::IndexSet;
use serde::{Deserialize, Serialize};

use super::mir;
use crate::finding::Place;

/// A text, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Id(u32);

impl Id {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Texts, each once.
#[derive(Debug, Default)]
pub(crate) struct Texts(IndexSet<Box<str>>);

impl Texts {
    pub(crate) fn add(&mut self, text: &str) -> Id {
        let at = match self.0.get_index_of(text) {
            Some(at) => at,
            None => self.0.insert_full(text.into()).0,
        };
        // Four thousand million texts do not fit into any memory.
        Id(u32::try_from(at).unwrap_or(u32::MAX))
    }

    pub(crate) fn get(&self, id: Id) -> &str {
        self.0.get_index(id.index()).map_or("", |text| text)
    }

    /// The number of a text, where it is one of them.
    pub(crate) fn find(&self, text: &str) -> Option<Id> {
        Some(Id(u32::try_from(self.0.get_index_of(text)?).ok()?))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|text| &**text)
    }
}

/// A [`Place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct At {
    pub(crate) file: Id,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) end_line: u32,
    pub(crate) end_column: u32,
}

/// A [`mir::Body`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Body {
    pub(crate) path: Id,
    pub(crate) arguments: Vec<Id>,
    pub(crate) returns: Id,
    pub(crate) place: Option<At>,
    pub(crate) mentions: Vec<Mention>,
    pub(crate) holds: Vec<(Id, At)>,
    pub(crate) escapes: Vec<(Id, At)>,
    pub(crate) opaque: Vec<(Id, At)>,
    pub(crate) quotes: bool,
    pub(crate) is_fn: bool,
}

/// A [`mir::Mention`].
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Mention {
    pub(crate) path: Id,
    pub(crate) full: Id,
    pub(crate) place: At,
    pub(crate) called: bool,
    pub(crate) foreign: bool,
    pub(crate) nowhere: bool,
    pub(crate) again: bool,
}

/// Bodies, and their texts.
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    pub(crate) texts: Texts,
    pub(crate) all: Vec<Body>,
}

impl Bodies {
    pub(crate) fn add(&mut self, body: &mir::Body) {
        let texts = &mut self.texts;
        let mut each = |all: &[(String, Place)]| -> Vec<(Id, At)> {
            all.iter().map(|(text, place)| (texts.add(text), texts.at(place))).collect()
        };
        let holds = each(&body.holds);
        let escapes = each(&body.escapes);
        let opaque = each(&body.opaque);
        let body = Body {
            path: texts.add(&body.path),
            arguments: body.arguments.iter().map(|ty| texts.add(ty)).collect(),
            returns: texts.add(&body.returns),
            place: body.place.as_ref().map(|place| texts.at(place)),
            mentions: body.mentions.iter().map(|mention| texts.mention(mention)).collect(),
            holds,
            escapes,
            opaque,
            quotes: body.quotes,
            is_fn: body.is_fn,
        };
        self.all.push(body);
    }

    /// Adds bodies that speak of these texts by number. None, and nothing was added: one speaks of a text that
    /// is not among them.
    #[must_use]
    pub(crate) fn take<'t>(
        &mut self,
        texts: impl Iterator<Item = &'t str>,
        mut bodies: Vec<Body>,
    ) -> Option<()> {
        let ids: Vec<Id> = texts.map(|text| self.texts.add(text)).collect();
        bodies.iter_mut().try_for_each(|body| body.renumber(&ids))?;
        self.all.append(&mut bodies);
        Some(())
    }

    pub(crate) fn place(&self, at: At) -> Place {
        Place {
            file: self.texts.get(at.file).to_owned(),
            line: at.line as usize,
            column: at.column as usize,
            end_line: at.end_line as usize,
            end_column: at.end_column as usize,
        }
    }

    /// A body as it was added.
    pub(crate) fn whole(&self, body: &Body) -> mir::Body {
        let text = |id: Id| self.texts.get(id).to_owned();
        let each = |all: &[(Id, At)]| -> Vec<(String, Place)> {
            all.iter().map(|(id, at)| (text(*id), self.place(*at))).collect()
        };
        mir::Body {
            path: text(body.path),
            arguments: body.arguments.iter().map(|id| text(*id)).collect(),
            returns: text(body.returns),
            place: body.place.map(|at| self.place(at)),
            mentions: body.mentions.iter().map(|mention| self.mention(mention)).collect(),
            holds: each(&body.holds),
            escapes: each(&body.escapes),
            opaque: each(&body.opaque),
            quotes: body.quotes,
            is_fn: body.is_fn,
        }
    }

    fn mention(&self, mention: &Mention) -> mir::Mention {
        mir::Mention {
            path: self.texts.get(mention.path).to_owned(),
            full: self.texts.get(mention.full).to_owned(),
            place: self.place(mention.place),
            called: mention.called,
            foreign: mention.foreign,
            nowhere: mention.nowhere,
            again: mention.again,
        }
    }
}

impl Texts {
    pub(crate) fn at(&mut self, place: &Place) -> At {
        numbers(self.add(&place.file), place)
    }

    /// A place, where its file is one that is spoken of.
    pub(crate) fn find_at(&self, place: &Place) -> Option<At> {
        Some(numbers(self.find(&place.file)?, place))
    }

    pub(crate) fn mention(&mut self, mention: &mir::Mention) -> Mention {
        Mention {
            path: self.add(&mention.path),
            full: self.add(&mention.full),
            place: self.at(&mention.place),
            called: mention.called,
            foreign: mention.foreign,
            nowhere: mention.nowhere,
            again: mention.again,
        }
    }
}

fn numbers(file: Id, place: &Place) -> At {
    // The compiler counts lines and columns with 32 bits itself.
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    At {
        file,
        line: small(place.line),
        column: small(place.column),
        end_line: small(place.end_line),
        end_column: small(place.end_column),
    }
}

impl Body {
    /// Puts other numbers in the place of its texts'. None: one of them is no text.
    fn renumber(&mut self, ids: &[Id]) -> Option<()> {
        let new = |id: &mut Id| {
            *id = *ids.get(id.index())?;
            Some(())
        };
        let at = |at: &mut At| new(&mut at.file);
        new(&mut self.path)?;
        new(&mut self.returns)?;
        self.arguments.iter_mut().try_for_each(new)?;
        self.place.as_mut().map_or(Some(()), at)?;
        for mention in &mut self.mentions {
            new(&mut mention.path)?;
            new(&mut mention.full)?;
            at(&mut mention.place)?;
        }
        for list in [&mut self.holds, &mut self.escapes, &mut self.opaque] {
            for (text, place) in list {
                new(text)?;
                at(place)?;
            }
        }
        Some(())
    }
}
