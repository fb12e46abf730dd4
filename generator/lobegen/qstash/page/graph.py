"""A run as a graph of its steps: sequential ones, parallel groups, and what is still under way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lobegen.qstash.engine import Engine
from lobegen.qstash.message import FAILURE_CALL, FROM_CALLBACK, STEP, TO_CALLBACK, Attempt, DeliveryNote
from lobegen.qstash.page.attempts import attempts_of, upcoming
from lobegen.qstash.runs.run import Run, RunState, read_step

_SLEEPS = ("SleepFor", "SleepUntil")
Step = dict[str, object]


@dataclass(slots=True)
class _Group:
    """A parallel group while its entries are read: branches by the step's id."""

    size: int
    branches: dict[object, Step] = field(default_factory=dict)


class Graph:
    """Reads a run's entries in order and says for each step which deliveries it took.

    A delivery runs the step that comes after its own entry; so a step belongs to the message before it, and in a
    parallel group to the message that planned it (facts: QStash wire protocol 2.2, 2.3).
    """

    def __init__(self, engine: Engine, run: Run) -> None:
        self._engine = engine
        self._run = run
        self._notes: dict[str, list[DeliveryNote]] = {}
        for note in run.deliveries:
            self._notes.setdefault(note.message_id, []).append(note)
        self._calls: dict[str, list[str]] = {}
        for note in run.deliveries:
            if note.called and note.message_id not in self._calls.setdefault(note.called, []):
                self._calls[note.called].append(note.message_id)
        self._cause = run.entries[0].message_id
        self._group: _Group | None = None
        self._seen: set[object] = set()
        self.groups: list[dict[str, object]] = []

    def read(self) -> list[dict[str, object]]:
        """The groups, in the order of their beginning; each has `kind` and `steps`."""
        for position, entry in enumerate(self._run.entries[1:], start=1):
            step = read_step(entry) if entry.call_type == STEP else None
            if step is not None:
                self._take(position, step)
        self._add_unfinished()
        return self.groups

    # ---- entries -----------------------------------------------------------------------------------------------

    def _take(self, position: int, step: Mapping[str, object]) -> None:
        if step.get("targetStep"):
            # a plan that came twice, after a delivery that came twice, plans nothing
            if ("plan", step["targetStep"]) not in self._seen:
                self._plan(position, step)
        elif self._group and step.get("stepId") in self._group.branches:
            self._group.branches[step.get("stepId")].update(self._result(position, step))
            self._cause = self._run.entries[position].message_id
        else:
            self._group = None
            result = self._result(position, step) | {"attempts": self._attempts(self._cause, step)}
            self.groups.append({"kind": "sequential", "steps": [self._timed(result, self._cause)]})
            self._cause = self._run.entries[position].message_id
        self._seen.add(("plan", step["targetStep"]) if step.get("targetStep") else step.get("stepId"))

    def _plan(self, position: int, step: Mapping[str, object]) -> None:
        target, size = step["targetStep"], int(str(step.get("concurrent") or 1))
        if self._group is None or len(self._group.branches) >= self._group.size:
            self._group = _Group(size)
            self.groups.append({"kind": "parallel", "steps": self._group.branches})
        message_id = self._run.entries[position].message_id
        branch = self._described(step) | {"stepId": target, "state": self._state(message_id)}
        branch |= {"attempts": self._attempts(message_id, branch), "finished": None, "position": None}
        self._group.branches[target] = self._timed(branch, message_id) | upcoming(self._engine, self._run, message_id)

    def _result(self, position: int, step: Mapping[str, object]) -> Step:
        entry = self._run.entries[position]
        result: Step = {"position": position, "state": "done", "finished": entry.created_at, "size": len(entry.body)}
        if step.get("stepType") in _SLEEPS and self._group is None:
            result |= self._sleep(entry.message_id, entry.created_at)
        if step.get("stepId") in self._seen:
            result["duplicate"] = True
        return self._described(step) | result

    def _sleep(self, message_id: str, created_at: int) -> Step:
        """A sequential sleep lasts until its own message is delivered."""
        notes, state = self._notes.get(message_id), self._state(message_id)
        if notes:
            return {"started": created_at, "finished": notes[0].started_at}
        state = "sleeping" if state == "planned" else state
        ahead = upcoming(self._engine, self._run, message_id)
        return {"started": created_at, "finished": None, "state": state, **ahead}

    @staticmethod
    def _described(step: Mapping[str, object]) -> Step:
        return {
            "stepId": step.get("stepId"),
            "name": str(step.get("stepName") or ""),
            "type": str(step.get("stepType") or ""),
        }

    def _timed(self, step: Step, message_id: str) -> Step:
        """The step with its beginning: the first delivery that tried it."""
        notes = self._notes.get(message_id)
        return {"started": notes[0].started_at if notes else None} | {
            name: value for name, value in step.items() if name != "started" or value is not None
        }

    def _attempts(self, message_id: str, step: Mapping[str, object]) -> list[dict[str, object]]:
        """The tries of a step, those of its call to a third party among them."""
        ids = [message_id, *self._calls.get(str(step.get("stepId")), [])]
        return attempts_of(self._run, [note for each in ids for note in self._notes.get(each, [])])

    # ---- what has no result ------------------------------------------------------------------------------------

    def _state(self, message_id: str) -> str:
        run = self._run
        if message_id == run.failed_message:
            return "failed"
        attempt = run.pending.get(message_id)
        if attempt is None:
            return "done" if run.is_open or run.state is RunState.SUCCESS else "canceled"
        return "retrying" if attempt.retried else self._engine.outbox.phase(attempt)

    def _add_unfinished(self) -> None:
        for group in self.groups:
            if isinstance(group["steps"], dict):
                branches: list[Step] = list(group["steps"].values())
                self._mark_handed_over(branches)
                group["steps"] = branches
        found = [*self._next(), *self._called(), *self._waited()]
        if found:
            self.groups.append({"kind": "sequential" if len(found) == 1 else "parallel", "steps": found})
        notes = [note for note in self._run.deliveries if note.call_type == FAILURE_CALL]
        if self._run.failure_function is not None:
            state = {"CALLBACK_SUCCESS": "done", "CALLBACK_FAIL": "failed", "CALLBACK_CANCELED": "canceled"}.get(
                self._run.failure_function, "in-flight"
            )
            self.groups.append({"kind": "sequential", "steps": [self._failure_function(state, notes)]})

    def _mark_handed_over(self, branches: list[Step]) -> None:
        """A planned step whose message is through and that has no result waits for somebody else."""
        for branch in branches:
            if branch["position"] is None and branch["state"] == "done":
                branch["state"] = "waiting" if self._run.is_open else "canceled"

    def _failure_function(self, state: str, notes: list[DeliveryNote]) -> Step:
        return {
            "stepId": None,
            "name": "failure function",
            "type": "failure function",
            "state": state,
            "position": None,
            "attempts": attempts_of(self._run, notes),
            "started": notes[0].started_at if notes else None,
            "finished": notes[-1].finished_at if notes and state != "in-flight" else None,
        }

    def _next(self) -> Iterator[Step]:
        """The step that the newest message is to run: the SDK names it only by its result or its error."""
        run, cause = self._run, self._cause
        if any(run.entries[-1].message_id == cause and step.get("state") == "sleeping" for step in self._last()):
            return
        state = self._state(cause)
        is_last = self._group is None or all(step["position"] for step in self._group.branches.values())
        if state == "done" or not (is_last or state == "failed"):
            return
        errors = run.errors.get(cause, [])
        name = next((error.answer.headers.get("upstash-error-step-name", "") for error in reversed(errors)), "")
        step: Step = {"stepId": None, "name": name, "type": "", "state": state, "position": None, "finished": None}
        step |= {"attempts": self._attempts(cause, {}), **upcoming(self._engine, run, cause)}
        if state == "failed" and cause in self._notes:
            step["finished"] = self._notes[cause][-1].finished_at
        yield self._timed(step, cause)

    def _last(self) -> list[Step]:
        steps = self.groups[-1]["steps"] if self.groups else []
        return steps if isinstance(steps, list) else []

    def _called(self) -> Iterator[Step]:
        """Calls of third parties under way, outside of groups that show them already."""
        shown = {str(step["stepId"]) for group in self.groups for step in _steps(group) if step["stepId"]}
        for message_id, attempt in self._run.pending.items():
            message = attempt.message
            if message.call_type in (TO_CALLBACK, FROM_CALLBACK) and message.called not in shown:
                step = self._call_under_way(message_id, attempt)
                yield self._timed(step, message_id)

    def _call_under_way(self, message_id: str, attempt: Attempt) -> Step:
        message, name = attempt.message, "upstash-workflow-stepname"
        return {
            "stepId": message.called,
            "name": message.forward.get(name) or message.headers.get(f"upstash-callback-forward-{name}", ""),
            "type": "Call",
            "state": self._state(message_id),
            "position": None,
            "finished": None,
            "attempts": self._attempts(message_id, {}),
            **upcoming(self._engine, self._run, message_id),
        }

    def _waited(self) -> Iterator[Step]:
        """Waits for events, and invoked runs that have not ended."""
        shown = {step["stepId"] for group in self.groups for step in _steps(group)}
        if not self._run.is_open:
            return
        waits = [
            (waiter.step, {"event": waiter.event_id, "due": waiter.deadline})
            for waiter in self._engine.waiting_room.of_run(self._run.id)
        ]
        for child in map(self._engine.runs.get, self._engine.lineage.children(self._run.id)):
            if child is not None and child.parent is not None and child.is_open:
                waits.append((child.parent.step, {"invoked": child.id}))
        for step, more in waits:
            if (step.get("targetStep") or step.get("stepId")) not in shown:
                rest: Step = {"state": "waiting", "position": None, "finished": None, "attempts": []}
                yield self._timed(self._described(step) | rest | more, self._cause)


def _steps(group: Mapping[str, object]) -> list[Step]:
    steps = group["steps"]
    return steps if isinstance(steps, list) else []
