"""``hoso review``: figures beside their pages, to be accepted, corrected or rejected in a browser."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import errors
from pipeline.commands.common import EPILOG, add_common, say, settings_of

if TYPE_CHECKING:
    from pipeline.commands.common import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    review = commands.add_parser(
        "review",
        help="check figures beside their pages in a browser; decisions last",
        description=(
            "Serve OUT to a browser on this machine: the most doubtful figures first, each with its page, "
            "its sentence and its cells. Decisions are kept in OUT/decisions; hoso extract applies them."
        ),
        epilog=EPILOG,
    )
    review.add_argument("folder", type=Path, metavar="OUT", help="an output folder of hoso extract")
    review.add_argument("--name", default="", help="the reviewer (default: who is logged in)")
    review.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine alone)"
    )
    review.add_argument("--port", type=_port, default=8765, help="port to listen on; 0: any (default: 8765)")
    review.add_argument("--lang", choices=("en", "vi"), help="language (default: the browser's)")
    add_common(review)
    review.add_argument("-v", "--verbose", action="store_true", help="say more; show tracebacks")
    review.set_defaults(run=_review)


def _review(options: argparse.Namespace) -> int:
    from pipeline.review import serve

    chosen = serve.Options(options.name.strip() or _login(), options.host, options.port, options.lang)
    serve.serve(options.folder, settings_of(options), chosen, say)
    return errors.EXIT_OK


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "reviewer"


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) < 65536):
        message = f"must be a whole number from 0 to 65535, not {text[:20]!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)
