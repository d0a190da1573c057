from __future__ import annotations

from pathlib import Path

import batch_stand_ins
import pytest


@pytest.fixture(autouse=True)
def flags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "flags"
    folder.mkdir()
    monkeypatch.setenv(batch_stand_ins.FLAGS, str(folder))
    return folder
