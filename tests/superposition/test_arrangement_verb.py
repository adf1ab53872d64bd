"""`topology`, `spheres` and `arrangement` on the command line: contracts, refusals, pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from certificates.cli import main
from empirics.superposition.figures_arrangement import _cut_cube, arrangement_figure
from empirics.superposition.figures_spheres import _edges, _places, energies_figure, points_figure
from empirics.superposition.figures_topology import barcode_figure
from theory.superposition.arrangement import arrangement, census, charpoly
from theory.superposition.configurations import configuration
from theory.superposition.topology import join_signature, strong_columns

PNG = b"\x89PNG\r\n"


def called(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["superposition", *arguments])
    return ended.value.code  # type: ignore[return-value]


def result(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert called(*arguments, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["verb"]) == ("gammastar-superposition-1", arguments[0])
    return found


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert called(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def saved(path: Path, name: str, bias: float, **changes: float) -> str:
    points = configuration(name).points
    points = np.concatenate([points, np.full((len(points), 1), changes.get("weak", 0.0))], 1)
    np.savez(path, W=points, b=np.full(points.shape[1], bias))
    return str(path)


def test_topology(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = result(capsys, "topology", "5+5", "-o", str(tmp_path / "out"))
    numbers = found["numbers"]
    assert numbers["sphere"] == pytest.approx([0.8202, 1.0], abs=1e-4)
    assert numbers["join"] == pytest.approx([1.4142, 1.9021], abs=1e-4)
    assert numbers["rips"] == numbers["predicted_rips"]
    assert numbers["components_below_sqrt2"] == 2
    assert found["seed"] is None
    assert [bar[2] for bar in numbers["rips"]].count(None) == 1  # infinite
    assert (tmp_path / "out" / "barcodes.png").read_bytes().startswith(PNG)
    assert called("topology", "3+2") == 0
    text = capsys.readouterr().out
    assert "alpha bar of degree 2 [0.894, 1.000); no Rips bar of a degree above 1" in text
    assert "H1  2 x [1.414, 1.732)" in text


def test_topology_of_a_file_leaves_weak_features_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path / "w.npz", "5+2", 0.0, weak=0.05)
    numbers = result(capsys, "topology", path)["numbers"]
    assert numbers["weak"] == [7]
    assert numbers["sphere"] == pytest.approx([0.7774, 1.0], abs=1e-4)
    assert numbers["predicted_rips"] is None
    noisy = result(capsys, "topology", "5+5", "--noise", "0.05", "--seed", "3")
    again = result(capsys, "topology", "5+5", "--noise", "0.05", "--seed", "3")
    assert noisy["numbers"] == again["numbers"]
    assert noisy["seed"] == 3
    low = result(capsys, "topology", "5+5", "--degree", "1")["numbers"]
    assert {bar[0] for bar in low["rips"]} == {0, 1}
    assert (low["join"], low["difference_of_prediction"]) == (None, 0)
    numbers = noisy["numbers"]
    assert 0 < numbers["difference_of_prediction"] <= numbers["defect_of_orthogonality"]
    assert strong_columns(np.array([[1.0, 0.1, 0.0]]), 0.0) == [0, 1]


def test_thomson(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--thomson", "8", "--dimension", "2", "--potential", "relu", "--starts", "8")
    numbers = result(capsys, "spheres", *arguments, "-o", str(tmp_path / "out"))["numbers"]
    assert numbers["energy"] == pytest.approx(2.602723, abs=1e-5)
    assert numbers["energies_of_thomsons_points"]["relu"] == pytest.approx(8 / 3)
    assert numbers["energies_of_its_points"]["coulomb"] is None
    assert len(numbers["collisions"]) == 3
    assert np.allclose(np.linalg.norm(numbers["points"], axis=1), 1)
    for name in ("points.png", "thomson.png", "energies.png"):
        assert (tmp_path / "out" / name).read_bytes().startswith(PNG)
    assert called("spheres", "--thomson", "4", "-p", "coulomb", "--starts", "2") == 0
    assert "4 points in R^3, coulomb: least energy found 3.67423461" in capsys.readouterr().out


def test_spheres_of_points(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "w.npz"
    np.savez(path, W=2 * configuration("oct").points + np.array([[1.0], [2], [3]]))
    found = result(capsys, "spheres", str(path), "-o", str(tmp_path / "out"))
    assert found["numbers"]["centre"] == pytest.approx([1, 2, 3])
    assert found["numbers"]["radius"] == pytest.approx(2)
    assert found["verdict"].startswith("6 points on the sphere of radius 2 about (1, 2, 3)")
    np.savez(path, W=np.array([[0.0, 1, 2, 5], [1, 1, 1, 1]]))
    assert result(capsys, "spheres", str(path))["numbers"]["normal"] == pytest.approx([0, 1], abs=1e-12)
    np.savez(path, W=np.concatenate([configuration("5").points, np.ones((1, 5))]))
    assert "common sphere of dimension 1" in result(capsys, "spheres", str(path))["verdict"]


def test_arrangement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = result(capsys, "arrangement", "5+2", "-o", str(tmp_path / "out"))
    numbers = found["numbers"]
    assert numbers["characteristic_polynomial"] == [1, -7, 20, -20]
    assert (numbers["regions"], numbers["regions_by_linear_programs"]) == (48, 48)
    assert numbers["generic_regions"] == 64
    assert numbers["summands"] == [[0, 1, 2, 3, 4], [5, 6]]
    assert numbers["reached_chambers"] == {"1": 13, "2": 38}
    assert found["parameters"]["tolerance"] == 1e-9
    assert "tolerance 1e-09" in found["verdict"]
    assert (tmp_path / "out" / "arrangement.png").read_bytes().startswith(PNG)
    assert called("arrangement", "5+5", "--no-check") == 0
    text = capsys.readouterr().out
    assert text.startswith("256 chambers, 36 bounded; chi(t) = t^4 - 10t^3 + 45t^2 - 100t + 100;")
    assert "a direct sum, 16^2; generic hyperplanes have 386" in text
    assert "linear programs" not in text


def test_arrangement_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own biases; what was cleaned is said."""
    path = saved(tmp_path / "w.npz", "3", -0.2)
    assert called("arrangement", path) == 0
    text = capsys.readouterr().out
    assert text.startswith("7 chambers")
    assert "1 of 4 features have length 0 and no hyperplane" in text
    assert result(capsys, "arrangement", path, "--bias", "0")["numbers"]["regions"] == 6
    flat = tmp_path / "flat.npz"
    np.savez(flat, W=np.concatenate([configuration("3*2").points, np.zeros((2, 6))]))
    assert called("arrangement", str(flat)) == 0
    text = capsys.readouterr().out
    assert "normals span 3 of 5 dimensions: made essential, chi divided by t^2" in text
    assert "6 features share 3 hyperplanes" in text


def test_a_census_of_a_large_sum() -> None:
    """Twenty digons: 3^20 chambers, by summands alone."""
    points = configuration("20*2").points
    found = census(points, np.full(40, -0.2))
    assert found.polynomial.regions == 3**20
    assert (found.direct, found.enumerated) == (None, None)
    assert [one.chambers for one in found.reached] == [41, 1 + 40 + 760]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("topology", "5+x"), "no part 'x'"),
        (("topology", "missing.npz"), "missing.npz: cannot be read"),
        (("spheres",), "points or --thomson N, one of both"),
        (("spheres", "5", "--thomson", "5"), "points or --thomson N, one of both"),
        (("spheres", "--thomson", "1"), "N = 1, d = 3; at least 2 of each"),
        (("spheres", "--thomson", "5", "-d", "1"), "N = 5, d = 1"),
        (("spheres", "--thomson", "5", "-p", "riesz"), "no potential 'riesz'"),
        (("arrangement", "17"), "17 distinct hyperplanes; the limit is 16"),
        (("arrangement", "5", "--tolerance", "2"), "tolerance 2: a number in [0, 1)"),
    ],
)
def test_refusals(arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in refusal(capsys, *arguments)


def test_pictures() -> None:
    for name in ("2", "5", "3+2", "5+5"):
        arranged = arrangement(configuration(name).points, np.full(configuration(name).points.shape[1], -0.2))
        assert arrangement_figure([(arranged, charpoly(arranged))], name).startswith(PNG)
    for points in (configuration(name).points.T for name in ("5", "oct", "5+5")):
        assert points_figure(np.concatenate([points, points[:1]])).startswith(PNG)
    assert energies_figure([1.0, 2.0], "relu").startswith(PNG)
    many = join_signature(np.random.default_rng(0).standard_normal((9, 60)))
    assert barcode_figure(many).startswith(PNG)


def test_what_is_drawn() -> None:
    """Edges of a cube without the diagonals of its faces; coincident points once; a plane in a cube."""
    cube = configuration("cube").points.T
    assert len(_edges(cube)) == 12
    assert len(_edges(configuration("oct").points.T)) == 12
    assert len(_edges(configuration("icosahedron").points.T)) == 30
    assert _edges(configuration("5").points.T @ np.array([[1.0, 0, 0], [0, 1, 0]])) == set()
    assert [members for _, members in _places(cube[[0, 1, 0]])] == [[0, 2], [1]]
    corners = np.sqrt(3) * cube
    normal = np.ones(3) / np.sqrt(3)
    hexagon = _cut_cube(normal, 0.0, corners)
    sides = np.linalg.norm(hexagon - np.roll(hexagon, 1, axis=0), axis=1)
    assert np.allclose(sides, np.sqrt(2))
    assert len(sides) == 6
    assert len(_cut_cube(normal, -9.0, corners)) == 0
