"""`gammastar superposition directsum`: its contract, its figure, and what it says of files it cannot use."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from certificates.cli import main
from empirics.superposition.figures_directsum import gram_drawing, gram_figure
from theory.superposition.configurations import add_noise, configuration, rotate
from theory.superposition.directsum.certificate import certified
from theory.superposition.directsum.find import find


def saved(path: Path, weights: np.ndarray) -> str:
    np.savez(path, W=weights, b=np.zeros(weights.shape[1]))
    return str(path)


def called(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["superposition", "directsum", *arguments])
    return ended.value.code  # type: ignore[return-value]


def test_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generator = np.random.default_rng(0)
    made = configuration("5+3+2")
    weights = rotate(add_noise(made.points, 0.02, generator), generator)
    assert called(saved(tmp_path / "w.npz", weights), "--json") == 0
    result = json.loads(capsys.readouterr().out)
    numbers = result["numbers"]
    assert result["schema"] == "gammastar-superposition-1"
    assert result["verb"] == "directsum"
    assert numbers["partition"] == [list(block) for block in made.blocks]
    assert numbers["ranks"] == [2, 2, 1]
    assert numbers["certified"] is True
    assert numbers["method"] == "missing-faces"
    assert numbers["tau"] == 0.3
    assert [one["method"] for one in numbers["attempts"]] == [
        "missing-faces",
        "row-space",
        "gram-gap",
        "gram-rank",
    ]
    assert result["verdict"] == "direct sum of 3 blocks: ranks 2·2 + 1 = 5 at tau = 0.3"


def test_text_names_disagreement_and_refusals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "w.npz", np.hstack([configuration("5+2+1").points, np.full((4, 1), 0.01)]))
    assert called(path) == 0
    text = capsys.readouterr().out
    assert "direct sum of 3 blocks: ranks 2 + 2·1 = 4" in text
    assert "block 2, rank 1: 5 6" in text
    assert "weak, in no block: 8" in text
    assert "refused: missing faces: 0 is not inside the hull" in text
    stretched = np.diag([1.0, 1, 1, 4]) @ rotate(configuration("5+3").points, np.random.default_rng(3))
    assert called(saved(tmp_path / "v.npz", stretched)) == 0
    assert "gram-gap disagrees: 1 block, certified" in capsys.readouterr().out


def test_options_reach_the_search(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "w.npz", add_noise(configuration("5+5").points, 0.05, np.random.default_rng(1)))
    assert called(path, "--json", "-m", "gram-rank", "--noise", "0.05") == 0
    numbers = json.loads(capsys.readouterr().out)["numbers"]
    assert (numbers["method"], numbers["tau"]) == ("gram-rank", pytest.approx(0.15 * 10**0.25))
    assert called(path, "--json", "-m", "missing-faces", "--tau", "0.01") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["numbers"]["certified"] is False
    assert result["verdict"] == "2 blocks, uncertified: ranks 2·4 = 8, not 4, at tau = 0.01"


def test_figures_and_documents(tmp_path: Path) -> None:
    path = saved(tmp_path / "w.npz", configuration("5+2").points)
    folder = tmp_path / "out"
    assert called(path, "-o", str(folder)) == 0
    assert sorted(file.name for file in folder.iterdir()) == ["gram.png", "result.json"]
    assert json.loads((folder / "result.json").read_text())["numbers"]["certified"] is True
    assert called(path, "-o", str(folder)) == 2
    assert called(path, "-o", str(folder), "--force") == 0


def test_one_block_is_no_direct_sum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(saved(tmp_path / "w.npz", configuration("5").points)) == 0
    assert "no direct sum: 5 features of rank 2 in one block" in capsys.readouterr().out
    assert called(saved(tmp_path / "z.npz", np.zeros((2, 3)))) == 0
    assert "no direct sum: no column has a direction" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--method", "pca"], "method 'pca': known are auto"),
        (["--method", "missing-faces"], "missing faces: 0 is not inside the hull"),
        (["--tau", "-1"], "tau -1: a number from 0 on"),
        (["--noise", "nan"], "noise nan: a number from 0 on"),
        (["--weak", "2"], "weak 2: a part of the longest column"),
    ],
)
def test_bad_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    path, folder = saved(tmp_path / "w.npz", configuration("5+1").points), tmp_path / "out"
    assert called(path, "-o", str(folder), *arguments) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert not folder.exists()


def test_bad_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "no.npz", V=np.eye(2))
    np.savez(tmp_path / "nan.npz", W=np.array([[1.0, np.nan]]))
    for name, message in (
        ("no.npz", "no array W"),
        ("nan.npz", "W[0, 1] is not finite"),
        ("gone.npz", "cannot be"),
    ):
        assert called(str(tmp_path / name)) == 2
        assert message in capsys.readouterr().err


def test_the_figure_shows_the_gram_matrix_in_blocks() -> None:
    generator = np.random.default_rng(2)
    points = np.hstack([configuration("5+2").points, np.full((3, 1), 0.01)])
    weights = points[:, generator.permutation(8)]
    found = find(weights)
    before, after = gram_drawing(weights, found.partition, found.weak).axes[:2]
    gram = weights.T @ weights
    assert np.array_equal(before.images[0].get_array(), gram)
    order = [*found.partition.order, *found.weak]
    assert np.array_equal(after.images[0].get_array(), gram[np.ix_(order, order)])
    frames = [
        (patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height()) for patch in after.patches
    ]
    sizes = [len(block) for block in found.partition.blocks]
    assert frames == [(-0.5, -0.5, sizes[0], sizes[0]), (sizes[0] - 0.5, sizes[0] - 0.5, sizes[1], sizes[1])]
    assert [label.get_text() for label in after.get_xticklabels()] == [str(column) for column in order]
    assert after.get_title() == "block after block: 2 blocks, certified"
    torn = certified(weights, [found.partition.order[:3], found.partition.order[3:]], "torn")
    assert "uncertified" in gram_drawing(weights, torn).axes[1].get_title()
    drawn = gram_figure(weights, found.partition, found.weak)
    assert drawn == gram_figure(weights, found.partition, found.weak)
    assert Image.open(BytesIO(drawn)).size[0] > 1000
