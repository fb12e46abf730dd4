"""Where a body opens database connections, and which of them one run can come by twice."""

from collections.abc import Iterator

from msgspec import Struct

from lobegen.model.body import Block, Call, Loop, Node, Step
from lobegen.model.once import once
from lobegen.model.paths import follow
from lobegen.model.style import kebab
from lobegen.model.walk import children, walk

#: functions and classes of database packages that open something that has to be closed again
_OF_PACKAGE = {
    "pg": {"Pool", "Client", "default.Pool", "default.Client"},
    "postgres": {"default", "postgres"},
    "mysql2": {"createPool", "createConnection", "default.createPool", "default.createConnection"},
    "mysql2/promise": {"createPool", "createConnection", "default.createPool", "default.createConnection"},
    "mongodb": {"MongoClient", "MongoClient.connect"},
    "mongoose": {"connect", "createConnection", "default.connect", "default.createConnection"},
    "drizzle-orm": {"drizzle"},
    "@prisma/client": {"PrismaClient", "default.PrismaClient"},
    "@neondatabase/serverless": {"Pool", "Client"},
    "@vercel/postgres": {"createPool", "createClient"},
    "better-sqlite3": {"default"},
    "knex": {"default", "knex"},
    "ioredis": {"default", "Redis"},
    "redis": {"createClient", "Redis", "from_url", "Redis.from_url", "asyncio.Redis", "asyncio.from_url"},
    "sqlalchemy": {"create_engine", "create_async_engine", "ext.asyncio.create_async_engine"},
    "sqlmodel": {"create_engine"},
    "asyncpg": {"connect", "create_pool"},
    "psycopg": {"connect", "AsyncConnection.connect", "Connection.connect"},
    "psycopg2": {"connect", "pool.SimpleConnectionPool", "pool.ThreadedConnectionPool"},
    "psycopg_pool": {"ConnectionPool", "AsyncConnectionPool"},
    "sqlite3": {"connect"},
    "aiosqlite": {"connect"},
    "aiomysql": {"connect", "create_pool"},
    "pymysql": {"connect"},
    "pymongo": {"MongoClient", "AsyncMongoClient"},
    "motor": {"motor_asyncio.AsyncIOMotorClient"},
    "databases": {"Database"},
}
_VERBS = {"get", "create", "open", "make", "acquire", "new", "init"}
_THINGS = {"db", "database", "connection", "conn", "pool"}
_SERVERS = _THINGS | {"mongo", "mongodb", "postgres", "mysql", "prisma"}
#: what makes the thing a mere place: `getUserFromDb`
_PREPOSITIONS = {"from", "in", "into", "to", "by", "with", "for", "of", "on"}


class Opening(Struct, frozen=True, eq=False):
    """A call that opens a connection, and the step in whose function it does so."""

    call: Call
    step: Step | None


def _opens(call: Call) -> bool:
    specifier, _, path = (call.target or "").partition(":")
    if specifier and not specifier.startswith((".", "/")):
        package, _, below = specifier.partition(".")
        full = f"{below}.{path}" if below else path
        for name in (specifier, package, specifier.split("/")[0]):
            if name in _OF_PACKAGE:
                return (path if name == specifier else full) in _OF_PACKAGE[name]
    return _is_called_so(kebab(call.name).split("-"))


def _is_called_so(words: list[str]) -> bool:
    """Whether a function of anybody is called as what it opens: `getServerDB`, `connect_to_database`, `dbConnect`."""
    first, *middle, last = words if len(words) > 1 else ("", "")
    if first == "connect" or last == "connect":
        return (last if first == "connect" else first) in _SERVERS
    client = last == "client" and bool(middle) and middle[-1] in _SERVERS
    return first in _VERBS and (last in _THINGS or client) and _PREPOSITIONS.isdisjoint(middle)


@once
def _opening(block: Block) -> list[Node]:
    """The calls of a body, its steps included, that open something."""
    return [node for node in walk(block, callbacks=True) if isinstance(node, Call) and _opens(node)]


def _openings(node: Node) -> Iterator[Opening]:
    """What one node opens: itself, or the function of a step."""
    if isinstance(node, Call) and _opens(node):
        yield Opening(node, None)
    if isinstance(node, Step):
        for inner in walk(node.callback or (), callbacks=True):
            if isinstance(inner, Call) and _opens(inner):
                yield Opening(inner, node)


def _same(one: Opening, other: Opening) -> bool:
    """Whether two calls open the same: one function with the same literal arguments."""
    if (one.call.callee, one.call.target) != (other.call.callee, other.call.target):
        return False
    return one.call.literals == other.call.literals and one.call.arguments == other.call.arguments


def repeated(block: Block) -> list[tuple[Opening, Opening]]:
    """Openings that one run can come by behind another one of the same, each with the first before it."""
    if len(_opening(block)) < 2:
        return []
    known: dict[int, Opening] = {}
    pairs: dict[int, tuple[Opening, Opening]] = {}

    def visit(node: Node, earlier: frozenset[int]) -> frozenset[int]:
        for opening in _openings(node):
            key = id(opening.call)
            known[key] = opening
            first = next((each for each in map(known.__getitem__, sorted(earlier)) if _same(each, opening)), None)
            if first is not None and first.call.span != opening.call.span:
                pairs.setdefault(key, (opening, first))
            earlier = earlier | {key}
        return earlier

    follow(block, frozenset(), visit)
    return list(pairs.values())


def in_loops(block: Block, loop: Loop | None = None) -> Iterator[tuple[Opening, Loop]]:
    """Openings that a loop repeats, with the innermost loop."""
    for node in block if _opening(block) else ():
        if loop is not None and loop.at_most not in (0, 1):
            for opening in _openings(node):
                yield opening, loop
        for inner in children(node):
            yield from in_loops(inner, node if isinstance(node, Loop) else loop)
