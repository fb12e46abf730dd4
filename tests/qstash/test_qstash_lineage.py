"""What the server knows of where a run comes from."""

import json
from collections.abc import Mapping

from lobegen.qstash.clock import VirtualClock
from lobegen.qstash.engine import Engine
from lobegen.qstash.message import Answer, Outbound, Publication
from lobegen.qstash.runs.lineage import Evidence

URL = "http://127.0.0.1:1/workflow"


def begin(engine: Engine, run_id: str, payload: object = None, **headers: str) -> None:
    control = {"upstash-workflow-init": "true", "upstash-workflow-runid": run_id, "upstash-workflow-url": URL}
    engine.publish([Publication(URL, control | headers, json.dumps(payload).encode())])


def deliver(engine: Engine) -> dict[str, Outbound]:
    """What is in delivery from now on, by run."""
    return {request.attempt.message.run_id: request for request in engine.start()}


def finish_step(engine: Engine, run_id: str, out: object) -> None:
    step = {"stepId": 1, "stepName": "start", "stepType": "Run", "out": json.dumps(out), "concurrent": 1}
    own = {"upstash-workflow-runid": run_id, "upstash-workflow-init": "false"}
    engine.publish([Publication(URL, own, json.dumps(step).encode())])


def origin(engine: Engine, run_id: str) -> tuple[str, Evidence]:
    found = engine.lineage.origin(run_id)
    return found.parent, found.evidence


def test_a_step_whose_result_holds_the_id_is_the_parents() -> None:
    engine = Engine(VirtualClock())
    begin(engine, "wfr_a")
    begin(engine, "wfr_b")
    finish_step(engine, "wfr_a", {"workflowRunId": "wfr_b"})
    assert origin(engine, "wfr_b") == ("wfr_a", Evidence.NAMED)
    assert engine.lineage.children("wfr_a") == ["wfr_b"]


def test_naming_an_older_run_says_nothing_of_its_origin() -> None:
    engine = Engine(VirtualClock())
    begin(engine, "wfr_a")
    begin(engine, "wfr_b")
    finish_step(engine, "wfr_b", {"rootRunId": "wfr_a"})
    assert origin(engine, "wfr_a") == ("", Evidence.NONE)


def test_an_invoked_run_names_its_parent_itself() -> None:
    engine = Engine(VirtualClock())
    begin(engine, "wfr_a")
    envelope: Mapping[str, object] = {"workflowRunId": "wfr_a", "workflowUrl": URL, "headers": {}, "step": {}}
    begin(engine, "wfr_b", envelope, **{"upstash-workflow-invoke": "true"})
    assert origin(engine, "wfr_b") == ("wfr_a", Evidence.INVOKED)


def test_of_a_roots_runs_the_only_one_in_delivery_is_the_parent() -> None:
    engine = Engine(VirtualClock())
    begin(engine, "wfr_root")
    requests = deliver(engine)
    begin(engine, "wfr_page", {"rootRunId": "wfr_root"})
    assert origin(engine, "wfr_page") == ("wfr_root", Evidence.IN_DELIVERY)
    engine.settle(requests["wfr_root"], Answer(200), 0, 0)
    begin(engine, "wfr_stranger")
    deliver(engine)
    begin(engine, "wfr_item", {"rootRunId": "wfr_root"})
    assert origin(engine, "wfr_item") == ("wfr_page", Evidence.IN_DELIVERY)


def test_among_several_the_root_stands_for_the_parent() -> None:
    engine = Engine(VirtualClock())
    begin(engine, "wfr_root")
    begin(engine, "wfr_page", {"rootRunId": "wfr_root"})
    deliver(engine)
    begin(engine, "wfr_item", {"rootRunId": "wfr_root"})
    assert origin(engine, "wfr_item") == ("wfr_root", Evidence.ROOT)
    assert engine.lineage.origin("wfr_item").candidates == 2


def test_without_a_word_of_it_a_run_has_no_parent() -> None:
    engine = Engine(VirtualClock())
    begin(engine, "wfr_a")
    deliver(engine)
    begin(engine, "wfr_b", {"rootRunId": "wfr_unknown"})
    assert origin(engine, "wfr_b") == ("", Evidence.NONE)
    assert engine.lineage.origin("wfr_b").candidates == 1
