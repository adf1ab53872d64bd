"""Opening a page in headless Chromium and keeping everything that a quiet page does not do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Visit", "visit"]


@dataclass
class Visit:
    """What a browser met on a page since it came there."""

    page: Any
    address: str = ""
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def troubles(self) -> list[str]:
        return self.errors + self.requests + self.dialogs

    def go(self, path: Path, *, drawn: bool = True, fragment: str = "") -> None:
        """Leave for another page in the same tab, which has the scripts of the last one compiled."""
        self.address = path.as_uri()
        for kept in (self.errors, self.requests, self.dialogs):
            kept.clear()
        self.page.goto(self.address + fragment)
        if drawn:
            # no function to wait for: polling one is eval, which the atlas forbids
            self.page.wait_for_selector("html[data-drawn=yes]", state="attached", timeout=30_000)
        else:
            self.page.wait_for_timeout(300)


def visit(
    browser: Any,
    path: Path,
    width: int = 1200,
    scheme: str = "light",
    drawn: bool = True,
    *,
    site: Path | None = None,
    fragment: str = "",
) -> Visit:
    """Open a page; every console error, page error, dialog, and request beyond the file itself is kept.

    Args:
        browser: headless Chromium.
        path: the page.
        width: of the window.
        scheme: light or dark.
        drawn: wait for the page to say that its script is done.
        site: a folder whose files the page may ask for.
        fragment: of the address, with its #.
    """
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    found = Visit(page)

    def dismiss(dialog: Any) -> None:
        found.dialogs.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def told(message: Any) -> None:
        if message.type in ("error", "warning"):
            found.errors.append(f"console {message.type}: {message.text}")

    def requested(request: Any) -> None:
        own = ("data:", "blob:", *([f"{site.as_uri()}/"] if site else []))
        if request.url != found.address and not request.url.startswith(own):
            found.requests.append(f"request: {request.url}")

    page.on("console", told)
    page.on("pageerror", lambda error: found.errors.append(f"page error: {error}"))
    page.on("request", requested)
    page.on("dialog", dismiss)
    found.go(path, drawn=drawn, fragment=fragment)
    return found
