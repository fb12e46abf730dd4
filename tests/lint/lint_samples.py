"""What the tests of the engine lint."""

from collections.abc import Callable

from lobegen.lint import Report

#: finds unnamed-step in line 3, and nothing else
UNNAMED = """\
import { serve } from '@upstash/workflow/nextjs';
export const { POST } = serve<{ id?: string }>(async (context) => {
  await context.run('', () => 1);
});
"""

Lint = Callable[..., Report]
