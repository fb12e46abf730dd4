"""The arithmetic of `Upstash-Retry-Delay`: numbers, `retried` and eight functions, and nothing else."""

import ast
import math
import operator
from collections.abc import Callable

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: math.fmod,
}
_UNARY: dict[type[ast.unaryop], Callable[[float], float]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}
_ONE: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "abs": math.fabs,
    "exp": math.exp,
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
}
_LONGEST = 500


def evaluate(text: str, retried: int) -> float:
    """The value of a retry-delay expression, in milliseconds (facts: QStash wire protocol 2.7).

    Args:
        text: Such as `1000` or `pow(2, retried) * 1000`.
        retried: How many retries were made before this one, from 0.

    Raises:
        ValueError: The text is no such expression, or its value is no finite number.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"a retry delay has at most {_LONGEST} characters")
    try:
        value = _value(ast.parse(text.strip(), mode="eval").body, float(retried))
    except (SyntaxError, ArithmeticError, RecursionError, TypeError, ValueError, MemoryError) as error:
        raise ValueError(f"retry delay {text!r}: {error}") from None
    if not math.isfinite(value):
        raise ValueError(f"retry delay {text!r} is not finite")
    return value


def _value(node: ast.expr, retried: float) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id="retried"):
            return retried
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
            return _BINARY[type(sign)](_value(left, retried), _value(right, retried))
        case ast.UnaryOp(op=prefix, operand=operand) if type(prefix) in _UNARY:
            return _UNARY[type(prefix)](_value(operand, retried))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, [_value(argument, retried) for argument in arguments])
    raise ValueError(f"{ast.unparse(node)!r} is not allowed; only numbers, retried and arithmetic are")


def _call(name: str, arguments: list[float]) -> float:
    if name in _ONE and len(arguments) == 1:
        return float(_ONE[name](arguments[0]))
    if name == "pow" and len(arguments) == 2:
        return math.pow(*arguments)
    if name in ("min", "max") and arguments:
        return min(arguments) if name == "min" else max(arguments)
    raise ValueError(f"{name}() with {len(arguments)} arguments is not known")
