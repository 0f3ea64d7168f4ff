"""The OpenID Connect provider that the environment describes. allauth's registry looks for this module.

Authorization code with PKCE, state and nonce; the ID token's signature, issuer, audience, age and nonce are
checked always, also where the standard lets them pass for a token that came straight from the provider.
"""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from contest_site.accounts.oidc import NotAllowedAddress, hosts, read_claims
from contest_site.lib.outbound import may_reach

# Signatures that only the provider can make; none that a reader of its public keys could.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY = 60  # seconds by which two clocks may differ
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Client(OpenIDConnectOAuth2Adapter):
    """Our side of the conversation with the provider."""

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        if str(config.get("issuer", "")).rstrip("/") != settings.OIDC_ISSUER:
            raise OAuth2Error("the provider names another issuer")
        for name in NEEDED:
            if not may_reach(str(config.get(name, "")), hosts()):
                raise NotAllowedAddress(name)
        return config

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return request.build_absolute_uri(reverse("oidc_callback"))

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> Any:
        claims = self._proved_claims(str(kwargs["response"].get("id_token", "")))
        if "userinfo_endpoint" in self.openid_config:
            more = self._fetch_user_info(token.token)
            if more.get("sub") != claims["sub"]:
                raise OAuth2Error("the provider speaks of two people")
            claims = {**more, **claims}
        provider = self.get_provider()  # type: ignore[no-untyped-call]
        login = provider.sociallogin_from_response(request, claims)
        login.proved = read_claims(claims)
        return login

    def _proved_claims(self, id_token: str) -> dict[str, Any]:
        """What the ID token says, once all of it is checked. Raises OAuth2Error."""
        with get_adapter().get_requests_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
            keys = response.json()
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=_key(keys, jwt.get_unverified_header(id_token)),
                algorithms=ALGORITHMS,
                audience=settings.OIDC_CLIENT_ID,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise OAuth2Error(f"ID token: {type(error).__name__}") from None
        if (
            isinstance(claims["aud"], list)
            and len(claims["aud"]) > 1
            and claims.get("azp") != settings.OIDC_CLIENT_ID
        ):
            raise OAuth2Error("ID token: made for another site")
        if not (self.nonce and constant_time_compare(str(claims.get("nonce", "")), self.nonce)):
            raise OAuth2Error("ID token: wrong nonce")
        return claims


def _key(keys: dict[str, Any], header: dict[str, Any]) -> jwt.PyJWK:
    """The public key that the token's header names; the only one when it names none. Raises KeyError."""
    known = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.public_key_use in {None, "sig"}]
    named = [key for key in known if header.get("kid") in {None, key.key_id}]
    if len(named) != 1:
        raise KeyError("kid")
    return named[0]


class OidcProvider(OpenIDConnectProvider):
    oauth2_adapter_class = Client

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        nonce = token_urlsafe(24)
        # `auth_params` go into the address, all other words into the stored state.
        asked = {**self.get_auth_params(), "nonce": nonce}  # type: ignore[no-untyped-call]
        response: HttpResponse = super().redirect(
            request, process, next_url=next_url, data=data, auth_params=asked, nonce=nonce
        )
        return response

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing of what the provider knows about a person is kept."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        # What the provider has proved is OidcAdapter's to judge, not allauth's.
        return []


class Callback(OAuth2CallbackView):
    """The person comes back from the provider."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        if state:
            self.adapter.nonce = state.get("nonce", "")  # type: ignore[attr-defined]  # our Client
        return state, response


provider_classes = [OidcProvider]
