"""What a person asks for: a copy of the own data, or its erasure."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from attempts.models import Attempt
from contest_site.accounts.models import User
from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotAllowed, NotNow
from contest_site.lib.queue import send_after_commit
from contest_site.privacy.deadlines import answer_due
from contests.enums import DataRequestKind
from contests.models import DataRequest


def ask_for_copy(user: User) -> DataRequest:
    """A copy of all data, made by a worker; the one that is being made already, if there is one."""
    with transaction.atomic():
        waiting = _waiting(user, DataRequestKind.EXPORT)
        if waiting:
            return waiting
        request = _new(user, DataRequestKind.EXPORT)
        record("asked for own data", request, by=user)
        send_after_commit("contest_site.tasks.make_copy", request.pk)
    return request


def ask_for_erasure(user: User) -> DataRequest:
    """Put the erasure before the organisers; the request that waits already, if there is one.

    Raises NotAllowed for organisers, whose acts must stay theirs, NotNow while a paper is being taken.
    """
    if user.is_staff:
        raise NotAllowed(
            _("Tài khoản của Ban Tổ chức không tự xóa được. Đề nghị người quản trị thu hồi quyền trước.")
        )
    if Attempt.objects.filter(entry__user=user, submitted_at=None).exists():
        raise NotNow(_("Đang có bài thi chưa nộp. Nộp bài xong rồi gửi đề nghị xóa dữ liệu."))
    with transaction.atomic():
        waiting = _waiting(user, DataRequestKind.ERASURE)
        if waiting:
            return waiting
        request = _new(user, DataRequestKind.ERASURE)
        record("asked for erasure", request, by=user, due=request.due_at.isoformat())
    return request


def _waiting(user: User, kind: DataRequestKind) -> DataRequest | None:
    """The unanswered request; two taps at once make one, for the account's row is locked."""
    User.objects.select_for_update().get(pk=user.pk)
    return DataRequest.objects.filter(user=user, kind=kind, answer=None).first()


def _new(user: User, kind: DataRequestKind) -> DataRequest:
    now = database_now()
    return DataRequest.objects.create(user=user, kind=kind, due_at=answer_due(now))
