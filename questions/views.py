"""What the question banks show to everybody: the pictures in their texts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from questions.formats.rich import PICTURE_NAME
from questions.models import Picture

MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """A picture by its name, which nobody can guess: it is the digest of the bytes. So it never changes.

    One query; no session is read, so that proxies may keep it.
    """
    if not PICTURE_NAME.fullmatch(name):
        raise Http404
    kept = Picture.objects.filter(pk=name)
    response: HttpResponse | None = get_conditional_response(request, etag=f'"{name}"')
    if response is None or not kept.exists():
        row = kept.values_list("content", flat=True).first()
        if row is None:
            raise Http404
        response = HttpResponse(bytes(row), content_type=MEDIA_TYPES[name.rpartition(".")[2]])
    response["ETag"] = f'"{name}"'
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    # Opened by its own address it is a document of this site; it may do nothing there.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
