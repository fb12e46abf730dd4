"""Operators: how the neutral tree spells them, and how tightly they bind."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

SPELLINGS = {"&&": "and", "||": "or", "===": "==", "!==": "!=", "!": "not"}
_LEVELS = ("?? ||", "&&", "|", "^", "&", "== != === !==", "< <= > >= in instanceof", "<< >> >>>", "+ -", "* / %", "**")
PRECEDENCE = {operator: level for level, operators in enumerate(_LEVELS, 1) for operator in operators.split()}


def operator_of(node: "Node") -> str:
    """The operator of a node, as the neutral tree spells it."""
    operator = node.child_by_field_name("operator")
    kind = operator.type if operator is not None else ""
    return SPELLINGS.get(kind, kind)
