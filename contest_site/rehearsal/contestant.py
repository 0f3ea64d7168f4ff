"""One synthetic contestant, from the sign-up to the receipts of all rounds, through the pages alone."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from django.urls import reverse

from contest_site.rehearsal.browser import Browser, Page, UnexpectedPageError
from contest_site.rehearsal.codes import Codes
from contest_site.rehearsal.people import Habit, Person

RECEIPT = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b")
# Right option's text by question text: what the rehearsal knows from the sealed pool.
Keys = Mapping[str, str]


@dataclass(frozen=True)
class Scene:
    """What all contestants of a round share."""

    site: str
    slug: str
    round: int
    twice: bool  # whether the plan lets a person take the paper again at once
    chosen_from: str  # the round whose best may take this one; "" where everybody may
    units: list[tuple[int, str]]  # id and name
    keys: Keys
    predictions: tuple[float, float]  # between which people guess
    decimal: bool  # the prediction is a percentage
    codes: Codes
    stop: threading.Event
    signed_up: Callable[[Person], None]  # marks the account as a rehearsal's

    def path(self, name: str, *args: object) -> str:
        return reverse(name, args=[self.slug, *args])


@dataclass
class Sitting:
    """One attempt as its contestant knows it, to be compared with what the database says."""

    attempt: str
    answers: dict[int, int] = field(default_factory=dict)  # question → option, acknowledged by the server
    right: int = 0
    prediction: str = ""
    receipt: str = ""
    submitted: bool = False


@dataclass
class Outcome:
    """What one contestant did. `saved` counts answers that the server acknowledged, changes included."""

    person: Person
    sittings: list[Sitting] = field(default_factory=list)
    saved: int = 0
    # The browser's, kept from one round to the next as a phone keeps them.
    cookies: httpx.Cookies | None = None


@dataclass(frozen=True)
class Question:
    number: int
    right: int  # value of the right option as shown
    values: tuple[int, ...]


class Contestant:
    """`outcome` is what the person has done in earlier rounds already, if there were any."""

    def __init__(self, person: Person, scene: Scene, outcome: Outcome | None = None) -> None:
        self.person = person
        self.scene = scene
        self.dice = random.Random(f"{person.seed}/{scene.round}")
        self.outcome = outcome or Outcome(person)
        self.browser = Browser(scene.site, scene.stop, self.outcome.cookies)

    def join(self) -> None:
        """The whole way into the contest and through a round. Raises on the first thing that is wrong."""
        try:
            self.sign_up()
            self.enter()
            self._take()
        finally:
            self._leave()

    def come_again(self) -> None:
        """Another round of the same contest, on the device of the last one or on a new one."""
        try:
            if self.person.habit is Habit.LEAVES:
                self.browser.forget()
                self._log_in()
            self._take()
        finally:
            self._leave()

    def be_refused(self) -> None:
        """A round that is not for this person: asked for or sent, the page says so and gives no paper."""
        path = self.scene.path("attempts:start", self.scene.round)
        try:
            form = self.browser.get(self.scene.path("contest")).form(action=reverse("account_logout"))
            asked = self.browser.get(path, expect=403)
            sent = self.browser.post(
                path, {"csrfmiddlewaretoken": form.values["csrfmiddlewaretoken"]}, expect=403
            )
            if not all(self.scene.chosen_from in page.text for page in (asked, sent)):
                raise UnexpectedPageError(f"{path}: refused for another reason; {sent.hint}")
        finally:
            self._leave()

    def _take(self) -> None:
        self.sit()
        if self.person.habit is Habit.AGAIN and self.scene.twice:
            self.sit()

    def _leave(self) -> None:
        self.outcome.cookies = self.browser.client.cookies
        self.browser.close()

    def _log_in(self) -> None:
        form = self.browser.get(reverse("account_login")).form(field="password")
        self.browser.submit(form, {"login": self.person.login, "password": self.person.password})

    # --- Sign up and enter
    def sign_up(self) -> None:
        person = self.person
        form = self.browser.get(reverse("account_signup")).form(field="contact")
        typed = {"full_name": person.full_name, "contact": person.login, "password1": person.password}
        page = self.browser.submit(form, typed)
        self.scene.signed_up(person)
        self.browser.submit(page.form(field="code"), {"code": self.scene.codes.of(person.login)})

    def enter(self) -> None:
        person, path = self.person, self.scene.path("contests:entry")
        form = self.browser.get(path).form(field="consent")
        known = {
            "full_name": person.full_name,
            "birth_date": f"{person.birth_date:%d/%m/%Y}",
            "gender": person.gender.value,
            "phone": person.phone,
            "national_id": f"099{person.number:09d}",
            "address": "Thôn 1",
            # Nobody in a rehearsal is a child: whose guardian would consent?
            "of_age": "yes",
            "category": self.dice.choice(form.options("category")),
        }
        # The plan says what is asked.
        typed = {name: value for name, value in known.items() if name in form.names}
        unit, name = self.dice.choice(self.scene.units)
        if person.habit is Habit.PLAIN:
            # Without a script the same page searches, and keeps what was typed.
            form = self.browser.submit(form, {**typed, "unit_query": name}, button="find").form(field="unit")
            offered = form.options("unit")
        else:
            found = self.browser.get_json(self.scene.path("contests:units"), q=name)["units"]
            offered = [str(one["id"]) for one in found]
        if str(unit) not in offered:
            raise UnexpectedPageError(f"search for the unit “{name}” did not find it")
        page = self.browser.submit(form, {**typed, "unit": str(unit), "consent": "on"})
        if "consent" in {name for form in page.tree.forms for name in form.fields}:
            raise UnexpectedPageError(f"{page.path}: the entry was not taken; {page.hint}")

    # --- Take the paper
    def sit(self) -> None:
        paper = self._start()
        sitting = Sitting(attempt=paper.path.rstrip("/").rsplit("/", 1)[-1])
        self.outcome.sittings.append(sitting)
        questions = read_questions(paper, self.scene.keys)
        chosen = self._choose(questions)
        sitting.prediction = self._prediction(paper)
        if self.person.habit is Habit.PLAIN:
            self._answer_by_form(paper, sitting, chosen)
        else:
            self._answer_by_script(paper, sitting, chosen)
        sitting.right = sum(sitting.answers.get(one.number) == one.right for one in questions)
        if self.person.habit is not Habit.NEVER:
            self._submit(sitting)

    def _start(self) -> Page:
        path = self.scene.path("attempts:start", self.scene.round)
        page = self.browser.submit(self.browser.get(path).form(action=path))
        if not page.tree.xpath("//form[@data-save]"):
            raise UnexpectedPageError(f"{page.path}: the paper was expected; {page.hint}")
        return page

    def _choose(self, questions: list[Question]) -> dict[int, int]:
        """The option for each question: the right one as often as the person knows it; few stay blank."""
        chosen = {}
        for question in questions:
            if self.dice.random() < self.person.skill:
                chosen[question.number] = question.right
            elif self.dice.random() < 0.95:
                chosen[question.number] = self.dice.choice(question.values)
        return chosen

    def _prediction(self, paper: Page) -> str:
        """A guess where the page asks for one; "" where an earlier attempt's already binds."""
        if not any("prediction" in form.fields for form in paper.tree.forms):
            return ""
        guess = self.dice.uniform(*self.scene.predictions)
        return f"{guess:.5f}".replace(".", ",") if self.scene.decimal else str(round(guess))

    def _answer_by_script(self, paper: Page, sitting: Sitting, chosen: dict[int, int]) -> None:
        """Saves of a few taps each, with changes of mind; one who leaves comes back in another browser."""
        form = paper.tree.xpath("//form[@data-save]")[0]
        token, revision = paper.form(field="revision").values["csrfmiddlewaretoken"], "0"
        parts = self._parts(chosen)
        for place, part in enumerate(parts):
            if place == len(parts) // 2 and self.person.habit is Habit.LEAVES:
                form, token, revision = self._come_back(sitting)
            data = {f"q{number}": str(value) for number, value in part.items()} | {"revision": revision}
            if place == len(parts) - 1 and sitting.prediction:
                data["prediction"] = sitting.prediction
            status, body = self.browser.send_json(form.get("data-save"), data, token)
            if status != 200 or body.get("saved") is not True:
                raise UnexpectedPageError(f"{form.get('data-save')}: {status} {body.get('error', '')}")
            revision = str(body["revision"])
            sitting.answers |= part
            self.outcome.saved += len(part)

    def _parts(self, chosen: dict[int, int]) -> list[dict[int, int]]:
        items, parts = list(chosen.items()), []
        while items:
            size = self.dice.randint(3, 9)
            parts.append(dict(items[:size]))
            items = items[size:]
        if len(parts) > 2 and self.dice.random() < 0.3:
            # A change of mind: something else first, what counts later.
            number = self.dice.choice(list(parts[0]))
            parts[-1][number] = parts[0][number]
            parts[0][number] = 1
        if self.person.habit is Habit.NEVER:
            return parts[: max(1, len(parts) - 1)]
        return parts or [{}]

    def _come_back(self, sitting: Sitting) -> tuple[Any, str, str]:
        """Log in on another device and find every saved answer on the paper."""
        self.browser.close()
        self.browser = Browser(self.scene.site, self.scene.stop)
        self._log_in()
        paper = self.browser.get(self.scene.path("attempts:start", self.scene.round))
        values = paper.form(field="revision").values
        found = {int(name[1:]): int(value) for name, value in values.items() if re.fullmatch(r"q\d+", name)}
        if found != sitting.answers:
            lost = sorted(set(sitting.answers.items()) ^ set(found.items()))
            raise UnexpectedPageError(f"{paper.path}: saved answers are not there again: {lost}")
        return paper.tree.xpath("//form[@data-save]")[0], values["csrfmiddlewaretoken"], values["revision"]

    def _answer_by_form(self, paper: Page, sitting: Sitting, chosen: dict[int, int]) -> None:
        """Without a script: the whole form, saved once half way, then sent to the review."""
        numbers = sorted(chosen)
        half = {number: chosen[number] for number in numbers[: len(numbers) // 2]}
        data = {f"q{number}": str(value) for number, value in half.items()}
        paper = self.browser.submit(paper.form(field="revision"), data, button="save")
        sitting.answers |= half
        data = {f"q{number}": str(value) for number, value in chosen.items()}
        if sitting.prediction:
            data["prediction"] = sitting.prediction
        self.browser.submit(paper.form(field="revision"), data)
        sitting.answers |= chosen
        self.outcome.saved += len(half) + len(chosen)

    def _submit(self, sitting: Sitting) -> None:
        address = reverse("attempts:submit", args=[sitting.attempt])
        review = self.browser.get(reverse("attempts:review", args=[sitting.attempt]))
        form = review.form(action=address)
        page = self.browser.submit(form)
        sitting.receipt = receipt_on(page)
        sitting.submitted = True
        if self.person.habit is Habit.TWICE:
            again = receipt_on(self.browser.submit(form))
            if again != sitting.receipt:
                raise UnexpectedPageError(f"{page.path}: a second tap gave another receipt, {again}")


def receipt_on(page: Page) -> str:
    found = RECEIPT.search(page.text)
    if found is None:
        raise UnexpectedPageError(f"{page.path}: no receipt; {page.hint}")
    return found[0]


def read_questions(paper: Page, keys: Keys) -> list[Question]:
    """The questions with one option to choose, and the right one of each, found by its text as people do.

    Those where several may be ticked stay blank.
    """
    questions = []
    for fieldset in paper.tree.xpath("//fieldset[.//input[@type='radio']]"):
        inputs = fieldset.xpath(".//input[@type='radio']")
        words = " ".join(fieldset.find("legend").text_content().split())
        right = next((right for text, right in keys.items() if words.endswith(text)), None)
        if right is None:
            raise UnexpectedPageError(
                f"{paper.path}: a question that is not in the sealed pool: {words[:80]}"
            )
        shown = {int(one.get("value")): _option_text(one) for one in inputs}
        place = [value for value, text in shown.items() if text == right]
        if len(place) != 1:
            raise UnexpectedPageError(
                f"{paper.path}: the right option is not on the paper once: {words[:80]}"
            )
        questions.append(Question(int(inputs[0].get("name")[1:]), place[0], tuple(shown)))
    if not questions:
        raise UnexpectedPageError(f"{paper.path}: no questions; {paper.hint}")
    return questions


def _option_text(radio: Any) -> str:
    return " ".join(radio.getparent().xpath("./*[last()]")[0].text_content().split())
