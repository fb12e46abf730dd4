"""One file per output format; each has a function `render(report, style)` that yields lines."""

from collections.abc import Callable, Iterator
from importlib import import_module

from lobegen.report.run import BaselineUse, Counts, Report, RuleFacts, SdkUse, Style, Suppressed

#: the names of the formats, as on the command line, and of their modules
FORMATS = ("text", "concise", "json", "jsonl", "github", "gitlab", "junit", "sarif", "rdjson")
_MODULES = {"json": "json_"}

__all__ = ["FORMATS", "BaselineUse", "Counts", "Report", "RuleFacts", "SdkUse", "Style", "Suppressed", "renderer"]


def renderer(name: str) -> Callable[[Report, Style], Iterator[str]]:
    """The function that writes a report in the named format (one of `FORMATS`, or "statistics")."""
    module = import_module(f"lobegen.report.{_MODULES.get(name, name)}")
    render: Callable[[Report, Style], Iterator[str]] = module.render
    return render
