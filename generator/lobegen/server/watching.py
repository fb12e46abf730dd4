"""The files whose changes on disk change what is found: sources, settings, and what says which SDK is used."""

from lsprotocol.types import (
    WORKSPACE_DID_CHANGE_WATCHED_FILES,
    DidChangeWatchedFilesRegistrationOptions,
    FileSystemWatcher,
    Registration,
    RegistrationParams,
)

from lobegen.read.walking import ENDINGS

_SOURCES = "**/*.{" + ",".join(ending.lstrip(".") for ending in ENDINGS) + "}"
_SETTINGS = "**/{lobegen.toml,pyproject.toml,.gitignore,tsconfig*.json,jsconfig*.json,.env.*}"
_VERSIONS = (
    "**/{package.json,pnpm-workspace.yaml,package-lock.json,npm-shrinkwrap.json,pnpm-lock.yaml,yarn.lock,bun.lock,"
    "uv.lock,poetry.lock,pdm.lock,Pipfile,Pipfile.lock,requirements*.txt,environment.yml,setup.py,setup.cfg}"
)
_SCAFFOLDS = "**/.copier/*.yml"


def registration() -> RegistrationParams:
    """What a client is asked to watch."""
    watchers = [FileSystemWatcher(glob) for glob in (_SOURCES, _SETTINGS, _VERSIONS, _SCAFFOLDS)]
    options = DidChangeWatchedFilesRegistrationOptions(watchers)
    return RegistrationParams([Registration("lobegen-files", WORKSPACE_DID_CHANGE_WATCHED_FILES, options)])
