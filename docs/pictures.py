"""Draws the README's pictures anew, by `make pictures`: A5's report, the atlas, training on Z23 and A5."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "images"
WIDTH, HEIGHT = 1000, 660


def main() -> None:
    browser = shutil.which("chromium-headless-shell")
    if browser is None:
        sys.exit("chromium-headless-shell is absent: apt-get install chromium-headless-shell")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = [sys.executable, "-m", "certificates.cli", "verify", "A5", "-o", f"{folder}/A5"]
        subprocess.run(command, check=True, capture_output=True)
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5)
        page.goto(f"file://{folder}/A5/report.html")
        page.wait_for_selector(".js-plotly-plot .main-svg")
        page.screenshot(path=IMAGES / "report.png")
        shares = page.locator(
            "section", has=page.get_by_role("heading", name="Which irreps the networks use")
        )
        shares.screenshot(path=IMAGES / "shares.png")
        _atlas(chromium, Path(folder) / "atlas")
        chromium.close()
        trained = {"Z23": ("weights.gif", "training.gif"), "A5": ("budget.png", "budget.png")}
        for group, (drawn, kept) in trained.items():
            run = Path(folder) / f"{group}-run"
            command = [sys.executable, "-m", "certificates.cli", "train", group, "-o", str(run)]
            subprocess.run(command, check=True, capture_output=True)
            shutil.copyfile(run / "figures" / drawn, IMAGES / kept)


def _atlas(chromium: Any, site: Path) -> None:
    """The table of the published census, sorted by gain."""
    command = [sys.executable, "-m", "certificates.cli", "atlas", "build", "-o", str(site)]
    subprocess.run(command, check=True, capture_output=True)
    page = chromium.new_page(viewport={"width": 1200, "height": 1000}, device_scale_factor=1.2)
    page.goto((site / "index.html").as_uri())
    page.get_by_role("checkbox", name="simple", exact=True).check()
    page.get_by_role("button", name="Gain").click()
    page.evaluate("document.querySelector('h2').scrollIntoView()")
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / "atlas.png")


if __name__ == "__main__":
    main()
