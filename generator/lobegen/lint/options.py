"""What a caller of the engine may say; each of it outranks configuration."""

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct, field

from lobegen.config import FailOn
from lobegen.model.source import Language


class LintOptions(Struct, frozen=True):
    """The options of one run.

    Attributes:
        select: Rules, profiles or `ALL` to show instead of what is configured.
        extend_select: To show besides what is configured.
        ignore: Not to show.
        config: A file of settings that holds instead of the nearest ones.
        include_tests: Whether test files are linted; None as configured.
        force_exclude: Whether named files are held to excludes; None as configured.
        fail_on: The severity from which on the run fails; None as configured.
        stdin: A file and the content that stands in for what is on disk.
        overlay: Contents that stand in for what is on disk, by absolute path; the files need not exist.
        baseline: A file of findings that are known and not shown; None as configured.
        use_baseline: Whether a baseline holds at all.
        since: A git revision: findings only in files that changed since it forked off, steps compared with it.
        changed: Whether findings are shown only in files that differ from the last commit.
        sdk: SDK versions by language that outrank configuration and lock files.
        progress: Called now and then with what is being done, how much of it is done, and of how much.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    config: Path | None = None
    include_tests: bool | None = None
    force_exclude: bool | None = None
    fail_on: FailOn | None = None
    stdin: tuple[Path, bytes] | None = None
    overlay: Mapping[Path, bytes] = field(default_factory=dict)
    baseline: Path | None = None
    use_baseline: bool = True
    since: str | None = None
    changed: bool = False
    sdk: Mapping[Language, str] = field(default_factory=dict)
    progress: Callable[[int, int, str], None] = lambda done, of, doing: None


DEFAULTS = LintOptions()
