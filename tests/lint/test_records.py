"""Records behave as the standard library's frozen data classes with slots."""

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, dataclass, field

import pytest

from lobegen.records import record


@record
class Point:
    """One with a default and a default that is made."""

    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list)


@record
class Named(Point):
    """One with a base."""

    name: str = "p"


@record(eq=False)
class Own:
    """One that is equal to itself only."""

    x: int


@record
class Empty:
    """One without fields."""


@dataclass(frozen=True, slots=True)
class Standard:
    """What they are held to."""

    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list)


def test_fields_have_their_defaults_each_with_its_own_list() -> None:
    first, second = Point(1), Point(1)
    first.tags.append("a")
    assert (first.x, first.y, first.tags, second.tags) == (1, 2, ["a"], [])


def test_equality_and_hashes_go_by_the_fields() -> None:
    one, same, other = Empty(), Empty(), Own(1)
    assert (one == same, hash(one) == hash(same)) == (True, True)
    assert (Point(1) == Point(1), Point(1) == Point(2), Point(1) == Named(1)) == (True, False, False)
    assert (other == Own(1), other == other, len({other, Own(1)})) == (False, True, 2)


def test_they_cannot_be_changed() -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del point.x
    with pytest.raises(FrozenInstanceError):
        point.z = 2  # type: ignore[attr-defined]
    assert not hasattr(point, "__dict__")


@pytest.mark.parametrize("arguments", [(), (1, 2, [], 4)])
def test_wrong_arguments_are_refused(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match="__init__"):
        Point(*arguments)  # type: ignore[arg-type]


def test_a_base_gives_its_fields_first() -> None:
    assert Named(1, name="n") == Named(1, 2, [], "n")
    assert isinstance(Named(1), Point)


def test_they_match_by_place_and_print_as_the_standard_ones() -> None:
    match Point(1, 3):
        case Point(x, y):
            assert (x, y) == (1, 3)
    assert repr(Point(1)) == repr(Standard(1)).replace("Standard", "Point")


def test_the_standard_library_knows_them() -> None:
    assert dataclasses.is_dataclass(Point)
    assert [each.name for each in dataclasses.fields(Named)] == ["x", "y", "tags", "name"]
    assert dataclasses.replace(Point(1), y=5) == Point(1, 5)
    assert dataclasses.asdict(Point(1)) == {"x": 1, "y": 2, "tags": []}


def test_they_can_be_copied_and_stored() -> None:
    point = Point(1, 2, ["a"])
    assert [copy.copy(point), copy.deepcopy(point), pickle.loads(pickle.dumps(point))] == [point] * 3
