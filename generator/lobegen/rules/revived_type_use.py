"""The rule revived-type-use."""

from collections.abc import Iterator

from lobegen.model.actions import Missing
from lobegen.model.asked import asked_in_vain
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule, spelled


class RevivedTypeUse(Rule):
    """A method of a Date, Map, Set or class is called on what came back as JSON.

    ## What it finds
    A method call on a step's result, on what came with `context.call`, `invoke` or `waitForEvent`, on the request
    payload, or on a part of one of these, where no text, number, list or plain object has a method of that name:
    `.getTime()`, `.toISOString()`, `.has()`, `.json()`, a method of a class of yours. It follows the value through
    variables, destructuring, loops, `find` and helpers, up to where something else is made of it: `new Date(x)`, a
    schema, a copy with another value in its place. A payload that a `schema` or `initialPayloadParser` made is not
    judged, nor a branch whose condition looks at the type (`typeof`, `instanceof`).

    ## Why
    Results and payloads travel as JSON. A Date arrives as a text, a Map or Set as `{}`, an object of a class without
    its methods; so it is with dates of database rows. The types do not show it, and the code works wherever the
    function is called directly: at run time the next invocation ends in a TypeError, is retried, and fails again.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId: string }>(async (context) => {
      const user = await context.run("load user", () => loadUser(context.requestPayload.userId));
      const since = user.createdAt.toISOString(); // error: [revived-type-use]
      await context.run("greet", () => greet(user.name, since));
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId: string }>(async (context) => {
      const user = await context.run("load user", () => loadUser(context.requestPayload.userId));
      const since = new Date(user.createdAt).toISOString();
      await context.run("greet", () => greet(user.name, since));
    });
    ```

    ## What to do
    Make the object again from what came: `new Date(user.createdAt)`, `new Map(Object.entries(...))`. Or do what needs
    it inside of the step.
    """

    languages = ("typescript",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every call of a method that no JSON value has."""
        for node in asked_in_vain(endpoint.body):
            came = f"the result of `{spelled(node.step, endpoint.language)}`" if node.step else "the request payload"
            yield self.finding(
                node.span,
                f"`{node.owner}` came with {came} as JSON and has no method `{node.name}`{_what(node)}:"
                " a TypeError at the next invocation",
                related=(Related(node.step.span, "the step whose result it came with"),) if node.step else (),
                chain=node.chain,
                help=_help(node),
            )


_DATE = (
    "get",
    "setFull",
    "setH",
    "setM",
    "setS",
    "setT",
    "setU",
    "toISO",
    "toLocaleDate",
    "toLocaleTime",
    "toUTC",
    "toDate",
)
_COLLECTION = {"has", "get", "set", "add", "delete", "clear", "forEach", "entries", "keys", "values"}


def _is_date(node: Missing) -> bool:
    return node.was == "a Date" or (node.name != "get" and node.name.startswith(_DATE))


def _what(node: Missing) -> str:
    """What has become of it."""
    if node.was == "a response":
        return " (it is `{ status, body, header }`)"
    if node.was in ("a Map", "a Set"):
        return f" ({node.was} arrives as `{{}}`)"
    return " (a Date arrives as a text)" if _is_date(node) else ""


def _help(node: Missing) -> str:
    if node.was == "a response":
        return "Read its `body`, which is parsed already."
    if _is_date(node):
        return f"Make a Date of it again: `new Date({node.owner}).{node.name}(...)`."
    if node.name in _COLLECTION:
        return "Return a list or a plain object from the step, and make the collection again from that."
    return "Make the object again from what came, or call the method inside of the step."
