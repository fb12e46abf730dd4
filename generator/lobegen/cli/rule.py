"""`lobegen rule`: what a rule finds, why it matters, and how it looks in code."""

import json
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import typer

from lobegen.cli.terminal import paint
from lobegen.errors import LobegenError

if TYPE_CHECKING:
    from lobegen.rules.documentation import Documentation


def rule(
    name: str = typer.Argument("", metavar="[NAME]", help="The rule, as findings show it: nested-step."),
    all_rules: bool = typer.Option(False, "--all", help="List every rule with its summary (with --json: everything)."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON for programs."),
) -> None:
    """Explain a rule: what it finds, why, with examples."""
    from lobegen.rules.documentation import documentations

    known = {each.name: each for each in documentations()}
    if all_rules == bool(name):
        raise LobegenError("name one rule, or give --all to list them.", "For example: lobegen rule nested-step.")
    if all_rules:
        typer.echo(_as_json(list(known.values())) if as_json else _listed(list(known.values())))
        return
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"Did you mean `{near[0]}`?" if near else "`lobegen rule --all` lists them."
        raise LobegenError(f"there is no rule `{name}`.", hint)
    typer.echo(_as_json(known[name]) if as_json else _page(known[name]))


def _as_json(documented: "Documentation | Sequence[Documentation]") -> str:
    from msgspec.structs import asdict

    many = isinstance(documented, Sequence)
    facts = [asdict(each) for each in documented] if isinstance(documented, Sequence) else [asdict(documented)]
    return json.dumps(facts if many else facts[0], indent=2)


def _listed(documented: "list[Documentation]") -> str:
    width = max(len(each.name) for each in documented)
    lines = [
        f"{paint(each.name.ljust(width), 'bold')}  {each.severity:<7}  {each.profile:<6}  {each.summary}"
        for each in documented
    ]
    return "\n".join(lines)


def _page(documented: "Documentation") -> str:
    lines = [paint(documented.name, "bold"), documented.summary, "", paint(documented.facts, "dim"), ""]
    in_code = False
    for line in documented.text.splitlines():
        if line.startswith("```"):
            in_code = not in_code
        elif in_code:
            lines.append(paint(f"    {line}".rstrip(), "cyan"))
        elif line.startswith("#"):
            lines.append(paint(line.lstrip("# "), "bold"))
        else:
            lines.append(line)
    return "\n".join(lines)
