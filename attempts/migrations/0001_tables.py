import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from contest_site.lib.immutable import immutable
from contest_site.lib.migrating import Tables

# A submitted attempt is final; only the network address and the browser's mark, on which neither receipt nor
# rank rests, can be taken out (erasure of personal data). While open, what it was started with is final.
FINAL = """
(OLD.submitted_at IS NOT NULL AND NOT (
    NEW.address IS NULL AND NEW.device = ''
    AND to_jsonb(NEW) - 'address' - 'device' = to_jsonb(OLD) - 'address' - 'device'
)) OR
(OLD.entry_id, OLD.round_id, OLD.number, OLD.seed, OLD.paper, OLD.orders, OLD.started_at) IS DISTINCT FROM
(NEW.entry_id, NEW.round_id, NEW.number, NEW.seed, NEW.paper, NEW.orders, NEW.started_at)
"""


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("attempts", "0001_initial"),
        ("attempts", "0002_final_rows"),
        ("attempts", "0003_item_counts"),
        ("attempts", "0004_network_address_erasable"),
        ("attempts", "0005_anomalies"),
        ("attempts", "0006_anomalies_final"),
        ("attempts", "0007_names_on_screens"),
        ("attempts", "0008_newest_first"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("contests", "0001_tables"),
    ]

    operations = [
        Tables(
            [
                migrations.CreateModel(
                    name="Attempt",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="lượt")),
                        ("seed", models.BinaryField(max_length=32)),
                        (
                            "paper",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.SmallIntegerField(), size=None
                            ),
                        ),
                        (
                            "orders",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.SmallIntegerField(), size=None
                            ),
                        ),
                        (
                            "limits",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.SmallIntegerField(), size=None
                            ),
                        ),
                        (
                            "answers",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.SmallIntegerField(), size=None
                            ),
                        ),
                        ("prediction_draft", models.DecimalField(decimal_places=5, max_digits=14, null=True)),
                        ("revision", models.PositiveIntegerField(default=0)),
                        (
                            "started_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                verbose_name="bắt đầu lúc",
                            ),
                        ),
                        ("deadline", models.DateTimeField(verbose_name="hạn nộp bài")),
                        ("saved_at", models.DateTimeField(null=True, verbose_name="lưu lần cuối")),
                        ("submitted_at", models.DateTimeField(null=True, verbose_name="nộp lúc")),
                        (
                            "finished_by",
                            models.CharField(
                                choices=[
                                    ("contestant", "Người dự thi nộp bài"),
                                    ("server", "Hệ thống nộp khi hết giờ"),
                                ],
                                max_length=10,
                                null=True,
                                verbose_name="nộp bởi",
                            ),
                        ),
                        (
                            "choices",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.SmallIntegerField(), null=True, size=None
                            ),
                        ),
                        ("correct", models.PositiveSmallIntegerField(null=True, verbose_name="số câu đúng")),
                        (
                            "duration_ms",
                            models.PositiveIntegerField(null=True, verbose_name="thời gian làm bài (ms)"),
                        ),
                        ("receipt", models.CharField(max_length=19, null=True, verbose_name="mã biên nhận")),
                        ("address", models.GenericIPAddressField(null=True, verbose_name="địa chỉ mạng")),
                        ("device", models.CharField(blank=True, max_length=16, verbose_name="thiết bị")),
                        (
                            "entry",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attempts",
                                to="contests.entry",
                                verbose_name="đăng ký dự thi",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attempts",
                                to="contests.round",
                                verbose_name="vòng thi",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "lượt thi",
                        "verbose_name_plural": "lượt thi",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("submitted_at", None)),
                                fields=["deadline"],
                                name="attempt_open_deadline",
                            ),
                            models.Index(fields=["round", "entry"], name="attempt_round_entry"),
                            models.Index(fields=["started_at"], name="attempt_started"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("entry", "round", "number"), name="one_attempt_per_number"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("submitted_at", None)),
                                fields=("entry", "round"),
                                name="one_open_attempt_per_round",
                            ),
                            models.UniqueConstraint(fields=("receipt",), name="one_attempt_per_receipt"),
                            models.CheckConstraint(
                                condition=models.Q(("deadline__gt", models.F("started_at"))),
                                name="deadline_after_start",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("choices", None),
                                        ("correct", None),
                                        ("duration_ms", None),
                                        ("finished_by", None),
                                        ("receipt", None),
                                        ("submitted_at", None),
                                    ),
                                    models.Q(
                                        ("choices__isnull", False),
                                        ("correct__isnull", False),
                                        ("duration_ms__isnull", False),
                                        ("finished_by__isnull", False),
                                        ("receipt__isnull", False),
                                        ("submitted_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="attempt_is_submitted_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Disqualification",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("grounds", models.TextField(verbose_name="căn cứ")),
                        (
                            "attachment",
                            models.FileField(
                                blank=True, upload_to="grounds/%Y/", verbose_name="tài liệu kèm theo"
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "entry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="disqualifications",
                                to="contests.entry",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="disqualifications",
                                to="contests.round",
                                verbose_name="vòng thi",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "loại kết quả",
                        "verbose_name_plural": "loại kết quả",
                        "ordering": ["-id"],
                        "permissions": [
                            ("judge_attempts", "Được loại, phục hồi kết quả và đề nghị sửa đáp án")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="KeyCorrection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("question", models.PositiveSmallIntegerField(verbose_name="câu hỏi")),
                        (
                            "accepted",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.SmallIntegerField(), size=None
                            ),
                        ),
                        ("void", models.BooleanField(default=False, verbose_name="tính đúng cho mọi người")),
                        ("grounds", models.TextField(verbose_name="căn cứ")),
                        (
                            "attachment",
                            models.FileField(
                                blank=True, upload_to="grounds/%Y/", verbose_name="tài liệu kèm theo"
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="key_corrections",
                                to="contests.round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "sửa đáp án",
                        "verbose_name_plural": "sửa đáp án",
                        "ordering": ["round", "id"],
                        "permissions": [("approve_key_correction", "Được phê duyệt sửa đáp án")],
                    },
                ),
                migrations.CreateModel(
                    name="KeyCorrectionDecision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("approved", models.BooleanField(verbose_name="đồng ý")),
                        ("reason", models.TextField(blank=True, verbose_name="ý kiến")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "correction",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decision",
                                to="attempts.keycorrection",
                            ),
                        ),
                        (
                            "proposer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "quyết định sửa đáp án",
                        "verbose_name_plural": "quyết định sửa đáp án",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("proposer", models.F("by")), _negated=True),
                                name="proposer_does_not_approve_key",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Prediction",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "value",
                            models.DecimalField(decimal_places=5, max_digits=14, verbose_name="dự đoán"),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="thời điểm"
                            ),
                        ),
                        (
                            "attempt",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="prediction",
                                to="attempts.attempt",
                            ),
                        ),
                        (
                            "entry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="predictions",
                                to="contests.entry",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="predictions",
                                to="contests.round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "câu dự đoán",
                        "verbose_name_plural": "câu dự đoán",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("entry", "round"), name="one_prediction_per_entry_and_round"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("value__gte", 0)), name="prediction_is_not_negative"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Regrade",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.PositiveIntegerField(verbose_name="lần")),
                        ("corrections", models.JSONField(verbose_name="đáp án sửa")),
                        ("attempts", models.PositiveIntegerField(verbose_name="số bài thay đổi điểm")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="regrades",
                                to="contests.round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "chấm lại",
                        "verbose_name_plural": "chấm lại",
                        "ordering": ["round", "-version"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("round", "version"), name="one_regrade_per_version"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RegradedScore",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("correct", models.PositiveSmallIntegerField(verbose_name="số câu đúng")),
                        (
                            "attempt",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="regraded",
                                to="attempts.attempt",
                            ),
                        ),
                        (
                            "regrade",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="scores",
                                to="attempts.regrade",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "điểm chấm lại",
                        "verbose_name_plural": "điểm chấm lại",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("regrade", "attempt"), name="one_score_per_regrade_and_attempt"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reinstatement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("grounds", models.TextField(verbose_name="căn cứ")),
                        (
                            "attachment",
                            models.FileField(
                                blank=True, upload_to="grounds/%Y/", verbose_name="tài liệu kèm theo"
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "disqualification",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reinstatement",
                                to="attempts.disqualification",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "phục hồi kết quả",
                        "verbose_name_plural": "phục hồi kết quả",
                    },
                ),
                migrations.CreateModel(
                    name="ItemCounts",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "asked_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="yêu cầu lúc",
                            ),
                        ),
                        (
                            "tries",
                            models.PositiveSmallIntegerField(
                                default=0, editable=False, verbose_name="số lần thử"
                            ),
                        ),
                        ("done_at", models.DateTimeField(editable=False, null=True, verbose_name="xong lúc")),
                        (
                            "failure",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("heavy", "Vượt giới hạn thời gian hoặc bộ nhớ"),
                                    ("error", "Lỗi hệ thống"),
                                ],
                                editable=False,
                                max_length=10,
                                verbose_name="lỗi",
                            ),
                        ),
                        ("every", models.BooleanField(verbose_name="mọi lượt thi")),
                        (
                            "papers",
                            models.PositiveIntegerField(editable=False, null=True, verbose_name="số bài"),
                        ),
                        ("counts", models.JSONField(editable=False, null=True, verbose_name="số đếm")),
                        ("basis", models.JSONField(editable=False, null=True, verbose_name="tính từ")),
                        (
                            "counted_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="đếm lúc"),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="contests.round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "số liệu phân tích câu hỏi",
                        "verbose_name_plural": "số liệu phân tích câu hỏi",
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("round", "every"), name="one_item_count_per_round"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Anomaly",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("speed", "Nộp nhanh hơn mức tối thiểu"),
                                    ("answers", "Sai giống nhau"),
                                    ("national_id", "Trùng số định danh cá nhân"),
                                    ("phone", "Trùng số điện thoại"),
                                    ("name", "Trùng họ tên và ngày sinh"),
                                    ("address", "Chung địa chỉ mạng"),
                                    ("device", "Nối tiếp nhau trên một thiết bị"),
                                    ("burst", "Nhiều bài dồn dập của một đơn vị"),
                                    ("clock", "Thời điểm bất thường"),
                                    ("headcount", "Vượt tổng số người của đơn vị"),
                                ],
                                max_length=12,
                                verbose_name="dấu hiệu",
                            ),
                        ),
                        ("fingerprint", models.CharField(editable=False, max_length=64)),
                        ("people", models.PositiveIntegerField(verbose_name="số người")),
                        ("papers", models.PositiveIntegerField(verbose_name="số bài")),
                        (
                            "entries",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), size=None
                            ),
                        ),
                        (
                            "attempts",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.UUIDField(), size=None
                            ),
                        ),
                        ("evidence", models.JSONField(verbose_name="số liệu")),
                        (
                            "found_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="phát hiện lúc",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="anomalies",
                                to="contests.round",
                                verbose_name="vòng thi",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.unit",
                                verbose_name="đơn vị",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "dấu hiệu bất thường",
                        "verbose_name_plural": "dấu hiệu bất thường",
                        "ordering": ["round", "id"],
                        "permissions": [("decide_anomaly", "Được kết luận về dấu hiệu bất thường")],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("round", "fingerprint"), name="one_anomaly_per_evidence"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "speed",
                                            "answers",
                                            "national_id",
                                            "phone",
                                            "name",
                                            "address",
                                            "device",
                                            "burst",
                                            "clock",
                                            "headcount",
                                        ],
                                    )
                                ),
                                name="anomaly_has_a_kind",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AnomalyScan",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "asked_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="yêu cầu lúc",
                            ),
                        ),
                        (
                            "tries",
                            models.PositiveSmallIntegerField(
                                default=0, editable=False, verbose_name="số lần thử"
                            ),
                        ),
                        ("done_at", models.DateTimeField(editable=False, null=True, verbose_name="xong lúc")),
                        (
                            "failure",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("heavy", "Vượt giới hạn thời gian hoặc bộ nhớ"),
                                    ("error", "Lỗi hệ thống"),
                                ],
                                editable=False,
                                max_length=10,
                                verbose_name="lỗi",
                            ),
                        ),
                        (
                            "found",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), editable=False, null=True, size=None
                            ),
                        ),
                        ("counts", models.JSONField(default=dict, editable=False, verbose_name="số đếm")),
                        (
                            "counted_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="đếm lúc"),
                        ),
                        (
                            "skipped",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=12),
                                default=list,
                                editable=False,
                                size=None,
                            ),
                        ),
                        ("basis", models.JSONField(editable=False, null=True, verbose_name="tính từ")),
                        (
                            "scanned_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="quét lúc"),
                        ),
                        (
                            "took_ms",
                            models.PositiveIntegerField(
                                editable=False, null=True, verbose_name="thời gian quét (ms)"
                            ),
                        ),
                        (
                            "round",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="anomaly_scan",
                                to="contests.round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "lần quét dấu hiệu",
                        "verbose_name_plural": "lần quét dấu hiệu",
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="AnomalyVerdict",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "conclusion",
                            models.CharField(
                                choices=[
                                    ("no_effect", "Không ảnh hưởng"),
                                    ("explained", "Đã giải thích được"),
                                    ("passed_on", "Chuyển xem xét loại kết quả"),
                                ],
                                max_length=10,
                                verbose_name="kết luận",
                            ),
                        ),
                        ("grounds", models.TextField(verbose_name="căn cứ")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="thời điểm",
                            ),
                        ),
                        (
                            "anomaly",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="verdicts",
                                to="attempts.anomaly",
                                verbose_name="dấu hiệu",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người kết luận",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "kết luận về dấu hiệu",
                        "verbose_name_plural": "kết luận về dấu hiệu",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("grounds", ""), _negated=True),
                                name="an_anomaly_verdict_has_grounds",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("conclusion__in", ["no_effect", "explained", "passed_on"])
                                ),
                                name="an_anomaly_verdict_has_a_conclusion",
                            ),
                        ],
                    },
                ),
            ],
        ),
        # Open attempts are saved again and again: leave room on the page, so that a save touches no index.
        migrations.RunSQL(
            "ALTER TABLE attempts_attempt SET (fillfactor = 70)",
            "ALTER TABLE attempts_attempt RESET (fillfactor)",
        ),
        immutable("attempts_attempt", update=FINAL),
        immutable("attempts_prediction"),
        immutable("attempts_disqualification"),
        immutable("attempts_reinstatement"),
        immutable("attempts_keycorrection"),
        immutable("attempts_keycorrectiondecision"),
        immutable("attempts_regrade"),
        immutable("attempts_regradedscore"),
        immutable("attempts_anomaly"),
        immutable("attempts_anomalyverdict"),
    ]
