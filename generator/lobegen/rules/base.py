"""What every rule is: a class whose docstring is its documentation."""

import re
from collections.abc import Iterator
from typing import ClassVar

from lobegen.model.findings import Finding as Finding
from lobegen.model.findings import Profile, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import CallSite, Language, Span


class Rule:
    """One thing that goes wrong, and how it is found on the model.

    A subclass sits in a module of the rule's name (`nested_step.py` holds `NestedStep`, the rule `nested-step`), says
    what it finds in its docstring under the headings `What it finds`, `Why`, `Examples` and `Fix`, and overrides
    `check` or `check_project`.

    Attributes:
        severity: The severity of its findings unless one says otherwise.
        profile: "core" runs everywhere, "layers" on workflows of three layers, "guide" where the guide is asked for.
        languages: The languages it exists for.
    """

    severity: ClassVar[Severity] = Severity.ERROR
    profile: ClassVar[Profile] = "core"
    languages: ClassVar[tuple[Language, ...]] = ("python", "typescript")

    @property
    def name(self) -> str:
        """The rule's name: the class name in kebab case."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield what is wrong with one endpoint."""
        return iter(())

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield what is wrong in the project; by default, endpoint by endpoint."""
        for endpoint in project.endpoints:
            if endpoint.language in self.languages:
                yield from self.check(endpoint, project)

    def finding(
        self,
        span: Span,
        message: str,
        *,
        severity: Severity | None = None,
        profile: Profile | None = None,
        chain: tuple[CallSite, ...] = (),
        help: str = "",
    ) -> Finding:
        """A finding of this rule with its own severity and profile unless said otherwise."""
        return Finding(
            self.name, span, message, severity or self.severity, profile or self.profile, chain=chain, help=help
        )
