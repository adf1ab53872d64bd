"""The notebook of docs/ runs from top to bottom: on the data pack, and on small networks where it is absent.

`python tests/golden/test_notebook.py` runs it on the data pack and stores what it prints and draws.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

DOCS = Path(__file__).resolve().parents[2] / "docs"
NOTEBOOK = DOCS / "circuits.ipynb"


def executed(folder: str | None = None) -> Any:
    """The notebook after a run, with another data folder if one is given."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    if folder is not None:
        setting = nbformat.v4.new_code_cell(f"import os\nos.environ['GAMMASTAR_DATA'] = {folder!r}")
        notebook.cells.insert(0, setting)
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(DOCS)}}
    )
    return client.execute()


def printed(notebook: Any) -> str:
    """Everything that the cells print."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.get("text", "") for output in outputs)


@pytest.mark.slow
@pytest.mark.requires("data")
def test_on_the_data_pack(data: Path) -> None:
    text = printed(executed(str(data)))
    for line in ("Z113", "k=36   similarity 0.8849", " 181 neurons on k=36", "partly explained", "24: 83"):
        assert line in text
    assert printed(nbformat.read(NOTEBOOK, as_version=4)) == text  # what is stored is what it prints


def test_on_small_networks(tmp_path: Path) -> None:
    text = printed(executed(str(tmp_path / "absent")))
    assert "Z13" in text
    assert "not explained" in text


if __name__ == "__main__":
    nbformat.write(executed(), NOTEBOOK)
