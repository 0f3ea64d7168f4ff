"""Questions and answers, banners, sharing cards, what search engines see."""

import io
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from lxml import etree, html
from PIL import Image

from contest_site.lib.clock import database_now
from contest_site.public.banners import BANNERS
from contest_site.public.cards import Card, card_of, draw, wrapped
from contests.models import Contest, Faq
from tests.support.factories import make_contest, make_round, make_user

pytestmark = pytest.mark.django_db


def get(name: str, contest: Contest, *args: object) -> Any:
    return Client().get(reverse(name, args=[contest.slug, *args]))


def parsed(text: str | bytes) -> Any:
    """As a browser reads it; the types of XPath's answers help nobody here."""
    return html.fromstring(text)


def coming() -> Contest:
    now = database_now()
    contest = make_contest(opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=9))
    return make_round(contest, sealed=False).contest


class TestAnswers:
    def test_the_organisers_own_come_first_in_their_order(self) -> None:
        contest = make_round(sealed=False).contest
        Faq.objects.create(contest=contest, position=2, question="Thi ở đâu?", answer="Ở đâu cũng được.")
        Faq.objects.create(contest=contest, position=1, question="Ai chấm?", answer="Máy chấm.\n<b>Thật</b>.")
        page = get("answers", contest).content.decode()
        places = [page.index(text) for text in (contest.hotline, "Ai chấm?", "Thi ở đâu?", "Ai được dự thi?")]
        assert places == sorted(places)
        assert "&lt;b&gt;Thật&lt;/b&gt;" in page

    def test_the_general_ones_are_answered_from_the_plan(self) -> None:
        contest = make_round(sealed=False, time_limit_minutes=25, attempts_allowed=3).contest
        page = get("answers", contest).content.decode()
        assert "25 phút, 3 lượt" in page
        assert "Lượt thi có kết quả tốt nhất được dùng để xếp hạng." in page
        assert "Ngay sau khi nộp bài." in page

    def test_a_contest_without_rounds_has_answers(self) -> None:
        assert get("answers", make_contest()).status_code == 200

    def test_a_draft_is_not_found(self) -> None:
        assert get("answers", make_contest(announced=False)).status_code == 404

    @pytest.mark.parametrize("lines", [1, 3])
    def test_it_takes_a_literal_number_of_queries(self, lines: int, django_assert_num_queries: Any) -> None:
        contest = make_round(sealed=False).contest
        for _ in range(lines):
            Faq.objects.create(contest=contest, question="Thi ở đâu?", answer="Ở đâu cũng được.")
        with django_assert_num_queries(3):  # contest, rounds, answers
            get("answers", contest)


class TestBanner:
    @pytest.mark.parametrize("shape", [banner.shape for banner in BANNERS])
    def test_it_may_stand_on_any_site_and_leaves_nothing_there(self, shape: str) -> None:
        response = get("banner", coming(), shape)
        policy = response["Content-Security-Policy"]
        assert "frame-ancestors *" in policy
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "X-Frame-Options" not in response
        assert not response.cookies
        assert "<script" not in response.content.decode()
        assert "max-age=300" in response["Cache-Control"]

    def test_its_one_link_opens_the_contest_outside_the_frame(self) -> None:
        contest = coming()
        [link] = parsed(get("banner", contest, "ngang").content).xpath("//a")
        assert link.get("href") == f"{settings.SITE_URL}/cuoc-thi/{contest.slug}/"
        assert (link.get("target"), link.get("rel")) == ("_blank", "noopener")

    def test_it_says_where_the_contest_is(self) -> None:
        assert "Mở lúc" in get("banner", coming(), "vuong").content.decode()
        assert "Đang mở đến" in get("banner", make_round(sealed=False).contest, "vuong").content.decode()
        now = database_now()
        past = make_contest(opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=1))
        make_round(past, sealed=False)
        assert "Đã kết thúc" in get("banner", past, "vuong").content.decode()
        assert "Sắp diễn ra" in get("banner", make_contest(), "vuong").content.decode()

    def test_another_shape_and_a_draft_are_not_found(self) -> None:
        assert get("banner", coming(), "tron").status_code == 404
        assert get("banner", make_contest(announced=False), "ngang").status_code == 404

    @pytest.mark.parametrize("rounds", [1, 3])
    def test_it_takes_a_literal_number_of_queries(self, rounds: int, django_assert_num_queries: Any) -> None:
        contest = make_contest()
        for at in range(rounds):
            opens = contest.opens_at + timedelta(days=at)
            make_round(contest, sealed=False, opens_at=opens, closes_at=opens + timedelta(days=1))
        with django_assert_num_queries(3):  # contest, now, rounds with closings
            get("banner", contest, "ngang")

    def test_every_other_page_stays_out_of_frames(self) -> None:
        response = get("embedding", coming())
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"


class TestEmbedding:
    def test_what_editors_copy_shows_the_banner(self) -> None:
        contest = make_round(make_contest(name='Cuộc thi "Tìm hiểu" <Luật>'), sealed=False).contest
        page = parsed(get("embedding", contest).content)
        *frames, picture = [parsed(area.text_content()) for area in page.xpath("//textarea")]
        for frame, banner in zip(frames, BANNERS, strict=True):
            assert frame.get("src") == f"{settings.SITE_URL}/cuoc-thi/{contest.slug}/banner/{banner.shape}/"
            assert frame.get("title") == contest.name
            assert (frame.get("width"), frame.get("height")) == (str(banner.width), str(banner.height))
            assert Client().get(urlsplit(frame.get("src")).path).status_code == 200
        [image] = picture.xpath("//img")
        shown = Client().get(urlsplit(image.get("src")).path, follow=True)
        shown.close()
        assert shown["Content-Type"] == "image/png"

    def test_it_takes_a_literal_number_of_queries(self, django_assert_num_queries: Any) -> None:
        contest = coming()
        with django_assert_num_queries(1):  # contest
            get("embedding", contest)


class TestCard:
    def test_a_page_names_its_card_by_whole_addresses(self) -> None:
        contest = coming()
        page = parsed(get("contest", contest).content)
        found = {one.get("property"): one.get("content") for one in page.xpath("//meta[@property]")}
        address = f"{settings.SITE_URL}/cuoc-thi/{contest.slug}/"
        assert page.xpath("//link[@rel='canonical']/@href") == [address]
        assert found["og:url"] == address
        assert found["og:title"] == contest.name
        assert found["og:image"].startswith(address)
        response: Any = Client().get(urlsplit(found["og:image"]).path)
        content = b"".join(response.streaming_content)
        response.close()
        with Image.open(io.BytesIO(content)) as picture:
            assert (picture.format, *picture.size) == ("PNG", 1200, 630)
            assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
        assert "immutable" in response["Cache-Control"]

    def test_other_words_have_another_address_and_the_old_one_leads_there(self) -> None:
        contest = coming()
        before = card_of(contest).digest
        Contest.objects.filter(pk=contest.pk).update(name="Tên khác")
        after = card_of(Contest.objects.get(pk=contest.pk)).digest
        assert after != before
        assert after in get("card", contest, before)["Location"]

    def test_the_same_words_give_the_same_picture(self) -> None:
        card = Card("", "Sở Tư pháp", "Tìm hiểu Ẵ Ễ Ợ Ử", "Từ nay đến mai", "thi.example")
        assert draw(card) == draw(card)
        assert len(draw(card)) < 60_000

    def test_letters_written_in_two_parts_are_put_together(self) -> None:
        contest = make_contest(name="Cuộc thi Ẵ")
        assert card_of(contest).name == "Cuộc thi Ẵ"

    def test_the_longest_name_fits(self) -> None:
        from contest_site.public.cards import NAME_SIZES, WIDTH, _font

        lines = wrapped("Nghiêng " * 37, _font(NAME_SIZES[-1], bold=True))
        assert len(lines) * NAME_SIZES[-1] * 1.25 < 300
        assert all(_font(NAME_SIZES[-1], bold=True).getlength(line) <= WIDTH for line in lines)

    def test_private_pages_are_not_shared(self) -> None:
        client = Client()
        client.force_login(make_user())
        page = client.get("/cua-toi/").content.decode()
        assert "og:" not in page
        assert 'rel="canonical"' not in page


class TestSearchEngines:
    def test_the_sitemap_lists_pages_that_are_there_and_no_rehearsal(self) -> None:
        contest = coming()
        rehearsal = make_round(make_contest(is_rehearsal=True), sealed=False).contest
        make_round(make_contest(announced=False), sealed=False)
        response = Client().get("/sitemap.xml")
        found = [str(one.text) for one in etree.fromstring(response.content).iter("{*}loc")]
        assert f"{settings.SITE_URL}/cuoc-thi/{contest.slug}/hoi-dap/" in found
        assert (
            len(
                {address.split("/cuoc-thi/")[1].split("/")[0] for address in found if "/cuoc-thi/" in address}
            )
            == 1
        )
        for address in found:
            assert address.startswith(settings.SITE_URL)
            page = Client().get(address.removeprefix(settings.SITE_URL))
            assert page.status_code == 200, address
            assert f'<link rel="canonical" href="{address}">' in page.content.decode()
        assert 'content="noindex"' in get("contest", rehearsal).content.decode()

    @pytest.mark.parametrize("contests", [1, 3])
    def test_it_takes_a_literal_number_of_queries(
        self, contests: int, django_assert_num_queries: Any
    ) -> None:
        for _ in range(contests):
            coming()
        with django_assert_num_queries(2):  # studies, contests
            Client().get("/sitemap.xml")

    def test_robots_are_told_of_the_sitemap_and_kept_from_the_admin(self) -> None:
        text = Client().get("/robots.txt").content.decode()
        assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in text
        assert "Disallow: /quan-tri/" in text
        assert not re.search(r"^Disallow: /$", text, re.M)
