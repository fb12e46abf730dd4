"""The engine: runs rules over a project, applies selection and suppression."""

from lobegen.lint.engine import Reading, lint_paths, read_paths
from lobegen.lint.options import LintOptions
from lobegen.read.walking import ENDINGS
from lobegen.report import FORMATS, Report, Style, renderer

__all__ = ["ENDINGS", "FORMATS", "LintOptions", "Reading", "Report", "Style", "lint_paths", "read_paths", "renderer"]
