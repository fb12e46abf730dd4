"""The questions of `lobegen new` on a terminal: one at a time, with help, choices and what was wrong with an answer."""

from collections.abc import Sequence

from lobegen.cli.terminal import ask_key, ask_line, paint, say
from lobegen.scaffold.answers import Prompt
from lobegen.scaffold.questions import REQUIRED, Choice


class Asker:
    """Asks on the terminal; call it with a prompt.

    The numbers (page size, flow control) are offered as one question first: their defaults suit most workflows.
    """

    def __init__(self) -> None:
        self._keep_numbers: bool | None = None
        self._begun = False

    def __call__(self, prompt: Prompt) -> str:
        """Show the prompt and return what was typed; an empty text stands for the default."""
        if prompt.question.type == "int" and self._numbers_kept():
            return ""
        if prompt.problem:
            say(paint("  " + prompt.problem.removeprefix(f"{prompt.question.name}: "), "red"))
        else:
            self._show(prompt)
        typed = ask_line(f"  {prompt.question.name}{_default_text(prompt)}: ")
        return _chosen(typed, prompt.choices)

    def _numbers_kept(self) -> bool:
        if self._keep_numbers is None:
            question = (
                "Page size, chunk size and flow control have defaults that suit most workflows. Change them? [y/N] "
            )
            self._keep_numbers = ask_key(f"\n{question}", ["y", "n"], "n") == "n"
        return self._keep_numbers

    def _show(self, prompt: Prompt) -> None:
        if not self._begun:
            say("Enter takes the answer in brackets; Ctrl-C ends, and nothing is written.")
            self._begun = True
        say("\n" + paint(prompt.help, "bold"))
        for number, choice in enumerate(prompt.choices, 1):
            say(f"  {number}) {choice.value}" + ("" if choice.label == str(choice.value) else f": {choice.label}"))


def _default_text(prompt: Prompt) -> str:
    if prompt.default is REQUIRED:
        return ""
    value = prompt.default
    if isinstance(value, bool):
        value = "yes" if value else "no"
    elif isinstance(value, list):
        value = ", ".join(map(str, value)) or "none"
    return paint(f" [{value}]", "dim")


def _chosen(typed: str, choices: Sequence[Choice]) -> str:
    """A choice may be typed by its value or by its number; a value wins where both fit."""
    if typed in [str(choice.value) for choice in choices] or not typed.isdecimal():
        return typed
    return str(choices[int(typed) - 1].value) if 0 < int(typed) <= len(choices) else typed
