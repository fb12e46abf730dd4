"""Endpoints as commands show them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lobegen.model.project import Endpoint, Workflow


def endpoint_data(workflow: "Workflow | None", endpoint: "Endpoint") -> dict[str, object]:
    """An endpoint for programs; what is not known is None."""
    return {
        "name": endpoint.name,
        "layer": workflow.layer_of(endpoint) if workflow else None,
        "route": endpoint.route,
        "language": endpoint.language,
        "framework": endpoint.framework,
        "sdk": {"version": endpoint.sdk.version, "source": endpoint.sdk.source} if endpoint.sdk else None,
        "path": endpoint.path,
        "line": endpoint.span.line,
    }


def sdk_of(endpoint: "Endpoint") -> str:
    """The SDK's package, with its version where that is known."""
    return f"{endpoint.package} {endpoint.sdk.version}" if endpoint.sdk else endpoint.package
