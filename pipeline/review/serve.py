"""The server: a socket of this machine alone unless told otherwise, a token, an address to open."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.archive.source import check
from pipeline.batch.lock import FOLDER
from pipeline.batch.rewrite import schemas_of
from pipeline.errors import MissingExtraError, UsageError
from pipeline.review.access import Access
from pipeline.review.words import Language
from pipeline.settings import Settings


@dataclass(frozen=True)
class Options:
    """Where and for whom."""

    who: str
    host: str = "127.0.0.1"
    port: int = 8765
    """0: any that is free."""
    language: Language | None = None


def serve(out: Path, settings: Settings, options: Options, say: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Args:
        out: an output folder.
        settings: limits of the processes that draw pages.
        options: host, port, reviewer.
        say: is told the address.

    Raises:
        UsageError: OUT was not written by ``hoso extract``, or the address cannot be had.
        MissingExtraError: the extra ``serve`` is not installed.
        OutputError: OUT cannot be read.
    """
    check(out)
    try:
        import uvicorn

        from pipeline.review.app import Site
        from pipeline.review.draw import Pages
        from pipeline.review.queue import Queue
    except ImportError as error:
        message = (
            f"hoso review needs {(error.name or '').partition('.')[0]}, which is not installed: "
            f'make review OUT={out} in hoso\'s folder, or pip install "hoso[serve]"'
        )
        raise MissingExtraError(message) from error
    with closing(bound(options)) as listening, TemporaryDirectory(prefix="hoso-review-") as scratch:
        access = access_of(options, listening.getsockname()[1])
        queue = Queue(out, schemas_of(out))
        with closing(Pages(out / FOLDER / "review", Path(scratch), settings)) as pages:
            pages.warm_up()
            app = Site(queue, pages, access, options.who, options.language).app()
            config = uvicorn.Config(
                app, log_level="warning", access_log=False, server_header=False, proxy_headers=False
            )
            say(f"review of {out} as {options.who}; open {address(options, access)} (Ctrl-C ends it)")
            uvicorn.Server(config).run(sockets=[listening])


def bound(options: Options) -> socket.socket:
    """A socket that listens.

    Raises:
        UsageError: where the host is none of this machine's or the port is taken.
    """
    made = None
    try:
        [(family, *_, address), *_] = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(64)
    except OSError as error:
        if made is not None:
            made.close()
        where = f"{options.host}, port {options.port}"
        message = f"cannot listen on {where}: {error.strerror or error}; choose others with --host and --port"
        raise UsageError(message) from error
    return made


def access_of(options: Options, port: int) -> Access:
    """Which names the server answers to: addresses and the name that it was told to listen on."""
    names = (
        {"localhost"} if _is_loopback(options.host) else {options.host.lower(), socket.gethostname().lower()}
    )
    return Access(port, frozenset(names), any_address=not _is_loopback(options.host))


def address(options: Options, access: Access) -> str:
    """What to open in a browser."""
    host = options.host if options.host not in {"0.0.0.0", "::"} else socket.gethostname()
    return f"http://{f'[{host}]' if ':' in host else host}:{access.port}/?token={access.token}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
