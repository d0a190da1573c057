"""What can go wrong, each with the error code for failures.csv and the exit status of the command.

Exit statuses (documented in the README): 0 all well · 1 unexpected error · 2 wrong usage or settings ·
3 some files or pages could not be read (the rest is complete) · 4 nothing could be read ·
5 a program or dictionary that hoso needs is missing · 6 the output folder cannot be used ·
7 more failures than --max-failures allows · 8 the input went away while it was read ·
9 the cluster cannot be reached, was lost, or has no worker that can be used ·
130 interrupted (resumable).
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_UNEXPECTED = 1
EXIT_USAGE = 2
EXIT_PARTIAL = 3
EXIT_NOTHING = 4
EXIT_MISSING = 5
EXIT_OUTPUT = 6
EXIT_FAILURES = 7
EXIT_INPUT_GONE = 8
EXIT_CLUSTER = 9
EXIT_INTERRUPTED = 130


class HosoError(Exception):
    """Base of all expected errors: one clear line, an error code, an exit status."""

    code = "error"
    exit_status = EXIT_UNEXPECTED


class UsageError(HosoError):
    """The command or a setting was wrong."""

    code = "usage"
    exit_status = EXIT_USAGE


class MissingProgramError(HosoError):
    """tesseract, its Vietnamese data or poppler is not installed."""

    code = "missing_program"
    exit_status = EXIT_MISSING


class MissingExtraError(MissingProgramError):
    """A Python package that only some commands need is not installed."""

    code = "missing_extra"


class DictionaryError(HosoError):
    """A dictionary or rule file is missing or wrong."""

    code = "dictionary"
    exit_status = EXIT_MISSING


class RuleError(DictionaryError):
    """A rule of a rule file is wrong, or its pattern does not come to an end."""

    code = "rule"


class OutputError(HosoError):
    """The output folder cannot be written or is in use."""

    code = "output"
    exit_status = EXIT_OUTPUT


class ClusterError(HosoError):
    """The cluster cannot be reached, was lost, or has no worker that can be used; the next run goes on."""

    code = "cluster"
    exit_status = EXIT_CLUSTER


class ReadError(HosoError):
    """A file or page that cannot be read; the batch goes on without it."""

    code = "unreadable"
    exit_status = EXIT_PARTIAL


class EncryptedError(ReadError):
    """A PDF that wants a password, or is encrypted by an unknown method."""

    code = "encrypted"


class EmptyFileError(ReadError):
    """A file of zero bytes or a PDF without pages."""

    code = "empty"


class DamagedError(ReadError):
    """A file whose structure is broken."""

    code = "damaged"


class UnsupportedError(ReadError):
    """A kind of file that hoso does not read."""

    code = "unsupported"


class LimitError(ReadError):
    """A limit on bytes, pages, pixels, time or memory was reached."""

    code = "limit"


class TimeoutReadError(LimitError):
    """A page took longer than its time limit."""

    code = "timeout"


class WorkerDiedError(ReadError):
    """The process that read the page died twice."""

    code = "worker_died"


class KilledError(ReadError):
    """A program that read the page was killed from outside: by the system or by somebody, twice."""

    code = "killed"


class ArchiveError(ReadError):
    """A searchable PDF that cannot be made of a document."""

    code = "archive"


class PdfaError(ArchiveError):
    """A document that cannot be made PDF/A."""

    code = "pdfa"


class InterruptedRunError(HosoError):
    """Somebody stopped the run; the next one goes on where it ended."""

    code = "interrupted"
    exit_status = EXIT_INTERRUPTED


class TooManyFailuresError(HosoError):
    """More failed than the run may have; what was read is kept."""

    code = "max_failures"
    exit_status = EXIT_FAILURES


class InputGoneError(HosoError):
    """An input folder went away while it was read; what was read is kept."""

    code = "input_gone"
    exit_status = EXIT_INPUT_GONE


def error_of(code: str) -> type[HosoError]:
    """The error class of a code, as it came back from a worker; HosoError where none has it."""
    classes = [HosoError]
    for known in classes:
        classes.extend(known.__subclasses__())
    return next((known for known in classes if known.code == code), HosoError)
