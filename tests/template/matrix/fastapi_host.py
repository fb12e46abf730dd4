"""A generated FastAPI application with one route more, which starts a workflow as its start command does."""

from __future__ import annotations

from app.main import app
from app.workflows.start import find_workflows


@app.post("/start/{workflow}")
async def start(workflow: str, flags: dict[str, bool], run_id: str | None = None) -> dict[str, str]:
    """The flags under their names in Python; `?run_id=` for one by hand."""
    return {"runId": await find_workflows()[workflow].trigger(flags, run_id)}
