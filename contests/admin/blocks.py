"""A block on a page of its own: which units compete in it, one by one or all that lie below one at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminTextInputWidget

from contest_site.audit.admin import AuditedAdmin
from contest_site.audit.trail import record
from contest_site.lib.text import fold
from contest_site.lib.unfold import TabularInline
from contests.admin.forms import kept
from contests.admin.locks import NothingSilent, PlanPart, PlanRows
from contests.models import Block, BlockUnit, Unit
from contests.queries import contest_units, offered_units

if TYPE_CHECKING:
    BlockModelForm = forms.ModelForm[Block]
    PagedFormSet = forms.BaseInlineFormSet[Any, Any, forms.ModelForm[Any]]
else:
    BlockModelForm = forms.ModelForm
    PagedFormSet = PaginationInlineFormSet

UNITS_A_PAGE = 50


class BlockUnitFormSet(PagedFormSet):
    """Each unit once, of the contest's area, and in no other block of the contest."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        units = [form.cleaned_data["unit"] for form in kept(self)]
        contest = self.instance.contest
        inside = set(contest_units(contest).filter(pk__in=[one.pk for one in units]))
        elsewhere = {
            one.unit_id: one.block.name
            for one in BlockUnit.objects.filter(contest=contest, unit__in=units)
            .exclude(block=self.instance)
            .select_related("block")
        }
        for place, unit in enumerate(units):
            if unit in units[:place]:
                raise ValidationError(_("“%(unit)s” có hai lần trong khối.") % {"unit": unit})
            if unit not in inside:
                raise ValidationError(_("“%(unit)s” không thuộc địa bàn của cuộc thi.") % {"unit": unit})
            if unit.pk in elsewhere:
                names = {"unit": unit, "block": elsewhere[unit.pk]}
                raise ValidationError(_("“%(unit)s” đã ở khối “%(block)s”.") % names)

    def save_new(self, form: Any, commit: bool = True) -> Any:
        form.instance.contest = self.instance.contest
        return super().save_new(form, commit)


class BlockUnitInline(PlanRows, NothingSilent, TabularInline):
    model = BlockUnit
    formset = BlockUnitFormSet
    fields = ("unit",)
    autocomplete_fields = ("unit",)
    extra = 0
    per_page = UNITS_A_PAGE
    hide_title = True


class BlockForm(BlockModelForm):
    below: forms.ModelChoiceField[Unit] = forms.ModelChoiceField(
        label=gettext_lazy("Đưa vào khối mọi đơn vị trực thuộc của"),
        queryset=Unit.objects.all(),
        required=False,
        help_text=gettext_lazy(
            "Chỉ các đơn vị ngay dưới đơn vị này; đơn vị đã ở một khối của cuộc thi thì giữ nguyên."
        ),
    )
    kind = forms.CharField(
        label=gettext_lazy("Chỉ loại đơn vị"),
        required=False,
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Như cột Loại của danh mục đơn vị; để trống là mọi loại."),
    )

    class Meta:
        model = Block
        fields = ("position", "name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "below" in self.fields:
            unit = BlockUnit._meta.get_field("unit")
            below = self.fields["below"]
            below.widget = AutocompleteSelect(unit, admin.site)
            below.widget.choices = below.choices  # type: ignore[attr-defined]  # of a ModelChoiceField

    def clean(self) -> dict[str, Any] | None:
        super().clean()
        found = self.cleaned_data
        if found.get("kind") and not found.get("below"):
            self.add_error("below", _("Chọn đơn vị cấp trên."))
        return found


@admin.register(Block)
class BlockAdmin(PlanPart, NothingSilent, AuditedAdmin):
    form = BlockForm
    fieldsets = (
        (None, {"fields": (("position", "name"),)}),
        (gettext_lazy("Thêm nhiều đơn vị một lần"), {"fields": (("below", "kind"),)}),
    )
    inlines = (BlockUnitInline,)
    list_select_related = ("contest",)
    search_fields = ("name", "contest__name")
    show_full_result_count = False
    change_form_outer_before_template = "admin/contests/part_of.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # added on its contest's page

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if self.has_change_permission(request, obj) else fieldsets[:1]

    def save_related(self, request: HttpRequest, form: Any, formsets: Iterable[Any], change: bool) -> None:
        """The units typed one by one first, then those that come all at once."""
        super().save_related(request, form, formsets, change)
        below = form.cleaned_data.get("below")
        if below is None:
            return
        added = add_units_below(form.instance, below, form.cleaned_data.get("kind", ""), by=request.user)
        done = ngettext("Đã thêm %(count)d đơn vị vào khối.", "Đã thêm %(count)d đơn vị vào khối.", added) % {
            "count": added
        }
        messages.add_message(request, messages.SUCCESS if added else messages.WARNING, done)


def add_units_below(block: Block, parent: Unit, kind: str, *, by: Any) -> int:
    """Every unit right below `parent`, of that kind of the directory, that competes nowhere yet."""
    contest = block.contest
    units = offered_units(contest).filter(parent=parent)
    competing = BlockUnit.objects.filter(contest=contest).values("unit")
    wanted = [one for one in units.exclude(pk__in=competing) if not kind or fold(one.kind) == fold(kind)]
    BlockUnit.objects.bulk_create(BlockUnit(contest=contest, block=block, unit=one) for one in wanted)
    if wanted:
        record("added units to block", block, by=by, below=parent.code, units=[one.code for one in wanted])
    return len(wanted)
