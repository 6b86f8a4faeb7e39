"""Renderers of an audit: tables, JSON, plots and the HTML report. They read an ``Audit`` and compute nothing."""
