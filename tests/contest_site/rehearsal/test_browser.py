"""The browser without a screen reads forms as a person's browser would send them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from contest_site.rehearsal.browser import Browser, Page, StoppedError, UnexpectedPageError

PAGE = """<!doctype html><title>t</title><h1>Đăng ký</h1>
<form action="/thoat/" method="post"><input type="hidden" name="csrfmiddlewaretoken" value="a"></form>
<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="b">
<input name="full_name" value="Lê Thị An"><input type="radio" name="gender" value="f">
<input type="radio" name="gender" value="m" checked><input type="checkbox" name="consent">
<input type="number" name="place_4"><input type="file" name="report">
<select name="unit"><option value=""></option><option value="7">A</option></select>
<button id="save" formaction="/luu/">Lưu</button><button name="find" value="1">Tìm</button></form>
<a href="/de-nghi/3/">A</a><a href="http://site.test/de-nghi/4/?a=b">B</a><a href="/de-nghi/3/">C</a>
<ul class="errorlist"><li>Chưa đúng</li></ul><script>mã</script>"""


@contextmanager
def browser(answer: Any = None) -> Iterator[tuple[Browser, list[httpx.Request]]]:
    asked: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer or httpx.Response(200, text=PAGE)

    one = Browser("http://site.test", threading.Event())
    one.client.close()
    one.client = httpx.Client(base_url="http://site.test", transport=httpx.MockTransport(respond))
    yield one, asked
    one.close()


def sent(request: httpx.Request) -> dict[str, list[str]]:
    return parse_qs(request.content.decode(), keep_blank_values=True)


def test_a_form_is_found_by_its_field_or_its_address() -> None:
    with browser() as (one, _):
        page = one.get("/dang-ky/")
        assert page.form(field="consent").values == {
            "csrfmiddlewaretoken": "b",
            "full_name": "Lê Thị An",
            "gender": "m",
            "unit": "",
        }
        assert page.form(action="/thoat/").values == {"csrfmiddlewaretoken": "a"}
        assert page.form(action="/dang-ky/").values["csrfmiddlewaretoken"] == "b"
        with pytest.raises(UnexpectedPageError, match="no form with ngay_sinh; “Đăng ký” Chưa đúng"):
            page.form(field="ngay_sinh")


def test_what_the_page_offers_is_known() -> None:
    with browser() as (one, _):
        form = one.get("/").form(field="consent")
        assert (form.options("gender"), form.options("unit")) == (["f", "m"], ["7"])


def test_a_form_is_sent_with_what_was_typed_and_by_its_button() -> None:
    with browser() as (one, asked):
        form = one.get("/dang-ky/").form(field="consent")
        one.submit(form, {"full_name": "Trần Văn Ân", "consent": "on"})
        assert asked[-1].url.path == "/dang-ky/"
        assert sent(asked[-1])["full_name"] == ["Trần Văn Ân"]
        one.submit(form, button="save")
        assert asked[-1].url.path == "/luu/"
        assert "save" not in sent(asked[-1])
        one.submit(form, button="find")
        assert (asked[-1].url.path, sent(asked[-1])["find"]) == ("/dang-ky/", ["1"])
        with pytest.raises(UnexpectedPageError, match="no button xoa"):
            one.submit(form, button="xoa")


def test_another_status_is_an_error_with_the_pages_words() -> None:
    with browser(httpx.Response(403, text="<h1>Không được phép</h1>")) as (one, _):
        with pytest.raises(UnexpectedPageError, match="GET /x/: 403, not 200; “Không được phép”"):
            one.get("/x/")
        assert one.get("/x/", expect=403).status == 403


def test_a_script_sends_its_token_and_takes_json() -> None:
    with browser(httpx.Response(200, json={"revision": 2})) as (one, asked):
        assert one.send_json("/luu/", {"q1": "2"}, "abc") == (200, {"revision": 2})
        assert asked[0].headers["X-CSRFToken"] == "abc"
        assert asked[0].headers["Accept"] == "application/json"


def test_nothing_is_sent_after_the_stop() -> None:
    with browser() as (one, asked):
        one.stop.set()
        with pytest.raises(StoppedError):
            one.get("/")
        assert asked == []


def test_a_page_is_read_without_its_scripts() -> None:
    page = Page(httpx.Response(200, text=PAGE, request=httpx.Request("GET", "http://site.test/")))
    assert "mã" not in page.text
    assert "Chưa đúng" in page.text


def test_fields_without_a_value_are_known_too() -> None:
    with browser() as (one, _):
        form = one.get("/").form(field="consent")
        assert form.names == [
            *("csrfmiddlewaretoken", "full_name", "gender", "consent", "place_4", "report", "unit", "find"),
        ]
        assert "place_4" not in form.values


def test_links_below_a_path_are_found_once_each() -> None:
    with browser() as (one, _):
        assert one.get("/").links("/de-nghi/") == ["/de-nghi/3/", "/de-nghi/4/"]


def test_a_file_goes_along_with_what_is_typed() -> None:
    with browser() as (one, asked):
        form = one.get("/dang-ky/").form(field="report")
        one.submit(form, {"full_name": "Lê Thị Bình"}, files={"report": ("bao-cao.pdf", b"%PDF")})
        assert asked[-1].headers["content-type"].startswith("multipart/form-data")
        for part in (b'name="full_name"', "Lê Thị Bình".encode(), b'filename="bao-cao.pdf"', b"%PDF"):
            assert part in asked[-1].content


def test_what_no_form_offers_can_be_sent_as_well() -> None:
    with browser() as (one, asked):
        one.post("/bat-dau/", {"a": "1"})
        assert (asked[-1].method, asked[-1].url.path, sent(asked[-1])) == ("POST", "/bat-dau/", {"a": ["1"]})


def test_cookies_are_kept_for_the_next_time_and_forgotten_on_another_device() -> None:
    cookies = httpx.Cookies({"sessionid": "x"})
    one = Browser("http://site.test", threading.Event(), cookies)
    assert one.client.cookies["sessionid"] == "x"
    one.forget()
    assert not one.client.cookies
    one.close()
