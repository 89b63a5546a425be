"""The HTML page, made from the answers to `warehouse/report/`; it needs no network. Rows of Table 2 as text. Pure."""

from mscwatch.report.page import render_page

__all__ = ["render_page"]
