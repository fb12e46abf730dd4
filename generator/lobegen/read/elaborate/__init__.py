"""From the neutral syntax tree to the model: follows handlers and finds out what they do."""

from lobegen.read.elaborate import awaits, calls, expressions, guards, loops, statements
from lobegen.read.elaborate.endpoints import elaborate_endpoint
from lobegen.read.elaborate.helpers import survey_helped
from lobegen.read.elaborate.scope import ModuleScope
from lobegen.read.elaborate.survey import Survey

__all__ = [
    "ModuleScope",
    "Survey",
    "awaits",
    "calls",
    "elaborate_endpoint",
    "expressions",
    "guards",
    "loops",
    "statements",
    "survey_helped",
]
