"""The rule unfinished-scaffold."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Severity
from lobegen.model.project import Project
from lobegen.rules.base import Rule


class UnfinishedScaffold(Rule):
    """A place that lobegen left for you to fill in still holds its marker.

    ## What it finds
    A comment with the marker `TODO(lobegen)` in a file that lobegen scaffolded.

    ## Why
    The scaffold runs as it is, on example data: which items there are, which are done, what is done with one and where
    the result goes is yours to write. The marker says where; this finding counts what is left, and it is the only one
    that a fresh scaffold may have.

    ## Examples
    ### Wrong (TypeScript)
    ```yaml
    # file: .copier/lobegen-welcome.yml
    target: nextjs
    workflow: welcome
    ```
    ```ts
    // file: src/server/workflows/welcome/logic.ts
    // TODO(lobegen): list the users of your database // info: [unfinished-scaffold]
    export const listUsers = async () => ["ada", "grace"];
    ```

    ### Right (TypeScript)
    ```yaml
    # file: .copier/lobegen-welcome.yml
    target: nextjs
    workflow: welcome
    ```
    ```ts
    // file: src/server/workflows/welcome/logic.ts
    export const listUsers = async () => db.query.users.findMany();
    ```

    ### Wrong (Python)
    ```yaml
    # file: .copier/lobegen-welcome.yml
    target: fastapi
    workflow: welcome
    ```
    ```py
    # file: app/workflows/welcome/logic.py
    async def list_users():
        # TODO(lobegen): list the users of your database  # info: [unfinished-scaffold]
        return ["ada", "grace"]
    ```

    ### Right (Python)
    ```yaml
    # file: .copier/lobegen-welcome.yml
    target: fastapi
    workflow: welcome
    ```
    ```py
    # file: app/workflows/welcome/logic.py
    async def list_users(session):
        return (await session.scalars(select(User.id).order_by(User.id))).all()
    ```

    ## What to do
    Write the function for your own data, then delete the marker.
    """

    severity = Severity.INFO
    profile = "guide"

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield every marker."""
        for marker in project.markers:
            wanted = marker.text.removeprefix("TODO(lobegen)").lstrip(": ")
            yield self.finding(
                marker.span,
                f"this part of the scaffold is still to be written: {wanted}",
                help="Write it for your own data, then delete the marker.",
            )
