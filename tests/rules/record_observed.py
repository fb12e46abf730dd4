"""Writes what the rules' pages say of run time: `python tests/rules/record_observed.py FILE`."""

import json
import sys
import tempfile
from pathlib import Path

from observing import observe, observed_rules, sdks, stage

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as on:
        found = {"sdks": sdks(), "rules": {rule: observe(rule, on) for rule in observed_rules()}}
    # a line for each run: what changed is seen in a diff
    text = json.dumps(found, ensure_ascii=False).replace('{"example"', '\n{"example"')
    Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")
