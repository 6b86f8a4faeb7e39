#!/usr/bin/env python3
"""Pictures of a report as people see it: wide, a finding opened, dark, on a phone, and printed.

usage: screenshots.py REPORT.html FOLDER [--chromium /usr/bin/chromium]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"}
VIEWS: dict[str, tuple[dict[str, Any], int]] = {
    "wide": (WIDE, 0),
    "finding": (WIDE, 6),
    "dark": ({**WIDE, "color_scheme": "dark"}, 6),
    "phone": ({"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}, 2),
}
"""How each picture is taken, and how many findings on from the top."""


def take(browser: Browser, report: Path, folder: Path) -> None:
    """Write one PNG a view, and the printed report as a PDF."""
    for name, (options, steps) in VIEWS.items():
        page = browser.new_context(**options).new_page()
        page.goto(report.absolute().as_uri())
        for _ in range(steps):
            page.keyboard.press("j")
        page.wait_for_timeout(300)
        page.screenshot(path=folder / f"{name}.png")
        if name == "wide":
            page.pdf(path=folder / "printed.pdf", format="A4")
        page.context.close()


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        take(browser, options.report, options.folder)
        browser.close()


if __name__ == "__main__":
    main()
