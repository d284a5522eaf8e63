//! Conditions, written in the Common Expression Language (CEL), read by crate `cel`, checked here before they are used.
//!
//! A part of CEL is taken: comparisons, `&& || !`, whole-number arithmetic, `? :`, `in` a list of literals, and the
//! functions `min`, `max` and `share(a, b)` (a of b in basis points; 0 where b is not positive). Everything has a type
//! known beforehand: a name that is not declared, a word that cannot occur, a number compared with a word, a loop, a
//! float or a text that is too long or too deep is refused when it is read, not when a payment waits. What is left is a
//! tree of at most [`NODES_MAX`] steps without loops, so a decision takes a bounded time.
//!
//! What a name holds may be unknown. As in CEL, an error on one side of `&&` or `||` does not matter when the other
//! side decides alone; otherwise the outcome is [`Fault::Unknown`], never "no".
mod check;

use crate::input::Type;
pub use check::compile;

/// Characters of an expression at most.
pub const EXPRESSION_CHARS_MAX: usize = 800;
/// Brackets and conditions within each other at most.
pub const DEPTH_MAX: usize = 12;
/// Steps of one expression at most.
pub const NODES_MAX: usize = 200;
/// All of something, in basis points.
pub const WHOLE: i64 = 10_000;

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A name is not known; its place among the names.
    Unknown(u16),
    /// A number left the range of 64 bits.
    Overflow,
    DividedByZero,
}

/// Names and their types, as an expression may use them.
pub trait Names {
    fn find(&mut self, name: &str) -> Option<(u16, Type)>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Equal,
    Differs,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sum {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Min,
    Max,
    Share,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Constant(i64),
    Name(u16),
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Box<[Node; 2]>),
    Or(Box<[Node; 2]>),
    Compare(Compare, Box<[Node; 2]>),
    Sum(Sum, Box<[Node; 2]>),
    /// One of these constants.
    In(Box<Node>, Vec<i64>),
    If(Box<[Node; 3]>),
}

/// A checked expression: its type, and its value for given values of names.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    pub(crate) node: Node,
    pub kind: Type,
    /// The names it reads, ascending, each once.
    pub names: Vec<u16>,
    pub text: String,
}

impl Expression {
    /// `values` by the places that [`Names::find`] gave out; a place that is not there is unknown.
    pub fn value(&self, values: &[Option<i64>]) -> Result<i64, Fault> {
        self.node.value(values)
    }
}

impl Node {
    fn value(&self, values: &[Option<i64>]) -> Result<i64, Fault> {
        match self {
            Node::Constant(v) => Ok(*v),
            Node::Name(at) => values.get(usize::from(*at)).copied().flatten().ok_or(Fault::Unknown(*at)),
            Node::Not(of) => Ok(i64::from(of.value(values)? == 0)),
            Node::Negate(of) => of.value(values)?.checked_neg().ok_or(Fault::Overflow),
            Node::And(of) => decided(of, values, 0),
            Node::Or(of) => decided(of, values, 1),
            Node::Compare(how, of) => Ok(i64::from(how.holds(of[0].value(values)?, of[1].value(values)?))),
            Node::Sum(how, of) => how.of(of[0].value(values)?, of[1].value(values)?),
            Node::In(of, list) => Ok(i64::from(list.contains(&of.value(values)?))),
            Node::If(of) => {
                if of[0].value(values)? != 0 {
                    of[1].value(values)
                } else {
                    of[2].value(values)
                }
            }
        }
    }
}

/// `&&` is decided by one 0, `||` by one 1, whatever is wrong with the other side.
fn decided(of: &[Node; 2], values: &[Option<i64>], by: i64) -> Result<i64, Fault> {
    match of[0].value(values) {
        Ok(left) if left == by => Ok(by),
        Ok(_) => of[1].value(values),
        Err(fault) => match of[1].value(values) {
            Ok(right) if right == by => Ok(by),
            _ => Err(fault),
        },
    }
}

impl Compare {
    fn holds(self, a: i64, b: i64) -> bool {
        match self {
            Compare::Equal => a == b,
            Compare::Differs => a != b,
            Compare::Less => a < b,
            Compare::LessOrEqual => a <= b,
            Compare::Greater => a > b,
            Compare::GreaterOrEqual => a >= b,
        }
    }
}

impl Sum {
    fn of(self, a: i64, b: i64) -> Result<i64, Fault> {
        let exact = match self {
            Sum::Add => a.checked_add(b),
            Sum::Subtract => a.checked_sub(b),
            Sum::Multiply => a.checked_mul(b),
            Sum::Divide | Sum::Remainder if b == 0 => return Err(Fault::DividedByZero),
            Sum::Divide => a.checked_div(b),
            Sum::Remainder => a.checked_rem(b),
            Sum::Min => Some(a.min(b)),
            Sum::Max => Some(a.max(b)),
            Sum::Share => Some(share(a, b)),
        };
        exact.ok_or(Fault::Overflow)
    }
}

/// `a` of `b` in basis points, cut; 0 where `b` is not positive.
pub fn share(a: i64, b: i64) -> i64 {
    if b <= 0 {
        return 0;
    }
    let exact = i128::from(a) * i128::from(WHOLE) / i128::from(b);
    i64::try_from(exact).unwrap_or(if exact > 0 { i64::MAX } else { i64::MIN })
}

#[cfg(test)]
mod tests;
