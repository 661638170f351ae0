//! Cedar's own types for decimals, addresses and times, from how Rust's types are written down.

use cedar_policy::RestrictedExpression;
use cedar_policy_core::{ast, evaluator::RestrictedEvaluator, extensions::Extensions};

use super::{NoCedarValue, Shown};
use crate::authority::cedar::context::Value;

/// The types of the engine that are more than its primitive ones.
#[derive(Debug, Clone, Copy)]
pub(super) enum Extension {
    Decimal,
    IpAddr,
    DateTime,
    Duration,
}

impl Extension {
    /// # Errors
    /// A type of a later engine: what is not known how to show is not shown.
    pub(super) fn named(name: &str) -> Result<Self, NoCedarValue> {
        match name {
            "decimal" => Ok(Self::Decimal),
            "ipaddr" => Ok(Self::IpAddr),
            "datetime" => Ok(Self::DateTime),
            "duration" => Ok(Self::Duration),
            other => Err(NoCedarValue(format!(
                "the schema declares it `{other}`, which values cannot be shown as\n\
                 help: declare another type"
            ))),
        }
    }

    pub(super) fn show(self, value: Value) -> Shown {
        let found = kind(&value);
        match (self, value) {
            (Self::Decimal, Value::Text(text) | Value::Number(text)) => {
                self.parsed(&decimal(&text))
            }
            (Self::IpAddr, Value::Text(text)) => {
                if let Some(fault) = disguised(&text) {
                    return Err(self.refused(&text, fault));
                }
                self.parsed(&text)
            }
            (Self::DateTime, Value::Text(text)) => self.parsed(&datetime(&text)),
            (Self::Duration, Value::Text(text)) => self.parsed(&text),
            (Self::Duration, Value::Map(fields)) => {
                let part = |name| match fields.get(name) {
                    Some(Value::Number(digits)) => digits.parse::<u64>().ok(),
                    Some(_) | None => None,
                };
                match (part("secs"), part("nanos"), fields.len()) {
                    (Some(secs), Some(nanos), 2) => self.parsed(&self.milliseconds(secs, nanos)?),
                    // FAIL CLOSED: another record is no duration.
                    _ => {
                        Err(self.refused("a record", "is not the one that `Duration` is shown as"))
                    }
                }
            }
            // FAIL CLOSED: a number of what, and a list of what, nobody said.
            (Self::Decimal | Self::IpAddr | Self::DateTime | Self::Duration, _) => {
                Err(self.refused(found, "is not how it is written down"))
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Decimal => "decimal",
            Self::IpAddr => "ipaddr",
            Self::DateTime => "datetime",
            Self::Duration => "duration",
        }
    }

    fn way_out(self) -> &'static str {
        match self {
            Self::Decimal => {
                "show a number with at most four digits behind the point, such as `12.50`"
            }
            Self::IpAddr => {
                "show an address such as `10.0.0.1` or `fd00::/8`, after `to_canonical()`"
            }
            Self::DateTime => {
                "show a text such as `2026-11-26T16:45:00Z`, to the millisecond at most, with its \
                 offset"
            }
            Self::Duration => "show a `Duration` of whole milliseconds, or a text such as `1h30m`",
        }
    }

    fn refused(self, what: &str, fault: &str) -> NoCedarValue {
        let (name, help) = (self.name(), self.way_out());
        NoCedarValue(format!("{what} {fault}: the schema declares a `{name}`\nhelp: {help}"))
    }

    /// As the engine itself reads it.
    fn parsed(self, text: &str) -> Shown {
        let expression = match self {
            Self::Decimal => RestrictedExpression::new_decimal(text),
            Self::IpAddr => RestrictedExpression::new_ip(text),
            Self::DateTime => RestrictedExpression::new_datetime(text),
            Self::Duration => RestrictedExpression::new_duration(text),
        };
        let expression: &ast::RestrictedExpr = expression.as_ref();
        // FAIL CLOSED: left for the policies to evaluate, it would fail there and skip them.
        RestrictedEvaluator::new(Extensions::all_available())
            .interpret(expression.as_borrowed())
            .map_err(|_| self.refused(&format!("`{}`", text.escape_debug()), "cannot be read"))
    }

    fn milliseconds(self, secs: u64, nanos: u64) -> Result<String, NoCedarValue> {
        let whole = nanos.is_multiple_of(1_000_000).then_some(nanos / 1_000_000);
        let total = whole.and_then(|more| secs.checked_mul(1000)?.checked_add(more));
        // FAIL CLOSED: a rounded limit is another limit.
        total
            .map(|total| format!("{total}ms"))
            .ok_or_else(|| self.refused("a duration", "is not of whole milliseconds, or too long"))
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Absent => "an absent value",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::Text(_) => "a text",
        Value::Bytes => "bytes",
        Value::List(_) | Value::Tuple(_) => "a list",
        Value::Map(_) => "a record",
    }
}

/// With a point, and without the zeros behind it that say nothing: the engine wants the one and takes
/// no more than four of the others.
fn decimal(text: &str) -> String {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let part = match part.trim_end_matches('0') {
        // Not of a text that has nothing behind its point.
        "" if !part.is_empty() => "0",
        trimmed => trimmed,
    };
    format!("{whole}.{part}")
}

/// An address of version 4 dressed as one of version 6: the engine holds it for another one, and a
/// range that is forbidden would not contain it.
fn disguised(text: &str) -> Option<&'static str> {
    let address = text.split_once('/').map_or(text, |(address, _)| address);
    match address.parse() {
        Ok(std::net::IpAddr::V6(address)) if address.to_ipv4_mapped().is_some() => {
            Some("is an IPv4 address written as an IPv6 one")
        }
        Ok(_) => None,
        // Nothing that std can read: the engine decides.
        Err(_) => None,
    }
}

/// RFC 3339 as the engine spells it: three digits of a second or none, and no colon in the offset.
fn datetime(text: &str) -> String {
    let Some((day, time)) = text.split_once('T') else { return text.to_owned() };
    let offset_at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, offset) = time.split_at(offset_at);
    let offset = match offset.split_once(':') {
        Some((hours, minutes)) => format!("{hours}{minutes}"),
        None => offset.to_owned(),
    };
    let clock = match clock.split_once('.') {
        Some((seconds, part)) if !part.is_empty() => {
            let part = part.trim_end_matches('0');
            format!("{seconds}.{part:0<3}")
        }
        Some(_) | None => clock.to_owned(),
    };
    format!("{day}T{clock}{offset}")
}
