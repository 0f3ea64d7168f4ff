"""Accounts in the organisers' admin."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from contest_site.accounts import helping
from contest_site.accounts.contact import display, normal_email, read_contact
from contest_site.accounts.domain.helping import may_help
from contest_site.accounts.domain.staff import ask_for_new_password, vouch_for_contacts
from contest_site.accounts.fields import PhoneField
from contest_site.accounts.models import ContactMove, FactorRecovery, User
from contest_site.accounts.queries import named_users
from contest_site.accounts.recent import recently_authenticated
from contest_site.audit import trail
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.errors import Invalid
from contest_site.lib.text import clean

if TYPE_CHECKING:
    _UserForm = forms.ModelForm[User]
else:
    _UserForm = forms.ModelForm

# allauth's own screens would let an organiser mark addresses as proved and read second factors.
for model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, Group):
    admin.site.unregister(model)

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]  # unfold's own way of mixing
    """Groups carry rights, so superusers alone see them."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser


class UserForm(_UserForm):
    phone = PhoneField(required=False)

    class Meta:
        model = User
        fields = ("full_name", "username", "phone", "email", "is_active", *RIGHTS)

    def clean_full_name(self) -> str:
        return clean(self.cleaned_data["full_name"])

    def clean_phone(self) -> str | None:
        return self.cleaned_data["phone"] or None

    def clean_email(self) -> str:
        text = self.cleaned_data["email"]
        if not text:
            return ""
        try:
            email = normal_email(text)
        except Invalid as error:
            raise ValidationError(str(error)) from None
        if EmailAddress.objects.filter(email=email, verified=True).exclude(user_id=self.instance.pk).exists():
            raise ValidationError(_("Thư điện tử này đã thuộc về một tài khoản khác."))
        return email


@admin.register(User)
class UserAdmin(ModelAdmin):
    form = UserForm
    list_display = ("full_name", "shown_phone", "email", "username", "is_staff", "is_active", "date_joined")
    list_filter = ("is_staff", "is_active")
    list_per_page = 50
    ordering = ("-id",)
    # No counting: there may be a million accounts, and no number of pages helps to find one.
    paginator = InfinitePaginator
    show_full_result_count = False
    search_fields = ("full_name",)  # and contacts and usernames, see get_search_results
    search_help_text = _("Họ tên, số điện thoại, thư điện tử hoặc tên đăng nhập")
    readonly_fields = ("phone_verified", "last_login", "date_joined")
    filter_horizontal = ("groups", "user_permissions")
    actions = ("send_reset",)
    change_form_outer_before_template = "admin/accounts/ways.html"  # type: ignore[assignment]  # no types
    fieldsets = (
        (None, {"fields": ("full_name", "username", "phone", "phone_verified", "email", "is_active")}),
        (_("Quyền"), {"fields": RIGHTS, "classes": ("collapse",)}),
        (_("Thời điểm"), {"fields": ("date_joined", "last_login")}),
    )

    def get_urls(self) -> list[URLPattern]:
        def at(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            site = self.admin_site
            guarded = site.admin_view(recently_authenticated(partial(view, site=site)))
            return path(f"<int:user_id>/{address}/", guarded, name=f"accounts_user_{name}")

        return [
            at("doi-noi-nhan-ma", helping.move_page, "move"),
            at("go-lop-thu-hai", helping.recover_page, "recover"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        user, by = self.get_object(request, object_id), request.user
        ways: dict[str, bool] = {}
        if isinstance(user, User) and isinstance(by, User):
            helps = by.has_perm(helping.HELP) and may_help(by, user)
            recovers = by.has_perm(helping.RECOVER) and by.pk != user.pk and user.is_staff
            ways = {
                "may_move": helps,
                "may_merge": helps and user.is_active,
                "may_recover": recovers and (by.is_superuser or not user.is_superuser),
            }
        response: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **ways}
        )
        return response

    @admin.display(description=_("số điện thoại"))
    def shown_phone(self, user: User) -> str:
        return display(user.phone) if user.phone else "–"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        try:
            contact = read_contact(search_term)
        except Invalid:
            return named_users(search_term, queryset), False
        field = "phone" if contact.phone else "email"
        return queryset.filter(**{field: contact.value}), False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        # A contact changes by the act that tells the old one (domain/helping.py), never silently.
        contacts = ("phone", "email") if obj is not None else ()
        rights = () if request.user.is_superuser else RIGHTS
        return (*self.readonly_fields, *contacts, *rights)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Who may change an organiser's phone number may become that organiser: superusers alone."""
        if obj is not None and (obj.is_staff or obj.is_superuser) and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Entries and the trail point at accounts; switching one off is what an organiser wants.
        return False

    def save_model(self, request: HttpRequest, obj: Model, form: forms.Form, change: bool) -> None:
        assert isinstance(request.user, User)
        assert isinstance(obj, User)
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            vouch_for_contacts(obj, by=request.user)
        elif form.changed_data:
            trail.record("changed account", obj, by=request.user, fields=sorted(form.changed_data))

    @admin.action(
        description=_("Yêu cầu đặt lại mật khẩu (gửi hướng dẫn, đăng xuất mọi thiết bị)"),
        permissions=["change"],
    )
    def send_reset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        assert isinstance(request.user, User)
        untold = []
        for user in queryset:
            if not self.has_change_permission(request, user):
                raise PermissionDenied
            if not ask_for_new_password(user, by=request.user):
                untold.append(str(user))
        messages.success(request, _("Đã yêu cầu đặt lại mật khẩu. Mật khẩu cũ không còn dùng được."))
        if untold:
            messages.warning(
                request,
                _("Không có nơi nhận tin, hãy báo trực tiếp cho: %(people)s.")
                % {"people": ", ".join(untold)},
            )


@admin.register(ContactMove)
class ContactMoveAdmin(ReadOnlyAdmin):
    list_display = ("at", "user", "reason", "old_contact", "new_contact", "by")
    list_filter = ("reason",)
    list_select_related = ("user", "by")
    search_fields = ("user__full_name", "grounds")


@admin.register(FactorRecovery)
class FactorRecoveryAdmin(ReadOnlyAdmin):
    list_display = ("at", "user", "identity_check", "by")
    list_select_related = ("user", "by")
