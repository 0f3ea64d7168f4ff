"""Chapter I: the contest, who may take part and who may not, when, and how to enter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from contests.enums import TOLD_BY_NUMBERS, AgencyComparison, Asked, Participation
from contests.models import Contest, Milestone
from contests.person import old_enough
from prizes.rulebook.parts import Article, Clause, Grid, article, clause
from prizes.rulebook.reading import Plan
from prizes.rulebook.words import (
    day,
    end_moment,
    last_instant,
    moment,
    sentence,
    two,
    window,
)

ASKED = {
    Participation.COMPULSORY: "Bắt buộc dự thi",
    Participation.ENCOURAGED: "Khuyến khích dự thi",
    Participation.OPEN: "Được dự thi",
}


# What the entry form may ask (the keys of the plan file), in the words of the rules.
ASKED_ABOUT = {
    "birth_date": "ngày sinh",
    "gender": "giới tính",
    "phone": "số điện thoại",
    "national_id": "số định danh cá nhân",
    "address": "địa chỉ nơi ở",
}


def articles(plan: Plan) -> list[Article | None]:
    return [
        article("contest", "Tên, nội dung và cơ quan tổ chức Cuộc thi", _contest(plan)),
        article("eligible", "Đối tượng dự thi", _eligible(plan)),
        article("ineligible", "Người không được dự thi", _ineligible(plan)),
        article("times", "Thời gian tổ chức", _times(plan)),
        article("entering", "Đăng ký dự thi", _entering(plan)),
    ]


def _contest(plan: Plan) -> Iterator[Clause]:
    contest = plan.contest
    yield clause(f"Tên Cuộc thi: {contest.name} (sau đây gọi là Cuộc thi).", keys="contest.name")
    yield from _lines("Nội dung thi:", contest.subject, keys="contest.subject")
    organiser = f"Cơ quan tổ chức: {contest.organiser}"
    if contest.parent_organiser:
        organiser += f"; cơ quan chủ quản: {contest.parent_organiser}"
    yield clause(f"{organiser}.", keys="contest.organiser contest.parent_organiser")
    if contest.standing_body:
        yield clause(f"Cơ quan thường trực: {contest.standing_body}.", keys="contest.standing_body")
    yield clause(
        "Cuộc thi được tổ chức theo hình thức trực tuyến: người dự thi làm bài trên trang thông tin của"
        " Cuộc thi bằng điện thoại hoặc máy tính có kết nối mạng."
    )


def _lines(lead: str, text: str, *, keys: str) -> Iterator[Clause]:
    """What the plan writes in one or in several lines, as one sentence or as points."""
    lines = [sentence(line) for line in text.splitlines() if line.strip()]
    if len(lines) > 1:
        yield clause(lead, *lines, keys=keys)
    elif lines:
        yield clause(f"{lead} {lines[0]}", keys=keys)


def _eligible(plan: Plan) -> Iterator[Clause]:
    contest = plan.contest
    yield from _lines("Người được dự thi:", contest.eligibility, keys="contest.eligibility")
    if contest.min_age and contest.age_on:
        latest = latest_birth(contest.min_age, contest.age_on)
        yield clause(
            f"Người dự thi phải đủ {two(contest.min_age)} tuổi tính đến ngày {day(contest.age_on)}, tức là"
            f" sinh từ ngày {day(latest)} trở về trước.",
            keys="contest.min_age contest.age_on",
        )
    if plan.area:
        yield clause(
            f"Người dự thi chọn nơi công tác, học tập hoặc cư trú trong danh mục đơn vị của {plan.area} trên"
            " trang đăng ký.",
            keys="units.area",
        )
    if plan.categories:
        rows = [(one.name, ASKED[Participation(one.participation)]) for one in plan.categories]
        yield clause(
            "Khi đăng ký, mỗi người chọn một trong các đối tượng sau:",
            grid=Grid(("Đối tượng", "Yêu cầu"), rows),
            keys="categories",
        )


def latest_birth(years: int, on: date) -> date:
    """The last birthday with which somebody is `years` old on the day `on`, by the entry form's own rule."""
    born = date(on.year - years, on.month, min(on.day, 28))
    while old_enough(born + timedelta(days=1), min_age=years, on=on):
        born += timedelta(days=1)
    return born


def _ineligible(plan: Plan) -> Iterator[Clause]:
    yield from _lines("Người không được dự thi:", plan.contest.ineligible, keys="contest.ineligible")
    yield clause(
        "Ban Tổ chức lập danh sách người không được dự thi. Danh sách được đối chiếu theo tài khoản, số điện"
        " thoại hoặc số định danh cá nhân khi đăng ký, khi bắt đầu thi, khi nộp bài và khi xếp hạng; chỉ cần"
        " trùng một trong ba."
    )
    yield clause(
        "Người có tên trong danh sách mà đã thi thì kết quả không được tính, không được xếp hạng, kể cả"
        " khi được bổ sung vào danh sách sau khi thi. Bài thi thử của người tổ chức Cuộc thi không được"
        " tính."
    )


def _times(plan: Plan) -> Iterator[Clause]:
    contest = plan.contest
    yield clause(
        f"Thời gian thi: {window(contest.opens_at, contest.closes_at)}.",
        keys="contest.opens_at contest.closes_at",
    )
    if plan.several:
        rows = [(one.name, moment(one.opens_at), end_moment(one.closes_at)) for one in plan.rounds]
        yield clause(
            f"Cuộc thi gồm {two(len(plan.rounds))} vòng thi:",
            grid=Grid(("Vòng thi", "Bắt đầu", "Kết thúc"), rows),
            keys="rounds.name rounds.opens_at rounds.closes_at rounds.weekly",
        )
    elif plan.rounds and _own_window(plan):
        one = plan.rounds[0]
        yield clause(
            f"{one.name} diễn ra {window(one.opens_at, one.closes_at)}.",
            keys="rounds.name rounds.opens_at rounds.closes_at",
        )
    if plan.rounds:
        end = plan.rounds[-1].closes_at
        yield clause(
            "Thời điểm kết thúc không còn thuộc thời gian thi:"
            f" {'vòng thi cuối cùng' if plan.several else 'Cuộc thi'} nhận bài đến hết"
            f" {last_instant(end)}. Mọi thời điểm tính theo giờ Việt Nam, theo đồng hồ của máy chủ, không"
            " theo đồng hồ của điện thoại hoặc máy tính của người dự thi."
        )
        yield clause(
            "Chỉ khi có lý do được ghi lại, Ban Tổ chức mới được đóng vòng thi trước thời điểm kết thúc"
            " nói trên; việc đóng sớm được thông báo trên trang của Cuộc thi."
        )
    if plan.milestones:
        points = [Clause(f"{one.label}: {_when(one)}.") for one in plan.milestones]
        yield clause("Các mốc thời gian khác:", *points, keys="milestones")


def _own_window(plan: Plan) -> bool:
    one = plan.rounds[0]
    return (one.opens_at, one.closes_at) != (plan.contest.opens_at, plan.contest.closes_at)


def _when(milestone: Milestone) -> str:
    if milestone.text:
        return milestone.text.rstrip(".")
    starts, ends = milestone.starts_on, milestone.ends_on
    if starts and ends and starts != ends:
        return f"từ ngày {day(starts)} đến hết ngày {day(ends)}"
    if starts:
        return f"ngày {day(starts)}"
    return f"đến hết ngày {day(ends)}" if ends else "theo thông báo của Ban Tổ chức"


def _asked(contest: Contest, how: Asked) -> list[str]:
    return [words for name, words in ASKED_ABOUT.items() if getattr(contest, f"ask_{name}") == how]


def _entering(plan: Plan) -> Iterator[Clause]:
    required, optional = _asked(plan.contest, Asked.REQUIRED), _asked(plan.contest, Asked.OPTIONAL)
    told = ", ".join(["họ và tên", *required, "đơn vị"])
    may = f"; {', '.join(optional)} được ghi nếu người dự thi muốn cung cấp" if optional else ""
    yield clause(
        "Người dự thi đăng ký trên trang của Cuộc thi bằng tài khoản xác nhận qua số điện thoại hoặc thư"
        f" điện tử, ghi {told} và đối tượng{may}.",
        keys=" ".join(f"entry.{name}" for name in ASKED_ABOUT),
    )
    yield clause(
        "Người chưa đủ 16 tuổi tại ngày đăng ký chỉ bắt đầu thi sau khi cha, mẹ hoặc người giám hộ đồng ý,"
        " bằng mã xác thực gửi đến điện thoại hoặc thư điện tử của người đó, hoặc bằng giấy nộp cho Ban Tổ"
        " chức."
    )
    yield clause(
        "Đơn vị không có trong danh sách thì người dự thi chọn đơn vị cấp trên gần nhất và ghi tên đơn vị;"
        " Ban Tổ chức xếp vào đúng đơn vị. Thông tin khai sai được sửa theo đề nghị có lý do của người dự"
        " thi; sau khi công bố kết quả, ngày sinh, đơn vị, đối tượng không được sửa."
    )
    yield clause(
        "Mỗi người chỉ được đăng ký một lần. Một tài khoản, một số điện thoại hoặc một số định danh cá"
        " nhân không thể dùng cho hai đăng ký, dù được viết theo cách nào."
    )
    yield clause(
        "Người dự thi chịu trách nhiệm về thông tin đã khai; họ và tên, đơn vị đã khai được dùng khi công"
        " bố kết quả và được ghi trên giấy trao cho người đạt giải."
    )
    yield from _agencies(plan)
    guessed = any(one.prediction_target in TOLD_BY_NUMBERS for one in plan.rounds)
    if plan.contest.live_participation and guessed:
        # Of a plan that says both, fairness wins (contest_site.public.participation).
        yield clause(
            "Số người dự thi và số lượt thi không được công khai trước khi thi xong các vòng thi có câu dự"
            " đoán về chính những số này, để không ai biết trước đáp số.",
            keys="contest.live_participation",
        )
    elif plan.contest.live_participation:
        yield clause(
            "Số người dự thi và số lượt thi được công khai trên trang của Cuộc thi trong khi đang thi.",
            keys="contest.live_participation",
        )
    elif plan.asks_prediction:
        yield clause(
            "Số người dự thi và số lượt thi không được công khai trước khi thi xong, để không ai biết"
            " trước đáp số của câu dự đoán.",
            keys="contest.live_participation",
        )


def _agencies(plan: Plan) -> Iterator[Clause]:
    """What one body is told of the others while and after they take part."""
    told = {
        AgencyComparison.WITHOUT_NAMES: "; được biết thứ hạng của đơn vị mình và khoảng số liệu trong khối,"
        " không biết số liệu của từng đơn vị khác",
        AgencyComparison.NAMED: "; được xem số liệu của từng đơn vị trong khối",
    }.get(AgencyComparison(plan.contest.agency_comparison))
    if told:
        yield clause(
            "Cán bộ đầu mối của mỗi đơn vị được xem số liệu tham gia của đơn vị mình và các đơn vị trực"
            f" thuộc{told}.",
            keys="contest.agency_comparison",
        )
