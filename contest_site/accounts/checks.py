"""`manage.py check`: what is set for codes and for the OpenID Connect provider, and today's budget."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from contest_site.accounts import gateway
from contest_site.lib.outbound import host_of, may_reach

GATEWAY = "contest_site.accounts.gateway.HttpGateway"


@register(Tags.security)
def check_gateway(**kwargs: Any) -> list[CheckMessage]:
    if GATEWAY not in settings.CODE_SENDERS:
        return []
    return [Error(text, id="accounts.E001") for text in _gateway_faults()]


def _gateway_faults() -> Iterator[str]:
    url = settings.SMS_URL
    if not may_reach(url, {host_of(url)}) or gateway.ANY_PLACEHOLDER.search(urlsplit(url).netloc):
        yield "SMS_URL must be an https:// address whose host holds no placeholder."
    if settings.SMS_METHOD not in {"GET", "POST", "PUT"}:
        yield "SMS_METHOD must be GET, POST or PUT."
    if settings.SMS_PHONE_FORM not in gateway.PHONE_FORMS:
        yield f"SMS_PHONE_FORM must be one of {', '.join(gateway.PHONE_FORMS)}."
    try:
        gateway.headers_setting()
    except ValueError:
        yield 'SMS_HEADERS must be a JSON object, such as {"Authorization": "Bearer {secret}"}.'
    if settings.SMS_BODY.lstrip().startswith(("{", "[")):
        try:
            json.loads(settings.SMS_BODY)
        except ValueError:
            yield "SMS_BODY begins like JSON and is none."
    everything = f"{url} {settings.SMS_HEADERS} {settings.SMS_BODY}"
    unknown = set(gateway.ANY_PLACEHOLDER.findall(everything)) - {"{phone}", "{text}", "{code}", "{secret}"}
    if unknown:
        yield f"Unknown placeholders: {', '.join(sorted(unknown))}."
    if "{phone}" not in everything or not ("{text}" in everything or "{code}" in everything):
        yield "SMS_URL or SMS_BODY must hold {phone} and one of {text} and {code}."
    try:
        re.compile(settings.SMS_SUCCESS)
    except re.error:
        yield "SMS_SUCCESS is no regular expression."
    if settings.SMS_TEXT and "{code}" not in settings.SMS_TEXT:
        yield "SMS_TEXT must hold {code}."


@register(Tags.security)
def check_provider(**kwargs: Any) -> list[CheckMessage]:
    issuer = settings.OIDC_ISSUER
    if not issuer:
        return []
    faults = []
    if not may_reach(issuer, {host_of(issuer)}):
        faults.append("OIDC_ISSUER must be an https:// address.")
    if not (settings.OIDC_NAME and settings.OIDC_CLIENT_ID):
        faults.append("OIDC_NAME and OIDC_CLIENT_ID must be set together with OIDC_ISSUER.")
    if "openid" not in settings.OIDC_SCOPE.split():
        faults.append("OIDC_SCOPE must hold openid.")
    return [Error(text, id="accounts.E002") for text in faults]


@register(Tags.database)
def check_budget(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """`manage.py check --database default`: today's text messages, once they come near their budget."""
    from contest_site.accounts.domain.budget import has_meter, spending

    if not databases or not has_meter():
        return []
    try:
        today = spending()
    except DatabaseError:  # before the first migration
        return []
    if not today.nearly:
        return []
    text = f"Text messages today: {today.sent} of {today.budget}; {today.refused} more not sent."
    return [Warning(text, hint="SMS_PER_DAY and SMS_PER_NUMBER_PER_DAY set the budgets.", id="accounts.W001")]
