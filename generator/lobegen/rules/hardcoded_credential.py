"""The rule hardcoded-credential."""

from collections.abc import Iterator

from lobegen.model.findings import Finding
from lobegen.model.project import Project
from lobegen.rules.base import Rule


class HardcodedCredential(Rule):
    """A token or signing key of QStash that is written into the code.

    ## What it finds
    A literal that looks like a QStash token (base64 of a user and a password) or a signing key (`sig_…`) in a file with
    workflow code, wherever it is given to. The published ones of the local development server are allowed.

    ## Why
    Whoever reads the repository can publish messages in your name with the token, and with a signing key can forge
    deliveries that your endpoints accept. A key in the code is also not rolled when the account's is, and then every
    delivery is refused.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { Client } from "@upstash/workflow";

    export const client = new Client({
      token: "eyJVc2VySUQiOiJleGFtcGxlIiwiUGFzc3dvcmQiOiJleGFtcGxlIn0=", // error: [hardcoded-credential]
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { Client } from "@upstash/workflow";

    export const client = new Client({ token: process.env.QSTASH_TOKEN });
    ```

    ### Wrong (Python)
    ```py
    from qstash import AsyncQStash

    client = AsyncQStash("eyJVc2VySUQiOiJleGFtcGxlIiwiUGFzc3dvcmQiOiJleGFtcGxlIn0=")  # error: [hardcoded-credential]
    ```

    ### Right (Python)
    ```py
    import os

    from qstash import AsyncQStash

    client = AsyncQStash(os.environ["QSTASH_TOKEN"])
    ```
    """

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield the secrets; their text is never shown."""
        for each in project.credentials:
            name = "QSTASH_TOKEN" if each.kind == "token" else "QSTASH_CURRENT_SIGNING_KEY"
            outcome = "publish in your name" if each.kind == "token" else "forge deliveries"
            yield self.finding(
                each.span,
                f"a {each.kind} of QStash is written here: whoever reads the code can {outcome}",
                help=f"Read it from the environment ({name}), and roll the one that was committed.",
            )
