"""Danh sách cán bộ, học sinh của đơn vị: who could take part, so that it can be told who has not."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contest_site.lib.work import Work
from contests.enums import RosterMode
from contests.models.entry import Entry
from contests.models.plan import Contest
from contests.models.unit import Unit


class Roster(models.Model):
    """The list of one unit for one contest; its people may belong to units below."""

    contest = models.ForeignKey(
        Contest, on_delete=models.CASCADE, related_name="rosters", verbose_name="cuộc thi"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="đơn vị")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="người nhập"
    )
    at = models.DateTimeField("nhập lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "danh sách người của đơn vị"
        verbose_name_plural = "danh sách người của các đơn vị"
        ordering = ["contest", "unit__code"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "unit"], name="one_roster_per_contest_and_unit")
        ]

    def __str__(self) -> str:
        return f"{self.unit} – {self.contest}"


class RosterPerson(models.Model):
    """One person of a roster: the name, and as little as tells whose entry is theirs.

    A national ID only as the keyed hash that entries have; nobody needs to read it here. `reference` is the
    office's own (a staff number, a class), by which it tells namesakes apart.
    """

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="people")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="đơn vị")
    full_name = models.CharField("họ và tên", max_length=200)
    # Lower case without accents, as contests.rosters makes it of an entry's name in SQL.
    folded = models.CharField(max_length=200, editable=False)
    reference = models.CharField("mã, bộ phận", max_length=60, blank=True)
    birth_date = models.DateField("ngày sinh", null=True, blank=True)
    phone = models.CharField("số điện thoại", max_length=16, null=True, blank=True)  # noqa: DJ001
    national_id_hash = models.CharField(max_length=64, null=True, blank=True, editable=False)  # noqa: DJ001

    class Meta:
        verbose_name = "người trong danh sách"
        verbose_name_plural = "người trong danh sách"
        ordering = ["roster", "id"]
        indexes = [
            models.Index(fields=["phone"], name="roster_phones", condition=Q(phone__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["roster", "national_id_hash"], name="one_line_per_roster_and_id"),
            models.CheckConstraint(
                condition=Q(birth_date__isnull=False)
                | Q(phone__isnull=False)
                | Q(national_id_hash__isnull=False),
                name="roster_person_can_be_known",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name


class RosterMatch(models.Model):
    """Somebody said whose entry is this person's, where the data leave it open; no entry: none of them is."""

    person = models.OneToOneField(RosterPerson, on_delete=models.CASCADE, related_name="match")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "đối chiếu danh sách"
        verbose_name_plural = "đối chiếu danh sách"

    def __str__(self) -> str:
        return f"{self.person} = {self.entry}"


class RosterImport(Work):
    """An uploaded roster with its preview, for the person who uploaded it; for a day, or until it is written.

    `content` goes as soon as it is read; `found` then holds the rows without any readable national ID.
    """

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    name = models.CharField(max_length=200)
    mode = models.CharField("cách nhập", max_length=10, choices=RosterMode, default=RosterMode.REPLACE)
    content = models.BinaryField(editable=False)
    language = models.CharField(max_length=10)
    found = models.JSONField(null=True, editable=False)

    class Meta:
        verbose_name = "tệp danh sách người của đơn vị"
        verbose_name_plural = "tệp danh sách người của đơn vị"

    def __str__(self) -> str:
        return self.name
