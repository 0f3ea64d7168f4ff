"""The forms of a plan's rows: required choices, suggestions, and what one row cannot see of another."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from contest_site.lib.errors import Invalid
from contest_site.lib.identity import display_phone, national_id_hash, normal_phone
from contest_site.lib.text import clean
from contests.admin.fields import LinesField, MomentField, RankOrderField, YesNoField, key_labels, suggest
from contests.enums import Asked, Combine, PredictionScope, PredictionTarget
from contests.models import Category, CertificateTemplate, Contest, Exclusion, Round
from contests.rules.strata import Stratum, blueprint_faults

if TYPE_CHECKING:
    ContestModelForm = forms.ModelForm[Contest]
    CategoryModelForm = forms.ModelForm[Category]
    CertificateModelForm = forms.ModelForm[CertificateTemplate]
    RoundModelForm = forms.ModelForm[Round]
    ExclusionModelForm = forms.ModelForm[Exclusion]
    PlanFormSet = forms.BaseInlineFormSet[Any, Any, forms.ModelForm[Any]]
else:
    ContestModelForm = CategoryModelForm = CertificateModelForm = forms.ModelForm
    RoundModelForm = ExclusionModelForm = forms.ModelForm
    PlanFormSet = forms.BaseInlineFormSet


class ContestForm(ContestModelForm):
    opens_at = MomentField(label=gettext_lazy("Mở cuộc thi"))
    closes_at = MomentField(label=gettext_lazy("Kết thúc cuộc thi"), end=True)
    legal_basis = LinesField(
        label=gettext_lazy("Căn cứ pháp lý"), required=False, help_text=gettext_lazy("Mỗi văn bản một dòng.")
    )
    live_participation = YesNoField(label=gettext_lazy("Công khai số người dự thi khi đang thi"))
    overall_rank_order = RankOrderField(label=gettext_lazy("Thứ tự xếp hạng cả cuộc thi"), required=False)
    overall_only_all_right = YesNoField(
        label=gettext_lazy("Cả cuộc thi chỉ xếp hạng người trả lời đúng tất cả"),
        required=False,
        help_text=gettext_lazy("Chỉ cần khi có xếp hạng cá nhân cả cuộc thi."),
    )
    chosen = forms.MultipleChoiceField(
        label=gettext_lazy("Kế hoạch không quy định"),
        required=False,
        help_text=gettext_lazy(
            "Đánh dấu các mục mà kế hoạch chính thức không quy định, do cơ quan tổ chức chọn."
        ),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = Contest
        exclude = ("is_rehearsal",)
        widgets = {
            name: UnfoldAdminTextareaWidget(attrs={"rows": rows})
            for name, rows in {"subject": 4, "eligibility": 3, "ineligible": 2, "consent_text": 8}.items()
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "chosen" in self.fields:
            known = dict(key_labels())
            known |= {key: key for key in self.instance.chosen if key not in known}
            self.fields["chosen"].choices = list(known.items())  # type: ignore[attr-defined]
        if self.instance._state.adding:
            unset(self, "live_participation", "overall_combine", "overall_only_all_right")
        suggest(self.fields, "contest", "overall", "consent")

    def clean(self) -> dict[str, Any] | None:
        super().clean()
        opens, closes = self.cleaned_data.get("opens_at"), self.cleaned_data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("Thời điểm kết thúc cuộc thi phải sau thời điểm mở."))
        self._clean_age()
        self._clean_overall()
        return self.cleaned_data

    def clean_chosen(self) -> list[str]:
        """In the order in which they were; what is new comes last."""
        ticked, before = self.cleaned_data["chosen"], self.instance.chosen
        return [key for key in before if key in ticked] + [key for key in ticked if key not in before]

    def _clean_age(self) -> None:
        found = self.cleaned_data
        if found.get("min_age") and "age_on" in found and not found["age_on"]:
            self.add_error("age_on", _("Ghi ngày tính tuổi của người dự thi."))
        if found.get("age_on") and "min_age" in found and not found["min_age"]:
            self.add_error("min_age", _("Ghi tuổi tối thiểu, hoặc xóa ngày tính tuổi."))
        if found.get("min_age") and found.get("ask_birth_date", Asked.REQUIRED) != Asked.REQUIRED:
            self.add_error("ask_birth_date", _("Có tuổi tối thiểu thì ngày sinh là bắt buộc khi đăng ký."))

    def _clean_overall(self) -> None:
        found = self.cleaned_data
        ranked = found.get("overall_combine") not in (None, "", Combine.NONE)
        if ranked and "overall_rank_order" in found and not found["overall_rank_order"]:
            self.add_error("overall_rank_order", _("Chọn thứ tự xếp hạng cá nhân cả cuộc thi."))
        if found.get("overall_only_all_right", False) is None:
            found["overall_only_all_right"] = False
            if ranked:
                self.add_error("overall_only_all_right", _("Chọn Có hoặc Không."))


def unset(form: forms.ModelForm[Any], *names: str) -> None:
    """A new row begins without the model's own defaults: what a plan chooses is chosen by a person."""
    for name in names:
        form.initial.pop(name, None)
        if name in form.fields:
            form.fields[name].initial = None


class CategoryForm(CategoryModelForm):
    class Meta:
        model = Category
        exclude = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            unset(self, "participation")


class CertificateTemplateForm(CertificateModelForm):
    class Meta:
        model = CertificateTemplate
        exclude = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        suggest(self.fields, "certificates")


class RoundForm(RoundModelForm):
    opens_at = MomentField(label=gettext_lazy("Mở vòng thi"))
    closes_at = MomentField(label=gettext_lazy("Kết thúc vòng thi"), end=True)
    rank_order = RankOrderField(label=gettext_lazy("Thứ tự xếp hạng"))
    only_all_right = YesNoField(label=gettext_lazy("Chỉ xếp hạng người trả lời đúng tất cả"))

    class Meta:
        model = Round
        exclude = ()
        widgets = {"prediction_text": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            unset(self, "only_all_right", "prediction_scope")
        if "prediction_scope" in self.fields:
            self.fields["prediction_scope"].required = False
        suggest(self.fields, "rounds")

    def clean(self) -> dict[str, Any] | None:
        super().clean()
        opens, closes = self.cleaned_data.get("opens_at"), self.cleaned_data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("Thời điểm kết thúc vòng thi phải sau thời điểm mở."))
        self._clean_prediction()
        self._clean_promotion()
        return self.cleaned_data

    def _clean_prediction(self) -> None:
        """Over whom the truth is counted matters only where a prediction is asked for, and there it does."""
        found = self.cleaned_data
        if found.get("prediction_scope", "-"):
            return
        if found.get("prediction_target") in (None, "", PredictionTarget.NONE):
            found["prediction_scope"] = PredictionScope.ROUND
        else:
            self.add_error("prediction_scope", _("Chọn phạm vi tính kết quả của câu dự đoán."))

    def _clean_promotion(self) -> None:
        found = self.cleaned_data
        if found.get("promotes_from") and "promotes_best" in found and not found["promotes_best"]:
            self.add_error("promotes_best", _("Ghi số người mỗi đơn vị được vào vòng này."))
        if found.get("promotes_best") and "promotes_from" in found and not found["promotes_from"]:
            self.add_error("promotes_from", _("Chọn vòng thi mà từ đó chọn người vào vòng này."))


def kept(formset: Any) -> list[Any]:
    """The forms that will be saved."""
    return [form for form in formset.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]


class RoundFormSet(PlanFormSet):
    """Rounds typed on one page are judged against each other before the database does."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        for one, other in combinations(kept(self), 2):
            first, second = one.cleaned_data, other.cleaned_data
            if first["opens_at"] < second["closes_at"] and second["opens_at"] < first["closes_at"]:
                names = {"first": first["name"], "second": second["name"]}
                raise ValidationError(_("“%(second)s” chồng thời gian lên “%(first)s”.") % names)


class QuotaFormSet(PlanFormSet):
    """A question is drawn by one line only; what the lines add up to is told by the plan's check."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        lines = [
            Stratum(clean(data["topic"].name), data["difficulty"], data["questions"])
            for data in (form.cleaned_data for form in kept(self))
        ]
        if faults := list(blueprint_faults(lines, None)):
            raise ValidationError(faults)


class ExclusionForm(ExclusionModelForm):
    """Phone and national ID as people type them; the ID is kept as a hash alone and never shown again."""

    phone = forms.CharField(
        label=gettext_lazy("Số điện thoại"), required=False, widget=UnfoldAdminTextInputWidget
    )
    national_id = forms.CharField(
        label=gettext_lazy("Số định danh cá nhân (CCCD)"), required=False, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = Exclusion
        fields = ("contest", "full_name", "role", "user", "phone", "national_id")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.phone:
            self.initial["phone"] = display_phone(self.instance.phone)
        if self.instance.national_id_hash:
            self.fields["national_id"].help_text = _("Đã lưu; chỉ nhập khi muốn thay số khác.")

    def clean_full_name(self) -> str:
        return clean(self.cleaned_data["full_name"])

    def clean_phone(self) -> str | None:
        typed = self.cleaned_data["phone"].strip()
        try:
            return normal_phone(typed) if typed else None
        except Invalid as error:
            raise ValidationError(str(error.message)) from None

    def clean_national_id(self) -> str | None:
        """The hash of what was typed, or the one that is kept."""
        typed = self.cleaned_data["national_id"].strip()
        try:
            return national_id_hash(typed) if typed else self.instance.national_id_hash
        except Invalid as error:
            raise ValidationError(str(error.message)) from None

    def clean(self) -> dict[str, Any] | None:
        super().clean()
        found = self.cleaned_data
        if self.errors:
            return found
        if not (found.get("user") or found.get("phone") or found.get("national_id")):
            raise ValidationError(
                _("Cần ít nhất một trong ba: tài khoản, số điện thoại, số định danh cá nhân.")
            )
        # A hidden column is not validated by the model's own constraints.
        contest = found.get("contest")
        same = Exclusion.objects.filter(national_id_hash=found["national_id"]).exclude(pk=self.instance.pk)
        listed = contest and contest.pk and found["national_id"] and same.filter(contest=contest).exists()
        if listed:
            self.add_error("national_id", _("Số định danh cá nhân này đã có trong danh sách."))
        self.instance.national_id_hash = found.get("national_id")
        return found
