"""What signals keep a result from being approved; they change nothing in it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from attempts.anomalies.queries import ScanState, scan_state, undecided_passed_on, waiting
from contest_site.lib.errors import NotNow
from contest_site.lib.locks import try_lock
from contests.models import Round


def check_signals(rounds: Iterable[Round]) -> None:
    """Raises NotNow with the first reason for which the result of these rounds cannot be approved yet.

    Until the surrounding transaction ends nobody looks through these rounds or concludes anew.
    """
    for round in sorted(rounds, key=lambda round: round.pk):
        if not try_lock(f"anomalies:{round.pk}"):
            raise NotNow(
                _("%(round)s: hệ thống đang tìm dấu hiệu bất thường. Chờ tìm xong rồi kết luận.")
                % {"round": round.name}
            )
        if reason := why_signals_wait(round):
            raise NotNow(reason)


def why_signals_wait(round: Round) -> str:
    """What is still to be done about the round's signals before a result is approved; "" for nothing."""
    match scan_state(round, exact=True):
        case ScanState.WAITS:
            return _("%(round)s: hệ thống đang tìm dấu hiệu bất thường. Chờ tìm xong rồi kết luận.") % {
                "round": round.name
            }
        case ScanState.MISSING | ScanState.FAILED:
            return _(
                "%(round)s: chưa tìm dấu hiệu bất thường trên số liệu hiện nay. Mở trang “Dấu hiệu bất"
                " thường” của vòng thi và bấm “Tìm dấu hiệu”."
            ) % {"round": round.name}
    if count := waiting(round):
        return _(
            "%(round)s: còn %(count)d dấu hiệu bất thường chưa có kết luận. Mở trang “Dấu hiệu bất thường” và"
            " ghi kết luận cho từng dấu hiệu."
        ) % {"round": round.name, "count": count}
    if count := undecided_passed_on(round).count():
        return _(
            "%(round)s: %(count)d dấu hiệu đã chuyển xem xét loại kết quả nhưng chưa loại ai. Quyết định loại"
            " kết quả, hoặc ghi kết luận khác cho dấu hiệu đó."
        ) % {"round": round.name, "count": count}
    return ""
