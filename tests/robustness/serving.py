"""Makes a workflow of any source: a served handler calls all that it defines, so that it is followed."""

import re

_PYTHON_NAMES = re.compile(rb"^(?:async )?(?:def|class) ([A-Za-z]\w*)", re.MULTILINE)
_TYPESCRIPT_NAMES = re.compile(
    rb"^(?:export )?(?:default )?(?:async )?(?:function\*?|const|let|class) ([A-Za-z]\w*)", re.MULTILINE
)
_PYTHON = b"""
from upstash_workflow.fastapi import Serve as LobegenServe
@LobegenServe(None).post("/followed")
async def lobegen_followed(context):
    await context.run("first", lambda: 1)
%s
"""
_TYPESCRIPT = b"""
import { serve as lobegenServe } from '@upstash/workflow/nextjs';
export const { POST: lobegenFollowed } = lobegenServe(async (context) => {
  await context.run('first', () => 1);
%s
});
"""


def served(name: str, source: bytes) -> bytes:
    """A source with a handler behind it that hands its context to all that the source defines at its top level."""
    if name.endswith(".py"):
        names = dict.fromkeys(_PYTHON_NAMES.findall(source))
        return source + _PYTHON % b"\n".join(b"    await %s(context)" % each for each in names)
    names = dict.fromkeys(_TYPESCRIPT_NAMES.findall(source))
    return source + _TYPESCRIPT % b"\n".join(b"  await %s(context);" % each for each in names)
