import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attempts", "0004_network_address_erasable"),
        ("contests", "0011_min_plausible_seconds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "attempts",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None),
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
                    models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="số lần thử"),
                ),
                ("done_at", models.DateTimeField(editable=False, null=True, verbose_name="xong lúc")),
                (
                    "failure",
                    models.CharField(
                        blank=True,
                        choices=[("heavy", "Vượt giới hạn thời gian hoặc bộ nhớ"), ("error", "Lỗi hệ thống")],
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
                ("counted_at", models.DateTimeField(editable=False, null=True, verbose_name="đếm lúc")),
                (
                    "skipped",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), default=list, editable=False, size=None
                    ),
                ),
                ("basis", models.JSONField(editable=False, null=True, verbose_name="tính từ")),
                ("scanned_at", models.DateTimeField(editable=False, null=True, verbose_name="quét lúc")),
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
            },
        ),
        migrations.AddConstraint(
            model_name="anomaly",
            constraint=models.UniqueConstraint(
                fields=("round", "fingerprint"), name="one_anomaly_per_evidence"
            ),
        ),
        migrations.AddConstraint(
            model_name="anomaly",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="anomalyverdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("grounds", ""), _negated=True), name="an_anomaly_verdict_has_grounds"
            ),
        ),
        migrations.AddConstraint(
            model_name="anomalyverdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("conclusion__in", ["no_effect", "explained", "passed_on"])),
                name="an_anomaly_verdict_has_a_conclusion",
            ),
        ),
    ]
