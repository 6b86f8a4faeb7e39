"""Detectors: from a case (texts, links, resolved names) to findings, one module a family of errors."""
