"""A process that opens hostile files has only so much memory, and afterwards what it had."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from pipeline import api, cli, memory


def test_memory_is_bounded_inside_and_as_before_outside() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with memory.limited(1):
        assert len(bytearray(100_000_000))
        with pytest.raises(MemoryError):
            bytearray(2_000_000_000)
    assert resource.getrlimit(resource.RLIMIT_AS) == before


@pytest.mark.parametrize("command", ["restore", "explain"])
def test_a_file_that_takes_too_much_is_told_in_a_line(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOSO_MAX_MEMORY", "1")
    monkeypatch.setattr(api, "read", lambda *_, **__: bytearray(2_000_000_000))
    assert cli.main([command, "a.pdf"]) == 3
    assert capsys.readouterr().err == (
        "hoso: this takes more memory than there is; raise max_memory, or the machine's\n"
    )


def test_what_is_loaded_is_kept_out_of_the_collectors_rounds() -> None:
    code = (
        "import gc; from pipeline import memory; held = [[] for _ in range(1000)]; memory.keep(); "
        "circle = []; circle.append(circle); del circle; "
        "print(gc.get_freeze_count() > 1000, gc.collect() >= 1)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"
