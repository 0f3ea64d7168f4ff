"""The entry form: what is asked of a person who wants to take part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contest_site.lib.errors import Invalid, NotAllowed
from contest_site.lib.identity import national_id_hash, normal_phone
from contest_site.lib.templatetags.vi import day
from contests.domain.entering import EntryData
from contests.enums import Asked, Gender, Participation, Relation
from contests.models import Category, Contest, Unit
from contests.person import (
    ADDRESS_LENGTH,
    NAME_LENGTH,
    UNIT_NAME_LENGTH,
    birth_date,
    check_old_enough,
    person_name,
    postal_address,
    unit_name,
)
from contests.queries import offered_units
from contests.unit_search import MAX_QUERY

Value = TypeVar("Value")
# What the plan may ask for (Contest.ask_…), in the order of the page.
ASKED = ("birth_date", "phone", "gender", "national_id", "address")


class Trial(Enum):
    """Whether an entry may be an organiser's trial: not at all, if they choose so, or nothing else."""

    NO = "no"
    OFFERED = "offered"
    ONLY = "only"


class EntryForm(forms.Form):
    """Named in the order of the page. `unit` is chosen among the results of the search `unit_query`."""

    full_name = forms.CharField(
        label=gettext_lazy("Họ và tên"),
        max_length=NAME_LENGTH * 2,  # the rule counts the cleaned name
        help_text=gettext_lazy("Đúng như trên giấy tờ; tên này được ghi trên giấy chứng nhận nếu đạt giải."),
        error_messages={"required": gettext_lazy("Nhập họ và tên.")},
        widget=forms.TextInput(attrs={"autocomplete": "name", "autocapitalize": "words"}),
    )
    birth_date = forms.CharField(
        label=gettext_lazy("Ngày sinh"),
        max_length=20,
        help_text=gettext_lazy("Ngày/tháng/năm, ví dụ 17/05/1990."),
        error_messages={"required": gettext_lazy("Nhập ngày sinh.")},
        widget=forms.TextInput(attrs={"autocomplete": "bday", "placeholder": "17/05/1990"}),
    )
    gender = forms.ChoiceField(
        label=gettext_lazy("Giới tính"),
        choices=Gender.choices,
        error_messages={"required": gettext_lazy("Chọn giới tính.")},
        widget=forms.RadioSelect,
    )
    phone = forms.CharField(
        label=gettext_lazy("Số điện thoại"),
        max_length=30,
        error_messages={"required": gettext_lazy("Nhập số điện thoại.")},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    national_id = forms.CharField(
        label=gettext_lazy("Số định danh cá nhân (CCCD)"),
        max_length=30,
        required=False,
        help_text=gettext_lazy(
            "12 chữ số. Được lưu dưới dạng mã hóa; dùng để mỗi người chỉ đăng ký một lần và để trao giải."
        ),
        error_messages={
            "required": gettext_lazy("Nhập số định danh cá nhân, 12 chữ số in trên thẻ căn cước.")
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Địa chỉ nơi ở"),
        max_length=ADDRESS_LENGTH * 2,
        help_text=gettext_lazy("Số nhà, thôn hoặc tổ dân phố, xã hoặc phường, tỉnh hoặc thành phố."),
        error_messages={"required": gettext_lazy("Nhập địa chỉ nơi ở.")},
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    # Where the birth date may be left out, this tells who needs a guardian.
    of_age = forms.ChoiceField(
        label=gettext_lazy("Người dự thi đã đủ 16 tuổi?"),
        choices=[("yes", gettext_lazy("Đã đủ 16 tuổi")), ("no", gettext_lazy("Chưa đủ 16 tuổi"))],
        error_messages={"required": gettext_lazy("Cho biết người dự thi đã đủ 16 tuổi hay chưa.")},
        widget=forms.RadioSelect,
    )
    unit_query = forms.CharField(
        label=gettext_lazy("Tìm đơn vị"),
        max_length=MAX_QUERY,
        required=False,
        help_text=gettext_lazy("Gõ vài chữ trong tên đơn vị, có dấu hoặc không dấu, ví dụ: chanh lo."),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    unit: forms.ModelChoiceField[Unit] = forms.ModelChoiceField(
        label=gettext_lazy("Đơn vị"),
        queryset=Unit.objects.none(),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Tìm rồi chọn đơn vị trong danh sách."),
            "invalid_choice": gettext_lazy("Chọn đơn vị trong danh sách của cuộc thi."),
        },
        widget=forms.RadioSelect,
    )
    missing_unit = forms.CharField(
        label=gettext_lazy("Tên đơn vị không có trong danh sách"),
        max_length=UNIT_NAME_LENGTH * 2,
        required=False,
        help_text=gettext_lazy("Ghi tên đầy đủ. Ban Tổ chức sẽ xem và xếp vào đúng đơn vị."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    category = forms.ModelChoiceField(
        label=gettext_lazy("Đối tượng dự thi"),
        queryset=Category.objects.none(),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Chọn đối tượng dự thi."),
            "invalid_choice": gettext_lazy("Chọn đối tượng dự thi trong danh sách của cuộc thi."),
        },
        widget=forms.RadioSelect,
    )
    # Only for organisers who may try the contest out; both answers are theirs to choose.
    official = forms.ChoiceField(
        label=gettext_lazy("Hình thức"),
        choices=[
            ("yes", gettext_lazy("Dự thi chính thức")),
            ("no", gettext_lazy("Thi thử, không tính kết quả")),
        ],
        help_text=gettext_lazy(
            "Mỗi tài khoản chỉ đăng ký một lần, nên đã thi thử thì không dự thi chính thức nữa."
        ),
        error_messages={"required": gettext_lazy("Chọn dự thi chính thức hoặc thi thử.")},
        widget=forms.RadioSelect,
    )
    consent = forms.BooleanField(
        label=gettext_lazy("Đã đọc và đồng ý với nội dung xử lý dữ liệu cá nhân nêu trên."),
        error_messages={
            "required": gettext_lazy("Cần đồng ý với nội dung xử lý dữ liệu cá nhân thì mới đăng ký được.")
        },
    )

    # The text that was on the page: another one since then must be read again.
    consent_digest = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, contest: Contest, today: date, trial: Trial = Trial.NO, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.contest = contest
        self.today = today
        self.trial = trial
        if trial is not Trial.OFFERED:
            del self.fields["official"]
        self._ask(contest)
        self._set_choices("unit", offered_units(contest), [])
        categories = contest.categories.all()
        self._set_choices("category", categories, [(one.pk, category_label(one)) for one in categories])
        if contest.min_age is not None and contest.age_on is not None:
            limit = {"age": contest.min_age, "day": day(contest.age_on)}
            words = _("Người dự thi phải đủ %(age)d tuổi tính đến ngày %(day)s.") % limit
            self.fields["birth_date"].help_text = f"{self.fields['birth_date'].help_text} {words}"

    def _ask(self, contest: Contest) -> None:
        """Only what the plan asks for; what it does not must be given stays optional."""
        for name in ASKED:
            asked = getattr(contest, f"ask_{name}")
            if asked == Asked.NO:
                del self.fields[name]
            else:
                self.fields[name].required = asked == Asked.REQUIRED
        if contest.ask_birth_date == Asked.REQUIRED:
            del self.fields["of_age"]
        else:
            self.fields["of_age"].required = False
        # Chosen for who has none in the list; `clean` says when one is missing.
        self.fields["unit"].required = False

    @property
    def personal(self) -> list[forms.BoundField]:
        """The fields about the person that come after the name, in the order of the page."""
        return [self[name] for name in (*ASKED, "of_age") if name in self.fields]

    @property
    def is_trial(self) -> bool:
        """Whether this is an organiser's trial; of a form that is valid so far."""
        return self.trial is Trial.ONLY or self.cleaned_data.get("official") == "no"

    def show_units(self, units: Sequence[Unit]) -> None:
        """Offer these units; which unit is accepted does not depend on what was offered."""
        self.fields["unit"].widget.choices = [(unit.pk, unit_label(unit)) for unit in units]

    def _set_choices(self, name: str, rows: QuerySet[Any], shown: list[tuple[int, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows
        field.widget.choices = shown

    def clean_full_name(self) -> str:
        return self._read("full_name", person_name)

    def clean_birth_date(self) -> date | None:
        if not self.cleaned_data["birth_date"]:
            return None
        return self._read("birth_date", lambda text: birth_date(text, today=self.today))

    def clean_phone(self) -> str:
        return self._read("phone", normal_phone) if self.cleaned_data["phone"] else ""

    def clean_national_id(self) -> str:
        """As typed, when it is right: it is sealed by `enter`, and compared by its hash."""
        if self.cleaned_data["national_id"]:
            self._read("national_id", national_id_hash)
        return str(self.cleaned_data["national_id"])

    def clean_address(self) -> str:
        return self._read("address", postal_address) if self.cleaned_data["address"] else ""

    def clean_missing_unit(self) -> str:
        return self._read("missing_unit", unit_name) if self.cleaned_data["missing_unit"] else ""

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if "unit" in found and found["unit"] is None:
            if found.get("missing_unit") and self.contest.area:
                found["unit"] = self.contest.area
            elif "missing_unit" in found:
                self.add_error("unit", _("Tìm rồi chọn đơn vị trong danh sách."))
        unknown = not (found.get("birth_date") or found.get("of_age") or "birth_date" in self.errors)
        if "of_age" in self.fields and unknown:
            self.add_error("of_age", str(self.fields["of_age"].error_messages["required"]))
        born = found.get("birth_date")
        if born and not self.is_trial:
            try:
                check_old_enough(born, min_age=self.contest.min_age, on=self.contest.age_on)
            except NotAllowed as refusal:
                self.add_error("birth_date", str(refusal))
        return self.cleaned_data

    def _read(self, name: str, read: Callable[[str], Value]) -> Value:
        try:
            return read(self.cleaned_data[name])
        except Invalid as error:
            raise ValidationError(str(error.message)) from None

    def entry_data(self) -> EntryData:
        """The valid form as `enter` takes it."""
        found = self.cleaned_data
        answered = found.get("of_age")
        return EntryData(
            full_name=found["full_name"],
            birth_date=found.get("birth_date"),
            gender=found.get("gender", ""),
            phone=found.get("phone", ""),
            national_id=found.get("national_id", ""),
            address=found.get("address", ""),
            of_age=answered == "yes" if answered else None,
            unit=found["unit"],
            category=found["category"],
            missing_unit=found.get("missing_unit", ""),
            consented=found.get("consent", False),
            read_digest=found.get("consent_digest", ""),
        )


class GuardianForm(forms.Form):
    """Whom a child names as mother, father or guardian."""

    full_name = forms.CharField(
        label=gettext_lazy("Họ và tên cha, mẹ hoặc người giám hộ"),
        max_length=NAME_LENGTH * 2,
        error_messages={"required": gettext_lazy("Nhập họ và tên của cha, mẹ hoặc người giám hộ.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "words"}),
    )
    relation = forms.ChoiceField(
        label=gettext_lazy("Quan hệ với người dự thi"),
        choices=Relation.choices,
        error_messages={"required": gettext_lazy("Chọn quan hệ với người dự thi.")},
        widget=forms.RadioSelect,
    )
    contact = forms.CharField(
        label=gettext_lazy("Số điện thoại hoặc thư điện tử của người đó"),
        max_length=254,
        help_text=gettext_lazy("Mã xác thực được gửi đến đây. Không dùng số của chính người dự thi."),
        error_messages={"required": gettext_lazy("Nhập số điện thoại hoặc thư điện tử của người giám hộ.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class GuardianCodeForm(forms.Form):
    """The guardian's own contact and the code that was sent to it."""

    contact = forms.CharField(
        label=gettext_lazy("Số điện thoại hoặc thư điện tử của cha, mẹ, người giám hộ"),
        max_length=254,
        error_messages={"required": gettext_lazy("Nhập số điện thoại hoặc thư điện tử đã nhận được mã.")},
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    code = forms.CharField(
        label=gettext_lazy("Mã xác thực"),
        max_length=20,
        help_text=gettext_lazy("6 chữ số trong tin nhắn hoặc thư. Chưa có mã thì bấm “Gửi lại mã”."),
        error_messages={"required": gettext_lazy("Nhập mã gồm 6 chữ số; chưa có mã thì bấm “Gửi lại mã”.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def category_label(category: Category) -> str:
    """The category with what the plan asks of it, where it asks or encourages."""
    if category.participation == Participation.OPEN:
        return category.name
    names = {"category": category.name, "asked": category.get_participation_display().lower()}
    return _("%(category)s (%(asked)s)") % names


def unit_label(unit: Unit) -> str:
    """The unit's name with what it belongs to, since names repeat across a province."""
    if unit.parent is None:
        return unit.name
    return _("%(unit)s (thuộc %(parent)s)") % {"unit": unit.name, "parent": unit.parent.name}
