"""Gộp tài khoản, at /quan-tri/accounts/accountmerge/: choose the other account, look, then merge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from unfold.widgets import UnfoldAdminSelectWidget

from attempts.domain.merging import doubled_words, merge_accounts, merger
from contest_site.accounts.contact import Contact, display
from contest_site.accounts.domain.helping import may_help
from contest_site.accounts.domain.linking import holders
from contest_site.accounts.helping import (
    HELP,
    GroundsForm,
    TypedContact,
    facts,
    helper,
    page_of,
    person,
    two_stages,
)
from contest_site.accounts.models import AccountMerge, User
from contest_site.accounts.recent import recently_authenticated
from contest_site.lib.admin import ReadOnlyAdmin
from contests.models import Entry

THIS, OTHER = "this", "other"


class MergeForm(GroundsForm):
    """The other account, by the contact that it has proved, and which of the two stays."""

    contact = TypedContact(label=__("Số điện thoại hoặc thư điện tử của tài khoản kia"))
    keep = forms.ChoiceField(
        label=__("Giữ lại tài khoản nào"),
        choices=[
            (THIS, __("Tài khoản đang xem; tài khoản kia bị tắt")),
            (OTHER, __("Tài khoản kia; tài khoản đang xem bị tắt")),
        ],
        help_text=__("Nơi nhận mã của tài khoản giữ lại là nơi nhận mã sau khi gộp."),
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ("contact", "keep", "identity_check", "grounds")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_contact(self) -> Contact:
        contact: Contact = self.cleaned_data["contact"]
        found = [one for one in holders([contact]) if one.pk != self.user.pk]
        if not found:
            raise ValidationError(_("Không có tài khoản nào khác dùng nơi nhận mã này. Hãy kiểm tra lại số."))
        self.other = found[0]
        return contact

    def pair(self) -> tuple[User, User]:
        """Kept and absorbed."""
        if self.cleaned_data["keep"] == THIS:
            return self.user, self.other
        return self.other, self.user


@admin.register(AccountMerge)
class AccountMergeAdmin(ReadOnlyAdmin):
    list_display = ("at", "kept", "absorbed", "identity_check", "by")
    list_select_related = ("kept", "absorbed", "by")
    search_fields = ("kept__full_name", "absorbed__full_name", "grounds")

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(recently_authenticated(self.merge_page))
        return [path("moi/<int:user_id>/", page, name="accounts_accountmerge_new"), *super().get_urls()]

    def merge_page(self, request: HttpRequest, user_id: int) -> HttpResponse:
        by, user = helper(request, HELP), person(user_id)
        if not may_help(by, user):
            raise PermissionDenied
        form = MergeForm(user, request.POST if request.method == "POST" else None)

        def act() -> str:
            kept, absorbed = form.pair()
            grounds = form.cleaned_data["grounds"]
            merge_accounts(kept, absorbed, identity_check=form.check(), grounds=grounds, by=by)
            return _("Đã gộp hai tài khoản. Người đó đăng nhập bằng tài khoản được giữ lại.")

        accounts = [(_("Tài khoản đang xem"), account_facts(user))]
        if form.is_bound and form.is_valid():
            accounts.append((_("Tài khoản kia"), account_facts(form.other)))
        return two_stages(
            request, self.admin_site, AccountMerge, title=_("Gộp hai tài khoản của một người"),
            back=page_of(user), form=form, will=lambda: consequences(*form.pair()), act=act,
            accounts=accounts, button=_("Gộp tài khoản"),
        )  # fmt: skip


def account_facts(user: User) -> list[tuple[str, str]]:
    """Which account it is, and what it has entered."""
    entries = Entry.objects.filter(user=user).select_related("contest", "unit").order_by("id")
    entered = [f"{entry.full_name}, {entry.unit.name}: {entry.contest.name}" for entry in entries]
    return [*facts(user), (_("Đã đăng ký dự thi"), "; ".join(entered) or _("chưa"))]


def consequences(kept: User, absorbed: User) -> list[str]:
    plan = merger(kept, absorbed)
    sentences = []
    if plan.doubled:
        names = "; ".join(contest.name for contest in plan.doubled)
        sentences.append(f"{doubled_words()} {names}.")
    if plan.moving:
        names = "; ".join(entry.contest.name for entry in plan.moving)
        sentences.append(
            _("Chuyển sang tài khoản giữ lại, kèm toàn bộ lượt thi và kết quả: %(contests)s.")
            % {"contests": names}
        )
    if plan.staying:
        names = "; ".join(entry.contest.name for entry in plan.staying)
        sentences.append(_("Đã bị loại, để lại ở tài khoản bị tắt: %(contests)s.") % {"contests": names})
    after = ", ".join(display(one) for one in plan.contacts) or _("chưa có")
    sentences.append(_("Sau khi gộp, mã gửi tới: %(contacts)s.") % {"contacts": after})
    if plan.dropped:
        gone = ", ".join(display(one) for one in plan.dropped)
        sentences.append(_("Không còn dùng để đăng nhập: %(contacts)s.") % {"contacts": gone})
    return [
        *sentences,
        _("Tài khoản kia bị tắt và không bật lại được bằng trang này; mọi thiết bị của nó bị đăng xuất."),
        _("Cả hai nơi nhận mã được báo. Người thực hiện, thời điểm và căn cứ được ghi lại, không sửa được."),
    ]
