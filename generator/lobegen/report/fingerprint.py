"""What identifies a finding from one run to the next, wherever lines above it have moved it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping

from lobegen.model.findings import Finding


def fingerprints(findings: Iterable[Finding], sources: Mapping[str, bytes]) -> list[str]:
    """One text for each finding, in their order: 32 hexadecimal digits, a colon, and a number among those alike.

    Equal for the rule, the file and the words of the line that it begins on; blanks do not count.

    Args:
        findings: Of one run.
        sources: Bytes of the files that they point at, by `Span.path`.
    """
    seen: Counter[str] = Counter()
    found = []
    for finding in findings:
        base = _base(finding, sources.get(finding.span.path, b""))
        found.append(f"{base}:{seen[base]}")
        seen[base] += 1
    return found


def _base(finding: Finding, source: bytes) -> str:
    begin = source.rfind(b"\n", 0, finding.span.start) + 1
    end = source.find(b"\n", finding.span.start)
    line = b" ".join(source[begin : end if end >= 0 else len(source)].split())
    path = finding.span.path.encode("utf-8", "surrogatepass")
    return hashlib.sha256(b"\0".join((finding.rule.encode(), path, line))).hexdigest()[:32]
