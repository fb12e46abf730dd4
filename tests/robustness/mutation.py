"""Workflow files, spoilt at random: blocks of the rules' tests, cut, doubled, nested, mixed and filled with noise."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

_RULES = Path(__file__).parents[1] / "rules"
_BLOCK = re.compile(rb"^```(py|ts)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_TOKEN = re.compile(rb"\w+|\s+|[^\w\s]")
_NOISE = [
    b"(", b")", b"[", b"]", b"{", b"}", b"<", b">", b"'", b'"', b"`", b"${", b"/*", b"*/", b"//", b"#", b'"""', b"\\",
    b"\x00", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\r", b"\r\n", b"\x0c", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80", b"\t",
    b"await ", b"async ", b"yield ", b"return ", b"...", b"=>", b"?.", b"context", b"serve", b"export default ",
    b"class ", b"def ", b"lambda: ", b"match x:\n case ", b"import * as ", b"from . import ", b"enum ", b"@", b";",
    b",", b"lobegen: allow ", b"TODO(lobegen)", b"0x", b"1e999", b"9" * 400,
]  # fmt: skip


def examples() -> list[tuple[str, bytes]]:
    """The ending and the content of every block of the rules' tests."""
    pages = sorted(_RULES.glob("*.md"))
    return [(kind.decode(), code) for page in pages for kind, code in _BLOCK.findall(page.read_bytes())]


def mutants(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """As many spoilt files, always the same for a seed."""
    chance = random.Random(seed)
    all_examples = examples()
    for number in range(count):
        kind, code = chance.choice(all_examples)
        for _ in range(chance.choice((1, 1, 2, 3, 8))):
            code = _spoilt(chance, code, chance.choice(all_examples)[1])
        yield f"m{number}.{chance.choice(('ts', 'tsx', 'js')) if kind == 'ts' else 'py'}", code


def _spoilt(chance: random.Random, code: bytes, other: bytes) -> bytes:
    tokens = _TOKEN.findall(code) or [b""]
    start = chance.randrange(len(tokens))
    end = min(len(tokens), start + chance.choice((1, 1, 2, 5, 40)))
    inside, place = tokens[start:end], chance.randrange(len(tokens))
    match chance.randrange(9):
        case 0:
            inside = []
        case 1:
            inside = inside * chance.choice((2, 3, 50))
        case 2:
            inside = [chance.choice(_NOISE)]
        case 3:
            inside = [*inside, chance.choice(_NOISE)]
        case 4:
            inside = _TOKEN.findall(other)[: chance.randrange(1, 80)]
        case 5:
            depth = chance.choice((1, 3, 60, 400))
            opening, closing = chance.choice(
                ((b"(", b")"), (b"[", b"]"), (b"{", b"}"), (b"await (", b")"), (b"-", b""))
            )
            inside = [opening * depth, *inside, closing * depth]
        case 6:
            tokens[start], tokens[place] = tokens[place], tokens[start]
            inside = tokens[start:end]
        case 7:
            return b"".join(tokens[:end])
        case _:
            return code.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\n", b"\n\t"))) + chance.choice(_NOISE)
    return b"".join((*tokens[:start], *inside, *tokens[end:]))
