"""What starts another run, and what becomes of each payload field on the way."""

from typing import Literal

from msgspec import Struct

from lobegen.model.source import CallSite, Span
from lobegen.model.values import Flow, FlowControl, Settings, Text


class Sent(Struct, frozen=True, gc=False):
    """How the fields of a payload are sent.

    Attributes:
        listed: Whether `Trigger.payload_fields` are all that the code gives; the defaults of a model may come on top.
        complete: Whether they are all that is sent.
        hands_on: Whether the others are those of the run's own payload, as they came.
        unchanged, left_out: Fields that are the run's own of that name, as they came; that are surely not handed on.
        by_model: Whether an object of a class writes them, which may call them something else.
    """

    listed: bool
    complete: bool
    hands_on: bool = False
    unchanged: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    by_model: bool = False


class Trigger(Struct, frozen=True, gc=False):
    """A call that starts a run: `client.trigger`, a publish to a workflow's URL, or a static trigger of a class.

    Attributes:
        span: The call as seen from the handler.
        method: The name of the static trigger or helper; "trigger" for a bare client call.
        url: The target as far as it is known.
        payload: What the sent payload depends on; `payload_fields`: each field of an object, empty when unknown.
        sent: How these fields are sent.
        flow_control: None when there surely is none.
        settings: All options given to the SDK's trigger (several for a batch: those of its first element).
        batch: Whether several runs are started by one call; `chain`: the calls by which it was reached.
        sdk_method: The SDK's own call: "trigger", "publishJSON", "publish_json", ...
        base: The address of QStash itself, where the client was made with one.
        helped: Whether a helper makes the SDK's call, and `span` is the helper's.
    """

    span: Span
    method: str
    url: Text
    payload: Flow
    payload_fields: dict[str, Flow]
    sent: Sent
    flow_control: FlowControl | None
    settings: Settings
    batch: bool = False
    chain: tuple[CallSite, ...] = ()
    sdk_method: str = ""
    base: Text | None = None
    helped: bool = False

    def sends(self, name: str) -> Literal["new", "same", "nothing", "unknown"]:
        """What becomes of a field of the run's own payload: another value, as it came, or not sent."""
        if name in self.payload_fields:
            return "same" if name in self.sent.unchanged else "new"
        if self.sent.hands_on:
            return "nothing" if name in self.sent.left_out else "same"
        return "nothing" if self.sent.listed else "unknown"
