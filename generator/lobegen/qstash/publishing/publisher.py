"""What publishing does: begin a run, append to one, or send a plain message (facts: QStash wire protocol 3.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lobegen.qstash.faults.injection import hold_back
from lobegen.qstash.message import FAILURE_CALL, FROM_CALLBACK, STEP, Entry, Headers, Message, Publication
from lobegen.qstash.planning.outbox import Outbox
from lobegen.qstash.ports import Settings
from lobegen.qstash.publishing import intake
from lobegen.qstash.publishing.deduplication import Deduplication, mark_of
from lobegen.qstash.publishing.headers import forwarded, of_the_user
from lobegen.qstash.publishing.intake import Draft
from lobegen.qstash.publishing.invocation import read_invocation
from lobegen.qstash.publishing.limits import Limits
from lobegen.qstash.refusal import Refused
from lobegen.qstash.runs.ledger import Ledger
from lobegen.qstash.runs.run import Run


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to one published message."""

    message_id: str
    run_id: str
    deduplicated: bool = False


class Publisher:
    """Turns publish requests into entries, runs and planned attempts."""

    def __init__(
        self,
        ledger: Ledger,
        outbox: Outbox,
        deduplication: Deduplication,
        limits: Limits,
        settings: Settings,
        new_id: Callable[[str], str],
    ) -> None:
        self._ledger = ledger
        self._runs = ledger.runs
        self._outbox = outbox
        self._deduplication = deduplication
        self._limits = limits
        self._allow_remote = settings.allow_remote
        self._faults = settings.faults
        self._new_id = new_id

    def publish(self, asked: Sequence[Publication], now: int, trusted: bool = False) -> list[Accepted]:
        """Accept messages in order: all of them, or none.

        Args:
            asked: The messages.
            now: Milliseconds.
            trusted: Whether the server sends them itself; destinations were checked before.

        Raises:
            Refused: A header cannot be read (400), a destination is elsewhere (412), or a run has ended (400).
        """
        drafts = [intake.read(item, now, trusted or self._allow_remote) for item in asked]
        begun = {draft.run_id for draft in drafts if draft.init}
        for draft in drafts:
            if draft.run_id and draft.run_id not in begun:
                self._check_run(draft)
        if not trusted:
            self._check_limits(drafts, now)
        return [self._accept(draft, now) if trusted else self._accept_once(draft, now) for draft in drafts]

    def _check_limits(self, drafts: Sequence[Draft], now: int) -> None:
        if self._limits.plan is None:
            return
        added: dict[str, list[int]] = {}
        for draft in drafts:
            self._limits.check_message(draft, now)
            if draft.run_id in self._runs and not draft.init and draft.call_type != FAILURE_CALL:
                added.setdefault(draft.run_id, []).append(len(draft.asked.body))
        for run_id, sizes in added.items():
            self._limits.check_run(self._runs[run_id], len(sizes), sum(sizes))

    def check(self, asked: Publication, now: int) -> None:
        """Refuse a message as `publish` would, for one that is sent later."""
        self._limits.check_message(intake.read(asked, now, self._allow_remote), now)

    def take_over(self, failed: Run, run: Run, again: Sequence[tuple[Message, Publication]], now: int) -> None:
        """Let a new run go on with the entries of a failed one.

        Args:
            failed: Stays as it is.
            run: Has no entries yet.
            again: Messages of the failed run, as they are to be sent by the new one; all others count as delivered.
            now: Milliseconds.

        Raises:
            Refused: As for `publish`; nothing has happened then.
        """
        if run.id in self._runs or run.id in self._ledger.past:
            raise Refused(400, f"workflow run {run.id} exists")
        drafts = [intake.read(asked, now, self._allow_remote) for _, asked in again]
        ids = {message.id: self._new_id("msg") for message, _ in again}
        self._ledger.keep(run)
        for entry in failed.entries:
            self._ledger.append(run, replace(entry, message_id=ids.get(entry.message_id, entry.message_id)))
        self._ledger.lineage.begun(run, ())
        for (message, _), draft in zip(again, drafts, strict=True):
            self._send(draft, run, message.position, now, ids[message.id])

    def override(self, run_id: str, headers: Headers) -> None:
        """Let control headers hold for all later steps of a run."""
        run = self._runs[run_id]
        run.overrides = headers
        self._ledger.keep(run)

    def _check_run(self, draft: Draft) -> None:
        run = self._runs.get(draft.run_id)
        if run is None:
            raise Refused(400, f"workflow run {draft.run_id} does not exist")
        if not run.is_open and draft.call_type != FAILURE_CALL:
            raise Refused(400, f"workflow run {run.id} has ended: {run.state}")

    def _accept_once(self, draft: Draft, now: int) -> Accepted:
        """Accept a message unless it has the deduplication id of one before."""
        mark = mark_of(draft.asked)
        if not mark:
            return self._accept(draft, now)
        if first := self._deduplication.find(mark, now):
            return Accepted(first.message_id, first.run_id, deduplicated=True)
        accepted = self._accept(draft, now)
        self._deduplication.remember(mark, accepted.message_id, accepted.run_id, now)
        return accepted

    def _accept(self, draft: Draft, now: int) -> Accepted:
        if not draft.run_id:
            return self._send(draft, None, -1, now)
        if draft.init:
            return self._begin(draft, now)
        run = self._runs[draft.run_id]
        if draft.call_type == FAILURE_CALL:
            return self._send(draft, run, -1, now)
        return self._append(draft, run, draft.asked.body, now)

    def _begin(self, draft: Draft, now: int) -> Accepted:
        headers = draft.asked.headers
        run, past = self._runs.get(draft.run_id), self._ledger.past.get(draft.run_id)
        if past is not None:
            return Accepted(past.message_id, draft.run_id, deduplicated=True)
        if run is not None and "upstash-workflow-trigger-by-sdk" not in headers:
            return Accepted(run.entries[0].message_id, run.id, deduplicated=True)
        payload, parent = draft.asked.body, None
        if headers.get("upstash-workflow-invoke", "").lower() == "true":
            payload, parent = read_invocation(payload)
        url = headers.get("upstash-workflow-url") or draft.asked.destination
        # the SDK may start the same run again, knowing more of it than whoever triggered without an SDK
        created_at = now if run is None else run.created_at
        run = Run(draft.run_id, url, created_at, headers, forwarded(headers), parent)
        self._ledger.keep(run)
        accepted = self._append(draft, run, payload, now)
        self._ledger.lineage.begun(run, self._outbox.dispatcher.in_flight.values())
        return accepted

    def _append(self, draft: Draft, run: Run, body: bytes, now: int) -> Accepted:
        message_id = self._new_id("msg")
        position = self._ledger.append(run, Entry(message_id, body, draft.call_type, now))
        return self._send(draft, run, position, now, message_id)

    def _send(self, draft: Draft, run: Run | None, position: int, now: int, message_id: str = "") -> Accepted:
        asked = draft.asked
        delivery, forward = draft.delivery, forwarded(asked.headers)
        if run is not None and run.settled and not draft.init and draft.call_type in (STEP, FROM_CALLBACK):
            delivery = intake.kept(asked.headers, run.settled)
            forward = of_the_user(run.forward) | forward if run.keeps_config else forward
        message = Message(
            id=message_id or self._new_id("msg"),
            destination=asked.destination,
            method=draft.method,
            headers=asked.headers,
            forward=forward,
            body=asked.body,
            call_type=draft.call_type,
            run_id=draft.run_id,
            position=position,
            init=draft.init,
            retries=delivery.retries,
            retry_delay=delivery.retry_delay,
            flow=delivery.flow,
            timeout=draft.timeout,
            created_at=now,
            not_before=draft.not_before,
        )
        self._outbox.send(message, run, hold_back(self._faults, message, run))
        return Accepted(message.id, message.run_id)
