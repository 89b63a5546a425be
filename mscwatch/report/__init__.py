"""The HTML page, made from the answers to the queries in `warehouse/report/`; it needs no network. Pure."""

from mscwatch.report.page import render_page

__all__ = ["render_page"]
