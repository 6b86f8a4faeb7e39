#!/usr/bin/env python3
"""How large a report is, how soon it shows and how fluently it scrolls and filters, by the browser's own clock.

usage: report.py [AUDIT.json …] [--sentences 5000] [--findings 3000] [--chromium /usr/bin/chromium]

Without an audit.json only the made document is measured. Times in milliseconds, of one run each in a fresh profile.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reporting_examples import large

from audit.records import Audit
from audit.reporting import html, interchange, plots

SCROLL = """async (jump) => {
  const frames = [], stride = jump ? document.documentElement.scrollHeight / 120 : 150;
  let last = performance.now();
  for (let step = 0; step < 120; step += 1) {
    scrollTo({ top: 2000 + stride * step, behavior: "instant" });
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  frames.sort((a, b) => a - b);
  return { median: frames[60], p95: frames[114], longest: frames[119] };
}"""
FILTER = """async () => {
  const box = document.querySelector('#filters [name="severity"]'), times = [];
  for (let turn = 0; turn < 6; turn += 1) {
    const start = performance.now();
    box.click();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { median: times[3], longest: times[5] };
}"""
STEP = """async () => {
  const times = [];
  for (let turn = 0; turn < 20; turn += 1) {
    const start = performance.now();
    document.getElementById("next").click();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { median: times[10], longest: times[19] };
}"""
LOADED = """() => {
  const { domContentLoadedEventEnd, loadEventEnd } = performance.getEntriesByType("navigation")[0];
  const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
  return { first_paint: paint, ready: domContentLoadedEventEnd, loaded: loadEventEnd };
}"""


def measure(browser: Browser, audit: Audit, folder: Path) -> dict[str, Any]:
    """Render ``audit``, open it and return size and times."""
    start = time.perf_counter()
    drawn = plots.render(audit)
    plotted = time.perf_counter()
    path = folder / "report.html"
    path.write_bytes(html.render(audit, plots=drawn).encode("utf-8", "replace"))
    rendered = time.perf_counter()
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(path.as_uri())
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    figures = {
        "megabytes": path.stat().st_size / 1e6,
        "plots": 1000 * (plotted - start),
        "page": 1000 * (rendered - plotted),
        **page.evaluate(LOADED),
        "frame while scrolling": page.evaluate(SCROLL, False),
        "frame while dragging the bar": page.evaluate(SCROLL, True),
        "filter": page.evaluate(FILTER),
        "next finding": page.evaluate(STEP),
    }
    page.close()
    return figures


def main() -> None:
    """Measure and print one line of JSON a report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("audits", nargs="*", type=Path, metavar="AUDIT.json")
    parser.add_argument("--sentences", type=int, default=5000)
    parser.add_argument("--findings", type=int, default=3000)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    audits = {str(path): interchange.read(path) for path in options.audits}
    audits[f"{options.sentences} sentences, {options.findings} findings"] = large(options.sentences, options.findings)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        for name, audit in audits.items():
            print(name, json.dumps(measure(browser, audit, Path(folder)), default=str))
        browser.close()


if __name__ == "__main__":
    main()
