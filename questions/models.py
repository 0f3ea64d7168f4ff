"""Banks, topics, questions, their revisions and appraisals, and sealed pools."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from contest_site.lib.work import Work
from questions.enums import Difficulty, Kind
from questions.rules import LINK_LIMIT, MAX_OPTIONS, TAG_LIMIT, Content


class Bank(models.Model):
    """A question bank, prepared by the question writers and appraised by others."""

    name = models.CharField("tên ngân hàng", max_length=200, unique=True)
    note = models.TextField("ghi chú", blank=True)
    created_at = models.DateTimeField("ngày tạo", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "ngân hàng câu hỏi"
        verbose_name_plural = "ngân hàng câu hỏi"
        permissions = [("seal_bank", "Niêm phong ngân hàng câu hỏi")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Topic(models.Model):
    """A topic of a bank. Its name is its whole path ("Cải cách hành chính › Một cửa"): the tree is in it."""

    bank = models.ForeignKey(Bank, on_delete=models.CASCADE, related_name="topics", verbose_name="ngân hàng")
    name = models.CharField("chủ đề", max_length=200)
    position = models.PositiveSmallIntegerField("thứ tự", default=0)

    class Meta:
        verbose_name = "chủ đề"
        verbose_name_plural = "chủ đề"
        ordering = ["bank", "position", "name"]
        constraints = [models.UniqueConstraint(fields=["bank", "name"], name="one_topic_name_per_bank")]

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    """A question through its life; what it says is in its revisions, of which the last one counts."""

    bank = models.ForeignKey(
        Bank,
        on_delete=models.CASCADE,
        related_name="questions",
        verbose_name="ngân hàng",
    )
    number = models.PositiveIntegerField("STT")
    created_at = models.DateTimeField("ngày tạo", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "câu hỏi"
        verbose_name_plural = "câu hỏi"
        ordering = ["bank", "number"]
        constraints = [
            models.UniqueConstraint(fields=["bank", "number"], name="one_question_number_per_bank")
        ]

    def __str__(self) -> str:
        return f"Câu {self.number}"


class Revision(models.Model):
    """What a question said at one time. Final (trigger): an edit is a new revision."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField("phiên bản")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+", verbose_name="chủ đề")
    text = models.TextField("câu hỏi")
    # NFC, lower case, without accents and punctuation: for duplicates
    fingerprint = models.TextField(editable=False)
    options = ArrayField(models.TextField(), verbose_name="phương án")
    keys = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name="đáp án", help_text="Các phương án đúng, từ 0."
    )
    explanation = models.TextField("giải thích", blank=True)
    source = models.TextField("căn cứ", blank=True)
    source_link = models.URLField("liên kết đến văn bản", max_length=LINK_LIMIT, blank=True)
    kind = models.CharField("loại câu hỏi", max_length=10, choices=Kind, default=Kind.SINGLE)
    difficulty = models.CharField("mức độ", max_length=10, choices=Difficulty, blank=True)
    tags = ArrayField(models.CharField(max_length=TAG_LIMIT), default=list, blank=True, verbose_name="nhãn")
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="người soạn",
    )
    written_at = models.DateTimeField("soạn lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "phiên bản câu hỏi"
        verbose_name_plural = "phiên bản câu hỏi"
        permissions = [
            ("see_key", "Xem đáp án và giải thích"),
            ("appraise_revision", "Thẩm định câu hỏi"),
        ]
        ordering = ["question", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="one_revision_number_per_question"),
            models.CheckConstraint(
                condition=Q(options__len__gte=2) & Q(options__len__lte=MAX_OPTIONS),
                name="revision_has_2_to_7_options",
            ),
            # That each key is an option is a constraint of the migration 0002: Django has no words for it.
            models.CheckConstraint(
                condition=Q(kind=Kind.MULTIPLE, keys__len__gte=1, keys__len__lt=F("options__len"))
                | (~Q(kind=Kind.MULTIPLE) & Q(keys__len=1)),
                name="revision_has_one_key_unless_multiple",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.TRUE_FALSE) | Q(options__len=2), name="true_false_has_2_options"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def content(self) -> Content:
        """What it says, apart from its row; reads the topic."""
        return Content(
            topic=self.topic.name,
            text=self.text,
            options=tuple(self.options),
            keys=tuple(self.keys),
            explanation=self.explanation,
            source=self.source,
            kind=Kind(self.kind),
            difficulty=Difficulty(self.difficulty) if self.difficulty else None,
            tags=tuple(self.tags),
            source_link=self.source_link,
        )


class Submission(models.Model):
    """The writer hands a revision in for appraisal; without one it is a draft. Final (trigger)."""

    revision = models.OneToOneField(Revision, on_delete=models.CASCADE, related_name="submission")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("gửi thẩm định lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "gửi thẩm định"
        verbose_name_plural = "gửi thẩm định"

    def __str__(self) -> str:
        return f"Gửi thẩm định: {self.revision}"


class Picture(models.Model):
    """A picture in a rich text, named by its content (questions.formats.rich.PICTURE_NAME). Final (trigger).

    In the database, so that every web machine has it and a backup of one is a backup of both.
    """

    name = models.CharField("tên", max_length=40, primary_key=True)
    content = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "hình ảnh"
        verbose_name_plural = "hình ảnh"
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class Appraisal(models.Model):
    """The word of someone other than the writer on one revision. Final (trigger); the last one counts."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", "Đã duyệt"
        RETURNED = "returned", "Trả lại"
        RETIRED = "retired", "Ngừng dùng"

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="appraisals")
    verdict = models.CharField("kết luận", max_length=10, choices=Verdict)
    comment = models.TextField("ý kiến", blank=True)
    # Copied from the revision so that the database itself can hold the two apart.
    writer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    appraiser = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="người thẩm định",
    )
    at = models.DateTimeField("thời điểm", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "thẩm định"
        verbose_name_plural = "thẩm định"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(writer=F("appraiser")), name="writer_does_not_appraise"),
        ]

    def __str__(self) -> str:
        return self.get_verdict_display()


class SealedPool(models.Model):
    """The approved revisions of a bank, frozen as canonical JSON with its SHA-256. Final (trigger).

    `content` is the exact text that was digested: a list of objects with the keys id (revision), kind,
    topic, difficulty, text, options, keys, explanation, source, source_link. A question is named by its
    index in that list.
    """

    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="pools", verbose_name="ngân hàng")
    content = models.TextField()
    size = models.PositiveIntegerField(
        "số câu hỏi", validators=[MinValueValidator(1), MaxValueValidator(32_767)]
    )
    digest = models.CharField("mã băm SHA-256", max_length=64)
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="người niêm phong",
    )
    sealed_at = models.DateTimeField("niêm phong lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "bộ câu hỏi đã niêm phong"
        verbose_name_plural = "bộ câu hỏi đã niêm phong"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.bank} · {self.size} câu · {self.digest[:12]}"


class Study(models.Model):
    """Tài liệu ôn tập: a frozen part of a bank, published with its answers from a moment on.

    Apart from every contest: who practises leaves no trace. Taken back by a StudyWithdrawal.
    """

    pool = models.ForeignKey(SealedPool, on_delete=models.PROTECT, related_name="studies")
    slug = models.SlugField("đường dẫn", max_length=80, unique=True)
    title = models.CharField("tên tài liệu", max_length=200)
    note = models.TextField("giới thiệu", blank=True)
    opens_at = models.DateTimeField("công bố từ")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="người công bố"
    )
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "tài liệu ôn tập"
        verbose_name_plural = "tài liệu ôn tập"
        ordering = ["-opens_at", "-id"]

    def __str__(self) -> str:
        return self.title


class StudyWithdrawal(models.Model):
    """The public no longer sees the material. Final (trigger)."""

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="withdrawal")
    reason = models.TextField("lý do")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "ngừng công bố tài liệu"
        verbose_name_plural = "ngừng công bố tài liệu"

    def __str__(self) -> str:
        return f"Ngừng công bố: {self.study}"


class ImportDraft(Work):
    """A file between its preview and its import, kept for the one person who uploaded it.

    In the database, because the next request may reach another machine. Gone after the import, with the
    person's next upload, or after a day. A worker reads it; `preview` is what it found, for that person's
    page (questions.domain.previewing).
    """

    bank = models.ForeignKey(Bank, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField("tên tệp", max_length=200)
    # Of questions.formats.catalog, or "excel"
    format = models.CharField("định dạng", max_length=10, default="excel")
    content = models.BinaryField()
    at = models.DateTimeField("tải lên lúc", db_default=Now(), editable=False)
    language = models.CharField("ngôn ngữ", max_length=10, default="vi")  # of the sentences about the file
    preview = models.JSONField("xem trước", null=True, editable=False)

    class Meta:
        verbose_name = "tệp chờ nhập"
        verbose_name_plural = "tệp chờ nhập"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["bank", "by"], name="one_import_draft_per_person")]

    def __str__(self) -> str:
        return self.name


class DuplicateSearch(Work):
    """The pairs of nearly equal questions in a bank, as a worker found them last.

    `pairs`: [revision, revision, likeness in words] each, the most alike first; None before the first search.
    `newest` and `questions` tell from what: the newest revision, and how many questions there were.
    """

    bank = models.OneToOneField(Bank, on_delete=models.CASCADE, related_name="+")
    pairs = models.JSONField("các cặp", null=True, editable=False)
    newest = models.BigIntegerField("phiên bản mới nhất", null=True, editable=False)
    questions = models.PositiveIntegerField("số câu hỏi", null=True, editable=False)
    found_at = models.DateTimeField("tìm lúc", null=True, editable=False)

    class Meta:
        verbose_name = "lần tìm câu gần trùng"
        verbose_name_plural = "lần tìm câu gần trùng"
        default_permissions = ()

    def __str__(self) -> str:
        return f"Câu gần trùng: {self.bank}"
