"""Everything that the site keeps about a person, as plain values under Vietnamese headings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.utils.translation import gettext as _

from attempts.models import Attempt, Prediction
from attempts.queries import result_visible
from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contest_site.lib.identity import display_phone, open_national_id
from contest_site.lib.templatetags.vi import day, moment
from contest_site.privacy.accounts import accounts_of
from contests.models import (
    Consent,
    ConsentWithdrawal,
    DataRequest,
    Entry,
    EntryRequest,
    Guardian,
    RosterPerson,
)
from contests.queries import RoundState, round_state
from contests.rosters import people_of_accounts
from prizes.models import Award, StandingsRun
from prizes.queries import published_awards

Values = dict[str, Any]


def gather(user: User) -> Values:
    """The account, each entry with what hangs on it, and the requests; a fixed number of queries an entry.

    What stayed with accounts that were merged into this one is the same person's and in it as well.
    A score that the plan does not show yet is not in it either, nor is any answer key.
    """
    accounts = accounts_of(user)
    entries = (
        Entry.objects.filter(user__in=accounts).select_related("contest", "unit", "category").order_by("pk")
    )
    return {
        _("Tài khoản"): _account(user),
        _("Cuộc thi đã đăng ký"): [_entry(one) for one in entries],
        _("Danh sách do đơn vị lập"): [_listed(one) for one in _rosters(accounts)],
        _("Danh sách của đơn vị chưa xác định là của ai"): _not_certain(entries),
        _("Đề nghị về dữ liệu cá nhân"): [
            {_("loại"): one.get_kind_display(), _("gửi lúc"): moment(one.at)}
            for one in DataRequest.objects.filter(user__in=accounts).order_by("pk")
        ],
    }


def _rosters(accounts: Iterable[int]) -> Iterable[RosterPerson]:
    found = RosterPerson.objects.filter(pk__in=people_of_accounts(list(accounts)))
    return found.select_related("roster__contest", "unit").order_by("pk")


def _not_certain(entries: Iterable[Entry]) -> str:
    """Whom to ask; the same for everybody, for it must not tell whom the lists have."""
    asked = dict.fromkeys(
        f"{one.contest.organiser} ({one.contest.hotline})" if one.contest.hotline else one.contest.organiser
        for one in entries
    )
    sentence = _(
        "Đơn vị có thể đã ghi tên trong danh sách cán bộ, học sinh mà chưa đủ căn cứ xác định là cùng một"
        " người nên không có trong bản này. Muốn biết hoặc muốn xóa, hỏi cán bộ đầu mối của đơn vị hoặc Ban"
        " Tổ chức."
    )
    return " ".join([sentence, "; ".join(asked)]).strip()


def _listed(one: RosterPerson) -> Values:
    return {
        _("cuộc thi"): one.roster.contest.name,
        _("đơn vị"): one.unit.name,
        _("họ và tên"): one.full_name,
        _("mã, bộ phận"): one.reference,
        _("ngày sinh"): day(one.birth_date) if one.birth_date else "",
        _("số điện thoại"): display_phone(one.phone) if one.phone else "",
        _("số định danh cá nhân"): _("chỉ lưu mã băm") if one.national_id_hash else "",
    }


def _account(user: User) -> Values:
    emails = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return {
        _("tên đăng nhập"): user.username,
        _("họ và tên"): user.full_name,
        _("số điện thoại"): display_phone(user.phone) if user.phone else "",
        _("thư điện tử"): ", ".join(sorted({user.email, *emails} - {""})),
        _("ngày lập"): moment(user.date_joined),
        _("đăng nhập gần nhất"): moment(user.last_login) if user.last_login else "",
        _("tài khoản khác dùng để đăng nhập"): [
            {
                _("nơi cấp"): one.provider,
                _("mã ở nơi cấp"): one.uid,
                _("liên kết lúc"): moment(one.date_joined),
            }
            for one in SocialAccount.objects.filter(user=user).order_by("pk")
        ],
        _("khóa đăng nhập"): [str(one.data.get("name", "")) for one in _passkeys(user)],
    }


def _passkeys(user: User) -> Iterable[Authenticator]:
    found: Iterable[Authenticator] = Authenticator.objects.filter(
        user=user, type=Authenticator.Type.WEBAUTHN
    ).order_by("pk")
    return found


def _entry(entry: Entry) -> Values:
    sealed = entry.national_id_sealed
    return {
        _("cuộc thi"): entry.contest.name,
        _("họ và tên"): entry.full_name,
        _("ngày sinh"): day(entry.birth_date) if entry.birth_date else "",
        _("giới tính"): entry.get_gender_display() if entry.gender else "",
        _("số điện thoại"): display_phone(entry.phone) if entry.phone else "",
        _("số định danh cá nhân"): open_national_id(sealed)
        if sealed
        else (_("chỉ lưu mã băm") if entry.national_id_hash else ""),
        _("địa chỉ"): entry.address,
        _("đơn vị"): entry.unit.name,
        _("đối tượng"): entry.category.name,
        _("đăng ký lúc"): moment(entry.created_at),
        _("sự đồng ý"): [_consent(one) for one in Consent.objects.filter(entry=entry).select_related("text")],
        _("rút lại sự đồng ý"): [moment(one.at) for one in ConsentWithdrawal.objects.filter(entry=entry)],
        _("người giám hộ đã ghi"): [
            {
                _("họ và tên"): one.full_name,
                _("quan hệ"): one.get_relation_display(),
                _("liên hệ"): one.contact,
            }
            for one in Guardian.objects.filter(entry=entry)
        ],
        _("đề nghị đã gửi"): [_request(one) for one in _requests(entry)],
        _("lượt thi"): _attempts(entry),
        _("dự đoán"): [
            {_("vòng thi"): one.round.name, _("giá trị"): str(one.value), _("lúc"): moment(one.at)}
            for one in Prediction.objects.filter(entry=entry).select_related("round")
        ],
        _("giải thưởng đã công bố"): [_award(one) for one in _awards(entry)],
    }


def _consent(one: Consent) -> Values:
    return {
        _("mục đích"): one.get_purpose_display(),
        _("cách đồng ý"): one.get_giver_display(),
        _("phiên bản"): one.text.version,
        _("mã băm nội dung (SHA-256)"): one.text.digest,
        _("lúc"): moment(one.at),
        _("nội dung"): one.text.text,
    }


def _requests(entry: Entry) -> Iterable[EntryRequest]:
    return EntryRequest.objects.filter(entry=entry).select_related("decision")


def _request(one: EntryRequest) -> Values:
    decision = getattr(one, "decision", None)
    return {
        _("loại"): one.get_kind_display(),
        _("đề nghị"): {name: "•••" if name == "national_id" else value for name, value in one.wanted.items()},
        _("lý do"): one.reason,
        _("gửi lúc"): moment(one.at),
        _("quyết định"): decision.get_verdict_display() if decision else _("chờ quyết định"),
        _("lý do quyết định"): decision.grounds if decision else "",
    }


def _attempts(entry: Entry) -> list[Values]:
    now = database_now()
    public = set(
        StandingsRun.objects.filter(contest=entry.contest, publication__isnull=False).values_list(
            "round_id", flat=True
        )
    )
    rows = Attempt.objects.filter(entry=entry).select_related("round__contest", "round__closing")
    found = []
    for one in rows.order_by("round__number", "number"):
        closed = round_state(one.round, now) is RoundState.CLOSED
        shown = result_visible(one.round, closed=closed, published=one.round_id in public)
        found.append(
            {
                _("vòng thi"): one.round.name,
                _("lượt"): one.number,
                _("bắt đầu"): moment(one.started_at),
                _("nộp"): moment(one.submitted_at) if one.submitted_at else "",
                _("mã biên nhận"): one.receipt or "",
                _("số câu đúng"): one.correct if shown else _("chưa được hiện theo thể lệ"),
                _("thời gian làm bài (mili giây)"): one.duration_ms,
                _("địa chỉ mạng"): one.address or "",
                _("dấu thiết bị"): one.device,
            }
        )
    return found


def _awards(entry: Entry) -> Iterable[Award]:
    return published_awards().filter(entry=entry).select_related("run__round", "certificate")


def _award(one: Award) -> Values:
    certificate = getattr(one, "certificate", None)
    return {
        _("giải"): one.prize_name,
        _("vòng thi"): one.run.round.name if one.run.round else _("cả cuộc thi"),
        _("số giấy"): certificate.serial if certificate else "",
    }
