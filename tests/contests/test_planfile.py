# ruff: noqa: E501  the table of faults is read line by line
"""A plan file is loaded whole or not at all; a wrong one is refused with every reason at once, each with its place."""

import shutil
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotAllowed, Refused
from contests.domain.announcing import announce
from contests.domain.check import problems
from contests.domain.plans import load_plan, shift_contest
from contests.domain.rounds import seal_round
from contests.domain.storing import store_plan
from contests.models import Announcement, Contest, Exclusion, HeadcountLock, Round, Unit
from contests.planfile import read_plan
from contests.queries import current_round
from tests.support.factories import make_bank, make_entry, make_staff
from tests.support.races import at_once

PLANS = Path(__file__).resolve().parents[2] / "contests" / "plans"
QUANG_NGAI = PLANS / "quang-ngai-2024.toml"
BANK = "Cải cách hành chính, chuyển đổi số và Đề án 06"

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank() -> None:
    """60 approved questions, 20 in each of three topics."""
    make_bank(60, topics=3, name=BANK)


def edited(folder: Path, *changes: tuple[str, str], plan: str = "quang-ngai-2024") -> Path:
    """A real plan with some text replaced, in a folder of its own."""
    text = (PLANS / f"{plan}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    shutil.copy(PLANS / f"{plan}-units.csv", folder)
    return path


def reasons(path: Path) -> list[str]:
    with pytest.raises(Refused) as refused:
        load_plan(path, by=None)
    return [str(reason) for reason in refused.value.reasons]


@pytest.mark.usefixtures("bank")
def test_shifting_opens_the_round_now_and_keeps_every_length() -> None:
    contest = load_plan(QUANG_NGAI, by=None, shift_to_now=True)
    now = database_now()
    one = current_round(contest, now)
    assert one is not None
    assert one.closes_at - one.opens_at == timedelta(days=20, hours=17)
    assert contest.closes_at - contest.opens_at == timedelta(days=20, hours=17)
    assert timedelta(0) < now - one.opens_at <= timedelta(hours=1, minutes=1)
    launch = contest.milestones.get(label="Phát động Cuộc thi")
    assert launch.starts_on is not None
    assert launch.ends_on is not None
    assert launch.ends_on - launch.starts_on == timedelta(days=9)
    assert problems(contest) == []


@pytest.mark.usefixtures("bank")
def test_loading_again_changes_the_contest_until_it_is_announced(tmp_path: Path) -> None:
    first = load_plan(QUANG_NGAI, by=None, shift_to_now=True)
    changed = edited(tmp_path, ("time_limit_minutes = 30", "time_limit_minutes = 45"))
    again = load_plan(changed, by=None, shift_to_now=True)
    assert again.pk == first.pk
    assert Round.objects.get().time_limit_minutes == 45
    assert Contest.objects.count() == 1
    assert Contest.objects.get().prize_tables.get().prizes.count() == 4
    announce(again, by=make_staff())
    assert reasons(changed) == ["contest.slug: Cuộc thi đã được công bố nên không nạp lại kế hoạch được."]


@pytest.mark.usefixtures("bank")
def test_a_sealed_contest_is_not_loaded_again() -> None:
    contest = load_plan(QUANG_NGAI, by=None, shift_to_now=True)
    seal_round(contest.rounds.get(), by=make_staff())
    assert reasons(QUANG_NGAI) == [
        "contest.slug: Cuộc thi đã có vòng niêm phong đề nên không nạp lại kế hoạch được."
    ]


@pytest.mark.usefixtures("bank")
def test_people_on_the_list_by_hand_stay_when_the_plan_is_loaded_again(tmp_path: Path) -> None:
    contest = load_plan(QUANG_NGAI, by=None)
    Exclusion.objects.create(contest=contest, full_name="Trần Thị Hoa", role="jury", phone="+84912345678")
    named = edited(tmp_path)
    with named.open("a", encoding="utf-8") as file:
        file.write(
            '\n[[exclusions]]\nfull_name = "Trần Thị Hoa"\nrole = "jury"\nphone = "0084 912 345 678"\n'
        )
        file.write(
            '\n[[exclusions]]\nfull_name = "Lê Văn An"\nrole = "committee"\nnational_id = "051 088 000 123"\n'
        )
    load_plan(named, by=None)
    load_plan(named, by=None)
    assert list(contest.exclusions.values_list("full_name", flat=True)) == ["Lê Văn An", "Trần Thị Hoa"]


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("time_limit_minutes = 30", "time_limits = 30", "rounds[1].time_limits: Không có mục này trong kế hoạch. Có phải là “time_limit_minutes”?"),
        ("time_limit_minutes = 30\n", "", "rounds[1].time_limit_minutes: Thiếu mục này. Nếu kế hoạch không quy định, gợi ý: 30 phút cho 30 câu."),
        ("questions = 30", 'questions = "ba mươi"', "rounds[1].questions: Phải là số nguyên."),
        ("questions = 30", "questions = true", "rounds[1].questions: Phải là số nguyên."),
        ("questions = 30", "questions = 0", "rounds[1].questions: Phải từ 1 đến 200."),
        ("live_participation = false", 'live_participation = "không"', "contest.live_participation: Phải là true (có) hoặc false (không)."),
        ('closes_at = "24:00 30/11/2024"\nquestions', 'closes_at = "24:00 31/11/2024"\nquestions', "rounds[1].closes_at: Không có ngày “31/11/2024”."),
        ('closes_at = "24:00 30/11/2024"\nquestions', 'closes_at = "25:00 30/11/2024"\nquestions', "rounds[1].closes_at: Giờ không đúng: từ 00:00 đến 24:00."),
        ('closes_at = "24:00 30/11/2024"\nquestions', 'closes_at = "ngày 30 tháng 11"\nquestions', "rounds[1].closes_at: Thời điểm viết như “07:00 10/11/2024” hoặc “24:00 30/11/2024”."),
        ('closes_at = "24:00 30/11/2024"\nquestions', 'closes_at = "06:00 10/11/2024"\nquestions', "rounds[1].closes_at: Thời điểm kết thúc vòng thi phải sau thời điểm mở."),
        ('closes_at = "24:00 30/11/2024"\nquestions', 'closes_at = "07:00 01/12/2024"\nquestions', "rounds[1].closes_at: Vòng thi kết thúc sau khi cuộc thi đã kết thúc."),
        ('from = "01/11/2024"', 'from = "2024-11-01"', "milestones[2].from: Ngày viết như “10/11/2024”."),
        ("position = 4", "position = 3", "prize_tables[1].prizes[4].position: Hai giải cùng có thứ tự trao 3."),
        ("position = 4\n", "", "prize_tables[1].prizes[4].position: Thiếu mục này."),
        ("amount = 500_000", "amount = -1", "prize_tables[1].prizes[4].amount: Phải từ 0 đến 2000000000."),
        ("only_all_right = false", 'only_all_right = false\nquotas = { "Chủ đề 1" = 10, "Chủ đề 2" = 10 }', "rounds[1].quotas: Số câu theo chủ đề cộng lại là 20, khác số câu hỏi của đề là 30."),
        ("only_all_right = false", 'only_all_right = false\nquotas = { "Chủ đề lạ" = 30 }', f"rounds[1].quotas: Ngân hàng “{BANK}” không có chủ đề “Chủ đề lạ”."),
        ("only_all_right = false", 'only_all_right = false\nquotas = { "Chủ đề 1" = 30 }', "rounds[1].quotas: Chủ đề “Chủ đề 1” cần 30 câu, mới có 20 câu đã duyệt."),
        ("only_all_right = false", 'only_all_right = false\nquotas = { "Chủ đề 1" = { easy = 30 } }', "rounds[1].quotas: Chủ đề “Chủ đề 1” cần 30 câu mức độ Nhận biết, mới có 0 câu đã duyệt."),
        ("only_all_right = false", 'only_all_right = false\nquotas = { "Chủ đề 1" = { \"khó\" = 30 } }', "rounds[1].quotas: Phải là một trong: easy, medium, hard, very_hard."),
        ("only_all_right = false", 'only_all_right = false\nquotas = { "Chủ đề 1" = {} }', "rounds[1].quotas: Chưa ghi số câu của từng mức độ."),
        ("only_all_right = false", 'only_all_right = false\nquotas = { "Chủ đề 1" = { easy = 0 } }', "rounds[1].quotas: Phải từ 1 đến 200."),
        ("questions = 30", "questions = 61", f"rounds[1].questions: Đề thi cần 61 câu, ngân hàng “{BANK}” mới có 60 câu đã duyệt."),
        (f'bank = "{BANK}"', 'bank = "Không có"', "rounds[1].bank: Không có ngân hàng câu hỏi tên “Không có”."),
        ('prediction_text = "Có bao nhiêu người trả lời đúng tất cả 30 câu hỏi của Cuộc thi?"', "", "rounds[1].prediction_text: Có câu dự đoán nhưng chưa ghi lời của câu dự đoán."),
        ('rank_order = ["score", "prediction", "duration", "submitted"]', "rank_order = []", "rounds[1].rank_order: Chưa có thứ tự xếp hạng nên không thể trao giải."),
        ('rank_order = ["score",', 'rank_order = ["luck",', "rounds[1].rank_order: Không có tiêu chí xếp hạng “luck”."),
        ('rank_order = ["score", "prediction", "duration", "submitted"]', 'rank_order = ["score", "score"]', "rounds[1].rank_order: Tiêu chí xếp hạng “score” bị lặp lại."),
        ('counting_attempt = "best"', 'counting_attempt = "luckiest"', "rounds[1].counting_attempt: Phải là một trong: first, last, best."),
        ('issuer = "Ban Tổ chức Cuộc thi"', "", "certificates[1].issuer: Thiếu mục này. Nếu kế hoạch không quy định, gợi ý: Ban Tổ chức Cuộc thi."),
        ('signature_authority = "TM. BAN TỔ CHỨC"', 'signature_authority = ""', "certificates[1].signature_authority: Không được để trống."),
        ('"rounds.only_all_right",', '"rounds.only_right",', "chosen: Không có mục “rounds.only_right” trong kế hoạch."),
        ('name = "Học sinh"', 'name = "Viên chức"', "categories[5].name: Đối tượng “Viên chức” bị lặp lại."),
        ('area = "QNG"', 'area = "HNI"', "units.area: Không có đơn vị mã “HNI”."),
        ('file = "quang-ngai-2024-units.csv"', 'file = "../units.csv"', "units.file: Tệp phải nằm cùng thư mục với tệp kế hoạch."),
        ('file = "quang-ngai-2024-units.csv"', 'file = "units.csv"', "units.file: Không tìm thấy tệp “units.csv”."),
        ('slug = "cai-cach', 'slug = "Cải cách', "contest.slug: Chỉ gồm chữ không dấu, chữ số, dấu gạch nối và gạch dưới."),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_place_and_nothing_is_loaded(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert reason in reasons(edited(tmp_path, (old, new)))
    assert not Contest.objects.exists()
    assert not Unit.objects.exists()
    assert not AuditEvent.objects.filter(verb__startswith="loaded plan").exists()


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    path = edited(
        tmp_path,
        ("time_limit_minutes = 30\n", ""),
        ('counting_attempt = "best"', 'counting_attempt = "luckiest"'),
        ("position = 4", "position = 3"),
        ('prediction_target = "all_right"', 'prediction_target = "none"'),
        ("questions = 30", "questions = 30\nloot_boxes = 1"),
        ('hotline = "0255 3000 000 (Phòng Văn hóa và Thông tin thành phố)"', ""),
    )
    assert reasons(path) == [
        "contest.hotline: Thiếu mục này. Nếu kế hoạch không quy định, gợi ý: số điện thoại của cơ quan thường trực.",
        "rounds[1].loot_boxes: Không có mục này trong kế hoạch.",
        "rounds[1].time_limit_minutes: Thiếu mục này. Nếu kế hoạch không quy định, gợi ý: 30 phút cho 30 câu.",
        "rounds[1].counting_attempt: Phải là một trong: first, last, best.",
        "prize_tables[1].prizes[4].position: Hai giải cùng có thứ tự trao 3.",
        f"rounds[1].bank: Không có ngân hàng câu hỏi tên “{BANK}”.",
        "rounds[1].prediction_target: Có lời của câu dự đoán nhưng chưa chọn câu dự đoán hỏi về gì.",
        "rounds[1].prediction_scope: Vòng thi không có câu dự đoán nên không ghi phạm vi đếm.",
        "rounds[1].rank_order: Xếp hạng theo câu dự đoán nhưng vòng thi không có câu dự đoán.",
    ]  # fmt: skip


@pytest.mark.usefixtures("bank")
def test_overlapping_rounds_and_prizes_of_no_round_are_refused(tmp_path: Path) -> None:
    path = edited(tmp_path)
    text = path.read_text(encoding="utf-8")
    first = text[text.index("[[rounds]]") : text.index("# Muốn ấn định")]
    second = first.replace("number = 1", "number = 2").replace("07:00 10/11/2024", "07:00 20/11/2024")
    path.write_text(text.replace(first, first + second), encoding="utf-8")
    found = reasons(path)
    assert "rounds[2].opens_at: “Vòng thi trực tuyến” chồng thời gian lên “Vòng thi trực tuyến”." in found
    assert (
        "prize_tables[1].scope: Giải cá nhân của cả cuộc thi có nhiều vòng cần bảng xếp hạng cá nhân cả cuộc thi "
        "(overall), mà kế hoạch không có."
    ) in found


@pytest.mark.parametrize(
    ("content", "start"),
    [
        (b"[contest\n", "plan.toml: Tệp không đúng cú pháp TOML:"),
        ("[contest]\nname = 'Cuộc thi'".encode("utf-16"), "plan.toml: Tệp không phải văn bản UTF-8."),
        (b"contest = 1\nrounds = 2\ncategories = 3\n", "contest: Phải là một bảng gồm nhiều mục."),
    ],
)
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, content: bytes, start: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes(content)
    assert any(reason.startswith(start) for reason in reasons(path))


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("A,,x,Thành phố,\nA,,x,Thành phố,\n", "Mã đơn vị “A” bị lặp lại."),
        ("A,,x,Thành phố,\nB,C,x,Phòng,\n", "Đơn vị “Phòng” thuộc mã “C” không có trong tệp."),
        ("A,B,x,Thành phố,\nB,A,x,Phòng,\n", "Đơn vị “A” nằm trong một vòng luẩn quẩn."),
        ("A,,x,,\n", "dòng 2: Cột name để trống."),
        ("A,,x,Thành phố,nhiều\n", "dòng 2: Phải là số nguyên."),
        ("A,,x,Thành phố,0\n", "dòng 2: Phải từ 1 đến 100000000."),
    ],
)
def test_a_wrong_list_of_units_is_refused(tmp_path: Path, rows: str, reason: str) -> None:
    path = edited(tmp_path)
    (tmp_path / "quang-ngai-2024-units.csv").write_text(
        "code,parent_code,kind,name,headcount,block\n" + rows, encoding="utf-8"
    )
    assert any(found.endswith(reason) for found in reasons(path))
    assert not Unit.objects.exists()


@pytest.mark.usefixtures("bank")
def test_the_command_loads_by_name_and_prints_every_reason(tmp_path: Path) -> None:
    out = StringIO()
    call_command("load_plan", "quang-ngai-2024", stdout=out)
    assert "07 giờ 00 ngày 10/11/2024 đến 24 giờ 00 ngày 30/11/2024, 30 câu hỏi" in out.getvalue()
    wrong = edited(tmp_path, ("questions = 30", "questions = 0"), ("quantity = 15", "quantity = 0"))
    with pytest.raises(CommandError) as refused:
        call_command("load_plan", str(wrong))
    assert "rounds[1].questions" in str(refused.value)
    assert "prize_tables[1].prizes[4].quantity" in str(refused.value)
    with pytest.raises(CommandError, match="Không có tệp"):
        call_command("load_plan", "khong-co")


# --- Series of rounds ---------------------------------------------------------------------------------------

WEEKLY = 'weekly = { start = "08:00 22/08/2022", count = 4, days = 7 }'


@pytest.mark.usefixtures("bank")
def test_one_line_makes_rounds_that_follow_each_other(tmp_path: Path) -> None:
    one_line = 'weekly = { start = "00:00 22/08/2022", count = 2, days = 14 }'
    contest = load_plan(
        edited(tmp_path, (WEEKLY, one_line), ("number = 1\nweekly", "number = 3\nweekly"), ("Tuần {n}", "Đợt {n} – {n}"),
               ('opens_at = "08:00 22', 'opens_at = "00:00 22'), plan="nghe-an-2022"), by=None
    )  # fmt: skip
    assert [
        (one.number, one.name, one.opens_at, one.closes_at) for one in contest.rounds.order_by("number")
    ] == [
        (3, "Đợt 3 – 3", datetime(2022, 8, 21, 17, tzinfo=UTC), datetime(2022, 9, 4, 17, tzinfo=UTC)),
        (4, "Đợt 4 – 4", datetime(2022, 9, 4, 17, tzinfo=UTC), datetime(2022, 9, 18, 17, tzinfo=UTC)),
    ]


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (WEEKLY, f'{WEEKLY}\nopens_at = "08:00 22/08/2022"', "rounds[1].opens_at: Đã có weekly thì không ghi mục này."),
        (WEEKLY, "", "rounds[1].opens_at: Thiếu mục này: ghi opens_at và closes_at, hoặc weekly cho nhiều vòng liền nhau."),
        (WEEKLY, 'opens_at = "08:00 22/08/2022"', "rounds[1].closes_at: Thiếu mục này: ghi opens_at và closes_at, hoặc weekly cho nhiều vòng liền nhau."),
        ("Tuần {n}", "Tuần thi", "rounds[1].name: Tên của các vòng liền nhau phải có {n}, như “Tuần {n}”."),
        ('number = 1\nweekly = { start = "08:00 22/08/2022", count = 4, days = 7 }\n# Kế hoạch không quy định:\nname = "Tuần {n}"', f'number = 997\n{WEEKLY}\nname = "{"x" * 97}{{n}}"', "rounds[1].name: Dài 101 ký tự, tối đa 100."),
        ("count = 4", "count = 1", "rounds[1].weekly.count: Phải từ 2 đến 100."),
        ("count = 4", "weeks = 4", "rounds[1].weekly.weeks: Không có mục này trong kế hoạch."),
        (", count = 4", "", "rounds[1].weekly.count: Thiếu mục này."),
        ("days = 7", "days = 0", "rounds[1].weekly.days: Phải từ 1 đến 366."),
        (WEEKLY, 'weekly = "hằng tuần"', "rounds[1].weekly: Phải là một bảng gồm nhiều mục."),
        ("count = 4", "count = 5", "rounds[1].closes_at: Vòng thi kết thúc sau khi cuộc thi đã kết thúc."),
        ("min_age = 15\n", "", "contest.min_age: Có ngày tính tuổi nhưng chưa ghi tuổi tối thiểu."),
        ('participation = "compulsory"', 'participation = "forced"', "categories[1].participation: Phải là một trong: compulsory, encouraged, open."),
        ('participation = "compulsory"\n', "", "categories[1].participation: Thiếu mục này. Nếu kế hoạch không quy định, gợi ý: được dự thi, không bắt buộc (open)."),
        ("attempts_per_day = 1 ", "attempts_per_day = 8 ", "rounds[1].attempts_per_day: Số lượt trong một ngày (8) nhiều hơn số lượt của cả vòng (7)."),
        ('unit_order = ["attempts", "mean_score"]', "", "prize_tables[3].unit_order: Bảng giải tập thể cần thứ tự tiêu chí (unit_order) hoặc trọng số (weights)."),
        ('unit_order = ["attempts", "mean_score"]', "weights = { attempts = 40, mean_score = 50 }", "prize_tables[2].weights: Các trọng số cộng lại là 90, phải là 100."),
        ('unit_order = ["attempts", "mean_score"]', "weights = { attempts = 40.5, mean_score = 59.5 }", "prize_tables[2].weights: Phải là số nguyên."),
        ('unit_order = ["attempts", "mean_score"]', "weights = 100", "prize_tables[2].weights: Phải là bảng: tiêu chí = phần trăm."),
        ("winner_limit = 1 ", "winner_limits = 1 ", "prize_tables[2].winner_limits: Không có mục này trong kế hoạch. Có phải là “winner_limit”?"),
        ('scope = "contest" ', 'scope = "overall" ', "prize_tables[3].scope: Phải là một trong: round, each_round, contest."),
        ("number = 3\n", "number = 2\n", "prize_tables[3].number: Có hơn một bảng giải mang số thứ tự 2."),
        ("amount = 300_000", "amout = 300_000", "prize_tables[1].prizes[4].amout: Không có mục này trong kế hoạch. Có phải là “amount”?"),
        ("quantity = 5\n", 'quantity = "năm"\n', "prize_tables[3].prizes[1].quantity: Phải là số nguyên."),
        ("quantity = 5\n", "quantity = 92\n", "prize_tables[3].prizes: Cuộc thi có 91 đơn vị thi đua, ít hơn 92 giải nên không trao hết được."),
        ('certificate = "Giấy chứng nhận"', 'certificate = "Bằng khen"', "prize_tables[1].prizes[1].certificate: Không có mẫu giấy “Bằng khen” trong kế hoạch."),
        ("[contest]", '[overall]\ncombine = "sum"\n[contest]', "overall.rank_order: Chưa có thứ tự xếp hạng nên không thể trao giải."),
        ("[contest]", '[overall]\nrank_order = ["score"]\n[contest]', "overall.combine: Thiếu mục này. Nếu kế hoạch không quy định, gợi ý: không xếp hạng cá nhân cả cuộc thi (none)."),
        ('[[blocks]]\nname = "Huyện, thành phố, thị xã"', "", "nghe-an-2022-units.csv, dòng 41: Không có khối “Huyện, thành phố, thị xã” trong kế hoạch."),
        ('    "rounds.name",', '    "prize_tables[2].amount",', "chosen: Không có mục “prize_tables[2].amount” trong kế hoạch."),
    ],
)  # fmt: skip
def test_each_fault_of_a_contest_of_weeks_is_named(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert reason in reasons(edited(tmp_path, (old, new), plan="nghe-an-2022"))
    assert not Contest.objects.exists()


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("from = 1, best = 10", "from = 2, best = 10", "rounds[2].promotion.from: Vòng thi không thể chọn người từ chính vòng đó."),
        ("from = 1, best = 10", "best = 10", "rounds[2].promotion.from: Thiếu mục này."),
        ("from = 1, best = 10", "from = 1, best = 0", "rounds[2].promotion.best: Phải từ 1 đến 1000."),
        ('closes_at = "24:00 31/05/2020"', 'closes_at = "08:01 15/08/2020"', "rounds[2].promotion.from: “Vòng loại” kết thúc sau khi vòng này mở nên chưa có kết quả để chọn người."),
        ("best_of = 10", "", "prize_tables[2].best_of: Cộng kết quả những người tốt nhất nhưng chưa ghi bao nhiêu người."),
        ('method = "chosen"', 'method = "chosen"\nby_block = true', "prize_tables[3].by_block: Bảng giải do Ban Tổ chức xét chọn không dùng mục này."),
        ("round = 1", "round = 4", "prize_tables[3].round: Không có vòng thi số 4."),
    ],
)  # fmt: skip
def test_each_fault_of_a_contest_with_a_final_is_named(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert reason in reasons(edited(tmp_path, (old, new), plan="tien-giang-2020"))


# --- Values -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize(
    ("written", "stored"),
    [("70", "70"), ('"70"', "70"), ('"70,5"', "70.5"), ("70.55", "70.55"), ("0.01", "0.01"), ("100", "100")],
)
def test_a_percentage_is_exact(tmp_path: Path, written: str, stored: str) -> None:
    path = edited(
        tmp_path,
        ('unit_order = ["participants"]', f'unit_order = ["participants"]\nmin_ratio_percent = {written}'),
        plan="bong-son-2024",
    )
    assert load_plan(path, by=None).prize_tables.get(number=2).min_ratio_percent == Decimal(stored)


@pytest.mark.parametrize(
    "written",
    ["0", "101", "100.01", '"70,555"', "70.555", '"70%"', "true", '"bảy mươi"', "nan", "inf", "1e999999999"],
)
def test_a_percentage_that_is_none_is_refused(tmp_path: Path, written: str) -> None:
    path = edited(
        tmp_path,
        ('unit_order = ["participants"]', f'unit_order = ["participants"]\nmin_ratio_percent = {written}'),
        plan="bong-son-2024",
    )  # fmt: skip
    assert any(reason.startswith("prize_tables[2].min_ratio_percent: ") for reason in reasons(path))


@pytest.mark.usefixtures("bank")
def test_a_key_taken_out_of_the_file_is_out_of_the_contest(tmp_path: Path) -> None:
    first = load_plan(PLANS / "tien-giang-2020.toml", by=None)
    assert first.min_age == 12
    changed = edited(
        tmp_path,
        ("min_age = 12\n", ""),
        ('age_on = "04/05/2020" ', "# "),
        ('    "contest.age_on",\n', ""),
        ("promotion = { from = 1, best = 10 }", "attempts_per_day = 1 "),
        plan="tien-giang-2020",
    )
    again = load_plan(changed, by=None)
    assert (again.pk, again.min_age, again.age_on) == (first.pk, None, None)
    final = again.rounds.get(number=2)
    assert (final.promotes_from, final.promotes_best, final.attempts_per_day) == (None, None, 1)


# --- Files and people beside the plan -----------------------------------------------------------------------


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize(
    ("csv", "reason"),
    [
        ("code,parent_code,kind,name,headcount\nA,,,A,\n", "units.csv: Thiếu cột: block."),
        ("code,parent_code,kind,name,headcount,block,note\nA,,,A,,,x\n", "units.csv: Không có cột “note”."),
        ("code,parent_code,kind,name,headcount,block\nA,,,A,,,x\n", "units.csv, dòng 2: Có nhiều ô hơn số cột."),
        ("code,parent_code,kind,name,headcount,block\nA,,,A,,Khối lạ\n", "units.csv, dòng 2: Không có khối “Khối lạ” trong kế hoạch."),
        ('code,parent_code,kind,name,headcount,block\nA,,,"A" B,,\n', "units.csv: Tệp không đúng dạng CSV:"),
        ("code,parent_code,kind,name,headcount,block\n" + "A" * 21 + ",,,A,,\n", "units.csv, dòng 2: Cột code dài hơn 20 ký tự."),
        ("code,parent_code,kind,name,headcount,block\nA,,,A,0,\n", "units.csv, dòng 2: Phải từ 1 đến 100000000."),
    ],
)  # fmt: skip
def test_a_wrong_list_of_competing_units_is_refused(tmp_path: Path, csv: str, reason: str) -> None:
    path = edited(tmp_path, ("quang-ngai-2024-units.csv", "units.csv"))
    (tmp_path / "units.csv").write_text(csv, encoding="utf-8")
    assert any(found.startswith(reason) for found in reasons(path))


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ('national_id = "051 088 000"', "exclusions[1].national_id: Số định danh cá nhân (CCCD) gồm đúng 12 chữ số."),
        ('phone = "0912"', "exclusions[1].phone: Số điện thoại chưa đúng. Ví dụ đúng: 0912 345 678."),
        ('national_id_hash = "051088000123"', "exclusions[1].national_id_hash: Phải là 64 chữ số thập lục phân do lệnh xuất kế hoạch ghi ra."),
        (f'national_id = "051088000123"\nnational_id_hash = "{"a" * 64}"', "exclusions[1].national_id_hash: Đã có số định danh cá nhân (national_id)."),
        ('account = "khong-co"', "exclusions[1].account: Không có tài khoản “khong-co”."),
        ("", "exclusions[1]: Cần ít nhất một trong ba: tài khoản, số điện thoại, số định danh cá nhân."),
    ],
)  # fmt: skip
def test_a_wrong_line_of_the_exclusion_list_is_the_only_fault(
    tmp_path: Path, lines: str, reason: str
) -> None:
    path = edited(tmp_path)
    with path.open("a", encoding="utf-8") as file:
        file.write(f'\n[[exclusions]]\nfull_name = "Lê Văn An"\nrole = "jury"\n{lines}\n')
    assert reasons(path) == [reason]


@pytest.mark.usefixtures("bank")
def test_only_known_kinds_of_documents_of_a_bearable_size_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contests.planfile.reader.MAX_DOCUMENT_BYTES", 3)
    path = edited(tmp_path)
    with path.open("a", encoding="utf-8") as file:
        file.write('\n[[documents]]\ntitle = "Kế hoạch"\nfile = "a.exe"\n')
        file.write('\n[[documents]]\ntitle = "Thể lệ"\nfile = "b.PDF"\n')
    (tmp_path / "a.exe").write_bytes(b"MZ")
    (tmp_path / "b.PDF").write_bytes(b"%PDF-1.7")
    found = reasons(path)
    assert found[0].startswith("documents[1].file: Chỉ nhận tệp: .pdf, ")
    assert found[1:] == ["documents[2].file: Tệp lớn hơn 20 MB."]


# --- When a plan may still be loaded ------------------------------------------------------------------------


@pytest.mark.usefixtures("bank")
def test_locked_headcounts_and_entries_keep_a_plan_from_being_loaded_again() -> None:
    contest = load_plan(QUANG_NGAI, by=None)
    HeadcountLock.objects.create(contest=contest)
    make_entry(contest)
    assert reasons(QUANG_NGAI) == [
        "contest.slug: Tổng số người của các đơn vị đã khóa nên không nạp lại kế hoạch được.",
        "contest.slug: Cuộc thi đã có người đăng ký nên không nạp lại kế hoạch được.",
    ]


@pytest.mark.usefixtures("bank")
def test_a_contest_announced_while_its_plan_was_being_read_stays_as_it_was_announced() -> None:
    contest = load_plan(QUANG_NGAI, by=None, shift_to_now=True)
    plan = read_plan(QUANG_NGAI)
    announce(contest, by=make_staff())
    with pytest.raises(Refused) as refused:
        store_plan(plan, by=None)
    assert refused.value.reasons == ["Cuộc thi đã được công bố nên không nạp lại kế hoạch được."]
    assert Contest.objects.get().opens_at == contest.opens_at


@pytest.mark.usefixtures("bank")
def test_a_contest_with_a_final_is_loaded_again() -> None:
    first = load_plan(PLANS / "tien-giang-2020.toml", by=None)
    again = load_plan(PLANS / "tien-giang-2020.toml", by=None)
    assert again.pk == first.pk
    preliminary, final = again.rounds.order_by("number")
    assert (final.promotes_from, final.promotes_best) == (preliminary, 10)
    assert AuditEvent.objects.filter(verb="loaded plan again").count() == 1


# --- Moving a rehearsal's timetable -------------------------------------------------------------------------


@pytest.mark.usefixtures("bank")
def test_a_rehearsals_timetable_moves_to_any_of_its_rounds_and_back() -> None:
    contest = load_plan(PLANS / "nghe-an-2022.toml", by=None, shift_to_now=True, is_rehearsal=True)
    before = list(contest.rounds.order_by("number").values_list("opens_at", "closes_at"))
    launch, age_on = contest.milestones.get(label__startswith="Phát động").starts_on, contest.age_on
    assert launch is not None
    assert age_on is not None
    for number in (3, 1, 4, 2):
        chosen = contest.rounds.get(number=number)
        offset = shift_contest(contest, chosen)
        now = database_now()
        assert timedelta(0) < now - chosen.opens_at - timedelta(hours=1) < timedelta(minutes=2)
        assert current_round(contest, now) == chosen
        assert offset != timedelta(0)
    moved = list(contest.rounds.order_by("number").values_list("opens_at", "closes_at"))
    whole = moved[0][0] - before[0][0]
    assert [(opens - whole, closes - whole) for opens, closes in moved] == before
    assert (contest.opens_at, contest.closes_at) == (moved[0][0], moved[-1][1])
    fresh = Contest.objects.get()
    assert fresh.opens_at == contest.opens_at
    assert fresh.age_on is not None
    assert fresh.age_on - age_on in (timedelta(days=-7), timedelta(days=-8))
    assert contest.milestones.get(label__startswith="Phát động").starts_on == launch + (fresh.age_on - age_on)
    assert AuditEvent.objects.filter(verb="moved timetable").count() == 4


@pytest.mark.usefixtures("bank")
def test_a_real_contest_keeps_its_times() -> None:
    contest = load_plan(PLANS / "nghe-an-2022.toml", by=None)
    with pytest.raises(NotAllowed, match="tổng duyệt"):
        shift_contest(contest, contest.rounds.get(number=1))


@pytest.mark.django_db(transaction=True)
def test_nothing_is_loaded_over_a_contest_announced_at_the_same_time(tmp_path: Path) -> None:
    make_bank(60, topics=3, name=BANK)
    chief = make_staff()
    contest = load_plan(QUANG_NGAI, by=None, shift_to_now=True)
    changed = edited(tmp_path, ("time_limit_minutes = 30", "time_limit_minutes = 45"))
    turns = count()

    def act() -> object:
        if next(turns) % 2:
            return announce(Contest.objects.get(pk=contest.pk), by=chief)
        return load_plan(changed, by=None, shift_to_now=True)

    results = at_once(6, act)
    assert all(isinstance(one, Contest | Announcement | Refused) for one in results), results
    assert Announcement.objects.count() == 1
    verbs = list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))
    assert verbs.count("announced contest") == 1
    assert verbs[-1] == "announced contest"
    # Every load that came to its end was before the announcement, and is what was announced.
    minutes = 45 if "loaded plan again" in verbs else 30
    assert Round.objects.get().time_limit_minutes == minutes
