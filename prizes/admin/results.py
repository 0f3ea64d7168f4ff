"""Results at /quan-tri/prizes/standingsrun/: every scope, and for each the page of what follows its close."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import admin
from django.http import HttpResponseBase
from django.urls import URLPattern, path

from contest_site.lib.admin import ReadOnlyAdmin
from prizes.admin import acting, budgets, closing, comparisons, looking, nominations, press, promotions, units
from prizes.models import StandingsRun


@admin.register(StandingsRun)
class StandingsRunAdmin(ReadOnlyAdmin):
    """No list of runs: a list of rounds and contests, and a page for each with the next step on top."""

    def get_urls(self) -> list[URLPattern]:
        def at(address: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
            bound = partial(view, self.admin_site)
            return path(address, self.admin_site.admin_view(bound), name=f"prizes_{name}")

        return [
            at("", looking.list_page, "standingsrun_changelist"),
            # One page with three names: of any scope, and of a round and a contest by their ids.
            at("<scope:address>/", closing.closing_page, "scope"),
            at("vong/<int:pk>/", closing.round_page, "closing"),
            at("cuoc-thi/<int:pk>/", closing.contest_page, "closing_contest"),
            at("<scope:address>/bang/<int:version>/", looking.table_page, "table"),
            at("<scope:address>/don-vi/<int:version>/", units.units_page, "units"),
            at("<scope:address>/thay-doi/<int:version>/", comparisons.changes_page, "changes"),
            at("<scope:address>/thu-thu-tu/", comparisons.what_if_page, "what_if"),
            at("<scope:address>/kinh-phi.xlsx", budgets.budget_file, "budget"),
            at("<scope:address>/dong-hang/<int:table>/<int:block>/<int:rank>/", acting.tie_page, "tie"),
            at("<scope:address>/thong-cao/", press.press_page, "press"),
            at("<scope:address>/thong-cao/<slug:kind>/", press.press_file, "press_file"),
            at("<scope:address>/giay/<int:version>.zip", acting.papers, "papers"),
            at("<scope:address>/de-nghi/", nominations.nominations_page, "nominations"),
            at("<scope:address>/de-nghi/<int:prize>/", nominations.nominate_page, "nominate"),
            at(
                "<scope:address>/de-nghi/rut/<int:nomination>/",
                nominations.withdraw_page,
                "withdraw_nomination",
            ),
            at("<scope:address>/de-nghi/bao-cao/<int:nomination>/", nominations.report_file, "report"),
            at("<scope:address>/vao-vong/", promotions.promotions_page, "promotions"),
            at(
                "<scope:address>/vao-vong/<int:unit>/<int:rank>/",
                promotions.promotion_tie_page,
                "promotion_tie",
            ),
            at("<scope:address>/vao-vong/rut/<int:promotion>/", promotions.withdrawal_page, "withdrawal"),
            at("<scope:address>/<slug:step>/", acting.step_page, "step"),
        ]
