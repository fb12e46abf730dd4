"""One finding explained: itself, the endpoints that it is about, why it matters and what to do."""

from collections.abc import Iterator

from lobegen.cli.endpoints import endpoint_data, sdk_of
from lobegen.cli.terminal import has_colour, paint
from lobegen.lint.explaining import Context, Explained, Explanation
from lobegen.model.project import Endpoint
from lobegen.report.json_ import finding_data
from lobegen.report.paint import Paint
from lobegen.report.prose import page_of, section_of
from lobegen.report.text import finding_lines


def explained_lines(explained: Explained) -> Iterator[str]:
    """The findings as text shows them, each with what is known of it."""
    for number, each in enumerate(explained.explanations):
        if number:
            yield ""
        yield from finding_lines(each.finding, explained.report.sources, Paint(has_colour()))
        yield ""
        for label, text in _facts(each):
            yield f"{paint(label.ljust(9), 'bold')} {text}"
        for heading in ("Why", "What to do", "Fix"):
            text = section_of(each.rule.documentation, heading)
            if text:
                yield ""
                yield paint(heading, "bold")
                yield text
        yield ""
        yield f"More: lobegen rule {each.finding.rule}, {page_of(each.finding.rule)}"


def _facts(each: Explanation) -> Iterator[tuple[str, str]]:
    if each.status:
        yield "Status", each.status
    yield "Profile", each.finding.profile
    for context in each.contexts:
        endpoint = context.endpoint
        served = f"{endpoint.served_by}, {endpoint.framework}" if endpoint.framework else endpoint.served_by
        yield "Endpoint", f"{endpoint.name} ({served}) at {endpoint.path}:{endpoint.span.line}"
        if endpoint.route:
            yield "Route", endpoint.route
        yield "Handler", f"{endpoint.handler.path}:{endpoint.handler.line}"
        if context.workflow and context.workflow.name:
            yield "Workflow", _workflow(context)
        yield "SDK", f"{sdk_of(endpoint)}, {_version_source(endpoint)}"


def _workflow(context: Context) -> str:
    workflow = context.workflow
    assert workflow is not None
    layer = workflow.layer_of(context.endpoint)
    notes = [f"{layer} layer"] if layer else []
    notes += ["made by lobegen"] if workflow.scaffolded else []
    return workflow.name + (f" ({', '.join(notes)})" if notes else "")


def _version_source(endpoint: Endpoint) -> str:
    return f"says {endpoint.sdk.source}" if endpoint.sdk else "in a version that nothing says"


def explained_data(explained: Explained) -> dict[str, object]:
    """The same for programs: the keys of a finding, and what is known of it."""
    return {"findings": [_explanation_data(each) for each in explained.explanations]}


def _explanation_data(each: Explanation) -> dict[str, object]:
    return finding_data(each.finding) | {
        "shown": not each.status,
        "status": each.status,
        "endpoints": [endpoint_data(context.workflow, context.endpoint) for context in each.contexts],
        "why": section_of(each.rule.documentation, "Why"),
        "what_to_do": section_of(each.rule.documentation, "What to do") or section_of(each.rule.documentation, "Fix"),
        "page": page_of(each.finding.rule),
    }
