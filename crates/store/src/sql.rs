//! Values as both databases hold them: 64-bit integers, text, bytes and null. Nothing else is stored: amounts are minor
//! units, times microseconds, dates days, enums text, ids 16 bytes, truth 0 or 1.
use kernel::{BookId, Currency, Date, Error, Result, Timestamp};
use std::borrow::Cow;

/// A value on its way in or out.
#[derive(Clone, Debug, PartialEq)]
pub enum Param<'a> {
    Null,
    Int(i64),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
    /// 16 bytes kept in place.
    Id([u8; 16]),
}

impl Param<'_> {
    pub fn int(&self) -> Result<i64> {
        match self {
            Param::Int(i) => Ok(*i),
            other => Err(shape("an integer", other)),
        }
    }
    pub fn text(&self) -> Result<&str> {
        match self {
            Param::Text(s) => Ok(s),
            other => Err(shape("text", other)),
        }
    }
    pub fn bytes(&self) -> Result<&[u8]> {
        match self {
            Param::Bytes(b) => Ok(b),
            Param::Id(b) => Ok(b),
            other => Err(shape("bytes", other)),
        }
    }
    pub fn is_null(&self) -> bool {
        matches!(self, Param::Null)
    }
    /// Feeds a hash with a form that no two different values share: a tag, a length, the bytes.
    pub fn digest_into(&self, hasher: &mut blake3::Hasher) {
        match self {
            Param::Null => hasher.update(&[0]),
            Param::Int(i) => hasher.update(&[1]).update(&i.to_le_bytes()),
            Param::Text(s) => hasher.update(&[2]).update(&(s.len() as u64).to_le_bytes()).update(s.as_bytes()),
            Param::Bytes(b) => hasher.update(&[3]).update(&(b.len() as u64).to_le_bytes()).update(b),
            Param::Id(b) => hasher.update(&[3]).update(&16u64.to_le_bytes()).update(b),
        };
    }
}

impl From<&'static str> for Param<'_> {
    fn from(text: &'static str) -> Self {
        Param::Text(Cow::Borrowed(text))
    }
}

fn shape(wanted: &str, got: &Param) -> Error {
    Error::broken(format!("a column holds {got:?} where {wanted} belongs"))
}

/// A Rust type that is one column.
pub trait Column: Sized {
    fn param(&self) -> Param<'_>;
    fn from_param(value: &Param<'_>) -> Result<Self>;
}

impl Column for i64 {
    fn param(&self) -> Param<'_> {
        Param::Int(*self)
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        value.int()
    }
}

macro_rules! small_ints {
    ($($t:ty),*) => {$(
        impl Column for $t {
            fn param(&self) -> Param<'_> { Param::Int(i64::from(*self)) }
            fn from_param(value: &Param<'_>) -> Result<Self> {
                <$t>::try_from(value.int()?).map_err(|_| Error::broken(format!("a column holds {value:?}, beyond its range")))
            }
        })*};
}
small_ints!(i32, u32, u16, u8);

impl Column for bool {
    fn param(&self) -> Param<'_> {
        Param::Int(i64::from(*self))
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        match value.int()? {
            0 => Ok(false),
            1 => Ok(true),
            n => Err(Error::broken(format!("a column holds {n} where 0 or 1 belongs"))),
        }
    }
}
impl Column for String {
    fn param(&self) -> Param<'_> {
        Param::Text(Cow::Borrowed(self))
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        value.text().map(str::to_owned)
    }
}
impl Column for Vec<u8> {
    fn param(&self) -> Param<'_> {
        Param::Bytes(Cow::Borrowed(self))
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        value.bytes().map(<[u8]>::to_vec)
    }
}
impl<const N: usize> Column for [u8; N] {
    fn param(&self) -> Param<'_> {
        Param::Bytes(Cow::Borrowed(self))
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        value.bytes()?.try_into().map_err(|_| Error::broken(format!("a column does not hold {N} bytes")))
    }
}
impl<T: Column> Column for Option<T> {
    fn param(&self) -> Param<'_> {
        self.as_ref().map_or(Param::Null, T::param)
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        if value.is_null() { Ok(None) } else { T::from_param(value).map(Some) }
    }
}
impl Column for Timestamp {
    fn param(&self) -> Param<'_> {
        Param::Int(self.micros())
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        value.int().map(Timestamp::from_micros)
    }
}
impl Column for Date {
    fn param(&self) -> Param<'_> {
        Param::Int(self.days())
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        value.int().map(Date::from_days)
    }
}
impl Column for BookId {
    fn param(&self) -> Param<'_> {
        Param::Int(i64::from(self.0))
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        u16::from_param(value).map(BookId)
    }
}
impl Column for Currency {
    fn param(&self) -> Param<'_> {
        Param::Text(Cow::Borrowed(self.code()))
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        Currency::parse(value.text()?)
    }
}
impl Column for kernel::Owner {
    fn param(&self) -> Param<'_> {
        Param::Text(Cow::Owned(self.to_string()))
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        value.text()?.parse()
    }
}
impl Column for kernel::Channel {
    fn param(&self) -> Param<'_> {
        Param::Text(Cow::Borrowed(self.code()))
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        let text = value.text()?;
        kernel::Channel::parse(text).ok_or_else(|| Error::broken(format!("{text:?} is not a channel")))
    }
}

macro_rules! id_columns {
    ($($name:ident),*) => {$(
        impl Column for kernel::id::$name {
            fn param(&self) -> Param<'_> { Param::Id(kernel::Id::bytes(self)) }
            fn from_param(value: &Param<'_>) -> Result<Self> { kernel::Id::from_bytes(value.bytes()?) }
        })*};
}
kernel::for_each_id!(id_columns);

/// Any value with a JSON form, kept as text.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Json<T>(pub T);

impl<T: serde::Serialize + serde::de::DeserializeOwned> Column for Json<T> {
    fn param(&self) -> Param<'_> {
        Param::Text(Cow::Owned(serde_json::to_string(&self.0).expect("plain data has a JSON form")))
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        let text = value.text()?;
        serde_json::from_str(text).map(Json).map_err(|e| Error::broken("a JSON column cannot be read").caused_by(e))
    }
}

/// A row of an answer; columns by position.
pub struct Row<'a>(pub(crate) Source<'a>);

pub(crate) enum Source<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    pub fn get<T: Column>(&self, column: usize) -> Result<T> {
        T::from_param(&self.param(column)?)
    }
    pub fn param(&self, column: usize) -> Result<Param<'_>> {
        match &self.0 {
            Source::Sqlite(row) => crate::sqlite::column(row, column),
            Source::Postgres(row) => crate::pg::column(row, column),
        }
    }
}

/// `params![a, b]`: the columns of a statement, in order.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Column::param(&$value)),*][..] };
}

/// Declares an enum kept as text: variants with their stored words.
///
/// ```
/// store::text_enum! {
///     /// Where a ferry is.
///     pub enum Ferry { Moored = "moored", AtSea = "at_sea" }
/// }
/// assert_eq!(Ferry::AtSea.code(), "at_sea");
/// ```
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $($(#[$vmeta])* $variant),* }
        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }
            pub fn parse(text: &str) -> Option<$name> {
                match text { $($text => Some($name::$variant),)* _ => None }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.code()) }
        }
        impl $crate::Column for $name {
            fn param(&self) -> $crate::Param<'_> { $crate::Param::Text(std::borrow::Cow::Borrowed(self.code())) }
            fn from_param(value: &$crate::Param<'_>) -> kernel::Result<Self> {
                let text = value.text()?;
                $name::parse(text).ok_or_else(|| kernel::Error::broken(format!("{text:?} is not a {}", stringify!($name))))
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(self.code()) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(d)?;
                $name::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not one of {:?}", $name::ALL.iter().map(|v| v.code()).collect::<Vec<_>>())))
            }
        }
    };
}
