"""Báo cáo kết quả cuộc thi: the final report, a paper of the office with remarks left to write."""

from __future__ import annotations

from django.template.loader import render_to_string

from contest_site.reports.book import Order, Paper
from contest_site.reports.final.parts import final_report


def final(order: Order) -> Paper:
    return Paper(render_to_string("pdf/final_report.html", {"report": final_report(order)}))
