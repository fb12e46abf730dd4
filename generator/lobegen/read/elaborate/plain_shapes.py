"""Shapes of abstract values that hold no other values."""

from msgspec import Struct


class ContextShape(Struct, frozen=True):
    """The workflow's context."""


class ContextPart(Struct, frozen=True):
    """Part of the context: a method taken off it ("run"), or one of its objects ("api", "api.openai")."""

    path: str


class PayloadShape(Struct, frozen=True):
    """The whole request payload, or the rest of it.

    Attributes:
        without: The fields that were taken out: `const { cursor, ...rest } = payload`.
    """

    without: frozenset[str] = frozenset()


class PayloadPart(Struct, frozen=True):
    """One field of the request payload as it came, or its default."""

    name: str


class Schema(Struct, frozen=True):
    """A schema of a validating library.

    Attributes:
        needs: Whether it turns away an object that has none of its fields.
        optional: Whether a field of this schema may be missing.
        catches: Whether it has a value for whatever it would turn away: `.catch(…)`, valibot's `fallback`.
    """

    needs: bool
    optional: bool = False
    catches: bool = False


class CaughtError(Struct, frozen=True):
    """The error that a handler caught; equal only to itself."""

    handler: int
