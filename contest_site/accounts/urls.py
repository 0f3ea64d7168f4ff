"""The account pages under /tai-khoan/: allauth's names, only the pages that the product wants.

None of them may be kept by a cache or shown again by the back button after a log-out: all are `no-store`.
"""

from collections.abc import Callable

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache

from contest_site.accounts import oidc_views, passkeys, views
from contest_site.accounts.recent import ConfirmByCode, recently_authenticated


def page(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    return path(route, never_cache(view), name=name)


urlpatterns = [
    page("", views.overview, "account_overview"),
    page("dang-ky/", oidc_views.leads_there(views.SignUp.as_view()), "account_signup"),
    page("dang-nhap/", oidc_views.leads_there(views.LogIn.as_view()), "account_login"),
    page("dang-nhap/ma/", views.RequestCode.as_view(), "account_request_login_code"),
    page("xac-thuc/", views.ConfirmCode.as_view(), "account_confirm_login_code"),
    page("dang-xuat/", account.logout, "account_logout"),
    page("tam-khoa/", account.account_inactive, "account_inactive"),
    page("xac-nhan-lai/", views.Reauthenticate.as_view(), "account_reauthenticate"),
    page("xac-nhan-lai/ma/", login_required(ConfirmByCode.as_view()), "account_reauthenticate_code"),
    page("quen-mat-khau/", account.password_reset, "account_reset_password"),
    page("quen-mat-khau/ma/", views.ConfirmReset.as_view(), "account_confirm_password_reset_code"),
    page("quen-mat-khau/mat-khau-moi/", views.CompleteReset.as_view(), "account_complete_password_reset"),
    page("mat-khau/", login_required(views.ChangePassword.as_view()), "account_change_password"),
    page("mat-khau/dat/", recently_authenticated(views.SetPassword.as_view()), "account_set_password"),
    # allauth asks people with a password or a second factor only; the others prove themselves by a code.
    page("so-dien-thoai/", recently_authenticated(account.change_phone), "account_change_phone"),
    page("so-dien-thoai/ma/", login_required(account.verify_phone), "account_verify_phone"),
    page("thu-dien-tu/", recently_authenticated(account.email), "account_email"),
    page(
        "thu-dien-tu/ma/",
        login_required(account.email_verification_sent),
        "account_email_verification_sent",
    ),
    page("lop-thu-hai/", factor.index, "mfa_index"),
    page("lop-thu-hai/dang-nhap/", views.ShowSecondFactor.as_view(), "mfa_authenticate"),
    page("lop-thu-hai/xac-nhan-lai/", factor.reauthenticate, "mfa_reauthenticate"),
    page("lop-thu-hai/bat/", recently_authenticated(views.ActivateApp.as_view()), "mfa_activate_totp"),
    page("lop-thu-hai/tat/", totp.deactivate_totp, "mfa_deactivate_totp"),
    page("lop-thu-hai/ma-du-phong/", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
    page("lop-thu-hai/ma-du-phong/moi/", recovery.generate_recovery_codes, "mfa_generate_recovery_codes"),
    page("lop-thu-hai/ma-du-phong/tep/", recovery.download_recovery_codes, "mfa_download_recovery_codes"),
    page("khoa/", passkeys.ListPasskeys.as_view(), "mfa_list_webauthn"),
    page("khoa/them/", recently_authenticated(passkeys.AddPasskey.as_view()), "mfa_add_webauthn"),
    page("khoa/dang-nhap/", passkeys.PasskeyLogin.as_view(), "mfa_login_webauthn"),
    page(
        "khoa/xac-nhan-lai/", login_required(passkeys.PasskeyAgain.as_view()), "mfa_reauthenticate_webauthn"
    ),
    page("khoa/<int:pk>/ten/", recently_authenticated(passkeys.RenamePasskey.as_view()), "mfa_edit_webauthn"),
    page(
        "khoa/<int:pk>/xoa/", recently_authenticated(passkeys.RemovePasskey.as_view()), "mfa_remove_webauthn"
    ),
    page("lien-ket/", oidc_views.links, "oidc_links"),
    page("lien-ket/di/", oidc_views.begin, "oidc_begin"),
    page("lien-ket/ve/", oidc_views.callback, "oidc_callback"),
    page("lien-ket/lan-dau/", oidc_views.new, "oidc_new"),
]
