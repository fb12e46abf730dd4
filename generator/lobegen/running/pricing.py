"""What a run would cost at Upstash: prices and the rule by which steps are counted, in one place.

Source: upstash.com/pricing/workflow and docs `workflow/pricing`, read 2026-11. "A step is a single call from the QStash
server to the Workflow URL or an external URL. Retries count as extra steps. Parallel steps count as two." Prices move.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """A price list.

    Attributes:
        dollars: For `steps` steps, pay-as-you-go.
    """

    dollars: float = 1.0
    steps: int = 100_000

    def of(self, steps: int) -> float:
        """Dollars, pay-as-you-go."""
        return steps * self.dollars / self.steps


PRICES = Prices()


def counted_steps(deliveries: int, finished_runs: int) -> int:
    """The steps that are charged by the documentation: deliveries less the one that closes a finished run.

    What is really charged was never measured at Upstash; all deliveries are the upper bound.
    """
    return max(0, deliveries - finished_runs)
