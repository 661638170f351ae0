//! What cannot be shown whole is refused, also where the code between serializer and value goes on as if
//! nothing had happened; and what is compared and not shown leaves nothing behind in what is shown.

use std::fmt;

use serde::{
    Serialize, Serializer,
    ser::{
        SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::{Argument, Brace, Question, Snapshot, refused};
use crate::argument::{MAX_ARGUMENT_BYTES, Node, Nothing};

/// A value in a place of each kind, of a type that leaves out what does not serialize.
macro_rules! forgiving {
    ($($name:ident |$serializer:ident, $value:ident| $body:block)*) => {$(
        struct $name<T>(T);
        impl<T: Serialize> Serialize for $name<T> {
            fn serialize<S: Serializer>(&self, $serializer: S) -> Result<S::Ok, S::Error> {
                let $value = &self.0;
                $body
            }
        }
    )*

    /// Every one of them, around values that each fail for another reason.
    fn all_around<T: Serialize + Copy + Sync + 'static>(value: T) -> Vec<Box<dyn Argument>> {
        vec![$(Box::new($name(value)), Box::new(vec![$name(value)])),*]
    }};
}

forgiving! {
    Seq |serializer, value| {
        let mut list = serializer.serialize_seq(None)?;
        drop(list.serialize_element(value));
        list.serialize_element(&1)?;
        list.end()
    }
    Tuple |serializer, value| {
        let mut list = serializer.serialize_tuple(1)?;
        drop(list.serialize_element(value));
        list.end()
    }
    TupleStruct |serializer, value| {
        let mut list = serializer.serialize_tuple_struct("T", 1)?;
        drop(list.serialize_field(value));
        list.end()
    }
    TupleVariant |serializer, value| {
        let mut list = serializer.serialize_tuple_variant("T", 0, "V", 1)?;
        drop(list.serialize_field(value));
        list.end()
    }
    MapValue |serializer, value| {
        let mut map = serializer.serialize_map(None)?;
        drop(map.serialize_entry("left out", value));
        map.serialize_entry("cents", &1)?;
        map.end()
    }
    MapKey |serializer, value| {
        let mut map = serializer.serialize_map(None)?;
        drop(map.serialize_key(value));
        map.serialize_value(&1)?;
        map.end()
    }
    Struct |serializer, value| {
        let mut fields = serializer.serialize_struct("S", 1)?;
        drop(fields.serialize_field("left out", value));
        fields.serialize_field("cents", &1)?;
        fields.end()
    }
    StructVariant |serializer, value| {
        let mut fields = serializer.serialize_struct_variant("S", 0, "V", 1)?;
        drop(fields.serialize_field("left out", value));
        fields.end()
    }
    Number |serializer, value| {
        let name = "$serde_json::private::Number";
        let mut fields = serializer.serialize_struct(name, 1)?;
        drop(fields.serialize_field(name, value));
        fields.end()
    }
    OtherMember |serializer, value| {
        let name = "$serde_json::private::Number";
        let mut fields = serializer.serialize_struct(name, 1)?;
        fields.serialize_field(name, "7")?;
        drop(fields.serialize_field("left out", value));
        fields.end()
    }
    KeyTwice |serializer, value| {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_key("cents")?;
        drop(map.serialize_key("left out"));
        map.serialize_value(value)?;
        map.end()
    }
    ValueTwice |serializer, value| {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("cents", &1)?;
        drop(map.serialize_value(value));
        map.end()
    }
}

/// A text that fails half way.
#[derive(Clone, Copy)]
struct Half;

impl fmt::Display for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the first half")?;
        Err(fmt::Error)
    }
}

impl Serialize for Half {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[test]
fn a_value_that_leaves_out_what_fails_is_refused() {
    let values = [all_around(f64::NAN), all_around(Half), all_around(u128::MAX)];
    for (number, value) in values.iter().flatten().enumerate() {
        let fault = refused(&**value);
        assert!(!fault.is_empty(), "{number}");
    }
}

/// A `Display` whose author ignores errors: the piece in the middle is too large.
#[test]
fn a_text_that_goes_on_behind_what_does_not_fit_is_refused() {
    struct Ignoring;
    impl fmt::Display for Ignoring {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("pay 1 cent")?;
            let _ignored = f.write_str(&" and more".repeat(MAX_ARGUMENT_BYTES / 8));
            f.write_str(".")
        }
    }
    struct Text;
    impl Serialize for Text {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(&Ignoring)
        }
    }
    struct Key;
    impl Serialize for Key {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry(&Text, &1)?;
            map.end()
        }
    }
    assert!(refused(&Text).contains("larger than"));
    assert!(refused(&Key).contains("larger than"));
}

fn question(show: &(dyn Fn(&mut Question<'_>) + Sync)) -> Snapshot {
    let none = std::iter::empty::<(&'static str, &dyn Argument)>();
    Question::write("act", &Brace, &Nothing, show, none).1.unwrap()
}

/// What a list is taken for does not depend on what was computed before it, at whatever place in the text
/// the marks of that would be.
#[test]
fn what_is_computed_leaves_no_mark_on_what_is_shown() {
    struct Bytes;
    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&[1, 2])
        }
    }
    for length in 0..64 {
        let before = "x".repeat(length);
        let computed = (&before, (1, 2), Bytes, [Some('c'); 9]);
        let shown = question(&|question| {
            question.computed(&computed);
            question.argument("list", &vec![1, 2]);
            question.argument("tuple", &(1, 2));
            question.argument("bytes", &Bytes);
        });
        let mut values = shown.arguments().map(|(_, value)| value);
        assert!(matches!(values.next().unwrap().node(), Node::List(_)), "{length}");
        assert!(matches!(values.next().unwrap().node(), Node::Tuple(_)), "{length}");
        assert!(matches!(values.next().unwrap().node(), Node::Bytes(_)), "{length}");
    }
}

/// It is still compared, to the last mark.
#[test]
fn what_is_computed_is_compared_as_what_is_shown_is() {
    let of = |value: &dyn Argument| question(&|question| question.computed(value));
    let values: [&dyn Argument; 6] = [&1, &Some(1), &Some(Some(1)), &"a", &'a', &"\n"];
    for (index, one) in values.iter().enumerate() {
        for (other_index, other) in values.iter().enumerate() {
            assert_eq!(of(*one).is_same(&of(*other)), index == other_index);
        }
    }
    let two = |one: &dyn Argument, other: &dyn Argument| {
        question(&|question| [one, other].iter().for_each(|value| question.computed(*value)))
    };
    assert!(!two(&Some(1), &1).is_same(&two(&1, &Some(1))));
}

/// A question is not refused for a `null` or a wide number that nobody is shown.
#[test]
#[cfg(feature = "http")]
fn what_is_computed_is_not_known_of_what_is_shown() {
    let shown = question(&|question| {
        question.computed(&(None::<u8>, u64::MAX));
        question.argument("cents", &1);
    });
    assert!(!shown.has_null() && !shown.has_wide_number());
    let shown = question(&|question| {
        question.argument("cents", &(None::<u8>, u64::MAX));
        question.computed(&1);
    });
    assert!(shown.has_null() && shown.has_wide_number());
}
