"""What every test shares: seeded hypothesis profiles and the `requires` marker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# Read when torch loads, here and in child processes. Tests run in one process a core: more threads than that
# wait for each other, and those that spin meanwhile make a test take ten times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Derandomised: a failure in CI is the same failure here. Deadlines measure the machine, not the code.
settings.register_profile(
    "gammastar", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("gammastar")


def _data() -> Path:
    return Path(os.environ.get("GAMMASTAR_DATA", ROOT.parent / "shared" / "data"))


_PRESENT = {
    "gap": lambda: shutil.which("gap") is not None,
    "chromium": lambda: shutil.which("chromium-headless-shell") is not None,
    "data": lambda: _data().is_dir(),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose requirement is absent; fail it when GAMMASTAR_REQUIRE names the requirement."""
    demanded = os.environ.get("GAMMASTAR_REQUIRE", "").split(",")
    for marker in item.iter_markers("requires"):
        for name in marker.args:
            if name not in _PRESENT:
                raise pytest.UsageError(f"{item.nodeid}: requires({name!r}): known are {', '.join(_PRESENT)}")
            if _PRESENT[name]():
                continue
            if name in demanded:
                pytest.fail(f"{name} is absent, and GAMMASTAR_REQUIRE names it", pytrace=False)
            pytest.skip(f"{name} is absent")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of networks that others trained; mark the test with `requires("data")`."""
    return _data()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium; mark the test with `requires("chromium")`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell"), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()
