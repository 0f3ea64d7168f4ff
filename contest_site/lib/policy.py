from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# What the library's decorators leave on a response that has a policy of its own.
OF_ITS_OWN = frozenset(
    f"_csp_{what}{which}" for what in ("config", "update", "replace", "exempt") for which in ("", "_ro")
)


class PolicyMiddleware(CSPMiddleware):
    """The site's content policy is one text, put together once; any other is left to the library."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        plain = vars(response).keys().isdisjoint(OF_ITS_OWN) and "_csp_nonce" not in vars(request)
        if not plain or settings.DEBUG or self._text is None:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._text)
        return response

    @property
    def _text(self) -> str | None:
        """None where settings ask for more than one policy for everything."""
        known: tuple[object, str | None] | None = self.__dict__.get("_known")
        policy = settings.CONTENT_SECURITY_POLICY
        if known is None or known[0] is not policy:
            more = getattr(settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY", None)
            text = None if more or set(policy) != {"DIRECTIVES"} else build_policy()
            known = self.__dict__["_known"] = policy, text
        return known[1]
