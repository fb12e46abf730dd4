"""Knows what attributes and methods give of things that JSON does not have."""

from lobegen.model.source import Language
from lobegen.read.elaborate.values import ObjectShape, Value, Words

#: what a function is, and a method where it is not called
FUNCTION, METHOD, CLASS = "a function", "a method that is not called", "a class"
_COLLECTION = {"entries": "an iterator", "keys": "an iterator", "values": "an iterator", "get": "", "has": "",
               "forEach": ""}  # fmt: skip
_VIEWS = {"keys", "values", "items"}
_ISO = {"isoformat": "", "strftime": "", "weekday": "", "timetuple": ""}
_FORMATS = {"format": "", "toISO": "", "toISOString": "", "toDate": "a Date", "toJSDate": "a Date", "valueOf": ""}
#: what methods of a kind give when they are called, empty where JSON has it
_METHODS = {
    "a Response": {"text": "", "json": "", "arrayBuffer": "an ArrayBuffer", "blob": "a Blob", "bytes": "a Uint8Array",
                   "formData": "a FormData object", "clone": "a Response"},
    "a response": {"json": "", "raise_for_status": "", "read": "bytes", "aread": "bytes", "iter_lines": "a generator"},
    "a Date": dict.fromkeys(("toISOString", "toJSON", "toString", "getTime", "valueOf", "toDateString", "getFullYear",
                             "toLocaleString", "toLocaleDateString", "toLocaleTimeString", "toUTCString"), ""),
    "a datetime": _ISO | {"timestamp": "", "date": "a date", "time": "a time", "replace": "a datetime",
                          "astimezone": "a datetime"},
    "a date": _ISO | {"replace": "a date"},
    "a data frame": dict.fromkeys(("dropna", "fillna", "rename", "drop", "merge", "sort_values", "head", "tail",
                                   "assign", "reset_index", "set_index", "drop_duplicates", "astype", "copy", "query",
                                   "filter", "select", "with_columns", "sort", "unique"), "a data frame"),
    "a Map": _COLLECTION, "a Set": _COLLECTION,
    "a Headers object": _COLLECTION, "a FormData object": _COLLECTION,
    "a URLSearchParams object": _COLLECTION | {"toString": ""},
    "a Buffer": {"toString": "", "toJSON": ""},
    "a Luxon date": _FORMATS, "a Day.js date": _FORMATS, "a Moment date": _FORMATS,
}  # fmt: skip
_PARTS = {
    ("a Response", "headers"): "a Headers object", ("a Response", "body"): "a stream",
    ("a response", "headers"): "a Headers object", ("a response", "content"): "bytes",
    ("a response", "elapsed"): "a timedelta",
}  # fmt: skip


def part_kind(kind: str, name: str, language: Language) -> str:
    """What an attribute of something is that JSON does not have."""
    if name in _METHODS.get(kind, ()):
        return METHOD
    return _PARTS.get((kind, name), "") if kind != "a response" or language == "python" else ""


def given_kind(receiver: Value | None, method: str) -> str:
    """What a method of something gives that JSON does not have, where JSON does not have that either."""
    if receiver is None:
        return ""
    if method == "encode" and isinstance(receiver.shape, Words):
        return "bytes"
    if method in _VIEWS and (receiver.raw is not None or isinstance(receiver.shape, ObjectShape)):
        return "a view of a dict"
    return _METHODS[receiver.kind].get(method, "") if receiver.kind in _METHODS else ""
