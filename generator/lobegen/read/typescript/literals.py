"""Values of string, template and number literals."""

import re

from lobegen.patterns import compiled

_ESCAPE = compiled(r"\\(u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{1,3}|\r\n|.|\n)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_CONTINUATION = {"\n", "\r\n", "\r", "\u2028", "\u2029"}


def unescape(text: str) -> str:
    """The value of the text between the quotes; lone surrogates become U+FFFD."""
    if "\\" not in text:
        return text
    value = _ESCAPE.sub(_escaped, text)
    if any("\ud800" <= character <= "\udfff" for character in value):
        value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def _escaped(match: re.Match[str]) -> str:
    code = match.group(1)
    if code in _CONTINUATION:
        return ""
    if code[0] in "ux" and len(code) > 1:
        point = int(code[1:].strip("{}"), 16)
        return chr(point) if point <= 0x10FFFF else "\ufffd"
    if code[0] in "01234567":
        return chr(int(code, 8))
    return _SIMPLE.get(code, code)


def number(text: str) -> int | float:
    """The value of a number literal (a bigint is an int); what cannot be read is not-a-number."""
    digits = text.replace("_", "").rstrip("n")
    try:
        if digits[:2].lower() in ("0x", "0o", "0b"):
            return int(digits, 0)
        if digits.isdigit():
            octal = len(digits) > 1 and digits[0] == "0" and not set(digits) & {"8", "9"}
            return int(digits, 8 if octal else 10)
        value = float(digits)
    except ValueError:
        return float("nan")
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
