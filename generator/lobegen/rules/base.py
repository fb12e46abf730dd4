"""What every rule is: a class whose docstring is its documentation."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar

from lobegen.model.actions import Step
from lobegen.model.findings import Finding as Finding
from lobegen.model.findings import Profile, Related, Severity
from lobegen.model.fixes import Fix
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import CallSite, Language, Span

TYPESCRIPT_METHODS = {
    "sleep_until": "sleepUntil",
    "wait_for_event": "waitForEvent",
    "create_webhook": "createWebhook",
    "wait_for_webhook": "waitForWebhook",
}


class Rule:
    """One thing that goes wrong, and how it is found on the model.

    A subclass sits in a module of the rule's name (`nested_step.py` holds `NestedStep`, the rule `nested-step`), says
    what it finds in its docstring under the headings `What it finds`, `Why`, `Examples`, `What to do` where that is
    not plain, and `Fix` where `--fix` helps, and overrides `check` or `check_project`.

    One finding per cause: where two rules find the same span (equal path, start and end), or one's place is among the
    `causes` that the other one's finding names, the engine drops the finding of the rule that is named in `outranks`.
    Rules whose places differ may also ask the model the same question instead: `return-before-first-step` is silent
    where `stepless-workflow` has something to say.

    Attributes:
        severity: The severity of its findings unless one says otherwise.
        profile: "core" runs everywhere, "layers" on workflows of three layers, "guide" where the guide is asked for.
        varies: In which cases the severity is another, for the documentation.
        languages: The languages it exists for.
        fixable: Whether some of its findings carry a `Fix`, which its section `Fix` then describes.
        outranks: Rules whose findings at the same span have the same cause, so that this one alone speaks.
        by_engine: Whether the engine makes its findings, since they are about the run and not about a model.
        about_the_change: Whether its findings are about what has changed since a revision: shown in all files then.
    """

    severity: ClassVar[Severity] = Severity.ERROR
    profile: ClassVar[Profile] = "core"
    varies: ClassVar[str] = ""
    languages: ClassVar[tuple[Language, ...]] = ("python", "typescript")
    fixable: ClassVar[bool] = False
    outranks: ClassVar[tuple[str, ...]] = ()
    by_engine: ClassVar[bool] = False
    about_the_change: ClassVar[bool] = False

    @cached_property
    def name(self) -> str:
        """The rule's name: the class name in kebab case."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield what is wrong with one endpoint."""
        return iter(())

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield what is wrong in the project; by default, endpoint by endpoint.

        A helper that two endpoints share is expanded in both: what is wrong in it is said once.
        """
        said: set[tuple[Span, str]] = set()
        for endpoint in project.endpoints:
            if endpoint.language not in self.languages:
                continue
            for finding in self.check(endpoint, project):
                if (finding.span, finding.message) not in said:
                    said.add((finding.span, finding.message))
                    yield finding

    def finding(
        self,
        span: Span,
        message: str,
        *,
        severity: Severity | None = None,
        profile: Profile | None = None,
        guide_severity: Severity | None = None,
        related: tuple[Related, ...] = (),
        chain: tuple[CallSite, ...] = (),
        help: str = "",
        causes: tuple[Span, ...] = (),
        fix: Fix | None = None,
    ) -> Finding:
        """A finding of this rule with its own severity and profile unless said otherwise."""
        return Finding(
            self.name,
            span,
            message,
            severity or self.severity,
            profile or self.profile,
            related=related,
            chain=chain,
            guide_severity=guide_severity,
            help=help,
            causes=causes,
            fix=fix,
        )


def hides_code(endpoint: Endpoint, project: Project) -> bool:
    """Whether parts of the endpoint could not be read or followed, so that nothing can be said to be missing in it."""
    unread = any(fault.span.path == endpoint.path for fault in project.faults)
    return unread or any(each.hides_steps for each in endpoint.unresolved)


def spelled(step: Step, language: Language) -> str:
    """A step as its author wrote it, for messages: `context.sleepUntil("wait")`."""
    method = TYPESCRIPT_METHODS.get(step.method, step.method) if language == "typescript" else step.method
    method = step.written or method
    return f'context.{method}("{step.name.pattern}")' if step.name.pattern else f"context.{method}()"


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 step", "3 steps"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
