"""Reading what the paper's page sends."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from attempts.rules.predictions import read_prediction
from attempts.rules.receipts import read_receipt
from contest_site.lib.errors import Invalid
from contests.enums import PredictionTarget
from questions.rules import MAX_OPTIONS

QUESTION = re.compile(r"q([1-9]\d{0,2})")
VALUE = re.compile(r"\d{1,3}", re.ASCII)
# Without script each option ticked is a field of its own: they add up to the answer, with a 0 for none.
TICKS = re.compile(r"m([1-9]\d{0,2})")
TICKED = {str(1 << place): 1 << place for place in range(MAX_OPTIONS)} | {"0": 0}
REVISION = re.compile(r"\d{1,9}")
KNOWN = {"csrfmiddlewaretoken", "revision", "prediction"}


@dataclass(frozen=True)
class SentPaper:
    """What came: answers (attempts.rules.marking) by question number, 0 = cleared; the prediction's text and
    the revision, or None.
    """

    answers: dict[int, int]
    prediction: str | None
    revision: int | None


def read_paper(data: QueryDict) -> SentPaper:
    """Read a paper's fields; anything unknown, doubled or malformed is refused whole (Invalid)."""
    answers: dict[int, int] = {}
    for name in data:
        values = data.getlist(name)
        if match := QUESTION.fullmatch(name):
            if len(values) != 1 or not VALUE.fullmatch(values[0]):
                raise _not_of_paper(match[1])
            answers[int(match[1])] = int(values[0])
        elif match := TICKS.fullmatch(name):
            if len(set(values)) != len(values) or not TICKED.keys() >= set(values):
                raise _not_of_paper(match[1])
            answers[int(match[1])] = sum(TICKED[value] for value in values)
        elif name not in KNOWN or len(values) != 1:
            raise Invalid(
                _("Dữ liệu gửi lên không đúng mẫu của bài thi. Vui lòng tải lại trang rồi thử lại.")
            )
    revision = data.get("revision", "")
    if revision and not REVISION.fullmatch(revision):
        raise Invalid(_("Dữ liệu gửi lên không đúng mẫu của bài thi. Vui lòng tải lại trang rồi thử lại."))
    return SentPaper(answers, data.get("prediction"), int(revision) if revision else None)


def _not_of_paper(number: str) -> Invalid:
    return Invalid(_("Câu %(number)s: chỉ chọn phương án có trong đề.") % {"number": number})


def prediction_value(text: str | None, target: str) -> Decimal | None:
    """The prediction as a number, None for a blank or a round without one. Raises Invalid."""
    if text is None or target == PredictionTarget.NONE:
        return None
    return read_prediction(text, PredictionTarget(target))


def prediction_readings(text: str) -> dict[str, Decimal | None]:
    """The prediction by what a round may ask for; without the targets for which it cannot be read."""
    found: dict[str, Decimal | None] = {}
    for target in PredictionTarget.values:
        try:
            found[target] = prediction_value(text, target)
        except Invalid:
            continue
    return found


class ReceiptForm(forms.Form):
    """A receipt code as somebody types it from paper."""

    code = forms.CharField(label=_lazy("Mã biên nhận"), max_length=40)

    def clean_code(self) -> str:
        code = read_receipt(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(_("Mã biên nhận gồm 16 chữ và số, ví dụ 7K2M-Q9XD-04RT-WZ8N."))
        return code
