"""What an agency's officer asks the organisers to put right, and what they answered: both final."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from contests.enums import Verdict


class AgencyRequestKind(models.TextChoices):
    """A person's unit is asked for as a correction of the entry (contests.EntryRequest)."""

    HEADCOUNT = "headcount", _("Sửa tổng số người")
    UNIT_NAME = "unit_name", _("Sửa tên đơn vị")


class AgencyRequest(models.Model):
    """`people` or `name` is what the unit's number or name ought to be. Final."""

    contest = models.ForeignKey(
        "contests.Contest", on_delete=models.PROTECT, related_name="agency_requests", verbose_name="cuộc thi"
    )
    unit = models.ForeignKey(
        "contests.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="đơn vị"
    )
    kind = models.CharField("loại", max_length=12, choices=AgencyRequestKind)
    people = models.PositiveIntegerField("tổng số người đúng", null=True)
    name = models.CharField("tên đúng", max_length=200, blank=True)
    reason = models.TextField("lý do")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="người gửi"
    )
    at = models.DateTimeField("gửi lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "đề nghị của đơn vị"
        verbose_name_plural = "đề nghị của các đơn vị"
        ordering = ["id"]
        default_permissions = ("view",)
        permissions = [("decide_agencyrequest", "Được quyết định đề nghị của đơn vị")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=AgencyRequestKind.HEADCOUNT, people__gt=0, name="")
                | (Q(kind=AgencyRequestKind.UNIT_NAME, people=None) & ~Q(name="")),
                name="agency_request_says_what",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.get_kind_display()}"

    @property
    def wanted(self) -> int | str:
        """What is asked for."""
        return self.name or self.people or 0


class AgencyDecision(models.Model):
    """An organiser accepted or refused; `before` is what stood there. Final."""

    request = models.OneToOneField(AgencyRequest, on_delete=models.PROTECT, related_name="decision")
    verdict = models.CharField("quyết định", max_length=10, choices=Verdict)
    before = models.CharField("trước đó", max_length=200, blank=True)
    grounds = models.TextField("lý do", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "trả lời đề nghị của đơn vị"
        verbose_name_plural = "trả lời đề nghị của các đơn vị"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict=Verdict.ACCEPTED) | ~Q(grounds=""),
                name="refused_agency_request_has_grounds",
            )
        ]

    def __str__(self) -> str:
        return f"{self.request}: {self.get_verdict_display()}"
