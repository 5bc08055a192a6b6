//! Parts of a record as CEL values that borrow the record: nothing is copied, however long a group of fields is.

use cel::ExecutionError;
use cel::common::traits::{self, Container, Indexer, Iterable, Sizer};
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelNull, CelString, LIST_TYPE, MAP_TYPE, Type};
use cel::common::value::{CowVal, Val};
use serde_json::{Map, Value};

/// A value of the record. All numbers become doubles (and so do the literals of a rule), so that `staff * 0.5` needs no casts.
pub fn borrowed<'b, 'v>(value: &'v Value) -> CowVal<'b, 'v> {
    match value {
        Value::Null => CowVal::owned(CelNull),
        Value::Bool(truth) => CowVal::owned(CelBool::from(*truth)),
        Value::Number(number) => CowVal::owned(CelDouble::from(number.as_f64().unwrap_or_default())),
        Value::String(text) => CowVal::owned(CelString::from(text.as_str())),
        Value::Object(map) => CowVal::owned(Element(map)),
        Value::Array(items) if items.first().is_some_and(Value::is_object) => CowVal::owned(Rows::new(items)),
        Value::Array(items) => {
            let items: Vec<Box<dyn Val + 'v>> = items.iter().map(|item| borrowed(item).into_owned()).collect();
            CowVal::owned(CelList::from(items))
        }
    }
}

/// An object: one element of a repeated group.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a>(&'a Map<String, Value>);

/// A repeated group.
#[derive(Debug, Clone)]
pub struct Rows<'a>(Vec<Element<'a>>);

/// A repeated group by the value of its key field: `items_by.HGB.value`. An element that is not there has no fields, so `has()` of
/// one of them is false.
#[derive(Debug, Clone, Copy)]
pub struct ByKey<'a> {
    items: &'a [Value],
    key: &'a str,
}

impl<'a> Rows<'a> {
    fn new(items: &'a [Value]) -> Self {
        Self(items.iter().filter_map(Value::as_object).map(Element).collect())
    }
}

impl<'a> ByKey<'a> {
    /// A group's elements by the text in the field `key`.
    pub fn new(items: &'a [Value], key: &'a str) -> Self {
        Self { items, key }
    }

    fn find(&self, wanted: &str) -> Option<Element<'a>> {
        self.items.iter().filter_map(Value::as_object).find(|map| map.get(self.key).and_then(Value::as_str) == Some(wanted)).map(Element)
    }
}

fn name_of(key: &dyn Val) -> Result<&str, ExecutionError> {
    key.downcast_ref::<CelString<'_>>()
        .map(CelString::inner)
        .ok_or_else(|| ExecutionError::UnexpectedType { got: key.get_type().name().to_owned(), want: "string".into() })
}

/// What every borrowed value has in common.
macro_rules! value {
    ($name:ident, $type:expr, $($capability:item)*) => {
        impl Val for $name<'_> {
            fn get_type(&self) -> &Type {
                &$type
            }
            fn cel_type() -> &'static Type {
                &$type
            }
            fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
            where
                Self: 'v,
            {
                Box::new(self.clone())
            }
            $($capability)*
        }
    };
}

value! { Element, MAP_TYPE,
    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)> where Self: 'v { Some(self) }
    fn as_container(&self) -> Option<&dyn Container> { Some(self) }
    fn as_sizer(&self) -> Option<&dyn Sizer> { Some(self) }
}

value! { Rows, LIST_TYPE,
    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)> where Self: 'v { Some(self) }
    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)> where Self: 'v { Some(self) }
    fn as_sizer(&self) -> Option<&dyn Sizer> { Some(self) }
}

value! { ByKey, MAP_TYPE,
    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)> where Self: 'v { Some(self) }
    fn as_container(&self) -> Option<&dyn Container> { Some(self) }
    fn as_sizer(&self) -> Option<&dyn Sizer> { Some(self) }
}

impl Indexer for Element<'_> {
    fn get<'b, 'v>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let name = name_of(key)?;
        self.0.get(name).map(borrowed).ok_or_else(|| ExecutionError::no_such_key(name))
    }

    fn steal<'v>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let name = name_of(key)?;
        self.0.get(name).map(|value| borrowed(value).into_owned()).ok_or_else(|| ExecutionError::no_such_key(name))
    }
}

impl Container for Element<'_> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.0.contains_key(name_of(key)?))
    }
}

impl Sizer for Element<'_> {
    fn size(&self) -> CelInt {
        length(self.0.len())
    }
}

impl Rows<'_> {
    fn at(&self, index: &dyn Val) -> Result<usize, ExecutionError> {
        let number = index.downcast_ref::<CelDouble>().map(|n| *n.inner());
        #[expect(clippy::cast_precision_loss, reason = "indexes of a record's groups are small")]
        let number = number.or_else(|| index.downcast_ref::<CelInt>().map(|n| *n.inner() as f64));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number within the list")]
        match number {
            Some(n) if n >= 0.0 && n.fract() == 0.0 && n < self.0.len() as f64 => Ok(n as usize),
            _ => Err(ExecutionError::no_such_key("index")),
        }
    }
}

impl Indexer for Rows<'_> {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        Ok(CowVal::Borrowed(&self.0[self.at(index)?]))
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        Ok(Box::new(self.0[self.at(index)?]))
    }
}

impl Iterable for Rows<'_> {
    fn iter<'b, 'v>(&'b self) -> Box<dyn traits::Iterator<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Walk(self.0.iter()))
    }
}

struct Walk<'b, 'a>(std::slice::Iter<'b, Element<'a>>);

impl<'b, 'a: 'v, 'v> traits::Iterator<'b, 'v> for Walk<'b, 'a> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        self.0.next().map(|element| element as &'b (dyn Val + 'v))
    }
}

impl Sizer for Rows<'_> {
    fn size(&self) -> CelInt {
        length(self.0.len())
    }
}

impl Indexer for ByKey<'_> {
    fn get<'b, 'v>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        Ok(CowVal::owned(self.find(name_of(key)?).unwrap_or(Element(nothing()))))
    }

    fn steal<'v>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        Ok(Box::new(self.find(name_of(key)?).unwrap_or(Element(nothing()))))
    }
}

impl Container for ByKey<'_> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.find(name_of(key)?).is_some())
    }
}

impl Sizer for ByKey<'_> {
    fn size(&self) -> CelInt {
        length(self.items.len())
    }
}

fn length(items: usize) -> CelInt {
    CelInt::from(i64::try_from(items).unwrap_or(i64::MAX))
}

fn nothing() -> &'static Map<String, Value> {
    static NOTHING: std::sync::OnceLock<Map<String, Value>> = std::sync::OnceLock::new();
    NOTHING.get_or_init(Map::new)
}
