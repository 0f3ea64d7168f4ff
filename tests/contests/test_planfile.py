# ruff: noqa: E501  the table of faults is read line by line
"""The Quảng Ngãi plan says what the office's paper says; a wrong file is refused with every reason at once."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Refused
from contests.domain.announcing import announce
from contests.domain.check import problems
from contests.domain.plans import load_plan
from contests.domain.rounds import seal_round
from contests.models import Contest, Exclusion, Prize, Round, Unit
from contests.queries import contest_units, current_round
from tests.support.factories import make_bank, make_staff

PLANS = Path(__file__).resolve().parents[2] / "contests" / "plans"
QUANG_NGAI = PLANS / "quang-ngai-2024.toml"
BANK = "Cải cách hành chính, chuyển đổi số và Đề án 06"

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank() -> None:
    """60 approved questions, 20 in each of three topics."""
    make_bank(60, topics=3, name=BANK)


def edited(folder: Path, *changes: tuple[str, str]) -> Path:
    """The real plan with some text replaced, in a folder of its own."""
    text = QUANG_NGAI.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    units = PLANS / "quang-ngai-2024-units.csv"
    (folder / units.name).write_text(units.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def reasons(path: Path) -> list[str]:
    with pytest.raises(Refused) as refused:
        load_plan(path, by=None)
    return [str(reason) for reason in refused.value.reasons]


@pytest.mark.usefixtures("bank")
def test_the_quang_ngai_plan_says_what_the_paper_says() -> None:
    contest = load_plan(QUANG_NGAI, by=None)
    # 07:00 on 10/11/2024 to 24:00 on 30/11/2024 in Viet Nam (UTC+7), to the second.
    opening = datetime(2024, 11, 10, 0, 0, 0, tzinfo=UTC)
    end = datetime(2024, 11, 30, 17, 0, 0, tzinfo=UTC)
    assert (contest.opens_at, contest.closes_at) == (opening, end)
    one = contest.rounds.get()
    assert (one.opens_at, one.closes_at) == (opening, end)
    assert one.questions == 30
    assert one.prediction_target == "all_right"
    assert "đúng tất cả 30 câu" in one.prediction_text
    assert list(
        Prize.objects.filter(table__contest=contest).values_list("position", "name", "quantity", "amount")
    ) == [
        (1, "Giải Nhất", 1, 3_000_000),
        (2, "Giải Nhì", 2, 1_500_000),
        (3, "Giải Ba", 3, 1_000_000),
        (4, "Giải Khuyến khích", 15, 500_000),
    ]
    table = contest.prize_tables.get()
    assert (table.scope, table.audience, table.method) == ("contest", "individual", "ranked")
    assert list(contest.milestones.values_list("label", "starts_on", "ends_on", "text")) == [
        ("Ban hành Thể lệ Cuộc thi", date(2024, 10, 20), date(2024, 10, 30), ""),
        ("Phát động Cuộc thi", date(2024, 11, 1), date(2024, 11, 10), ""),
        ("Tổng kết và trao giải", None, None, "tháng 12/2024"),
    ]
    paper = contest.certificate_templates.get()
    assert (paper.kind, paper.issuer) == ("giay_chung_nhan", "Ban Tổ chức Cuộc thi")
    assert set(paper.prizes.all()) == set(table.prizes.all())
    for group in ("học sinh trung học cơ sở", "lực lượng vũ trang", "Nhân dân trên địa bàn thành phố"):
        assert group in contest.eligibility
    for group in ("Ban Tổ chức", "Ban Giám khảo", "Tổ Thư ký", "trực tiếp tham gia tổ chức"):
        assert group in contest.ineligible
    assert len(contest.legal_basis) == 3
    assert problems(contest) == []


@pytest.mark.usefixtures("bank")
def test_what_the_plan_leaves_open_is_marked_as_the_organisers_choice() -> None:
    contest = load_plan(QUANG_NGAI, by=None)
    one = contest.rounds.get()
    assert {"rounds.time_limit_minutes", "rounds.attempts_allowed", "rounds.counting_attempt"} <= set(
        contest.chosen
    )
    assert {
        "rounds.result_shown",
        "rounds.rank_order",
        "rounds.prediction_target",
        "contest.names_shown",
    } <= set(contest.chosen)
    # What the paper fixes is not called a choice.
    assert not {"contest.opens_at", "rounds.questions", "prize_tables.prizes.amount", "certificates.kind"} & set(
        contest.chosen
    )
    assert (one.time_limit_minutes, one.attempts_allowed, one.counting_attempt) == (30, 2, "best")
    assert one.rank_order == ["score", "prediction", "duration", "submitted"]


@pytest.mark.usefixtures("bank")
def test_the_units_of_the_city_come_with_the_plan() -> None:
    contest = load_plan(QUANG_NGAI, by=None)
    names = set(contest_units(contest).values_list("name", flat=True))
    assert len([name for name in names if name.startswith(("UBND phường", "UBND xã"))]) == 23
    assert {
        "UBND phường Nghĩa Lộ",
        "UBND xã Tịnh Ấn Tây",
        "Phòng Nội vụ thành phố",
        "Thành đoàn Quảng Ngãi",
    } <= names
    assert contest.area is not None
    assert contest.area.name == "Thành phố Quảng Ngãi"
    assert Unit.objects.get(name="Trường THCS Nghĩa Lộ").parent.name == "Phòng Giáo dục và Đào tạo thành phố"
    assert contest.headcounts.count() == len(names) - 1


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
        ('slug = "cai-cach', 'slug = "Cải cách', "contest.slug: Chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối."),
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
