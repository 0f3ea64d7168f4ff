from django.db import models
from django.db.models.functions import Now


class ParticipationPaper(models.Model):
    """Giấy xác nhận: a paper that says that a person took part, given on request. Final (trigger).

    It has no number: it is no award. Its PDF is drawn from the rows whenever it is not there.
    """

    entry = models.OneToOneField(
        "contests.Entry", on_delete=models.PROTECT, related_name="participation_paper"
    )
    code = models.CharField("mã kiểm tra", max_length=32, unique=True)
    issued_at = models.DateTimeField("cấp lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "giấy xác nhận tham gia"
        verbose_name_plural = "giấy xác nhận tham gia"

    def __str__(self) -> str:
        return f"Giấy xác nhận tham gia: {self.entry}"
