"""The search for needles is as exact as a plain one."""

import random

from lobegen.read.needles import Needles, cores

SDKS = (b"@upstash/workflow", b"@upstash/qstash", b"upstash_workflow", b"import qstash", b"TODO(lobegen)", b"lobegen:")


def test_few_short_strings_stand_for_all() -> None:
    found = cores(SDKS)
    assert len(found) == 2
    assert all(any(core in needle for core in found) for needle in SDKS)


def test_it_finds_what_a_plain_search_finds() -> None:
    source = random.Random(0)
    parts = [b"@upstash/", b"workflow", b"qstash", b"import ", b"upstash_", b"TODO(", b"lobegen", b":", b")", b"stash"]
    needles = Needles(SDKS)
    for _ in range(500):
        content = b"".join(source.choice(parts) for _ in range(6))
        assert needles.found_in(content) is any(needle in content for needle in SDKS)


def test_needles_may_be_short() -> None:
    needles = Needles((b"ab", b"abc"))
    assert [needles.found_in(content) for content in (b"xaby", b"a b", b"")] == [True, False, False]
