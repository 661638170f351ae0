//! A record as a row of a table.

use super::{Chain, End, Kind, Line, Record, RecordFault, StoreError};

/// A record with what a database finds it by. Its text is the record; the columns only find it, and are
/// held to it when it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The record's place in the log.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
    /// The line, without its end.
    pub text: String,
    /// `decision`, `outcome`, ..: as in the record.
    pub kind: String,
    /// Milliseconds since 1970, by the wall clock; the last that a column can hold where there are more.
    pub at_ms: i64,
    /// What the record has of [`Row::NAMES`], in that order. Where a text has the character U+0000, which
    /// not every database holds, it is `\u0000` here, as in the record's own JSON.
    pub members: [Option<String>; 8],
}

impl Row {
    /// The names of the columns that hold a member of the record.
    pub const NAMES: [&str; 8] =
        ["call", "agent", "person", "action", "verdict", "cause", "rule", "outcome"];

    /// The row of a line.
    ///
    /// # Errors
    /// A line that is no record: a database has nothing to find it by.
    pub fn of(line: &Line) -> Result<Self, RecordFault> {
        let record = Record::read(line.text().as_bytes())?;
        Ok(Self::new(&record, line.text()))
    }

    /// A row as it was read, not held to its text yet.
    pub fn read(
        (seq, hash, text): (i64, String, String),
        (kind, at_ms): (String, i64),
        members: [Option<String>; 8],
    ) -> Self {
        Self { seq, hash, text, kind, at_ms, members }
    }

    fn new(record: &Record, text: &str) -> Self {
        let member =
            |text: &Option<String>| text.as_ref().map(|text| text.replace('\0', "\\u0000"));
        let Record { call, agent, person, action, verdict, cause, rule, outcome, .. } = record;
        Self {
            // A number that no column holds is none that a database takes: it is refused there.
            seq: i64::try_from(record.seq).unwrap_or(-1),
            hash: record.hash.clone(),
            text: text.to_owned(),
            kind: record.record.as_str().to_owned(),
            at_ms: i64::try_from(record.at_ms).unwrap_or(i64::MAX),
            members: [call, agent, person, action, verdict, cause, rule, outcome].map(member),
        }
    }

    /// Whether this is the row of `record`, which is what its text was read as.
    ///
    /// # Errors
    /// The column that says something else: who searches by it would be told what is not recorded.
    pub fn is_of(&self, record: &Record) -> Result<(), String> {
        let other = Self::new(record, &self.text);
        let differs = |name: &str| Err(format!("the column `{name}` is not what the record says"));
        match () {
            () if self.seq != other.seq => return differs("seq"),
            () if self.hash != other.hash => return differs("hash"),
            () if self.kind != other.kind => return differs("kind"),
            () if self.at_ms != other.at_ms => return differs("at_ms"),
            () => {}
        }
        let mut members = Self::NAMES.iter().zip(self.members.iter().zip(&other.members));
        match members.find(|(_, (mine, its))| mine != its) {
            Some((name, _)) => differs(name),
            None => Ok(()),
        }
    }

    /// The line.
    ///
    /// # Errors
    /// A text that is no record, or not the one of the other columns.
    pub fn line(&self) -> Result<Line, String> {
        let (line, record) = Line::parse(&self.text).map_err(|fault| fault.to_string())?;
        self.is_of(&record)?;
        Ok(line)
    }
}

impl Chain {
    /// Takes the next record, as [`take`](Self::take), and holds its row to it.
    ///
    /// # Errors
    /// As [`take`](Self::take), and a column that says something else.
    pub fn take_row(&mut self, row: &Row) -> Result<Record, String> {
        let mut after = self.clone();
        let record = after.take(row.text.as_bytes())?;
        row.is_of(&record)?;
        *self = after;
        Ok(record)
    }

    /// Where a log ends that is known to have ended here, by `read`, which gives rows from a number on, in
    /// order, and none only where there are none left.
    ///
    /// # Errors
    /// Those of `read`; a log that no longer has the record before this place, which somebody was told is
    /// there; and rows that are not whole.
    pub fn grown(
        &self,
        mut read: impl FnMut(u64) -> Result<Vec<Row>, StoreError>,
    ) -> Result<Self, StoreError> {
        let mut chain = self.clone();
        let mut rows = read(self.next().saturating_sub(1))?;
        if self.next() > 0 {
            let is_before = |row: &Row| u64::try_from(row.seq) == Ok(self.next() - 1);
            if !rows.first().is_some_and(|row| is_before(row) && row.hash == self.hash()) {
                // FAIL CLOSED: what comes after a record that is gone is another log.
                return Err(StoreError::new(format_args!(
                    "record {} of the audit log is gone\n\
                     help: bring the database back as it was, or begin another log",
                    self.next() - 1
                )));
            }
            rows.remove(0);
        }
        loop {
            for row in &rows {
                chain.take_row(row).map_err(|why| {
                    // FAIL CLOSED: nothing is chained to what is not whole.
                    StoreError::new(format_args!("record {} of the audit log: {why}", row.seq))
                })?;
            }
            rows = read(chain.next())?;
            if rows.is_empty() {
                return Ok(chain);
            }
        }
    }
}

impl End {
    /// Where a log ends, by its last rows in order. Of a long log these are enough: each hash fixes all
    /// records before it.
    ///
    /// # Errors
    /// Rows that are not whole, or do not follow one another: nothing is written after them.
    pub fn of(rows: &[Row]) -> Result<Self, StoreError> {
        let mut chain = Chain::default();
        if let Some(first) = rows.first() {
            // What the first of them follows is further back.
            let record = Record::read(first.text.as_bytes());
            let before = record.ok().filter(|record| record.seq > 0);
            chain = before.map_or(chain, |record| Chain::at(record.seq, record.prev));
        }
        for row in rows {
            chain.take_row(row).map_err(|why| {
                // FAIL CLOSED: nothing is chained to what is not whole.
                StoreError::new(format_args!(
                    "the audit log is damaged at record {}: {why}\n\
                     help: verify the log, keep it, and begin another one under another name",
                    row.seq
                ))
            })?;
        }
        Ok(chain.into())
    }
}

impl From<Chain> for End {
    fn from(chain: Chain) -> Self {
        Self { next: chain.next(), hash: chain.hash().to_owned(), repaired: None }
    }
}

impl From<&End> for Chain {
    fn from(end: &End) -> Self {
        Self::at(end.next, &*end.hash)
    }
}

impl Kind {
    /// Its name in records: `decision`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Outcome => "outcome",
            Self::Lost => "lost",
            Self::Repaired => "repaired",
        }
    }
}
