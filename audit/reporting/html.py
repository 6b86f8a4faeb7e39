"""The HTML report: one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping

from audit.records import Audit
from audit.reporting.plots import Plot

__all__ = ["notebook_html", "render"]


def render(audit: Audit, *, plots: Mapping[str, Plot], excerpts: bool = False) -> str:
    """Return the page of ``audit``."""
    import jinja2

    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    page = """<!doctype html><meta charset="utf-8"><title>{{ audit.document.name }}</title>
<h1>{{ audit.document.name }}</h1><p>{{ audit.summary.get("verdict", "") }}</p>
<table>{% for f in audit.findings %}<tr><td>{{ f.surface }}<td>{{ f.suggestion }}<td>{{ f.evidence }}{% endfor %}</table>
<footer>{{ audit.signature }}</footer>
"""
    return environment.from_string(page).render(audit=audit)


def notebook_html(audit: Audit) -> str:
    """Return a compact form of ``audit`` for a notebook."""
    return render(audit, plots={})
