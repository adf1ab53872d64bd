"""Draws the README's pictures anew, by `make pictures`: A5's report, and what training Z23 and A5 draws."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

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
        chromium.close()
        trained = {"Z23": ("weights.gif", "training.gif"), "A5": ("budget.png", "budget.png")}
        for group, (drawn, kept) in trained.items():
            run = Path(folder) / f"{group}-run"
            command = [sys.executable, "-m", "certificates.cli", "train", group, "-o", str(run)]
            subprocess.run(command, check=True, capture_output=True)
            shutil.copyfile(run / "figures" / drawn, IMAGES / kept)


if __name__ == "__main__":
    main()
