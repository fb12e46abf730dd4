"""The project as it was in a git revision, as far as rules compare it."""

from msgspec import Struct

from lobegen.model.project import Endpoint


class Earlier(Struct, frozen=True):
    """The endpoints as they were in a git revision.

    Attributes:
        revision: As the user names it.
        pairs: An endpoint, and the same route then.
    """

    revision: str
    pairs: tuple[tuple[Endpoint, Endpoint], ...] = ()

    def of(self, endpoint: Endpoint) -> Endpoint | None:
        """An endpoint as it was then; None for one that is new."""
        return next((then for now, then in self.pairs if now is endpoint), None)
