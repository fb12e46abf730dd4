"""Scaffolds for the tests of rules: rendered once, from the template as it is in the working tree."""

import shutil
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def scaffolds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The golden workflow of both targets, by target."""
    import copier

    source = tmp_path_factory.mktemp("template")
    shutil.copy(ROOT / "copier.yml", source)
    shutil.copytree(ROOT / "template", source / "template")
    settings = source / "settings.yml"
    settings.write_text("{}\n")
    folders = {target: tmp_path_factory.mktemp(target) for target in ("fastapi", "nextjs")}
    answers = {"workflow": "welcome-placeholder", "entity": "user", "action": "generate", "flags": ["paidOnly"]}
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setenv("COPIER_SETTINGS_PATH", str(settings))
        for target, folder in folders.items():
            copier.run_copy(str(source), str(folder), data={"target": target, **answers}, defaults=True, quiet=True)
    return folders
