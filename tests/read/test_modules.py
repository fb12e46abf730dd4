"""Which modules are worth reading."""

from pathlib import Path

import pytest

from lobegen.read.discovery import SourceTree
from lobegen.read.modules import Modules


@pytest.mark.parametrize(("size", "worth"), [(100, True), (10_000, False)], ids=["small", "large"])
def test_whether_a_module_is_worth_reading_does_not_hang_on_what_was_read_before(
    tmp_path: Path, size: int, worth: bool
) -> None:
    (tmp_path / "main.ts").write_text("import { help } from './helper';")
    (tmp_path / "helper.ts").write_text(f"export const help = () => {{}}; // {'x' * size}")
    modules = Modules(SourceTree(tmp_path, [tmp_path]), lambda scope, statement: None, {})
    main = modules.load(tmp_path / "main.ts")
    assert main is not None
    before = modules.worth(main.source, "./helper", "help")
    modules.load(tmp_path / "helper.ts")
    assert (before, modules.worth(main.source, "./helper", "help")) == (worth, worth)
