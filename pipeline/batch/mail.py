"""A summary by mail: handed to the system's own mailer, which knows where mail goes from here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from email.message import EmailMessage

from pipeline.errors import HosoError, MissingProgramError

_ADDRESS = re.compile(r"[A-Za-z0-9._%+][A-Za-z0-9._%+-]*(@[A-Za-z0-9][A-Za-z0-9.-]*)?")
"""A local name or an address; never something that the mailer could take for an option."""
_PLACES = ("/usr/sbin", "/usr/lib")
"""Where sendmail lies beside the path: cron's is short."""
_SECONDS = 60.0


class MailError(HosoError):
    """The mailer did not take a mail."""

    code = "mail"


def is_address(text: str) -> bool:
    r"""Whether a mail can be sent there.

    >>> is_address("root"), is_address("luu.tru@example.org"), is_address("-bd"), is_address("a@b\nc")
    (True, True, False, False)
    """
    return _ADDRESS.fullmatch(text) is not None


def mailer() -> str:
    """The sendmail program, which every mailer for Linux brings.

    Raises:
        MissingProgramError: where there is none.
    """
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *_PLACES])
    found = shutil.which("sendmail", path=path)
    if found is None:
        message = "--mail: no program sendmail; install a mailer (postfix, msmtp-mta), or leave --mail out"
        raise MissingProgramError(message)
    return found


def send(address: str, subject: str, body: str) -> None:
    """Hand a mail over.

    Raises:
        MissingProgramError: where there is no mailer.
        MailError: where it does not take it.
    """
    mail = EmailMessage()
    mail["To"] = address
    mail["Subject"] = " ".join(subject.split())
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body)
    command = [mailer(), "-i", address]
    try:
        done = subprocess.run(command, input=bytes(mail), capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"no mail to {address}: {error}"
        raise MailError(message) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        message = (
            f"no mail to {address}: {command[0]} ended with status {done.returncode}: {' '.join(said)[:200]}"
        )
        raise MailError(message)
