"""`lobegen dev`: a local QStash on which workflows run without an account."""

import asyncio
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from lobegen.cli.extra import read_faults, read_plan, require_extra
from lobegen.cli.terminal import paint
from lobegen.errors import LobegenError
from lobegen.qstash.views.reason import reason_of

if TYPE_CHECKING:
    import socket

    from lobegen.qstash.credentials import Credentials
    from lobegen.qstash.faults.kinds import InjectedFault
    from lobegen.qstash.message import DeliveryRecord
    from lobegen.qstash.runs.run import Run
    from lobegen.qstash.storage.store import Store

_REMEMBERED = 1_000
_DEV_PORT = 8080
#: Milliseconds: enough for a delivery that published the next step to answer first
_LATENCY = 5


def dev(
    port: Annotated[int, typer.Option(help="The port to listen on; 0 for a free one.")] = _DEV_PORT,
    host: Annotated[str, typer.Option(help="The address to listen on; another than loopback needs --token.")] = (
        "127.0.0.1"
    ),
    token: Annotated[str | None, typer.Option(help="QSTASH_TOKEN; the known development token when not given.")] = None,
    speed: Annotated[float, typer.Option(help="How fast time runs: 60 makes a minute of delay one second.")] = 1.0,
    virtual_clock: Annotated[
        bool, typer.Option("--virtual-clock", help="Skip all waiting: when nothing is in flight, time jumps ahead.")
    ] = False,
    latency: Annotated[
        int | None,
        typer.Option(
            metavar="MS",
            help="How long each message is on its way; production takes some hundred.",
            show_default=str(_LATENCY),
        ),
    ] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Also call destinations that are not on this machine.")
    ] = False,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND[=RATE]",
            help="Let something go wrong, in a tenth of all cases or at a rate from 0 to 1: duplicate, lost, timeout, "
            "error, slow, reorder, unconfirmed, lazy-fetch, or all. May be given again.",
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Which deliveries faults happen to; 0 when not given.")] = None,
    store: Annotated[
        Path | None, typer.Option(help="Keep the state in this SQLite file; what was accepted survives a crash.")
    ] = None,
    plan: Annotated[
        str | None,
        typer.Option(help="Refuse what a plan of Upstash does not allow: free, pay-as-you-go, fixed-1m or fixed-10m."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no line per delivery.")] = False,
) -> None:
    """Run a local QStash: workflows run offline, without an account.

    It prints the variables to set for the application, then one line for each delivery: time, endpoint,
    run, step, status. Everything is kept in memory and gone with Ctrl-C, unless there is a `--store`.

    `--speed 60` turns minutes of back-off into seconds; `--virtual-clock` skips all waiting.

    `--fault duplicate=0.1 --fault lost=0.05 --seed 7` shows whether a workflow survives what networks do.
    """
    _check(port, host, token, speed, virtual_clock, latency)
    faults = read_faults(fault or [], seed)
    require_extra("qstash")
    from lobegen.qstash.clock import clock_of
    from lobegen.qstash.credentials import Credentials
    from lobegen.qstash.ports import Settings, Silent
    from lobegen.qstash.server import LocalServer

    credentials = Credentials.of_token(token) if token else Credentials()
    way = 0 if virtual_clock else round((_LATENCY if latency is None else latency) * speed)
    listener = _listen(host, port)
    kept = _open(store)
    narrator = Narrator()
    server = LocalServer(
        clock_of(virtual_clock, speed, kept.moment),
        credentials,
        Settings(
            allow_remote, history=_REMEMBERED, faults=faults, ended=_REMEMBERED, plan=read_plan(plan), latency=way
        ),
        Silent() if quiet else narrator,
        kept,
    )
    pace = "virtual clock" if virtual_clock else f"speed {speed:g}"
    _introduce(listener, host, server.credentials, f"{pace}; faults: {faults}, seed {faults.seed}" if faults else pace)
    with suppress(KeyboardInterrupt):
        asyncio.run(server.serve(listener))
    left = sum(run.is_open for run in server.engine.runs.values())
    print(f"\nStopped: {server.engine.begun} runs, {left} of them not finished.", flush=True)


class Narrator:
    """Prints what happens, one line for each delivery."""

    def __init__(self) -> None:
        self._width = 24

    def delivered(self, record: "DeliveryRecord") -> None:
        """Time on the server's clock, endpoint, run, step, status."""
        moment = datetime.fromtimestamp(record.finished_at / 1000).strftime("%H:%M:%S")
        parts = urlsplit(record.url)
        where = parts.path or "/"
        if record.call_type == "toCallback":
            where = f"{parts.netloc}{where}"
        self._width = min(60, max(self._width, len(where)))
        what = {"toCallback": "call", "fromCallback": "call result", "failureCall": "failure function"}
        step = what.get(record.call_type, record.step) or "message"
        status = str(record.status) if record.status else "no answer"
        retry = f"  retry {record.retried}" if record.retried else ""
        colour = "green" if 200 <= record.status < 300 else "red"
        line = f"{moment}  {where:<{self._width}}  {short_id(record.run_id):<12}  {step:<32}"
        reason = "" if colour == "green" else "  " + reason_of(record.response_body, record.error)
        faults = paint("  fault: " + ", ".join(record.faults), "yellow") if record.faults else ""
        self._say(f"{printable(line)}  {paint(status, colour)}{retry}{faults}{printable(reason)}".rstrip())

    def ended(self, run: "Run") -> None:
        """Only what did not end well is worth a line."""
        if run.state != "RUN_SUCCESS":
            self._say(paint(printable(f"          {short_id(run.id)} ended: {run.state}"), "yellow"))

    def refused(self, status: int, message: str) -> None:
        """A request that an SDK may have swallowed."""
        self._say(paint(printable(f"          refused with {status}: {message}"), "yellow"))

    def unconfirmed(self, fault: "InjectedFault") -> None:
        """A publish that its sender makes again."""
        run = printable(short_id(fault.run_id))
        self._say(paint(f"          fault: {fault.kind}: a publish for {run} was accepted, not answered", "yellow"))

    @staticmethod
    def _say(line: str) -> None:
        """A reader that has gone, as in `lobegen dev | head`, is no reason to stop serving."""
        with suppress(BrokenPipeError):
            print(line, flush=True)


def short_id(run_id: str) -> str:
    """The part of a run's id that fits a line: its end, since ids of one layer may begin alike (`wfr_paginate-…`)."""
    return run_id if len(run_id) <= 12 else f"…{run_id[-11:]}"


def printable(text: str) -> str:
    """Text from outside without control characters, which could steer the terminal."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "?" for character in text)


def _check(port: int, host: str, token: str | None, speed: float, virtual_clock: bool, latency: int | None) -> None:
    if not 0 <= port <= 65535:
        raise LobegenError(f"--port {port}: a port is a number from 0 to 65535.")
    if not 0 < speed <= 100_000:
        raise LobegenError(f"--speed {speed:g}: it must be more than 0 and at most 100000.")
    if virtual_clock and speed != 1:
        raise LobegenError("--speed and --virtual-clock exclude each other.", "Choose one.")
    if latency is not None and not 0 <= latency <= 60_000:
        raise LobegenError(f"--latency {latency}: it must be from 0 to 60000 milliseconds.")
    if latency and virtual_clock:
        raise LobegenError("--latency and --virtual-clock exclude each other.", "Choose one.")
    if token is not None and not (token.isascii() and token.isprintable() and token and " " not in token):
        raise LobegenError("--token: it must be visible ASCII characters without blanks.")
    if token is None and not _is_loopback(host):
        raise LobegenError(
            f"--host {host}: others could reach it with the publicly known token.", "Give a --token of your own."
        )


def _is_loopback(host: str) -> bool:
    from lobegen.qstash.publishing.intake import is_loopback

    return is_loopback(host)


def _open(path: Path | None) -> "Store":
    from lobegen.qstash.storage.sqlite import SqliteStore
    from lobegen.qstash.storage.store import Memory

    return Memory() if path is None else SqliteStore(path)


def _listen(host: str, port: int) -> "socket.socket":
    from lobegen.qstash.server import bind

    try:
        return bind(host, port)
    except OSError as error:
        raise LobegenError(
            f"cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}.",
            "Choose another --port or --host.",
        ) from None


def _introduce(listener: "socket.socket", host: str, credentials: "Credentials", pace: str) -> None:
    port = listener.getsockname()[1]
    shown = "localhost" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{port}"
    print(f"Local QStash at {url} ({pace}); open it in a browser to look on. Set for the application:\n")
    for name, value in credentials.environment(url).items():
        print(f"  {name}={value}")
    if port == _DEV_PORT and credentials == type(credentials)():
        print("\nThe TypeScript SDKs find it by themselves with QSTASH_DEV=true.", end="")
    print("\nStop with Ctrl-C.\n", flush=True)
