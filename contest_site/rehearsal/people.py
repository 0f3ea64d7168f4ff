"""Synthetic contestants: common Vietnamese names, phones of nobody in the database, habits of real people.

Everything follows from the seed, so a rehearsal that went wrong can be played again.
"""

import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from itertools import islice

from contests.enums import Gender

FAMILIES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ",
    "Ngô", "Dương", "Lý", "Trương", "Đinh", "Lâm", "Đoàn", "Mai", "Trịnh", "Tạ", "Cao", "Châu",
)  # fmt: skip
MIDDLES = {
    Gender.FEMALE: (
        "Thị",
        "Thị Ngọc",
        "Thị Thanh",
        "Thu",
        "Ngọc",
        "Thị Mỹ",
        "Bích",
        "Thị Kim",
        "Hồng",
        "Thảo",
    ),
    Gender.MALE: (
        "Văn",
        "Hữu",
        "Đức",
        "Minh",
        "Quốc",
        "Công",
        "Thanh",
        "Ngọc",
        "Xuân",
        "Trọng",
        "Đình",
        "Tấn",
    ),
}
GIVENS = {
    Gender.FEMALE: (
        "An", "Ánh", "Bình", "Chi", "Diễm", "Dung", "Giang", "Hà", "Hạnh", "Hằng", "Hiền", "Hoa", "Hương",
        "Lan", "Liên", "Linh", "Loan", "Mai", "My", "Nga", "Ngân", "Nhung", "Oanh", "Phương", "Quyên", "Tâm",
        "Thảo", "Thủy", "Trang", "Tuyết", "Uyên", "Vân", "Xuân", "Yến", "Ý",
    ),
    Gender.MALE: (
        "An", "Anh", "Ân", "Bảo", "Bình", "Chiến", "Cường", "Danh", "Dũng", "Đạt", "Đức", "Giang", "Hải",
        "Hậu", "Hiếu", "Hòa", "Hùng", "Huy", "Khánh", "Khoa", "Lâm", "Long", "Lộc", "Nam", "Nghĩa", "Phong",
        "Phúc", "Quang", "Sơn", "Tài", "Thắng", "Tiến", "Toàn", "Trung", "Tuấn", "Việt", "Vinh", "Vỹ",
    ),
}  # fmt: skip
# Numbers of the smallest network, so that hardly any is anybody's; those in the database are left out.
PHONE_STARTS = ("592", "593", "598", "599")
YOUNGEST, OLDEST = 16, 75
PERFECT = 0.3  # share of people who answer everything right, as in published results of such contests


class Habit(Enum):
    """How a person takes the paper; each is a way that must work."""

    STEADY = "làm một mạch"
    LEAVES = "thoát ra rồi đăng nhập làm tiếp"
    TWICE = "bấm nộp hai lần"
    PLAIN = "tắt JavaScript"
    NEVER = "không nộp bài"
    AGAIN = "thi lượt hai"


WEIGHTS = {
    Habit.STEADY: 50,
    Habit.LEAVES: 12,
    Habit.TWICE: 8,
    Habit.PLAIN: 12,
    Habit.NEVER: 5,
    Habit.AGAIN: 13,
}


@dataclass(frozen=True)
class Person:
    number: int
    full_name: str
    gender: Gender
    birth_date: date
    phone: str  # as a person types it: 0592 123 456
    email: str  # "" for those who sign up by phone
    password: str
    habit: Habit
    skill: float  # share of questions known; 1 = all of them
    seed: int

    @property
    def login(self) -> str:
        return self.email or self.phone


def make_people(
    count: int, seed: int, *, today: date, is_free: Callable[[str], bool], password: str
) -> list[Person]:
    """`count` people; `is_free` tells whether nobody has the phone (E.164)."""
    dice = random.Random(seed)
    # The first people have one habit each, so that a small rehearsal still walks every way.
    habits = [*Habit, *dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=count)][:count]
    phones = islice(_phones(dice, is_free), count)
    return [
        _person(number, dice, today, phone, habit, password)
        for number, (phone, habit) in enumerate(zip(phones, habits, strict=True), 1)
    ]


def _person(number: int, dice: random.Random, today: date, phone: str, habit: Habit, password: str) -> Person:
    gender = dice.choice([Gender.FEMALE, Gender.MALE])
    name = f"{dice.choice(FAMILIES)} {dice.choice(MIDDLES[gender])} {dice.choice(GIVENS[gender])}"
    if dice.random() < 0.1:
        name = unicodedata.normalize("NFD", name)  # as some phones type it
    age = timedelta(days=dice.randrange(YOUNGEST * 366, OLDEST * 365))
    return Person(
        number=number,
        full_name=name,
        gender=gender,
        birth_date=today - age,
        phone=_typed(dice, phone),
        email=f"tong-duyet-{phone.removeprefix('+')}@example.com" if dice.random() < 0.1 else "",
        password=password,
        habit=habit,
        skill=1.0 if dice.random() < PERFECT else dice.uniform(0.4, 0.98),
        seed=dice.randrange(2**32),
    )


def _phones(dice: random.Random, is_free: Callable[[str], bool]) -> Iterator[str]:
    given: set[str] = set()
    while True:
        phone = f"+84{dice.choice(PHONE_STARTS)}{dice.randrange(1_000_000):06d}"
        if phone not in given and is_free(phone):
            given.add(phone)
            yield phone


def _typed(dice: random.Random, phone: str) -> str:
    rest = phone.removeprefix("+84")
    return dice.choice([f"0{rest}", f"+84{rest}", f"0{rest[:3]} {rest[3:6]} {rest[6:]}", f"84{rest}"])
