"""Which modules of a project are read: those that serve, and of the others only what an answer hangs on."""

from pathlib import Path

import pytest

from lobegen.read import modules, read_project
from lobegen.read.discovery import SourceTree

ROUTE = """\
import { WorkflowAbort } from "@upstash/workflow";
import { serve } from "@upstash/workflow/express";

import { Table } from "./table";
import { Row } from "./row";

export const pay = serve(async (context) => {
  try {
    await context.run("pay", () => new Table().pay(null as unknown as Row));
  } catch (error) {
    if (error instanceof WorkflowAbort) throw error;
    console.error(error);
  }
});
"""


def test_which_copy_of_the_sdk_serves_needs_no_other_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pay.ts").write_text(ROUTE)
    (tmp_path / "table.ts").write_text('import { Row } from "./row";\n\nexport class Table {\n  pay() {}\n}\n')
    (tmp_path / "row.ts").write_text("export class Row {}\n")
    read: list[str] = []
    lowered = modules.lowered

    def noting(path: str, source: bytes) -> object:
        read.append(Path(path).name)
        return lowered(path, source)

    monkeypatch.setattr(modules, "lowered", noting)
    read_project(SourceTree(tmp_path, [tmp_path]))
    assert sorted(read) == ["pay.ts", "table.ts"]
