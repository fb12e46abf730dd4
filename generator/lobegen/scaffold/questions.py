"""The questions of copier.yml: reading them, and checking one answer at a time with Copier's own rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from lobegen.errors import LobegenError

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

#: no default: the question has to be answered
REQUIRED = object()


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer and the words that explain it."""

    label: str
    value: object


@dataclass(frozen=True, slots=True)
class Question:
    """One entry of copier.yml, its texts still Jinja templates (facts: copier.md 2.2).

    Attributes:
        ask: False: taken from `--data` or its default, never prompted for.
        when: False: computed, never given; a text: asked only where it renders to true.
    """

    name: str
    type: str
    help: str
    default: object
    choices: object
    validator: str
    ask: bool
    when: bool | str

    @property
    def computed(self) -> bool:
        """Whether no answer to it may be given."""
        return self.when is False


class Questionnaire:
    """The questions of a template in their order, and the settings around them."""

    def __init__(self, root: Path) -> None:
        """Read `copier.yml` in `root`."""
        entries = _read_yaml(root / "copier.yml")
        self._root = root
        self._environment: SandboxedEnvironment | None = None
        self.settings = {name[1:]: entry for name, entry in entries.items() if name.startswith("_")}
        self.questions = tuple(_question(name, entry) for name, entry in entries.items() if not name.startswith("_"))
        self.names = tuple(question.name for question in self.questions)

    @property
    def written_once(self) -> list[str]:
        """The patterns of the files that belong to the user once they exist."""
        patterns = self.settings.get("skip_if_exists", [])
        return [str(pattern) for pattern in patterns] if isinstance(patterns, list) else []

    def render(self, template: str, answers: Mapping[str, object]) -> str:
        """A text of copier.yml with the answers put in.

        Raises:
            LobegenError: The text uses what the answers do not have.
        """
        from jinja2 import TemplateError

        try:
            return self._jinja.from_string(template).render(answers)
        except TemplateError as error:
            raise LobegenError(f"copier.yml: {error}") from error

    def applies(self, question: Question, answers: Mapping[str, object]) -> bool:
        """Whether the answers so far make this a question at all."""
        if isinstance(question.when, bool):
            return question.when
        return _is_true(self.render(question.when, answers))

    def choices(self, question: Question, answers: Mapping[str, object]) -> list[Choice]:
        """The possible answers; none when any is."""
        found = question.choices
        if isinstance(found, str):
            found = _parse_yaml(self.render(found, answers), question.name)
        if isinstance(found, dict):
            return [Choice(str(label), _cast(question, value)) for label, value in found.items()]
        return [Choice(str(value), _cast(question, value)) for value in found] if isinstance(found, list) else []

    def default(self, question: Question, answers: Mapping[str, object]) -> object:
        """What is taken without an answer, or REQUIRED."""
        if question.default is REQUIRED:
            return REQUIRED
        value = question.default
        return _cast(question, self.render(value, answers) if isinstance(value, str) else value)

    def check(self, question: Question, given: object, answers: Mapping[str, object]) -> object:
        """The answer `given` as a value of the question's type.

        Raises:
            LobegenError: It has the wrong type, is none of the choices, or the validator says no.
        """
        value = _cast(question, given)
        choices = self.choices(question, answers)
        if choices and value not in [choice.value for choice in choices]:
            allowed = [str(choice.value) for choice in choices]
            raise LobegenError(
                f"{question.name}: {given!r} is not one of {', '.join(allowed)}.", nearest(given, allowed)
            )
        problem = self.render(question.validator, {**answers, question.name: value}).strip()
        if problem:
            raise LobegenError(f"{question.name}: {problem}")
        return value

    @property
    def _jinja(self) -> "SandboxedEnvironment":
        """The environment that Copier renders with, as far as copier.yml needs it."""
        if self._environment is None:
            from jinja2 import FileSystemLoader, StrictUndefined
            from jinja2.sandbox import SandboxedEnvironment

            self._environment = SandboxedEnvironment(
                loader=FileSystemLoader(self._root),
                extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
                undefined=StrictUndefined,
                keep_trailing_newline=True,
            )
        return self._environment


def nearest(word: object, known: list[str] | tuple[str, ...]) -> str:
    """`Did you mean X?` when something known is spelled nearly like `word`, else nothing."""
    close = get_close_matches(str(word), known, n=1, cutoff=0.6)
    return f"Did you mean {close[0]}?" if close else ""


def read_mapping(path: Path, label: str) -> dict[str, object]:
    """A YAML file that holds names and values.

    Raises:
        LobegenError: It is missing, unreadable, no YAML or no mapping; `label` says what the file was for.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise LobegenError(f"{label} {path} does not exist.") from None
    except UnicodeDecodeError:
        raise LobegenError(f"{label} {path} is not UTF-8 text.") from None
    except OSError as error:
        raise LobegenError(f"{label} {path} cannot be read: {error.strerror}.") from None
    found = _parse_yaml(content, f"{label} {path}")
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise LobegenError(f"{label} {path} must hold names and values, such as `entity: user`.")
    return found


def _read_yaml(path: Path) -> dict[str, object]:
    return read_mapping(path, "the template's file")


def _parse_yaml(content: str, label: str) -> object:
    import yaml

    try:
        found: object = yaml.safe_load(content)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise LobegenError(f"{label}: not YAML{place}: {getattr(error, 'problem', None) or error}.") from None
    return found


def _question(name: str, entry: object) -> Question:
    entry = entry if isinstance(entry, dict) else {"default": entry}
    when = entry.get("when", True)
    return Question(
        name=name,
        type=str(entry.get("type", "str")),
        help=str(entry.get("help", name)),
        default=entry.get("default", REQUIRED),
        choices=entry.get("choices", []),
        validator=str(entry.get("validator", "")),
        ask=entry.get("ask", True) is not False,
        when=when if isinstance(when, bool) else str(when),
    )


def _cast(question: Question, value: object) -> object:
    """`value` as the question's type, by stricter rules than Copier's: 50.5 is no whole number."""
    if question.type == "int":
        return _integer(question.name, value)
    if question.type == "bool":
        return _boolean(question.name, value)
    if question.type == "yaml":
        return _list_or_value(question, value)
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    raise LobegenError(f"{question.name}: {value!r} is no text.")


def _integer(name: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,12}", value.strip()):
        return int(value)
    raise LobegenError(f"{name}: {value!r} is no whole number.")


def _boolean(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in {"y", "yes", "true", "on", "1", "n", "no", "false", "off", "0"}:
        return _is_true(word)
    raise LobegenError(f"{name}: {value!r} is neither yes nor no.")


def _list_or_value(question: Question, value: object) -> object:
    """YAML; where the default is a list, `a, b` and `a b` are lists too."""
    parsed = _parse_yaml(value, question.name) if isinstance(value, str) else value
    if isinstance(parsed, str) and str(question.default).startswith("["):
        return re.findall(r"[^\s,]+", parsed)
    return [] if parsed is None and str(question.default).startswith("[") else parsed


def _is_true(word: str) -> bool:
    return word.strip().lower() in {"y", "yes", "true", "on", "1"}
