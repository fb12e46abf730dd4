"""`lobegen list`: the workflows of a project."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lobegen.cli.endpoints import endpoint_data, sdk_of
from lobegen.cli.terminal import paint

if TYPE_CHECKING:
    from lobegen.model.project import Endpoint, Workflow

_HEADS = ("LAYER", "ROUTE", "SDK", "FILE")


def list_(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files and folders; the current folder when none is given.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the workflows as JSON.")] = False,
) -> None:
    """List the workflows of a project: layers, routes and SDK versions.

    A layer is named where a workflow follows the three-layer pattern (entry, pagination, execution).

    Exit codes: 0 also when there is none, 2 wrong input.
    """
    from lobegen.lint import read_paths

    reading = read_paths(paths or [])
    shown = [each for each in reading.project.workflows if any(reading.shows(end.path) for end in each.endpoints)]
    if as_json:
        print(json.dumps({"workflows": [_data(each) for each in shown]}, indent=2, ensure_ascii=False))
    elif not shown:
        print("No Upstash workflow found.")
    else:
        print("\n\n".join("\n".join(_table(each)) for each in shown))


def _data(workflow: "Workflow") -> dict[str, object]:
    return {
        "name": workflow.name,
        "folder": workflow.folder,
        "scaffolded": workflow.scaffolded,
        "class": workflow.workflow_class.name if workflow.workflow_class else None,
        "endpoints": [endpoint_data(workflow, each) for each in _ordered(workflow)],
    }


def _ordered(workflow: "Workflow") -> list["Endpoint"]:
    """Endpoints in the order in which their layers run; then those of no layer."""
    from lobegen.model.project import Layer

    order = [workflow.layers.get(layer) for layer in Layer]
    return sorted(workflow.endpoints, key=lambda each: order.index(each) if each in order else len(order))


def _table(workflow: "Workflow") -> Iterable[str]:
    rows = [_HEADS, *(_row(workflow, each) for each in _ordered(workflow))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    note = "  (made by lobegen)" if workflow.scaffolded else ""
    yield paint(workflow.name, "bold") + paint(f"  {workflow.folder}{note}", "dim")
    for number, row in enumerate(rows):
        line = "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        yield paint(line, "dim") if number == 0 else line


def _row(workflow: "Workflow", endpoint: "Endpoint") -> tuple[str, ...]:
    place = f"{endpoint.path}:{endpoint.span.line}"
    return workflow.layer_of(endpoint) or "-", endpoint.route or endpoint.name, sdk_of(endpoint), place
