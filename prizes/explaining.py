"""Why somebody has the rank that was published, in one sentence with every value that the order looked at.

Everything is read from the published run itself (its rows and its configuration), so the sentence says what
was decided then, whatever the plan or the people have become since. Of others it tells a rank and one number,
never who they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attempts.models import Attempt, RegradedScore
from attempts.rules.marking import in_questions
from contest_site.lib.templatetags.vi import day, duration, number
from contests.enums import Audience, Combine, CountingAttempt, PredictionTarget, RankKey
from contests.models import Entry, Round
from contests.queries import competitors
from prizes.models import StandingsRow, StandingsRun, TieDecision

# What is told of a person's row; of the paper its length, of the round its number.
READ = [
    *("run_id", "rank", "entry_id", "correct", "duration_ms", "submitted_at", "prediction", "distance"),
    *("attempt__paper", "attempt__round__number"),
]


def explain_rank(run: StandingsRun, entry: Entry) -> str:
    """The sentence on the entry's rank in a run; "" when it has none there and the order does not say why."""
    # By the column: "entry" would be the entries' own order, and join what it hangs on.
    rows = StandingsRow.objects.filter(run=run, entry=entry).order_by("entry_id")
    row = rows.select_related("attempt__round").only(*READ).first()
    if row is None:
        return _unranked(run, entry)
    row.entry = entry
    return _Explained(run, row).sentence()


def _unranked(run: StandingsRun, entry: Entry) -> str:
    """The rule that leaves out whoever is not all right; "" for whoever is: that was not the reason."""
    if not run.configuration["only_all_right"]:
        return ""
    counting = [_counts_all_right(run, rule, entry) for rule in run.configuration["rounds"]]
    if True in counting or counting.count(None) == len(counting):
        return ""
    return _("Không có hạng: theo Thể lệ, chỉ xếp hạng người trả lời đúng tất cả các câu hỏi.")


def _counts_all_right(run: StandingsRun, rule: Mapping[str, Any], entry: Entry) -> bool | None:
    """Whether the person's counting attempt in a round of the run is all right; None without one."""
    regraded = RegradedScore.objects.filter(attempt=OuterRef("pk"), regrade__version=rule["regrade"])
    own = Attempt.objects.filter(
        entry=entry, round__contest=run.contest_id, round__number=rule["number"], submitted_at__isnull=False
    ).annotate(mark=Coalesce(Subquery(regraded.values("correct")), "correct"))
    order = {
        CountingAttempt.FIRST: ["number"],
        CountingAttempt.LAST: ["-number"],
        CountingAttempt.BEST: ["-mark", "duration_ms", "submitted_at", "number"],
    }
    one = own.order_by(*order[CountingAttempt(rule["counting_attempt"])]).first()
    return one.mark == run.parts * len(one.paper) if one else None


def deciding_key(keys: Sequence[RankKey], one: StandingsRow, other: StandingsRow) -> RankKey | None:
    """The first key of the order in which the two rows differ; None for two of the same rank."""
    return next((key for key in keys if _value(key, one) != _value(key, other)), None)


def _value(key: RankKey, row: StandingsRow) -> int | Decimal | datetime | None:
    match key:
        case RankKey.SCORE:
            return row.correct
        case RankKey.PREDICTION:
            return row.distance
        case RankKey.DURATION:
            return row.duration_ms
        case RankKey.SUBMITTED:
            return row.submitted_at


class _Explained:
    """One row of a run beside the nearest one of another rank: the one before it, for the first the next."""

    def __init__(self, run: StandingsRun, row: StandingsRow) -> None:
        self.run, self.row = run, row
        self.keys = [RankKey(key) for key in run.configuration["rank_order"]]
        self.combine = Combine(run.configuration["combine"] or Combine.NONE)
        rows = StandingsRow.objects.filter(run=run)
        # Of people with the same rank every key is the same, so it does not matter who of them it is.
        self.equals = rows.filter(rank=row.rank).exclude(entry=row.entry_id).count()
        better = rows.filter(rank__lt=row.rank).order_by("-rank", "entry_id").first()
        self.other = better or rows.filter(rank__gt=row.rank).order_by("rank", "entry_id").first()
        # Ranks leave out as many numbers as there are people before: 1, 1, 3.
        self.others = row.rank - better.rank if better else 0
        if self.other and not better:
            self.others = rows.filter(rank=self.other.rank).count()
        self.key = deciding_key(self.keys, row, self.other) if self.other else None

    def sentence(self) -> str:
        own = ", ".join(self._own(key) for key in self.keys)
        beside = [text for text in (self._beside(), self._decided()) if text]
        return f"{self._rank()}: {'; '.join([own, *beside])}."

    def _rank(self) -> str:
        values = {"rank": number(self.row.rank), "ranked": number(self.run.ranked), "n": self.equals}
        if not self.equals:
            return _("Hạng %(rank)s trong số %(ranked)s người được xếp hạng") % values
        return (
            ngettext(
                "Đồng hạng %(rank)s với %(n)d người khác bằng nhau ở mọi tiêu chí, trong số %(ranked)s người"
                " được xếp hạng",
                "Đồng hạng %(rank)s với %(n)d người khác bằng nhau ở mọi tiêu chí, trong số %(ranked)s người"
                " được xếp hạng",
                self.equals,
            )
            % values
        )

    # --- The row's own values ----------------------------------------------------------------------------

    def _own(self, key: RankKey) -> str:
        match key:
            case RankKey.SCORE:
                return self._score(self.row)
            case RankKey.PREDICTION:
                return self._prediction()
            case RankKey.DURATION:
                text = _("tổng thời gian %(time)s") if self.is_sum else _("thời gian %(time)s")
                return text % {"time": duration(self.row.duration_ms)}
            case RankKey.SUBMITTED:
                return _("nộp bài lúc %(moment)s") % {"moment": self._moment(self.row.submitted_at)}

    @property
    def is_sum(self) -> bool:
        return self.combine == Combine.SUM

    @property
    def total(self) -> int:
        """How many questions the mark is out of."""
        if not self.is_sum:
            return len(self.row.attempt.paper)
        numbers = [one["number"] for one in self.run.configuration["rounds"]]
        rounds = Round.objects.filter(contest=self.run.contest_id, number__in=numbers)
        return sum(rounds.values_list("questions", flat=True))

    def _score(self, row: StandingsRow) -> str:
        mark = number(in_questions(row.correct, self.run.parts))
        values = {"mark": mark, "total": number(self.total)}
        if self.run.parts == 1:
            return _("%(mark)s/%(total)s câu đúng") % values
        return _("%(mark)s/%(total)s điểm") % values

    def _prediction(self) -> str:
        row = self.row
        if self.is_sum:
            if row.distance is None:
                return _("không ghi đủ câu dự đoán của các vòng thi")
            return _("tổng độ lệch dự đoán %(distance)s") % {"distance": number(row.distance)}
        if row.prediction is None:
            return _("không ghi dự đoán")
        values = {"value": number(row.prediction), "distance": number(row.distance)}
        if row.distance is None:
            return _("dự đoán %(value)s, không có kết quả thực tế để so sánh") % values
        values["target"] = self._target()
        if not row.distance:
            return _("dự đoán %(value)s đúng bằng kết quả thực tế là %(target)s") % values
        return _("dự đoán %(value)s lệch %(distance)s so với %(target)s") % values

    def _target(self) -> str:
        """The true answer that the prediction was measured by, with its unit."""
        asked = next(
            one for one in self.run.configuration["rounds"] if one["number"] == self.row.attempt.round.number
        )
        values = {one["block"]: Decimal(one["value"]) for one in asked["targets"] if one["value"] is not None}
        assert self.row.prediction is not None
        fitting = {
            block: value
            for block, value in values.items()
            if abs(self.row.prediction - value) == self.row.distance
        }
        if len(set(fitting.values())) > 1:
            # Two blocks' answers are equally far from it: the person's own block tells which was meant.
            own = competitors(self.run.contest).get(self.row.entry.unit_id)
            value = fitting.get(own.block_id) if own else None
            fitting = {None: value} if value is not None else fitting
        shown = number(next(iter(fitting.values())))
        match PredictionTarget(asked["prediction_target"]):
            case PredictionTarget.ATTEMPTS:
                return _("%(number)s lượt thi") % {"number": shown}
            case PredictionTarget.ALL_RIGHT_PERCENT:
                return f"{shown}%"
            case _:
                return _("%(number)s người") % {"number": shown}

    def _moment(self, instant: datetime) -> str:
        """To the millisecond, or as far as it takes to tell the two rows apart."""
        local = timezone.localtime(instant)
        seconds = Decimal(local.second * 1_000_000 + local.microsecond) / 1_000_000
        places = 3
        if self.key is RankKey.SUBMITTED and self.other:
            mine, theirs = self.row.submitted_at, self.other.submitted_at
            if abs((mine - theirs).total_seconds()) < 0.002:
                places = 6
        cut = seconds.quantize(Decimal(1).scaleb(-places), "ROUND_DOWN")
        return _("%(hour)s giờ %(minute)s phút %(second)s giây ngày %(date)s") % {
            "hour": f"{local:%H}",
            "minute": f"{local:%M}",
            "second": number_format(cut, places).rjust(places + 3, "0"),
            "date": day(local),
        }

    # --- Beside whom -------------------------------------------------------------------------------------

    def _beside(self) -> str:
        """The rank before this one (for the first: the next), and its value of the key that decided."""
        if not (self.other and self.key):
            return ""
        who = _("người hạng %(rank)s") % {"rank": number(self.other.rank)}
        if self.others > 1:
            who = _("%(n)s người đồng hạng %(rank)s") % {
                "n": number(self.others),
                "rank": number(self.other.rank),
            }
        return f"{who} {self._their(self.key, self.other)}"

    def _their(self, key: RankKey, other: StandingsRow) -> str:
        match key:
            case RankKey.SCORE:
                return _("đạt %(score)s") % {"score": self._score(other)}
            case RankKey.DURATION:
                return _("hết %(time)s") % {"time": duration(other.duration_ms)}
            case RankKey.SUBMITTED:
                return _("nộp bài lúc %(moment)s") % {"moment": self._moment(other.submitted_at)}
        if other.distance is None:
            return _("không ghi dự đoán") if not self.is_sum else _("không ghi đủ các câu dự đoán")
        if not other.distance:
            return _("dự đoán đúng bằng kết quả thực tế")
        return _("lệch %(distance)s") % {"distance": number(other.distance)}

    # --- What the committee decided between equals ---------------------------------------------------------

    def _decided(self) -> str:
        """The committee's recorded place of the person among people of one rank; never its grounds.

        Nothing for somebody whom no decision names: who was chosen from one table may be last of another.
        """
        if not self.equals:
            return ""
        own = competitors(self.run.contest).get(self.row.entry.unit_id)
        block = own.block_id if own else None
        decision = (
            TieDecision.objects.filter(
                Q(block=None) | Q(block=block),
                run=self.run,
                rank=self.row.rank,
                table__audience=Audience.INDIVIDUAL,
                order__contains=[self.row.entry_id],
            )
            .order_by("table__number", "pk")
            .first()
        )
        if decision is None:
            return ""
        values = {
            "day": day(decision.at),
            "place": list(decision.order).index(self.row.entry_id) + 1,
            "of": self.equals + 1,
        }
        if decision.block_id:
            # How many of the block have this rank is not known here.
            return (
                _(
                    "theo quyết định ngày %(day)s của Ban Tổ chức, khi trao giải đứng thứ %(place)d trong"
                    " những người đồng hạng của khối"
                )
                % values
            )
        return (
            _(
                "theo quyết định ngày %(day)s của Ban Tổ chức, khi trao giải đứng thứ %(place)d trong %(of)d"
                " người đồng hạng"
            )
            % values
        )
