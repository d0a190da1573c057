"""The bootstrap, with small stand-ins for the system's programs: nothing is installed here."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NEEDED = ("bash", "cat", "cut", "dirname", "env", "find", "grep", "mktemp", "rm", "sha256sum", "tail")
PROGRAMS = ("tesseract", "pdftoppm", "pdfinfo", "pdftotext", "pdfimages")
PACKAGES = "tesseract-ocr tesseract-ocr-vie poppler-utils"


class Machine:
    """A folder with a copy of the script and a PATH that holds only what is put there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bin, self.log = folder, folder / "bin", folder / "log"
        (folder / ".ci").mkdir()
        self.bin.mkdir()
        shutil.copy(ROOT / ".ci" / "setup.sh", folder / ".ci" / "setup.sh")
        for name in ("pyproject.toml", "uv.lock"):
            (folder / name).write_text(name)
        for name in NEEDED:
            (self.bin / name).symlink_to(str(shutil.which(name)))
        self.stub("id", "echo 0")
        self.stub("python3.11", "exit 0")

    def stub(self, name: str, script: str, folder: Path | None = None) -> None:
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!{shutil.which("bash")}\necho "{name} $*" >>"{self.log}"\n{script}\n')
        path.chmod(0o755)

    def stub_programs(self) -> None:
        for name in PROGRAMS:
            self.stub(name, "echo vie")

    def stub_venv(self, stamp: str) -> None:
        for name in ("python", "hoso", "uv"):
            self.stub(name, "exit 0", self.folder / ".venv" / "bin")
        digest = hashlib.sha256(b"pyproject.tomluv.lock").hexdigest()
        (self.folder / ".venv" / stamp).write_text(f"{digest}\n")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.bin / "bash"), str(self.folder / ".ci" / "setup.sh"), *arguments],
            env={"PATH": str(self.bin), "TMPDIR": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def calls(self, name: str) -> list[str]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in lines if line.split()[0] == name]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_apt_one_line_says_what_to_install(machine: Machine) -> None:
    done = machine.run("run")
    assert done.returncode == 5
    assert done.stderr.count("\n") == 1
    assert f"this system has no apt: install {PACKAGES} " in done.stderr


def test_not_root_and_no_sudo(machine: Machine) -> None:
    machine.stub("id", "echo 1000")
    machine.stub("apt-get", "exit 0")
    done = machine.run("run")
    assert done.returncode == 5
    assert f"run as root: apt-get install -y {PACKAGES}" in done.stderr
    assert machine.calls("apt-get") == []


def test_not_root_with_sudo(machine: Machine) -> None:
    machine.stub("id", "echo 1000")
    machine.stub("apt-get", "exit 0")
    machine.stub("sudo", 'exec "$@"')
    machine.stub_venv(".hoso-run")
    done = machine.run("run")
    assert done.returncode == 0, done.stderr
    assert f"setup: installing {PACKAGES} with sudo apt-get" in done.stderr
    assert machine.calls("apt-get")[1].endswith(f"install --no-install-recommends {PACKAGES}")
    assert all(" DEBIAN_FRONTEND=noninteractive " in call for call in machine.calls("sudo"))


def test_vietnamese_data_alone_missing(machine: Machine) -> None:
    machine.stub_programs()
    machine.stub("tesseract", "echo eng")
    machine.stub("apt-get", "exit 0")
    machine.stub_venv(".hoso-run")
    done = machine.run("run")
    assert done.returncode == 0, done.stderr
    assert machine.calls("apt-get")[1].endswith("--no-install-recommends tesseract-ocr-vie")


@pytest.mark.parametrize("there", [True, False])
def test_a_browser_is_installed_where_it_is_asked_for(machine: Machine, there: bool) -> None:
    machine.stub_programs()
    machine.stub("apt-get", "exit 0")
    machine.stub_venv(".hoso-dev")
    if there:
        machine.stub("chromium", "exit 0")
    assert machine.run("dev", "browser").returncode == 0
    assert [call.split()[-1] for call in machine.calls("apt-get")[1:]] == ([] if there else ["chromium"])
    machine.log.unlink(missing_ok=True)
    assert machine.run("dev").returncode == 0
    assert machine.calls("apt-get") == []


def test_apt_fails(machine: Machine) -> None:
    machine.stub("apt-get", "echo 'E: no such package'; exit 100")
    done = machine.run("run")
    assert done.returncode == 5
    assert "E: no such package" in done.stderr
    assert "apt-get could not install" in done.stderr


@pytest.mark.parametrize(
    ("want", "stamp"),
    [
        ("run", ".hoso-run"),
        ("run", ".hoso-dev"),
        ("run", ".hoso-bench"),
        ("run", ".hoso-archive"),
        ("dev", ".hoso-dev"),
        ("dev", ".hoso-bench"),
        ("bench", ".hoso-bench"),
        ("archive", ".hoso-archive"),
        ("serve", ".hoso-serve"),
        ("serve", ".hoso-dev"),
    ],
)
def test_ready_machine_is_left_alone(machine: Machine, want: str, stamp: str) -> None:
    machine.stub_programs()
    machine.stub_venv(stamp)
    done = machine.run(want)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.calls("uv") == []


@pytest.mark.parametrize(
    ("want", "groups"),
    [
        ("run", "--no-dev"),
        ("dev", "--group dev"),
        ("bench", "--group dev --group bench"),
        ("archive", "--no-dev --extra archive"),
        ("serve", "--no-dev --extra serve"),
    ],
)
def test_changed_lock_is_installed(machine: Machine, want: str, groups: str) -> None:
    machine.stub_programs()
    machine.stub_venv(f".hoso-{want}")
    (machine.folder / "uv.lock").write_text("changed")
    done = machine.run(want)
    assert done.returncode == 0, done.stderr
    assert f"sync --quiet --frozen --inexact {groups} " in machine.calls("uv")[-1]


@pytest.mark.parametrize(
    ("want", "stamp"), [("dev", ".hoso-run"), ("bench", ".hoso-run"), ("bench", ".hoso-dev")]
)
def test_tests_want_more_than_a_run_and_peers_more_than_tests(
    want: str, stamp: str, machine: Machine
) -> None:
    machine.stub_programs()
    machine.stub_venv(stamp)
    assert machine.run(want).returncode == 0
    assert f"--group {want}" in machine.calls("uv")[-1]


def test_an_unknown_want_is_refused(machine: Machine) -> None:
    machine.stub_programs()
    assert machine.run("fly").returncode == 5
    assert machine.calls("uv") == []
