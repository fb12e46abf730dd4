"""Rendering the template into an empty folder: the only call of Copier's copy."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lobegen.errors import LobegenError
from lobegen.git import hook_variables_hidden
from lobegen.scaffold.source import Template, plain_folder


def render(template: Template, answers: Mapping[str, object], folder: Path, answers_file: str | None = None) -> None:
    """Write what the template makes of `answers` into `folder`.

    Questions without an answer take the one in `answers_file` (relative to `folder`), else their default.

    Raises:
        LobegenError: Copier refused an answer or the template.
    """
    import copier

    data = {**answers, "lobegen_source": template.source}
    with plain_folder(template) as root, copier_errors():
        copier.run_copy(
            str(root),
            folder,
            data=data,
            answers_file=answers_file,
            defaults=True,
            overwrite=True,
            quiet=True,
            settings=copier.Settings(),
        )


@contextmanager
def copier_errors() -> Iterator[None]:
    """Turn what Copier raises for wrong input into one line; its warnings are for template authors and stay silent."""
    from copier.errors import CopierError
    from jinja2 import TemplateError, TemplateSyntaxError
    from plumbum import ProcessExecutionError

    try:
        with warnings.catch_warnings(), hook_variables_hidden():
            warnings.simplefilter("ignore")
            yield
    except ProcessExecutionError as error:
        lines = [line for line in str(error.stderr).splitlines() if line.strip()] or ["git failed"]
        raise LobegenError(f"Copier: {lines[-1].removeprefix('fatal: ')}") from error
    except TemplateSyntaxError as error:
        raise LobegenError(f"the template's {error.name or error.filename}:{error.lineno}: {error.message}") from error
    except (CopierError, TemplateError, ValueError, TypeError, OSError) as error:
        raise LobegenError(f"Copier: {error}") from error
