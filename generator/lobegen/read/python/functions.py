"""Functions, lambdas and their parameters."""

from collections.abc import Iterator, Sequence

import libcst as cst

from lobegen.read.python.annotations import lower_annotation
from lobegen.read.python.context import Lowering
from lobegen.read.syntax import Binding, Block, Define, Expression, Function, Parameter, Return


def lower_function(to: Lowering, node: cst.FunctionDef) -> Block:
    """A `def` as a statement."""
    return (Define(to.span(node), node.name.value, function(to, node)),)


def function(to: Lowering, node: cst.FunctionDef) -> Function:
    """A `def` or method; decorators and defaults belong to the scope around it."""
    decorators = lower_decorators(to, node.decorators)
    parameters = _parameters(to, node.params)
    with to.inside_function() as scope:
        body = to.block(node.body)
    return Function(
        to.span(node),
        node.name.value,
        parameters,
        body,
        is_async=node.asynchronous is not None,
        is_generator=scope.yields,
        decorators=decorators,
        returns=lower_annotation(to, node.returns),
        outer=scope.outer,
    )


def lower_decorators(to: Lowering, nodes: Sequence[cst.Decorator]) -> tuple[Expression, ...]:
    """The expressions behind the `@` signs."""
    return tuple(to.expression(node.decorator) for node in nodes)


def lower_lambda(to: Lowering, node: cst.Lambda) -> Function:
    """A lambda: its expression is one `Return`."""
    parameters = _parameters(to, node.params)
    with to.inside_function() as scope:
        body = (Return(to.span(node.body), to.expression(node.body)),)
    return Function(to.span(node), "", parameters, body, is_async=False, is_generator=scope.yields)


def _parameters(to: Lowering, node: cst.Parameters) -> tuple[Parameter, ...]:
    return tuple(_all_parameters(to, node))


def _all_parameters(to: Lowering, node: cst.Parameters) -> Iterator[Parameter]:
    for parameter in (*node.posonly_params, *node.params):
        yield _parameter(to, parameter)
    if isinstance(node.star_arg, cst.Param):
        yield Parameter(_binding(to, node.star_arg), None, lower_annotation(to, node.star_arg.annotation), "rest")
    for parameter in node.kwonly_params:
        yield _parameter(to, parameter)
    if node.star_kwarg is not None:
        annotation = lower_annotation(to, node.star_kwarg.annotation)
        yield Parameter(_binding(to, node.star_kwarg), None, annotation, "keywords")


def _parameter(to: Lowering, node: cst.Param) -> Parameter:
    return Parameter(_binding(to, node), to.optional(node.default), lower_annotation(to, node.annotation))


def _binding(to: Lowering, node: cst.Param) -> Binding:
    return Binding(to.span(node.name), node.name.value)
