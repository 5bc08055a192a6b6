//! A static bound on what a rule may cost, so that a definition cannot take the server down.

use crate::kind::{AroundRule, Field, FieldType, SET_MOST};
use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};
use cel::common::types::CelDouble;
use indexmap::IndexMap;

/// What comes from other records.
type Around = IndexMap<String, AroundRule>;

/// Steps that one rule may take on one record.
pub const LIMIT: u64 = 100_000;

/// Checks the bound.
///
/// # Errors
/// Names the array without `maxItems`, or the product that is too large.
pub fn check(expr: &IdedExpr, fields: &[Field], around: &Around) -> Result<(), String> {
    let total = cost(expr, fields, around)?;
    if total > LIMIT {
        return Err(format!("CEL 最多可能执行 {total} 步，超过上限 {LIMIT}；请减小所遍历数组的 maxItems"));
    }
    Ok(())
}

fn cost(expr: &IdedExpr, fields: &[Field], around: &Around) -> Result<u64, String> {
    let sum = |list: &[IdedExpr]| list.iter().try_fold(0_u64, |n, e| Ok::<_, String>(n.saturating_add(cost(e, fields, around)?)));
    Ok(1 + match &expr.expr {
        Expr::Call(call) => sum(&call.args)? + call.target.as_ref().map_or(Ok(0), |t| cost(t, fields, around))?,
        Expr::Comprehension(c) => {
            let rounds = length(&c.iter_range, fields, around)?;
            let round = cost(&c.loop_cond, fields, around)?.saturating_add(cost(&c.loop_step, fields, around)?);
            cost(&c.iter_range, fields, around)?
                .saturating_add(cost(&c.accu_init, fields, around)?)
                .saturating_add(rounds.saturating_mul(round))
                .saturating_add(cost(&c.result, fields, around)?)
        }
        Expr::List(list) => sum(&list.elements)?,
        Expr::Select(select) => cost(&select.operand, fields, around)?,
        Expr::Map(map) => map.entries.iter().try_fold(0, |n, e| match &e.expr {
            EntryExpr::MapEntry(m) => Ok::<_, String>(n + cost(&m.key, fields, around)? + cost(&m.value, fields, around)?),
            EntryExpr::StructField(s) => Ok(n + cost(&s.value, fields, around)?),
        })?,
        Expr::Struct(_) => return Err("CEL 中不支持结构体".into()),
        _ => 0,
    })
}

/// Most elements that a range can have.
fn length(range: &IdedExpr, fields: &[Field], around: &Around) -> Result<u64, String> {
    match &range.expr {
        Expr::List(list) => Ok(list.elements.len() as u64),
        Expr::Comprehension(inner) => length(&inner.iter_range, fields, around),
        Expr::Ident(_) | Expr::Select(_) => {
            let path = path(range).unwrap_or_default();
            if around.get(&path).is_some_and(|rule| rule.take.set.is_some()) {
                return Ok(SET_MOST as u64);
            }
            match fields.iter().find(|f| f.path == path) {
                Some(field) if matches!(field.ty, FieldType::Codes(_) | FieldType::Texts | FieldType::Group(_)) => {
                    field.max_items.map(|n| n as u64).ok_or_else(|| format!("CEL 遍历“{path}”，请为该字段写明 maxItems"))
                }
                _ => Err(format!("CEL 遍历的“{path}”不是数组字段")),
            }
        }
        _ => Err("CEL 遍历的对象没有长度上限；请直接遍历写明 maxItems 的字段".into()),
    }
}

fn path(expr: &IdedExpr) -> Option<String> {
    match &expr.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) => Some(format!("{}.{}", path(&select.operand)?, select.field)),
        _ => None,
    }
}

/// Is the name a loop variable somewhere in the expression?
#[must_use]
pub fn bound_in(expr: &IdedExpr, name: &str) -> bool {
    match &expr.expr {
        Expr::Call(call) => call.args.iter().any(|a| bound_in(a, name)) || call.target.as_ref().is_some_and(|t| bound_in(t, name)),
        Expr::Comprehension(c) => {
            c.iter_var == name
                || c.accu_var == name
                || c.iter_var2.as_deref() == Some(name)
                || [&c.iter_range, &c.accu_init, &c.loop_cond, &c.loop_step, &c.result].into_iter().any(|e| bound_in(e, name))
        }
        Expr::List(list) => list.elements.iter().any(|e| bound_in(e, name)),
        Expr::Select(select) => bound_in(&select.operand, name),
        _ => false,
    }
}

/// Turns whole-number literals into doubles, as record numbers are, except where CEL wants whole numbers.
pub fn floats(expr: &mut IdedExpr) {
    match &mut expr.expr {
        Expr::Literal(literal) => {
            if let LiteralValue::Int(number) = literal {
                #[expect(clippy::cast_precision_loss, reason = "literals in rules are small")]
                let double = *number.inner() as f64;
                *literal = LiteralValue::Double(CelDouble::from(double));
            }
        }
        Expr::Call(call) => {
            if matches!(call.func_name.as_str(), "substring" | "_[_]" | "charAt") {
                return;
            }
            call.args.iter_mut().for_each(floats);
            if let Some(target) = &mut call.target {
                floats(target);
            }
        }
        Expr::Comprehension(c) => {
            for part in [&mut c.iter_range, &mut c.loop_cond, &mut c.loop_step, &mut c.result] {
                floats(part);
            }
        }
        Expr::List(list) => list.elements.iter_mut().for_each(floats),
        Expr::Select(select) => floats(&mut select.operand),
        _ => {}
    }
}
