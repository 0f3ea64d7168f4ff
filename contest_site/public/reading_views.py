"""The page where a visitor chooses how pages are shown; whole without script."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from contest_site.public.forms import ReadingForm
from contest_site.public.reading import COOKIE, YEAR, read, written


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reading(request: HttpRequest) -> HttpResponse:
    """Show the choices, or remember them and go back to the page that the visitor came from (`next`).

    It changes nothing but how pages look, so it asks for no token.
    """
    back = _own_page(request, (request.POST if request.method == "POST" else request.GET).get("next", ""))
    if request.method != "POST":
        form = ReadingForm(initial=read(request.COOKIES.get(COOKIE, "")))
        return render(request, "public/reading.html", {"form": form, "next": back})
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return render(request, "public/reading.html", {"form": form, "next": back}, status=400)
    response = HttpResponseRedirect(back)
    # Read and written by base.js as well, so not hidden from it. It says nothing about the person.
    response.set_cookie(
        COOKIE,
        written(form.cleaned_data),
        max_age=YEAR,
        secure=not settings.INSECURE_HTTP,
        samesite="Lax",
    )
    return response


def _own_page(request: HttpRequest, address: str) -> str:
    own = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if own else "/"
