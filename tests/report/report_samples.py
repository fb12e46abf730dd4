"""A source, places in it, and a finding with everything that one can have."""

from msgspec.structs import replace

from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.fixes import Edit, Fix
from lobegen.model.source import CallSite, Span

SOURCE = b"const a = 1;\n  await context.run('', work);\nconst b = 2;\n"


def span_of(text: str, source: bytes = SOURCE, path: str = "src/a.ts") -> Span:
    """Where a text is in a source; it must be on one line."""
    start = source.index(text.encode())
    line_start = source.rfind(b"\n", 0, start) + 1
    line, column = source.count(b"\n", 0, start) + 1, len(source[line_start:start].decode()) + 1
    return Span(path, line, column, line, column + len(text), start, start + len(text.encode()))


def after(span: Span) -> Span:
    """The empty place behind a span."""
    return replace(span, line=span.end_line, column=span.end_column, start=span.end)


FINDING = Finding(
    "unnamed-step",
    span_of("context.run('', work)"),
    "the name is empty: 100% of runs fail",
    Severity.ERROR,
    related=(Related(span_of("const b"), "see also"),),
    chain=(CallSite(span_of("const a"), "helper"),),
    help="Give it a name.",
)
#: two edits of one fix, one of them an insertion
FIXED = replace(
    FINDING,
    fix=Fix("Name it", safe=False, edits=(Edit(span_of("''"), "'é'"), Edit(after(span_of("work)")), " // ok"))),
)

#: what formats trip over: quotes, ends of sections, escapes, controls, characters beyond 16 bits
ODD_TEXT = "100% `<b>&amp;]]>` \"q\" 'p' a,b:c | {0} [x](1) \\ naïve 日本 \U0001f469 \x1b[2J\nsecond line"
ODD_PATH = "src/(a b)/[...slug]/100%,ü&<x>.ts"
ODD_SOURCE = "x = '\U0001f469é'; await run('日本');\r\n".encode()
ODD = Finding(
    "unnamed-step",
    span_of("await run('日本')", ODD_SOURCE, ODD_PATH),
    ODD_TEXT,
    Severity.ERROR,
    related=(Related(span_of("x", ODD_SOURCE, ODD_PATH), ODD_TEXT),),
    chain=(CallSite(span_of("'\U0001f469é'", ODD_SOURCE, ODD_PATH), "hëlp<er>"),),
    help=ODD_TEXT,
)
