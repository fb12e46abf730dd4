"""A finding in words, for formats that have one text for all of it."""

from collections.abc import Iterator

from lobegen.model.findings import Finding
from lobegen.model.source import Span

#: where the project and its rule pages are
HOME = "https://github.com/lobegen/lobegen"


def page_of(rule: str) -> str:
    """The address of a rule's page."""
    return f"{HOME}/blob/main/docs/rules/{rule}.md"


def places_besides(finding: Finding) -> Iterator[tuple[Span, str]]:
    """The places that belong to a finding besides its own, with what is there: related ones, then the calls."""
    for related in finding.related:
        yield related.span, related.message
    for site in finding.chain:
        yield site.span, f"reached through {site.name}()"


def in_words(finding: Finding) -> str:
    """Message, help, and one line for each place that belongs to it."""
    others = [f"{span.path}:{span.line}:{span.column}: {text}" for span, text in places_besides(finding)]
    return "\n".join(filter(None, (finding.message, finding.help, *others)))


def section_of(documentation: str, heading: str) -> str:
    """The text below one heading of a rule's documentation; empty when there is none."""
    _, _, after = documentation.partition(f"\n## {heading}\n")
    return after.partition("\n## ")[0].strip()
