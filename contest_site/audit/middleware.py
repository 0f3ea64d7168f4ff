from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from contest_site.audit.acting import Acting, acting


class ActingMiddleware:
    """What a request changes bears its address, its number and who is signed in; at the cost of no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting(Acting("web", request.path, request)):
            return self.get_response(request)
