"""The commands: what was typed becomes calls, what comes back becomes lines and an exit status."""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import __version__, errors, memory

if TYPE_CHECKING:
    from pipeline.batch.runner import Report
    from pipeline.model import Failure, RestoredText
    from pipeline.settings import Settings

_EPILOG = """exit status: 0 all well; 2 wrong usage or settings; 3 some files or pages could not be read (the
rest is complete); 4 nothing could be read; 5 a program or dictionary is missing; 6 the output folder cannot
be used; 130 interrupted (run the same command again to go on); 1 unexpected error"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        The exit status (see ``pipeline.errors``); never a traceback, unless ``-v`` asks for it.
    """
    parser = build_parser()
    options = parser.parse_args(arguments)
    verbose = bool(options.verbose)
    _log_to_stderr(verbose=verbose)
    try:
        status: int = options.run(options)
    except errors.HosoError as error:
        return _complain(str(error), error.exit_status)
    except MemoryError:
        line = "this takes more memory than there is; raise max_memory, or the machine's"
        return _complain(line, errors.LimitError.exit_status)
    except KeyboardInterrupt:
        return _complain("interrupted", errors.EXIT_INTERRUPTED)
    except BrokenPipeError:
        # whoever read our output has enough; nothing more can be said there
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.EXIT_OK
    except Exception as error:
        if verbose:
            raise
        line = f"{type(error).__name__}: {error}".splitlines()[0]
        hint = _log_hint(options)
        return _complain(f"unexpected error: {line} ({hint})", errors.EXIT_UNEXPECTED)
    return status


def _log_to_stderr(*, verbose: bool) -> None:
    """Warnings go to the run's log file in any case; to the terminal only where somebody asked."""
    logging.basicConfig(format="hoso: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.setLevel(logging.INFO if verbose else logging.ERROR)


def build_parser() -> argparse.ArgumentParser:
    """The command line's grammar; the documentation's help is made of it."""
    parser = argparse.ArgumentParser(
        prog="hoso",
        description="Scanned Vietnamese reports in, restored text and tidy tables out.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"hoso {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_extract(commands)
    _add_restore(commands)
    _add_check(commands)
    _add_explain(commands)
    _add_archive(commands)
    _add_rules(commands)
    return parser


def _add_extract(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    extract = commands.add_parser(
        "extract",
        help="read files and folders; write restored text and tables",
        description=(
            "Read PDF, PNG, JPEG, TIFF and text files, folders recursively, and bring OUT up to date: a "
            "second run reads only what changed, an interrupted one goes on, and files that are gone leave "
            "the tables."
        ),
        epilog=_EPILOG,
    )
    extract.add_argument("inputs", nargs="+", type=Path, metavar="INPUT", help="a file or a folder")
    extract.add_argument("--out", required=True, type=Path, help="output folder; made where missing")
    extract.add_argument(
        "--jobs", type=_positive, default=0, metavar="N", help="worker processes (default: usable processors)"
    )
    _add_own_rules(extract)
    _add_common(extract)
    loudness = extract.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    loudness.add_argument("-v", "--verbose", action="store_true", help="say more; show tracebacks")
    extract.set_defaults(run=_extract)


def _add_restore(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    restore = commands.add_parser(
        "restore",
        help="print the restored text of one file",
        description="Print the restored text of a text file, PDF or image; pages are split by form feeds.",
        epilog=_EPILOG,
    )
    restore.add_argument(
        "file", metavar="FILE", nargs="?", help="a file, or - for UTF-8 text on standard input"
    )
    instead = restore.add_mutually_exclusive_group()
    instead.add_argument(
        "--edits",
        action="store_true",
        help="print the changes, not the text: a coloured diff on a terminal (NO_COLOR is heeded), elsewhere "
        "CSV with the columns of edits/DOC_ID.csv",
    )
    instead.add_argument(
        "--lines",
        action="store_true",
        help="restore standard input line by line, each answered before the next is read",
    )
    restore.add_argument(
        "--channel",
        choices=("auto", "eng", "vie"),
        default="auto",
        help="what read the text: OCR without Vietnamese (eng), with it (vie); default: find out",
    )
    _add_common(restore)
    restore.add_argument("-v", "--verbose", action="store_true", help="say more; show tracebacks")
    restore.set_defaults(run=_restore, wrong=restore.error)


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = commands.add_parser(
        "check",
        help="say of every page whether its text layer is good, and why; write nothing",
        description=(
            "Judge the text layer of every page of files and folders: good, legacy (an old encoding), "
            "ruined, partly_ruined, contradicted (the page's image says otherwise), stamp_only, none. The "
            "verdicts are those by which extract reads."
        ),
        epilog=_EPILOG,
    )
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a file or a folder")
    check.add_argument("--json", action="store_true", help="a line of JSON a file, with every region")
    _add_common(check)
    check.add_argument("-v", "--verbose", action="store_true", help="say more; show tracebacks")
    check.set_defaults(run=_check)


def _add_explain(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    explain = commands.add_parser(
        "explain",
        help="say of one file's rows which rule made them, by which words, and what lost",
        description=(
            "Print every row of one file, and every number that no row took, with the rules that were "
            "weighed: which governs it, by which words, which lost and why."
        ),
        epilog=_EPILOG,
    )
    explain.add_argument("file", metavar="FILE", help="a text file, PDF or image")
    explain.add_argument("--row", default="", metavar="ID", help="this row alone (row_id of a table)")
    _add_own_rules(explain)
    _add_common(explain)
    explain.add_argument("-v", "--verbose", action="store_true", help="say more; show tracebacks")
    explain.set_defaults(run=_explain)


def _add_archive(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    archive = commands.add_parser(
        "archive",
        help="make searchable PDFs, hOCR and ALTO of what hoso extract read",
        description=(
            "Write OUT/archive: of every scan that hoso extract read into OUT a PDF whose pages look as they "
            "did, with the restored text under them, and the words with places and confidences as hOCR and "
            "ALTO XML. Nothing is read again, originals stay as they are, only what changed is made anew."
        ),
        epilog=_EPILOG,
    )
    archive.add_argument("folder", type=Path, metavar="OUT", help="an output folder of hoso extract")
    archive.add_argument(
        "--to",
        type=_formats,
        default="pdf,hocr,alto",
        metavar="FORMATS",
        help="of pdf,hocr,alto (default: all)",
    )
    archive.add_argument(
        "--pdfa", action="store_true", help="PDF/A-2b, validated; what cannot be fails alone"
    )
    archive.add_argument(
        "--jobs",
        type=_positive,
        default=0,
        metavar="N",
        help="documents at a time (default: usable processors)",
    )
    _add_common(archive)
    loudness = archive.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    loudness.add_argument("-v", "--verbose", action="store_true", help="say more; show tracebacks")
    archive.set_defaults(run=_archive)


def _add_rules(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    rules = commands.add_parser(
        "rules",
        help="check rule files: their form, their examples and counter-examples",
        description="Read rule files, run their examples, try their patterns; print a line for each fault.",
        epilog=_EPILOG,
    )
    verbs = rules.add_subparsers(metavar="VERB", required=True)
    check = verbs.add_parser("check", help="check a folder of rule files", epilog=_EPILOG)
    check.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="rules of your own (default: hoso's)"
    )
    check.add_argument("-v", "--verbose", action="store_true", help="show tracebacks")
    check.set_defaults(run=_check_rules)


def _add_own_rules(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--rules", type=Path, metavar="FOLDER", help="a folder of rule files that add tables of your own"
    )


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--config", type=Path, metavar="FILE", help="settings (default: hoso.toml here, where there is one)"
    )
    command.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help="passwords of encrypted PDFs, one a line, tried in order",
    )


def _extract(options: argparse.Namespace) -> int:
    from pipeline.batch.progress import Progress
    from pipeline.batch.runner import Options, run

    progress = Progress.on_stderr(quiet=options.quiet)
    report = run(options.inputs, options.out, _settings(options), Options(jobs=options.jobs), progress)
    if not options.quiet:
        for failure in report.summary.examples:
            _say(_named(failure))
        _say(_summary(report))
    return report.exit_status


def _check(options: argparse.Namespace) -> int:
    from pipeline import check

    done = failed = 0
    for file in check.check(options.files, _settings(options)):
        for line in [check.as_json(file)] if options.json else check.lines(file):
            _print(f"{line}\n")
        for error in file.errors:
            _say(str(error))
        failed += len(file.errors)
        done += sum(page.judgement is not None for page in file.pages)
    if not done:
        if not failed:
            names = ", ".join(map(str, options.files))
            message = f"no file in {names}; hoso reads PDF, PNG, JPEG, TIFF, .txt and office files"
            raise errors.UsageError(message)
        return errors.EXIT_NOTHING
    return errors.EXIT_PARTIAL if failed else errors.EXIT_OK


def _explain(options: argparse.Namespace) -> int:
    from pipeline import api, explain

    settings = _settings(options)
    with memory.limited(settings.max_memory):
        document = api.read(options.file, settings=settings)
    extraction = api.extract_figures(document, settings=settings)
    if options.row and all(figure.row_id != options.row for figure in extraction.figures):
        message = f"{options.file}: no row {options.row}; row_id stands in the tables' first column"
        raise errors.UsageError(message)
    for line in explain.lines(extraction, options.row):
        _print(f"{line}\n")
    return errors.EXIT_OK


def _archive(options: argparse.Namespace) -> int:
    from pipeline.archive import run
    from pipeline.batch.progress import Progress

    chosen = run.Options(options.to, options.pdfa, options.jobs)
    progress = Progress.on_stderr(quiet=options.quiet)
    report = run.archive(options.folder, _settings(options), chosen, progress)
    for failure in report.failures:
        _say(failure.message)
    if not options.quiet:
        _say(f"{report}; in {options.folder / run.FOLDER}")
    return report.exit_status


def _check_rules(options: argparse.Namespace) -> int:
    from pipeline.extract import check

    folder = _rules_folder(options.folder) if options.folder else None
    wrong = list(check.check(folder))
    for line in wrong:
        _say(line)
    if wrong:
        return errors.RuleError.exit_status
    number, examples = check.count(folder)
    _say(f"{_many(number, 'rule file')}, {_many(examples, 'example')}: all as they should be")
    return errors.EXIT_OK


def _rules_folder(path: Path) -> Path:
    """A folder with rule files in it, by its absolute name: a worker may stand elsewhere."""
    if not path.is_dir() or not any(path.glob("*.toml")):
        message = f"{path}: no folder with rule files (*.toml) in it"
        raise errors.UsageError(message)
    return path.resolve()


def _restore(options: argparse.Namespace) -> int:
    if options.lines:
        return _restore_lines(options)
    if options.file is None:
        options.wrong("the following arguments are required: FILE, or --lines")
    pages = _restored(options)
    if not options.edits:
        _print("\f".join(page.text for page in pages))
        return errors.EXIT_OK
    from pipeline import show

    if sys.stdout.isatty():
        colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        chunks = show.diff(pages, colour=colour)
    else:
        chunks = show.table(pages)
    for chunk in chunks:
        sys.stdout.buffer.write(chunk.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
    return errors.EXIT_OK


def _restored(options: argparse.Namespace) -> Sequence[RestoredText]:
    from pipeline import api, show

    settings = _settings(options)
    if options.file != "-":
        with memory.limited(settings.max_memory):
            return api.read(options.file, settings=settings, channel=options.channel).restored
    data = sys.stdin.buffer.read(settings.max_bytes + 1)
    _check_size(data, settings, "standard input")
    text = _decoded(data, "standard input")
    restored = api.restore_text(text, channel=options.channel)
    return show.by_page(restored) if options.edits else [restored]


def _restore_lines(options: argparse.Namespace) -> int:
    from pipeline import api

    if options.file not in {None, "-"}:
        options.wrong(f"--lines reads standard input, not {options.file}")
    settings = _settings(options)
    for number in itertools.count(1):
        where = f"standard input, line {number}"
        data = sys.stdin.buffer.readline(settings.max_bytes + 1)
        if not data:
            break
        _check_size(data, settings, where)
        _print(api.restore_text(_decoded(data, where), channel=options.channel).text)
    return errors.EXIT_OK


def _print(text: str) -> None:
    # as bytes: the terminal's encoding must not change a letter, nor a line end
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _check_size(data: bytes, settings: Settings, where: str) -> None:
    if len(data) > settings.max_bytes:
        message = f"{where}: more than the limit of {settings.max_bytes} bytes; raise max_bytes"
        raise errors.LimitError(message)


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        from pipeline.intake.codes import shown
        from pipeline.intake.legacy import explains

        content = shown(data)
        if explains(content):
            return content
        message = f"{where} is not UTF-8 (byte {error.start}); convert it, or name the file"
        raise errors.UnsupportedError(message) from error


def _settings(options: argparse.Namespace) -> Settings:
    from pipeline import settings

    own: Path | None = getattr(options, "rules", None)
    flags = {"rules": str(_rules_folder(own))} if own else {}
    if options.password_file:
        # by its absolute name: a worker may stand elsewhere
        flags["password_file"] = str(options.password_file.absolute())
    chosen = settings.load(flags, file=options.config)
    if chosen.rules_folder is not None and own is None:
        chosen = chosen.with_values({"rules": str(_rules_folder(chosen.rules_folder))}, "rules")
    return chosen


def _named(failure: Failure) -> str:
    """A failure as a line that names its file and page."""
    if failure.source_file in failure.message:
        return failure.message
    page = "" if failure.page is None else f", page {failure.page}"
    return f"{failure.source_file}{page}: {failure.message}"


def _summary(report: Report) -> str:
    """One line: what was read, what came out, what failed, where it lies."""
    found, done = report.summary, report.counts
    rows = ", ".join(f"{name} {report.rows[name]}" for name in report.rows if name not in _NO_FIGURES)
    failed = f"; {found.failures} failed, all in {report.out / 'failures.csv'}" if found.failures else ""
    return (
        f"{_many(found.files, 'file')}, {_many(found.pages, 'page')} "
        f"({done.pages_read} read now, {report.seconds:.0f} s); "
        f"rows: {rows}{failed}; tables in {report.out / 'tables'}"
    )


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


_NO_FIGURES = frozenset({"evidence", "pages", "failures"})


def _positive(text: str) -> int:
    # isdigit alone takes ², which int refuses; nobody has a hundred thousand processors
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) > 0):
        message = f"must be a whole number from 1, not {text[:20]!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _formats(text: str) -> list[str]:
    wanted = text.split(",")
    if unknown := [name for name in wanted if name not in {"pdf", "hocr", "alto"}]:
        message = f"{unknown[0][:20]!r} is none of pdf, hocr, alto"
        raise argparse.ArgumentTypeError(message)
    return sorted(set(wanted))


def _log_hint(options: argparse.Namespace) -> str:
    out: Path | None = getattr(options, "out", None)
    place = None if out is None else out / ".hoso" / "hoso.log"
    return f"traceback in {place}" if place is not None and place.exists() else "-v shows the traceback"


def _complain(line: str, status: int) -> int:
    _say(line)
    return status


def _say(line: str) -> None:
    sys.stderr.write(f"hoso: {line}\n")


if __name__ == "__main__":
    sys.exit(main())
