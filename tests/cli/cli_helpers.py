"""What the tests of the command line share."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """Exit code and output of one run."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]

#: finds the error unnamed-step in line 3, and nothing else
UNNAMED = """\
import { serve } from '@upstash/workflow/nextjs';
export const { POST } = serve<{ id?: string }>(async (context) => {
  await context.run('', () => 1);
});
"""
CLEAN = UNNAMED.replace("''", "'one'")
