//! From the text of an expression to a tree whose types fit.
use super::{Compare, DEPTH_MAX, EXPRESSION_CHARS_MAX, Expression, NODES_MAX, Names, Node, Sum};
use crate::input::Type;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::parser::Parser;

/// Reads and checks an expression. The error says what is wrong in one sentence.
pub fn compile(text: &str, names: &mut dyn Names) -> Result<Expression, String> {
    measure(text)?;
    let parser = Parser::new().max_recursion_depth(64).error_recovery_limit(1);
    let tree = parser.parse(text).map_err(|e| unreadable(&e))?;
    let mut checker = Checker { names, nodes: 0, read: Vec::new() };
    let (node, kind) = checker.check(&tree, 0)?;
    let kind = match kind {
        Kind::Of(kind) => kind,
        Kind::Literal(word) => return Err(format!("it is only the word {word:?}")),
    };
    let mut names = checker.read;
    names.sort_unstable();
    names.dedup();
    Ok(Expression { node, kind, names, text: text.to_owned() })
}

/// Before anything recursive sees the text.
fn measure(text: &str) -> Result<(), String> {
    let chars = text.chars().count();
    if chars > EXPRESSION_CHARS_MAX {
        return Err(format!("{chars} characters given, {EXPRESSION_CHARS_MAX} at most"));
    }
    if text.trim().is_empty() {
        return Err("it is empty".into());
    }
    let (mut open, mut deepest, mut signs, mut choices) = (0usize, 0, 0usize, 0usize);
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            '!' | '-' => signs += 1,
            '?' => choices += 1,
            _ => {}
        }
        deepest = deepest.max(open);
    }
    if deepest.max(choices) > DEPTH_MAX || signs > 4 * DEPTH_MAX {
        return Err(format!("too much within each other, {DEPTH_MAX} levels at most"));
    }
    Ok(())
}

fn unreadable(errors: &cel::ParseErrors) -> String {
    match errors.errors.first() {
        Some(e) => format!("line {} column {} of it: {}", e.pos.0.max(1), e.pos.1.max(1), e.msg),
        None => "it cannot be read".into(),
    }
}

/// The type of a part; a word alone takes its meaning from what it is compared with.
enum Kind {
    Of(Type),
    Literal(String),
}

struct Checker<'a> {
    names: &'a mut dyn Names,
    nodes: usize,
    read: Vec<u16>,
}

type Checked = Result<(Node, Kind), String>;

impl Checker<'_> {
    fn check(&mut self, tree: &IdedExpr, depth: usize) -> Checked {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(format!("more than {NODES_MAX} steps"));
        }
        if depth > NODES_MAX {
            return Err("too much within each other".into());
        }
        match &tree.expr {
            Expr::Literal(LiteralValue::Int(v)) => Ok((Node::Constant(*v.inner()), Kind::Of(Type::Int))),
            Expr::Literal(LiteralValue::Boolean(v)) => {
                Ok((Node::Constant(i64::from(*v.inner())), Kind::Of(Type::Bool)))
            }
            Expr::Literal(LiteralValue::String(v)) => Ok((Node::Constant(0), Kind::Literal(v.inner().to_owned()))),
            Expr::Literal(LiteralValue::Double(_)) => {
                Err("numbers are whole: amounts in fen, shares in basis points (1/10,000)".into())
            }
            Expr::Literal(_) => Err("only whole numbers, true, false and words in quotes may stand here".into()),
            Expr::Ident(_) | Expr::Select(_) => self.name(&tree.expr),
            Expr::Call(call) => self.call(call, depth + 1),
            Expr::List(_) => Err("a list stands only after `in`".into()),
            Expr::Comprehension(_) => Err("loops over lists are not allowed".into()),
            Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => Err("maps and structures are not allowed".into()),
        }
    }

    fn name(&mut self, expr: &Expr) -> Checked {
        let name = spelled(expr).ok_or("only declared names may have a dot")?;
        let (at, kind) = self.names.find(&name).ok_or_else(|| format!("{name} is not declared"))?;
        self.read.push(at);
        Ok((Node::Name(at), Kind::Of(kind)))
    }

    fn call(&mut self, call: &CallExpr, depth: usize) -> Checked {
        if call.target.is_some() {
            return Err(format!("{} is not a function of a value here", call.func_name));
        }
        let name = call.func_name.as_str();
        match (name, call.args.as_slice()) {
            (operators::LOGICAL_NOT, [of]) => {
                Ok((Node::Not(Box::new(self.typed(of, Type::Bool, depth)?)), Kind::Of(Type::Bool)))
            }
            (operators::NEGATE, [of]) => {
                Ok((Node::Negate(Box::new(self.typed(of, Type::Int, depth)?)), Kind::Of(Type::Int)))
            }
            (operators::LOGICAL_AND, [a, b]) => {
                Ok((Node::And(Box::new(self.two(a, b, Type::Bool, depth)?)), Kind::Of(Type::Bool)))
            }
            (operators::LOGICAL_OR, [a, b]) => {
                Ok((Node::Or(Box::new(self.two(a, b, Type::Bool, depth)?)), Kind::Of(Type::Bool)))
            }
            (operators::CONDITIONAL, [when, yes, no]) => self.choice([when, yes, no], depth),
            (operators::IN, [of, list]) => self.one_of(of, list, depth),
            (_, [a, b]) => match (comparison(name), sum(name)) {
                (Some(how), _) => self.comparison(how, a, b, depth),
                (_, Some(how)) => {
                    Ok((Node::Sum(how, Box::new(self.two(a, b, Type::Int, depth)?)), Kind::Of(Type::Int)))
                }
                _ => Err(unknown(name)),
            },
            _ => Err(unknown(name)),
        }
    }

    fn typed(&mut self, tree: &IdedExpr, want: Type, depth: usize) -> Result<Node, String> {
        match self.check(tree, depth)? {
            (node, Kind::Of(kind)) if kind == want => Ok(node),
            (_, Kind::Of(kind)) => Err(format!("{} where {} belongs", kind.name(), want.name())),
            (_, Kind::Literal(word)) => Err(format!("the word {word:?} where {} belongs", want.name())),
        }
    }

    fn two(&mut self, a: &IdedExpr, b: &IdedExpr, want: Type, depth: usize) -> Result<[Node; 2], String> {
        Ok([self.typed(a, want, depth)?, self.typed(b, want, depth)?])
    }

    fn comparison(&mut self, how: Compare, a: &IdedExpr, b: &IdedExpr, depth: usize) -> Checked {
        let (left, right) = (self.check(a, depth)?, self.check(b, depth)?);
        let ordered = !matches!(how, Compare::Equal | Compare::Differs);
        let (sides, kind) = match (left, right) {
            ((a, Kind::Of(x)), (b, Kind::Of(y))) if x == y => ([a, b], x),
            ((a, Kind::Of(Type::Word(words))), (_, Kind::Literal(word))) => {
                ([a, code(words, &word)?], Type::Word(words))
            }
            ((_, Kind::Literal(word)), (b, Kind::Of(Type::Word(words)))) => {
                ([code(words, &word)?, b], Type::Word(words))
            }
            ((_, x), (_, y)) => return Err(format!("{} is compared with {}", told(&x), told(&y))),
        };
        if ordered && kind != Type::Int {
            return Err(format!("{} is compared with == and != only", kind.name()));
        }
        Ok((Node::Compare(how, Box::new(sides)), Kind::Of(Type::Bool)))
    }

    fn one_of(&mut self, of: &IdedExpr, list: &IdedExpr, depth: usize) -> Checked {
        let (node, Kind::Of(kind)) = self.check(of, depth)? else {
            return Err("a name belongs before `in`".into());
        };
        let Expr::List(list) = &list.expr else { return Err("a list of literals belongs after `in`".into()) };
        let mut constants = Vec::new();
        for item in &list.elements {
            match (self.check(item, depth)?, kind) {
                ((Node::Constant(v), Kind::Of(Type::Int)), Type::Int) => constants.push(v),
                ((_, Kind::Literal(word)), Type::Word(words)) => {
                    if let Node::Constant(v) = code(words, &word)? {
                        constants.push(v);
                    }
                }
                _ => return Err(format!("the list holds literals, {}", kind.name())),
            }
        }
        Ok((Node::In(Box::new(node), constants), Kind::Of(Type::Bool)))
    }

    fn choice(&mut self, [when, yes, no]: [&IdedExpr; 3], depth: usize) -> Checked {
        let when = self.typed(when, Type::Bool, depth)?;
        match (self.check(yes, depth)?, self.check(no, depth)?) {
            ((yes, Kind::Of(a)), (no, Kind::Of(b))) if a == b => Ok((Node::If(Box::new([when, yes, no])), Kind::Of(a))),
            ((_, a), (_, b)) => Err(format!("one way is {}, the other {}", told(&a), told(&b))),
        }
    }
}

fn told(kind: &Kind) -> String {
    match kind {
        Kind::Of(kind) => kind.name(),
        Kind::Literal(word) => format!("the word {word:?}"),
    }
}

fn code(words: &'static [&'static str], word: &str) -> Result<Node, String> {
    match words.iter().position(|w| *w == word) {
        Some(at) => Ok(Node::Constant(at as i64)),
        None => Err(format!("{word:?} is not among {}", words.join(", "))),
    }
}

fn unknown(function: &str) -> String {
    format!(
        "{function} is no operator or function here, or its arguments are not as many; there are min, max and share"
    )
}

fn spelled(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) if !select.test => Some(format!("{}.{}", spelled(&select.operand.expr)?, select.field)),
        _ => None,
    }
}

fn comparison(name: &str) -> Option<Compare> {
    Some(match name {
        operators::EQUALS => Compare::Equal,
        operators::NOT_EQUALS => Compare::Differs,
        operators::LESS => Compare::Less,
        operators::LESS_EQUALS => Compare::LessOrEqual,
        operators::GREATER => Compare::Greater,
        operators::GREATER_EQUALS => Compare::GreaterOrEqual,
        _ => return None,
    })
}

fn sum(name: &str) -> Option<Sum> {
    Some(match name {
        operators::ADD => Sum::Add,
        operators::SUBSTRACT => Sum::Subtract,
        operators::MULTIPLY => Sum::Multiply,
        operators::DIVIDE => Sum::Divide,
        operators::MODULO => Sum::Remainder,
        "min" => Sum::Min,
        "max" => Sum::Max,
        "share" => Sum::Share,
        _ => return None,
    })
}
