"""What runs units of work: the values and the interface that every engine shares.

An engine takes units and gives outcomes, in any order, and owns time limits. Whatever was killed over a unit,
it tells; the driver tries that unit again, apart from all others (``driver``). ``local`` is a pool of
supervised processes on this machine; ``cluster`` carries units to workers elsewhere, where each does them as
the pool does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Answer = tuple[dict[str, Any], list[bytes]]
"""What a handler returns: a JSON object and any number of byte strings."""


class Handler(Protocol):
    """What a worker runs: built once a worker (dictionaries load once), called once a unit."""

    def __call__(self, kind: str, arguments: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
        """Do one unit of work.

        Raises:
            ReadError: where this input cannot be read; the run goes on.
            HosoError: any other stops the run.
        """


@dataclass(frozen=True)
class Setup:
    """How a worker gets its handler: the factory's place (``package.module:name``) and its arguments."""

    factory: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Unit:
    """A piece of work: JSON arguments, byte strings, the seconds that it may take, the file it belongs to.

    ``apart``: it was killed once. Nothing else is in hand while it is tried again; where an engine can, it
    gives it a worker that has done nothing yet.
    """

    kind: str
    arguments: Mapping[str, Any]
    blobs: tuple[bytes, ...] = ()
    time_limit: float = 600.0
    source_file: str = ""
    apart: bool = False


@dataclass(frozen=True)
class Outcome:
    """A unit's end.

    ``done``: ``answer`` and ``blobs`` are the handler's. ``failed``: this unit alone, for the reason in
    ``code`` and ``message``. ``stop``: nothing can go on (a missing program, a full disk). ``trace`` is the
    traceback of an unexpected error, for the log.
    """

    unit: Unit
    status: Literal["done", "failed", "stop"]
    answer: Mapping[str, Any] = field(default_factory=dict)
    blobs: tuple[bytes, ...] = ()
    code: str = ""
    message: str = ""
    trace: str = ""


class Engine(Protocol):
    """Runs units."""

    @property
    def capacity(self) -> int:
        """How many may be in hand at once: more only cost memory. It may grow as workers come."""

    def submit(self, unit: Unit) -> None:
        """Take a unit; never blocks."""

    def wait(self, timeout: float) -> list[Outcome]:
        """Outcomes that have come, after at most ``timeout`` seconds; may be empty."""

    def close(self) -> None:
        """End all workers at once; units in hand are dropped."""
