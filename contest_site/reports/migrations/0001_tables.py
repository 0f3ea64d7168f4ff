import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from contest_site.lib.migrating import Tables


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("reports", "0001_reports"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("contests", "0001_tables"),
    ]

    operations = [
        Tables(
            [
                migrations.CreateModel(
                    name="Report",
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
                            "key",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="mã"
                            ),
                        ),
                        ("kind", models.CharField(max_length=30, verbose_name="loại báo cáo")),
                        (
                            "national_ids",
                            models.BooleanField(default=False, verbose_name="có số định danh cá nhân"),
                        ),
                        (
                            "rows_expected",
                            models.PositiveIntegerField(
                                editable=False, null=True, verbose_name="số dòng theo cơ sở dữ liệu"
                            ),
                        ),
                        (
                            "rows_written",
                            models.PositiveIntegerField(
                                editable=False, null=True, verbose_name="số dòng trong tệp"
                            ),
                        ),
                        ("refusal", models.TextField(blank=True, editable=False, verbose_name="còn thiếu")),
                        (
                            "name",
                            models.CharField(blank=True, editable=False, max_length=200, verbose_name="tệp"),
                        ),
                        (
                            "size",
                            models.PositiveBigIntegerField(
                                editable=False, null=True, verbose_name="dung lượng (byte)"
                            ),
                        ),
                        (
                            "digest",
                            models.CharField(
                                blank=True, editable=False, max_length=64, verbose_name="mã băm SHA-256"
                            ),
                        ),
                        (
                            "made_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="số liệu lúc"),
                        ),
                        (
                            "expires_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="xóa lúc"),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người yêu cầu",
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="contests.contest",
                                verbose_name="cuộc thi",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
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
                        "verbose_name": "báo cáo",
                        "verbose_name_plural": "báo cáo",
                        "ordering": ["-id"],
                        "permissions": [
                            ("export_people", "Được tải danh sách có dữ liệu cá nhân của người dự thi")
                        ],
                        "default_permissions": ("view",),
                        "indexes": [models.Index(fields=["by", "contest"], name="report_by_contest")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("name", ""), ("expires_at__isnull", False), _connector="OR"
                                ),
                                name="report_file_has_its_end",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("name", ""),
                                    models.Q(("rows_expected", None), ("rows_written", None)),
                                    ("rows_expected", models.F("rows_written")),
                                    _connector="OR",
                                ),
                                name="report_rows_agree",
                            ),
                        ],
                    },
                )
            ],
        ),
    ]
