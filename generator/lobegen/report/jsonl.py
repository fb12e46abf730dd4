"""For programs that read line by line: one JSON document for each finding, as in the format `json`."""

import json
from collections.abc import Iterator

from lobegen.report.json_ import finding_data
from lobegen.report.run import Report, Style


def render(report: Report, style: Style) -> Iterator[str]:
    """The findings, one a line; where allowed ones are shown, they follow with their `reason`."""
    for finding in report.findings:
        yield json.dumps(finding_data(finding), ensure_ascii=False)
    if style.show_suppressed:
        for each in report.suppressed:
            yield json.dumps(finding_data(each.finding) | {"reason": each.reason}, ensure_ascii=False)
