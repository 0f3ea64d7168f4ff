import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from contest_site.lib.migrating import Tables


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("watch", "0001_initial"),
        ("watch", "0002_submitted_index"),
        ("watch", "0003_overdue"),
        ("watch", "0004_running_backup"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("attempts", "0001_tables"),
        ("contests", "0001_tables"),
    ]

    operations = [
        Tables(
            [
                migrations.CreateModel(
                    name="Backup",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                verbose_name="sao lưu lúc",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("nightly", "Hằng đêm"), ("manual", "Thủ công")],
                                max_length=10,
                                verbose_name="loại",
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=100, verbose_name="tệp")),
                        ("place", models.CharField(blank=True, max_length=300, verbose_name="nơi lưu")),
                        ("size", models.PositiveBigIntegerField(default=0, verbose_name="dung lượng (byte)")),
                        (
                            "sha256",
                            models.CharField(blank=True, max_length=64, verbose_name="mã kiểm SHA-256"),
                        ),
                        ("seconds", models.PositiveIntegerField(default=0, verbose_name="thời gian (giây)")),
                        ("rows", models.PositiveBigIntegerField(default=0, verbose_name="số dòng dữ liệu")),
                        ("files", models.PositiveIntegerField(default=0, verbose_name="số tệp đính kèm")),
                        ("host", models.CharField(blank=True, max_length=100, verbose_name="máy")),
                        ("failure", models.CharField(blank=True, max_length=300, verbose_name="lỗi")),
                        ("removed_at", models.DateTimeField(null=True, verbose_name="đã xóa lúc")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người thực hiện",
                            ),
                        ),
                        (
                            "running",
                            models.BooleanField(db_default=False, default=False, verbose_name="đang sao lưu"),
                        ),
                    ],
                    options={
                        "verbose_name": "bản sao lưu",
                        "verbose_name_plural": "bản sao lưu",
                        "ordering": ["-at", "-id"],
                        "permissions": [("make_backup", "Được sao lưu ngay")],
                        "default_permissions": ("view",),
                    },
                ),
                migrations.CreateModel(
                    name="Incident",
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
                                    ("web", "Trang thi không trả lời"),
                                    ("errors", "Nhiều lỗi máy chủ"),
                                    ("queue", "Hàng đợi quá dài"),
                                    ("worker", "Tiến trình xử lý không hoạt động"),
                                    ("beat", "Bộ hẹn giờ không hoạt động"),
                                    ("close", "Vòng thi chưa đóng"),
                                    ("backup", "Bản sao lưu quá cũ hoặc bị lỗi"),
                                    ("disk", "Sắp hết dung lượng đĩa"),
                                    ("redis", "Redis không trả lời"),
                                    ("trail", "Nhật ký chưa được niêm phong"),
                                    ("database", "Cơ sở dữ liệu không trả lời"),
                                ],
                                max_length=10,
                                verbose_name="loại",
                            ),
                        ),
                        ("about", models.CharField(blank=True, max_length=40, verbose_name="về")),
                        ("text", models.TextField(verbose_name="nội dung")),
                        (
                            "began_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                verbose_name="bắt đầu lúc",
                            ),
                        ),
                        ("calm_since", models.DateTimeField(editable=False, null=True)),
                        ("ended_at", models.DateTimeField(null=True, verbose_name="kết thúc lúc")),
                        ("told", models.BooleanField(default=False, verbose_name="đã báo")),
                        ("told_end", models.BooleanField(default=False, verbose_name="đã báo kết thúc")),
                        ("tries", models.PositiveSmallIntegerField(default=0, editable=False)),
                    ],
                    options={
                        "verbose_name": "sự cố",
                        "verbose_name_plural": "sự cố",
                        "ordering": ["-began_at", "-id"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None)),
                                fields=("kind", "about"),
                                name="one_open_incident_of_a_kind",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RoundCount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("settled_to", models.DateTimeField(verbose_name="đã chốt đến")),
                        ("open", models.PositiveIntegerField(default=0, verbose_name="đang làm bài")),
                        ("submitted", models.PositiveIntegerField(default=0, verbose_name="đã nộp")),
                        ("counted_at", models.DateTimeField(verbose_name="đếm lúc")),
                        ("final", models.BooleanField(default=False, verbose_name="đã đếm xong")),
                        (
                            "round",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="contests.round",
                            ),
                        ),
                        (
                            "overdue",
                            models.PositiveIntegerField(
                                db_default=0, default=0, verbose_name="quá giờ chưa nộp"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "số liệu của vòng thi",
                        "verbose_name_plural": "số liệu của các vòng thi",
                        "permissions": [("see_watch", "Được theo dõi vòng thi đang diễn ra")],
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="MinuteCount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("minute", models.DateTimeField(verbose_name="phút")),
                        ("started", models.PositiveIntegerField(default=0, verbose_name="bắt đầu")),
                        ("submitted", models.PositiveIntegerField(default=0, verbose_name="đã nộp")),
                        ("settled", models.PositiveIntegerField(default=0)),
                        ("open", models.PositiveIntegerField(null=True, verbose_name="đang làm bài")),
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
                        "verbose_name": "số liệu theo phút",
                        "verbose_name_plural": "số liệu theo phút",
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("round", "minute"), name="one_count_per_round_and_minute"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UnitCount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("open", models.PositiveIntegerField(default=0, verbose_name="đang làm bài")),
                        ("submitted", models.PositiveIntegerField(default=0, verbose_name="đã nộp")),
                        ("settled", models.PositiveIntegerField(default=0)),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="contests.round",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="contests.unit",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "số liệu theo đơn vị",
                        "verbose_name_plural": "số liệu theo đơn vị",
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("round", "unit"), name="one_count_per_round_and_unit"
                            )
                        ],
                    },
                ),
            ],
        ),
        # What was submitted since a moment is found without reading what was submitted before it. Of the attempts,
        # but made here: nothing but the watch asks for it. A save changes neither column; a start adds nothing to
        # it; a submission, which changes other indexes anyway, adds one entry at its end
        # (docs/decisions/0018 has the measurement).
        migrations.RunSQL(
            "CREATE INDEX attempt_round_submitted ON attempts_attempt (round_id, submitted_at)"
            " WHERE submitted_at IS NOT NULL",
            "DROP INDEX attempt_round_submitted",
        ),
    ]
