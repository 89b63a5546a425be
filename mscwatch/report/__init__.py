"""The report: one HTML file that needs no network, made of the answers to the queries in `warehouse/report/`. Pure."""

from mscwatch.report.page import render_page

__all__ = ["render_page"]
