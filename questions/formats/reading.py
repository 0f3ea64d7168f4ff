"""What every reader does alike: collects items, pictures and remarks, and never fails on a hostile file."""

import base64
import re
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from questions.formats import limits
from questions.formats.exchange import Item, Note, Problem, Read, UnreadableError
from questions.formats.pictures import PictureFault, read_picture
from questions.formats.rich_reading import TooComplexError, clean_rich, left_out
from questions.formats.tidying import faults, tidy


class EnoughError(Exception):
    """So many problems that nobody reads on."""


class Reading:
    """A file on its way in. `refuse` and `add` may raise EnoughError, `add` and `picture` UnreadableError."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.seen: list[Item] = []
        self.problems: list[Problem] = []
        self.notes: dict[Note, None] = {}
        self.pictures: dict[str, bytes] = {}
        self.weight = 0

    def refuse(self, place: str, text: str) -> None:
        self.problems.append(Problem(place, text))
        if len(self.problems) >= limits.PROBLEMS:
            raise EnoughError

    def note(self, place: str, text: str) -> None:
        """Said once, however often it is noticed."""
        if len(self.notes) < limits.PROBLEMS:
            self.notes.setdefault(Note(place, text))

    def add(self, item: Item) -> None:
        """Take an item, tidied; or refuse it for each of its faults."""
        if len(self.items) + len(self.problems) >= limits.ITEMS:
            raise UnreadableError(_("Tệp có hơn 5.000 câu hỏi. Hãy chia thành nhiều tệp."))
        try:
            item = tidy(item)
            self.seen.append(item)
            found = faults(item)
        except TooComplexError as error:
            found = [str(error)]
        for fault in found:
            self.refuse(item.place, fault)
        if not found:
            self.items.append(item)

    def picture(self, data: bytes) -> str:
        """The name under which a picture is bundled. Raises PictureFault, UnreadableError."""
        picture = read_picture(data)
        if picture.name not in self.pictures:
            self.weight += len(picture.data)
            if len(self.pictures) >= limits.PICTURES or self.weight > limits.PICTURES_TOTAL:
                raise UnreadableError(_("Tệp có quá nhiều hình ảnh (hơn 500 hình hoặc hơn 20 MB)."))
            self.pictures[picture.name] = picture.data
        return picture.name

    def result(self) -> Read:
        used = dict.fromkeys(name for item in self.items for name in item.pictures)
        return Read(
            tuple(self.items),
            {name: self.pictures[name] for name in used if name in self.pictures},
            tuple(self.problems),
            tuple(self.notes),
            tuple(self.seen),
        )


def reader(parse: Callable[[bytes, Reading], None]) -> Callable[[bytes], Read]:
    """A format's `read`: whatever is wrong with the file is a problem with its place, never an exception."""

    def read(data: bytes) -> Read:
        reading = Reading()
        try:
            if not data:
                raise UnreadableError(_("Tệp rỗng (0 byte)."))
            parse(data, reading)
            if not reading.items and not reading.problems:
                raise UnreadableError(_("Tệp không có câu hỏi nào."))
        except UnreadableError as error:
            return Read(problems=(Problem("", str(error)),))
        except EnoughError:
            reading.problems.append(Problem("", _("tệp có quá nhiều lỗi; phần còn lại chưa được đọc")))
        return reading.result()

    read.__doc__ = parse.__doc__
    return read


DATA_ADDRESS = re.compile(r"data:image/[a-z+.-]+;base64,(?P<digits>[A-Za-z0-9+/=\s]+)", re.IGNORECASE)


class ItemPictures:
    """Finds the pictures of one item by their src; what cannot be used is refused in the item's place."""

    def __init__(self, reading: Reading, place: str, files: Mapping[str, bytes] | None = None) -> None:
        """`files`: the pictures that came with the item, by their src."""
        self.reading, self.place = reading, place
        self.files = files or {}
        self.faultless = True

    def resolve(self, src: str) -> str | None:
        """The bundled name for the src of an <img>, or None when it is refused."""
        inside = DATA_ADDRESS.fullmatch(src.strip())
        if inside:
            return self.named(_("chèn trong câu hỏi"), decoded(inside["digits"]))
        if src in self.files:
            return self.named(src.rpartition("/")[2], self.files[src])
        if src.lower().startswith(("http:", "https:", "//")) or not src:
            self.refuse(_("hình ở địa chỉ bên ngoài không được lấy về; hãy chèn hình vào tệp"))
        else:
            self.refuse(_("không có hình “%(name)s” trong tệp") % {"name": src.rpartition("/")[2][:60]})
        return None

    def named(self, name: str, data: bytes) -> str | None:
        """The bundled name of a picture that its file calls `name`, or None when it is refused."""
        try:
            return self.reading.picture(data)
        except PictureFault as fault:
            self.refuse(_("hình “%(name)s”: %(fault)s") % {"name": name[:60], "fault": fault})
            return None

    def clean(self, html: str) -> str:
        """Rich text of a text of the item, with its pictures; what is left out is noted or refused."""
        for element in left_out(html):
            self.reading.note(self.place, _("phần <%(name)s> trong câu hỏi bị lược bỏ") % {"name": element})
        try:
            return clean_rich(html, self.resolve)
        except TooComplexError as error:
            self.refuse(str(error))
            return ""

    def refuse(self, text: str) -> None:
        """The item cannot be taken; said once."""
        self.faultless = False
        if Problem(self.place, text) not in self.reading.problems[-20:]:
            self.reading.refuse(self.place, text)

    def add(self, item: Item) -> None:
        """Take the item, unless something of it was refused before."""
        if self.faultless:
            self.reading.add(item)


def decoded(base64_digits: str) -> bytes:
    """What base64 says; b"" when it is none, which no picture is."""
    try:
        return base64.b64decode("".join(base64_digits.split()), validate=True)
    except ValueError:
        return b""
