"""Other ways to write the same workflow, line by line: what is found in one must be found in all of them."""

import re
from collections.abc import Callable

from markdown_cases import Case

Files = dict[str, str]
Disguise = Callable[[Case], Files]
_IMPORT = re.compile(r'^import \{([^}]*)\} from "(@upstash/workflow/\w+)";', re.MULTILINE)
_NAME = r"\b(serve|serveMany|createWorkflow|servePagesRouter)\b(?=[(<])"
_SERVE = re.compile(r"^from upstash_workflow\.(\w+) import Serve$", re.MULTILINE)


def _each(case: Case, ending: str, change: Callable[[str], str]) -> Files:
    return {path: change(text) if path.endswith(ending) else text for path, text in case.files.items()}


def _beside(path: str) -> str:
    """The way from a file up to the root of its project."""
    return "../" * path.count("/") or "./"


def alias(case: Case) -> Files:
    """TypeScript: `import { serve as flow }`."""

    def change(text: str) -> str:
        text = _IMPORT.sub(
            lambda m: m[0].replace(m[1], re.sub(r"\b(serve\w*|createWorkflow)\b", r"\1 as \1_", m[1])), text
        )
        return re.sub(_NAME, r"\1_", text) if _IMPORT.search(text) else text

    return _each(case, ".ts", change)


def namespace(case: Case) -> Files:
    """TypeScript: `import * as upstash`, where nothing but functions is imported."""

    def change(text: str) -> str:
        found = _IMPORT.search(text)
        if found is None or re.search(r"type |Workflow[A-Z]\w*", found[1]):
            return text
        return re.sub(_NAME, r"upstash.\1", _IMPORT.sub(r'import * as upstash from "\2";', text))

    return _each(case, ".ts", change)


def required(case: Case) -> Files:
    """TypeScript: `require`, which ES modules have not."""
    if '"type": "module"' in case.files.get("package.json", ""):
        return case.files

    def change(text: str) -> str:
        return _IMPORT.sub(lambda m: m[0] if "type" in m[1] else f'const {{{m[1]}}} = require("{m[2]}");', text)

    return _each(case, ".ts", change)


def passed_on(case: Case) -> Files:
    """TypeScript: everything is imported from a file of the project that exports it again."""
    files = dict(case.files)
    for path, text in case.files.items():
        found = _IMPORT.search(text)
        if path.endswith(".ts") and found is not None:
            files[path] = _IMPORT.sub(rf'import {{\1}} from "{_beside(path)}upstash";', text)
            files["upstash.ts"] = f'export * from "{found[2]}";\n'
    return files


def wrapped(case: Case) -> Files:
    """TypeScript: `serve` is called by a function of the project that is given handler and options."""
    files = dict(case.files)
    for path, text in case.files.items():
        found = re.search(r'^import \{ serve \} from "(@upstash/workflow/\w+)";', text, re.MULTILINE)
        if path.endswith(".ts") and found is not None:
            files[path] = text.replace(found[0], f'import {{ serve }} from "{_beside(path)}serving";')
            files["serving.ts"] = (
                f'import {{ serve as original }} from "{found[1]}";\n\n'
                "export const serve = (handler, options = {}) => original(handler, options);\n"
            )
    return files


def handed_over(case: Case) -> Files:
    """TypeScript: the only handler of a file goes through a function of the project that calls it."""
    files = dict(case.files)
    for path, text in case.files.items():
        found = re.findall(r"^export const \{ POST \} = serve(?:<[^\n]*>)?\(async", text, re.MULTILINE)
        served = text.count("serve(") + text.count("serve<")
        whole = "import { serve }" in text and text.endswith("\n});\n")
        if path.endswith(".ts") and len(found) == served == 1 and whole:
            head = f'import {{ traced }} from "{_beside(path)}traced"; import {{ serve }}'
            text = text.replace(found[0], found[0].removesuffix("async") + "traced(async")
            files[path] = text.replace("import { serve }", head, 1).removesuffix("});\n") + "}));\n"
            files["traced.ts"] = (
                "export const traced = (handler) => async (context) => {\n  return handler(context);\n};\n"
            )
    return files


def python_alias(case: Case) -> Files:
    """Python: `import Serve as Flow`."""

    def change(text: str) -> str:
        return re.sub(r"\bServe\(", "Flow(", _SERVE.sub(r"from upstash_workflow.\1 import Serve as Flow", text))

    return _each(case, ".py", change)


def python_module(case: Case) -> Files:
    """Python: the module is imported, not the class."""

    def change(text: str) -> str:
        return re.sub(r"\bServe\(", "flows.Serve(", _SERVE.sub(r"import upstash_workflow.\1 as flows", text))

    return _each(case, ".py", change)


def python_passed_on(case: Case) -> Files:
    """Python: a module of the project hands `Serve` on."""
    files = dict(case.files)
    for path, text in case.files.items():
        found = _SERVE.search(text)
        if path.endswith(".py") and found is not None:
            files[path] = _SERVE.sub("from upstash import Serve", text)
            files["upstash.py"] = f"{found[0]}\n"
    return files


def python_elsewhere(case: Case) -> Files:
    """Python: what serves is made in another module."""
    files = dict(case.files)
    for path, text in case.files.items():
        found = _SERVE.search(text)
        made = re.search(r"^serve = Serve\((\w+)\((.*)\)\)$", text, re.MULTILINE)
        if path.endswith(".py") and found is not None and made is not None:
            files[path] = text.replace(found[0], "").replace(made[0], "from serving import serve")
            library = "fastapi" if made[1] == "FastAPI" else "flask"
            files["serving.py"] = f"from {library} import {made[1]}\n{found[0]}\n\n{made[0]}\n"
    return files


TYPESCRIPT = (alias, namespace, required, passed_on, wrapped, handed_over)
PYTHON = (python_alias, python_module, python_passed_on, python_elsewhere)
