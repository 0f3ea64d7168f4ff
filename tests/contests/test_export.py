"""A saved contest becomes a plan file that reads back into the same contest, whatever its words are."""

from __future__ import annotations

import os
import tomllib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import Refused
from contest_site.lib.identity import national_id_hash
from contest_site.lib.text import clean
from contests.domain.excluding import exclude_person
from contests.domain.exporting import export_plan, plan_files
from contests.domain.plans import load_plan
from contests.enums import ExclusionRole
from contests.fileschema import NO_OVERALL, USUAL_ENTRY, day, moment
from contests.models import Contest, Document
from contests.planfile import PlanFile, read_plan
from contests.planfile.series import joined
from contests.planfile.units import COLUMNS, read_units, write_units
from contests.planfile.writer import day_text, moment_text, write_plan
from contests.rules.facts import UnitRow
from questions.enums import Difficulty
from tests.support.factories import make_bank, make_contest, make_staff, make_unit, make_user

PLANS = Path(__file__).resolve().parents[2] / "contests" / "plans"
NAMES = sorted(path.stem for path in PLANS.glob("*.toml"))
BANK = "Cải cách hành chính, chuyển đổi số và Đề án 06"


@pytest.fixture
def bank(db: None) -> None:
    make_bank(60, topics=3, name=BANK)


def load(name: str) -> Contest:
    return load_plan(PLANS / f"{name}.toml", by=None)


def contents(paths: list[Path]) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in paths}


# --- Whole contests -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("name", NAMES)
def test_export_load_export_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    contest = load(name)
    first = export_plan(contest, tmp_path / "first", by=None)
    assert [path.suffix for path in first] == [".toml", ".csv"]
    # Over the contest itself, and where there is none.
    again = load_plan(first[0], by=None)
    assert contents(export_plan(again, tmp_path / "again", by=None)) == contents(first)
    again.delete()
    anew = load_plan(first[0], by=None)
    assert anew.pk != contest.pk
    assert contents(export_plan(anew, tmp_path / "anew", by=None)) == contents(first)


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("name", NAMES)
def test_the_exported_file_says_what_the_written_one_says(name: str, tmp_path: Path) -> None:
    exported, *_more = export_plan(load(name), tmp_path, by=None)
    mine, written = read_plan(exported), read_plan(PLANS / f"{name}.toml")
    assert mine.faults == []
    for part in ("contest", "overall", "consent", "chosen", "categories", "milestones", "blocks"):
        assert getattr(mine, part) == getattr(written, part), part
    for part in ("rounds", "certificates", "prize_tables", "area", "exclusions"):
        assert getattr(mine, part) == getattr(written, part), part
    by_code = {row.code: row for row in written.units}
    assert {row.code: row for row in mine.units} == by_code


@pytest.mark.usefixtures("bank")
def test_a_series_is_one_line_again_and_midnight_ends_are_24_o_clock(tmp_path: Path) -> None:
    weekly = export_plan(load("nghe-an-2022"), tmp_path, by=None)[0].read_text(encoding="utf-8")
    assert 'weekly = { start = "08:00 22/08/2022", count = 4, days = 7 }' in weekly
    assert weekly.count("[[rounds]]") == 1
    assert 'name = "Tuần {n}"  # kế hoạch không quy định' in weekly
    one = export_plan(load("phu-tho-2024"), tmp_path, by=None)[0].read_text(encoding="utf-8")
    assert one.count('opens_at = "00:00 01/09/2024"') == 2
    assert one.count('closes_at = "24:00 30/10/2024"') == 2


@pytest.mark.usefixtures("bank")
def test_rounds_that_differ_in_anything_stay_rounds_of_their_own(tmp_path: Path) -> None:
    contest = load("nghe-an-2022")
    contest.rounds.filter(number=3).update(attempts_allowed=9)
    path = export_plan(contest, tmp_path, by=None)[0]
    text = path.read_text(encoding="utf-8")
    assert text.count("[[rounds]]") == 3
    assert 'weekly = { start = "08:00 22/08/2022", count = 2, days = 7 }' in text
    again = load_plan(path, by=None)
    assert list(again.rounds.order_by("number").values_list("name", "attempts_allowed")) == [
        ("Tuần 1", 7),
        ("Tuần 2", 7),
        ("Tuần 3", 9),
        ("Tuần 4", 7),
    ]


@pytest.mark.usefixtures("bank")
def test_what_people_wrote_strangely_survives(tmp_path: Path) -> None:
    contest = load("tien-giang-2020")
    contest.name = 'Cuộc thi "Tìm hiểu" \\n \\u00e9 # không phải ghi chú \'\'\' """ {n}'
    contest.subject = '  Dòng một  có \u200bhai\tkhoảng\r\n\r\nDòng ba \\\nDòng bốn"\n\n'
    contest.hotline = "Nguye\u0302\u0303n \u2028 Va\u0306n \x07"
    contest.legal_basis = ['Một "hai"', "Ba\nbốn " + "dài " * 40, "  "]
    contest.opens_at += timedelta(seconds=7, microseconds=250)
    contest.prizes_per_person = 1
    contest.live_participation = True
    contest.overall_combine, contest.overall_rank_order = "best", ["score", "submitted"]
    contest.save()
    contest.rounds.filter(number=1).update(name="Vòng {n} số 1", opens_at=contest.opens_at)
    contest.categories.filter(position=1).update(name="a = 1 ] [contest]")
    contest.prize_tables.filter(number=2).update(min_ratio_percent=Decimal("70.50"), min_participants=3)
    assert contest.area is not None
    make_unit('Trường "Một", Hai\\', parent=contest.area, code='TGG-"1",')
    first = export_plan(contest, tmp_path, by=None)
    fresh = load_plan(first[0], by=None)
    assert contents(export_plan(fresh, tmp_path / "b", by=None)) == contents(first)
    fresh.refresh_from_db()
    assert fresh.name == contest.name
    assert fresh.subject == 'Dòng một có hai khoảng\n\nDòng ba \\\nDòng bốn"'
    assert fresh.hotline == "Nguyễn Văn"
    assert fresh.legal_basis == ['Một "hai"', "Ba\nbốn " + ("dài " * 40).strip()]
    assert (fresh.opens_at, fresh.prizes_per_person) == (contest.opens_at, 1)
    assert (fresh.overall_combine, fresh.overall_rank_order) == ("best", ["score", "submitted"])
    assert fresh.rounds.get(number=1).name == "Vòng {n} số 1"
    assert fresh.prize_tables.get(number=2).min_ratio_percent == Decimal("70.50")


@pytest.mark.usefixtures("bank")
def test_documents_come_along_byte_by_byte_under_names_that_stay(tmp_path: Path) -> None:
    contest = load("quang-ngai-2024")
    for number, name in enumerate(["Kế hoạch (1).PDF", "../the-le.docx"], 1):
        document = Document(contest=contest, position=number, title=f"Tài liệu “{number}”")
        document.file.save(Path(name).name, ContentFile(b"\x00\xff" * number))
    first = export_plan(contest, tmp_path, by=None)
    slug = contest.slug
    assert [path.name for path in first[2:]] == [f"{slug}-tai-lieu-1.pdf", f"{slug}-tai-lieu-2.docx"]
    assert [path.read_bytes() for path in first[2:]] == [b"\x00\xff", b"\x00\xff" * 2]
    again = load_plan(first[0], by=None)
    assert contents(export_plan(again, tmp_path / "b", by=None)) == contents(first)
    assert list(again.documents.values_list("title", flat=True)) == ["Tài liệu “1”", "Tài liệu “2”"]


@pytest.mark.usefixtures("bank")
def test_files_of_documents_loaded_anew_go_only_when_the_load_is_kept(
    tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    contest = load("quang-ngai-2024")
    document = Document(contest=contest, position=1, title="Thể lệ")
    document.file.save("the-le.pdf", ContentFile(b"%PDF-1.7"))
    old = str(document.file.name)
    paths = export_plan(contest, tmp_path, by=None)
    with django_capture_on_commit_callbacks() as kept:
        again = load_plan(paths[0], by=None)
    assert document.file.storage.exists(old)
    for finish in kept:
        finish()
    assert not document.file.storage.exists(old)
    kept_file = again.documents.get().file
    assert kept_file.storage.exists(str(kept_file.name))


@pytest.mark.usefixtures("bank")
def test_a_document_whose_file_is_lost_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    contest = load("quang-ngai-2024")
    Document.objects.create(contest=contest, title="Thể lệ", file="documents/2024/mat.pdf")
    with pytest.raises(Refused) as refused:
        export_plan(contest, tmp_path / "out", by=None)
    assert refused.value.reasons == ["Tệp của tài liệu “Thể lệ” không còn."]
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("bank")
def test_people_are_written_only_when_asked_for(tmp_path: Path) -> None:
    contest = load("quang-ngai-2024")
    chief = make_staff()
    member = make_user(username="uy-vien")
    role = ExclusionRole.COMMITTEE
    exclude_person(contest, by=chief, full_name="Trần Thị Hoa", role=role, user=member)
    number = "051088000123"
    exclude_person(
        contest, by=chief, full_name="Lê Văn An", role=role, phone="0912345678", national_id=number
    )
    without = export_plan(contest, tmp_path / "without", by=chief)
    text = without[0].read_text(encoding="utf-8")
    assert "Không ghi ở đây vì có dữ liệu cá nhân" in text
    assert "Trần Thị Hoa" not in text
    assert "[[exclusions]]" not in text
    assert read_plan(without[0]).exclusions == []
    people = export_plan(contest, tmp_path / "with", by=chief, with_people=True)
    assert [path.stat().st_mode & 0o777 for path in people] == [0o600, 0o600]
    text = people[0].read_text(encoding="utf-8")
    assert 'account = "uy-vien"' in text
    assert f'phone = "+84912345678"\nnational_id_hash = "{national_id_hash("051088000123")}"' in text
    assert "051088000123" not in text
    contest.delete()
    again = load_plan(people[0], by=None)
    assert again.exclusions.count() == 2
    assert contents(export_plan(again, tmp_path / "b", by=None, with_people=True)) == contents(people)
    events = AuditEvent.objects.filter(verb="exported plan", actor=chief).order_by("id")
    assert [event.data["with_people"] for event in events] == [False, True]


@pytest.mark.django_db
def test_a_draft_is_written_as_far_as_it_goes(tmp_path: Path) -> None:
    contest = make_contest(announced=False, hotline="", subject="", slug="ban-thao")
    contest.area = None
    contest.save()
    found = read_plan(export_plan(contest, tmp_path, by=None)[0])
    assert [fault.place for fault in found.faults] == ["contest.subject", "contest.hotline", "units.area"]
    assert all(fault.text.startswith("Thiếu mục này.") for fault in found.faults)


@pytest.mark.usefixtures("bank")
def test_units_above_the_area_come_along_so_that_the_tree_is_whole(tmp_path: Path) -> None:
    contest = load("bong-son-2024")
    assert contest.area is not None
    province = make_unit("Tỉnh Bình Định", code="BDH")
    contest.area.parent = province
    contest.area.save()
    files = plan_files(contest, by=None)
    rows = files[f"{contest.slug}-units.csv"].decode().splitlines()
    assert rows[1] == "BDH,,,Tỉnh Bình Định,,"
    assert rows[2].startswith("BSN,BDH,Phường,Phường Bồng Sơn,,")
    export_plan(contest, tmp_path, by=None)
    again = load_plan(tmp_path / f"{contest.slug}.toml", by=None)
    assert again.area is not None
    assert again.area.parent == province
    assert plan_files(again, by=None) == files


@pytest.mark.usefixtures("bank")
def test_the_command_writes_the_files_and_names_them(tmp_path: Path) -> None:
    contest = load("bong-son-2024")
    out = StringIO()
    call_command("export_plan", contest.slug, to=str(tmp_path / "ra"), stdout=out)
    assert out.getvalue().splitlines() == [
        f"Đã ghi: {tmp_path}{os.sep}ra{os.sep}{contest.slug}.toml",
        f"Đã ghi: {tmp_path}{os.sep}ra{os.sep}{contest.slug}-units.csv",
    ]
    with pytest.raises(CommandError, match="Không có cuộc thi khong-co"):
        call_command("export_plan", "khong-co")


# --- Any words, any numbers ---------------------------------------------------------------------------------

SIGNS = ['"', '"""', "'''", "\\", "\\n", "{n}", "#", "=", "]", "1", "Ẵ", "💡", "e\u0302\u0323"]
UNSEEN = ["\n", "\r\n", "\u2028", "\t", "\x00", "\x1f", "\x7f", "\u200d", "\u0301", "\ufeff", " ", "  "]
LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
WORDS = st.lists(st.sampled_from(SIGNS) | st.sampled_from(UNSEEN) | LETTERS, max_size=40).map("".join)
TEXTS = WORDS.filter(lambda words: bool(clean(words)))
NAMES_OF = TEXTS.filter(lambda words: len(clean(words)) <= 60)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
DAYS = st.dates(date(1000, 1, 1), date(9999, 12, 31))
COUNTS = st.integers(1, 1000)


@given(NAMES_OF)
@example("a\u200d\u0301")
def test_cleaning_twice_is_cleaning_once(words: str) -> None:
    assert clean(clean(words)) == clean(words)


@given(MOMENTS)
@example(datetime(2024, 11, 30, 17, tzinfo=UTC))
def test_a_moment_is_read_as_it_was_written(at: datetime) -> None:
    assert moment(moment_text(at)) == at
    assert moment(moment_text(at, end=True)) == at
    assert day(day_text(at.date())) == at.date()


CHOICES: dict[str, Any] = {
    "counting_attempt": "best",
    "result_shown": "at_once",
    "prediction_target": "none",
    "prediction_scope": None,
    "prediction_text": "",
    "rank_order": ["score", "duration"],
    "only_all_right": False,
    "promotes_from": None,
    "promotes_best": None,
    "quotas": {},
}


# A file is read into the order of the levels, whatever order it was written in.
QUOTA = st.integers(1, 200) | st.dictionaries(
    st.sampled_from(Difficulty.values), st.integers(1, 200), min_size=1
).map(lambda found: {level: found[level] for level in Difficulty.values if level in found})


@st.composite
def series_of_rounds(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rounds one after the other, among them some that differ in nothing but number, name and time."""
    found: list[dict[str, Any]] = []
    at = draw(MOMENTS)
    for _part in range(draw(st.integers(1, 3))):
        number = draw(st.integers(1, 200))
        name = draw(st.sampled_from(["Tuần {n}", "{n}", "Vòng {n}/{n}", "1{n}1", "Vòng thi", 'a"{n}\\']))
        length = draw(st.sampled_from([timedelta(days=7), timedelta(days=1), timedelta(hours=5)]))
        values = {
            "bank": clean(draw(NAMES_OF)),
            "questions": draw(st.integers(1, 200)),
            "time_limit_minutes": draw(st.integers(1, 600)),
            "attempts_allowed": draw(COUNTS),
            "attempts_per_day": draw(st.none() | COUNTS),
            "cooldown_minutes": draw(st.integers(0, 10_000)),
            "min_plausible_seconds": draw(st.none() | st.integers(1, 36_000)),
            **CHOICES,
        }
        if draw(st.booleans()):
            topics = draw(st.lists(NAMES_OF.map(clean), min_size=1, max_size=3, unique=True))
            values["quotas"] = {topic: draw(QUOTA) for topic in topics}
        if draw(st.booleans()):
            values |= {"promotes_from": draw(COUNTS), "promotes_best": draw(COUNTS)}
        for step in range(draw(st.integers(1, 5))):
            own = {"number": number + step, "name": name.replace("{n}", str(number + step))}
            found.append({**values, **own, "opens_at": at, "closes_at": at + length})
            at += length + (timedelta(days=1) if draw(st.integers(0, 9)) == 0 else timedelta(0))
    return found


CHOSEN = ["contest.name", "rounds.bank", "categories", "prize_tables[1].prizes.amount"]


def optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def plans(draw: st.DrawFn) -> PlanFile:
    """Plans of every shape, whether they make sense or not; words as a database may hold them."""

    def word() -> str:
        return draw(NAMES_OF)

    papers = draw(st.lists(NAMES_OF.map(clean), min_size=1, max_size=2, unique=True))
    contest = {
        "slug": "cuoc-thi",
        **{key: word() for key in ("name", "organiser", "place", "hotline")},
        "parent_organiser": draw(st.just("") | NAMES_OF),
        "standing_body": "",
        "subject": draw(TEXTS),
        "eligibility": draw(TEXTS),
        "ineligible": draw(st.just("") | TEXTS),
        "legal_basis": draw(st.lists(TEXTS, max_size=3)),
        "opens_at": draw(MOMENTS),
        "closes_at": draw(MOMENTS),
        "min_age": draw(optional(st.integers(1, 100))),
        "age_on": draw(optional(DAYS)),
        "names_shown": "full",
        "live_participation": draw(st.booleans()),
        "agency_comparison": draw(st.sampled_from(["none", "without_names", "named"])),
        "prizes_per_person": draw(optional(COUNTS)),
        "marking": draw(st.sampled_from(["whole", "parts"])),
    }
    tables = [
        {
            "number": number,
            "name": word(),
            "scope": draw(st.sampled_from(["round", "each_round", "contest"])),
            "round": draw(optional(COUNTS)),
            "audience": draw(st.sampled_from(["individual", "unit"])),
            "method": draw(st.sampled_from(["ranked", "chosen"])),
            "unit_order": draw(st.sampled_from([[], ["attempts", "mean_score"]])),
            "weights": draw(st.sampled_from([{}, {"participants": 40, "mean_score": 60}])),
            "best_of": draw(optional(COUNTS)),
            "by_block": draw(st.booleans()),
            "min_participants": draw(optional(COUNTS)),
            "min_ratio_percent": draw(optional(st.decimals("0.01", "100", places=2))),
            "winner_limit": draw(optional(COUNTS)),
            "unit_limit": draw(optional(COUNTS)),
            "prizes": [
                {
                    "position": position,
                    "name": word(),
                    "quantity": draw(st.integers(1, 10_000)),
                    "amount": draw(st.integers(0, 2_000_000_000)),
                    "certificate": draw(st.sampled_from([None, *papers])),
                }
                for position in range(1, draw(st.integers(1, 4)))
            ],
        }
        for number in range(1, draw(st.integers(1, 4)))
    ]
    overall = {"overall_combine": "sum", "overall_rank_order": ["score"], "overall_only_all_right": True}
    return PlanFile(
        contest=contest,
        overall=draw(st.sampled_from([dict(NO_OVERALL), overall])),
        entry={key: draw(st.sampled_from(["no", "optional", "required"])) for key in USUAL_ENTRY},
        consent={"consent_version": "1", "consent_text": draw(TEXTS)},
        chosen=draw(st.lists(st.sampled_from(CHOSEN), unique=True)),
        categories=[{"name": word(), "participation": "open"}],
        milestones=[
            {
                "label": word(),
                "starts_on": draw(optional(DAYS)),
                "ends_on": draw(optional(DAYS)),
                "text": draw(st.just("") | NAMES_OF),
            }
        ],
        area="A",
        blocks=draw(st.lists(st.builds(dict, name=NAMES_OF), max_size=2)),
        rounds=draw(series_of_rounds()),
        certificates=[
            {
                "name": name,
                "kind": "bang_khen",
                "issuer": word(),
                "reason": draw(TEXTS.filter(lambda words: len(clean(words)) <= 300)),
                "signature_authority": word(),
                "signature_title": word(),
                "signature_name": "",
            }
            for name in papers
        ],
        prize_tables=tables,
    )


@given(plans())
@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_any_plan_is_read_as_it_was_written(plan: PlanFile) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.toml"

        def written(which: PlanFile) -> str:
            return write_plan(which, units_file="", document_files=[], with_people=False)

        first = written(plan)
        path.write_bytes(first.encode())
        found = read_plan(path)
    assert [str(fault) for fault in found.faults] == []
    assert written(found) == first
    assert found.rounds == plan.rounds
    assert found.overall == plan.overall
    assert found.entry == plan.entry
    assert found.chosen == plan.chosen
    for table, one in zip(found.prize_tables, plan.prize_tables, strict=True):
        assert {**table, "name": "", "prizes": []} == {**one, "name": "", "prizes": []}
        assert [line["amount"] for line in table["prizes"]] == [line["amount"] for line in one["prizes"]]
    for key in ("name", "hotline"):
        assert found.contest[key] == clean(plan.contest[key].replace("\n", " "))
    assert found.contest["opens_at"] == plan.contest["opens_at"]
    assert tomllib.loads(first)["contest"]["slug"] == "cuoc-thi"


@given(series_of_rounds())
@settings(deadline=None)
def test_rounds_joined_into_series_are_never_more_lines_than_rounds(rounds: list[dict[str, Any]]) -> None:
    lines = joined(rounds)
    assert sum(one.get("weekly", {"count": 1})["count"] for one in lines) == len(rounds)
    assert all(one["weekly"]["count"] > 1 for one in lines if "weekly" in one)


CELLS = NAMES_OF.map(clean)


ROWS = st.builds(
    UnitRow,
    code=CELLS.map(lambda cell: cell[:20].strip()).filter(bool),
    parent_code=st.just(""),
    kind=st.just("") | CELLS,
    name=CELLS,
    headcount=st.none() | st.integers(1, 10**8),
    block=st.just(""),
)


@given(st.lists(ROWS, unique_by=lambda row: row.code, max_size=5))
def test_any_list_of_units_is_read_as_it_was_written(rows: list[UnitRow]) -> None:
    text = write_units(rows)
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert read_units(text, "units.csv", []) == (rows, [])
