"""After any number of edits the server says what `lobegen lint` says of the same texts."""

import random
from pathlib import Path

import pytest
from lsp_editor import Editor

from lobegen.lint import LintOptions, lint_paths

RECORDED = Path(__file__).parents[1] / "qstash"
HOST = (
    "import * as WF from '@upstash/workflow';\nimport { makeWorkflows } from './workflows';\n"
    "const made = makeWorkflows({ WF });\n"
)
NAMES = ("tryCatch", "nested", "notAwaited", "dupPar", "dateName", "flow", "serialize", "parallel")
EDITS, WORST_BURST = 25, 4


def edited(text: str, chance: random.Random) -> str:
    """A text with a line deleted, doubled, cut in half, without its `await`, or with characters of several units."""
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    line = lines[at]
    lines[at : at + 1] = chance.choice(
        [[], [line, line], [line[: len(line) // 2]], [line.replace("await ", "", 1)], [line, "// 😀 é"]]
    )
    return "\n".join(lines)


def said_by_lint(texts: dict[Path, str]) -> dict[Path, list[tuple[object, int]]]:
    overlay = {path: text.encode() for path, text in texts.items()}
    report = lint_paths(list(texts), options=LintOptions(overlay=overlay, force_exclude=True))
    return {
        path: sorted((each.rule, each.span.line) for each in report.findings if Path(each.span.path).name == path.name)
        for path in texts
    }


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_the_server_agrees_with_lint(editor: Editor, workspace: Path, seed: int) -> None:
    chance = random.Random(seed)
    sources = {
        "workflows.ts": (RECORDED / "workflows.mjs").read_text(),
        "work.py": (RECORDED / "python_workflows.py").read_text(),
        "host.ts": HOST + "".join(f"export const {name} = WF.serve(...made.{name});\n" for name in NAMES),
    }
    texts = {workspace / name: text for name, text in sources.items()}
    for path, text in texts.items():
        path.write_text(text)
        editor.open(path, text)
    for _ in range(EDITS):
        path = chance.choice(list(texts))
        burst = [texts[path]]
        for _ in range(chance.randint(1, WORST_BURST)):
            burst.append(edited(burst[-1], chance))
        texts[path] = burst[-1]
        editor.type(path, *burst[1:])
        editor.hover(path, 0, 0)  # answered when all of that is checked
        said = {each: sorted((d.code, d.range.start.line + 1) for d in editor.diagnostics(each)) for each in texts}
        assert said == said_by_lint(texts)
