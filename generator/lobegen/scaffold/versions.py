"""The released versions of a template: the tags of its repository, read without cloning it."""

import re
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from lobegen.errors import LobegenError
from lobegen.git import GitError, text
from lobegen.scaffold.questions import nearest

if TYPE_CHECKING:
    from packaging.version import Version

_DESCRIBED = re.compile(r"(?P<tag>.+)-(?P<count>[0-9]+)-g[0-9a-f]+")
_ALIASES = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}


def git_url(src_path: str) -> str:
    """A `_src_path` of an answers file as a URL or path that git itself understands.

    Raises:
        LobegenError: It is a relative path: nobody knows from where.
    """
    for alias, host in _ALIASES.items():
        if src_path.startswith(alias):
            return host + src_path.removeprefix(alias).strip("/").removesuffix(".git") + ".git"
    if src_path.startswith("git+"):
        return src_path.removeprefix("git+")
    if "://" in src_path or re.match(r"[^/]+@[^/]+:", src_path):
        return src_path
    path = Path(src_path).expanduser()
    if not path.is_absolute():
        hint = "Write a git URL or an absolute path there."
        raise LobegenError(f"an answers file, .copier/lobegen-*.yml, has the relative _src_path {src_path!r}.", hint)
    return str(path)


def released(src_path: str) -> list[str]:
    """The tags that are versions (PEP 440), oldest first, without prereleases.

    Raises:
        LobegenError: The repository cannot be read.
    """
    listing = _ls_remote(src_path, "--tags", "--refs")
    versions = {tag: parsed for tag in listing if (parsed := parse(tag.removeprefix("refs/tags/")))}
    kept = [tag for tag, version in versions.items() if not version.is_prerelease]
    return [tag.removeprefix("refs/tags/") for tag in sorted(kept, key=lambda tag: versions[tag])]


def newest(src_path: str) -> str:
    """The newest released version.

    Raises:
        LobegenError: The repository cannot be read or has no release.
    """
    tags = released(src_path)
    if not tags:
        raise LobegenError(f"the template {src_path} has no released version.", "Name a branch or tag with --to.")
    return tags[-1]


def resolve(src_path: str, wanted: str) -> str:
    """The tag or branch that the user means by `wanted`; `0.2.0` means `v0.2.0` too.

    Raises:
        LobegenError: The repository has no such thing; the line has the nearest version.
    """
    references = _ls_remote(src_path)
    short = [reference.removeprefix("refs/tags/").removeprefix("refs/heads/") for reference in references]
    for name in (wanted, f"v{wanted}"):
        if name in short:
            return name
    versions = [name for name in short if parse(name)]
    raise LobegenError(f"the template {src_path} has no version {wanted}.", nearest(wanted, versions))


def parse(commit: str) -> "Version | None":
    """A tag, or what `git describe` made of one, as a version; None when it is none."""
    from packaging.version import InvalidVersion, Version

    described = _DESCRIBED.fullmatch(commit)
    try:
        return Version(f"{described['tag']}.post{described['count']}" if described else commit)
    except InvalidVersion:
        return None


def order(commit: str) -> "tuple[bool, Version]":
    """A key to sort commits by: what is no version comes before all versions."""
    from packaging.version import Version

    version = parse(commit)
    return version is not None, version or Version("0")


def is_newer(candidate: str, current: str) -> bool:
    """Whether an update from `current` to `candidate` makes sense: anything but an older or equal version does."""
    new, old = parse(candidate), parse(current)
    return candidate != current and (new is None or old is None or new > old)


def _ls_remote(src_path: str, *options: str) -> list[str]:
    url = git_url(src_path)
    try:
        listing = text(Path(gettempdir()), "ls-remote", *options, "--", url)
    except GitError as error:
        raise LobegenError(f"the template {src_path} cannot be read: {error.message}") from error
    return [line.partition("\t")[2] for line in listing.splitlines()]
