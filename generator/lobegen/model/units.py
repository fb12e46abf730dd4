"""In which unit a time is written."""

from lobegen.model.values import Setting
from lobegen.patterns import compiled

#: what is written where milliseconds are meant, and where they have been turned into seconds
_MILLISECONDS = compiled(
    r"\*\s*1_?000\b|\b1_?000\s*\*|\b1e3\b|(?:^|[\W_])(MS|MILLIS\w*)\b|[a-z\d](Ms|Millis\w*)\b|_ms\b|\bms\("
    r"|\.(getTime|valueOf|toMillis)\(\)|\bDate\.now\(\)|\btime_ns\("
)
_SECONDS = compiled(r"/\s*(1_?000|1e3)\b|//\s*1_?000|_SECONDS\b|[sS]econds\b|\bnew Date\((?![^)]*\)\.)|getUnixTime")
#: what a variable of milliseconds came out of: a product with 1000, a date's number; what leaves `Date.now()` one
_THROUGH = frozenset({"* 1000", "getTime", "valueOf", "toMillis"})
_KEEPS = {"Date.now", "now", "difference", "floor", "round", "ceil", "trunc", "max", "min", "abs", "Number", ""}


def in_milliseconds(setting: Setting) -> bool:
    """Whether a time is told in milliseconds: by how it is written, or by what it came out of."""
    read = "Date.now" in setting.through <= _KEEPS or not _THROUGH.isdisjoint(setting.through)
    told = read or bool(_MILLISECONDS.search(setting.source))
    return told and not _SECONDS.search(setting.source) and "/" not in setting.through
