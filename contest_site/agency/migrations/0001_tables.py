import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from contest_site.lib.immutable import immutable
from contest_site.lib.migrating import Tables


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("agency", "0001_requests"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("contests", "0001_tables"),
    ]

    operations = [
        Tables(
            [
                migrations.CreateModel(
                    name="AgencyRequest",
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
                                choices=[("headcount", "Sửa tổng số người"), ("unit_name", "Sửa tên đơn vị")],
                                max_length=12,
                                verbose_name="loại",
                            ),
                        ),
                        ("people", models.PositiveIntegerField(null=True, verbose_name="tổng số người đúng")),
                        ("name", models.CharField(blank=True, max_length=200, verbose_name="tên đúng")),
                        ("reason", models.TextField(verbose_name="lý do")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="gửi lúc",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người gửi",
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="agency_requests",
                                to="contests.contest",
                                verbose_name="cuộc thi",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.unit",
                                verbose_name="đơn vị",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "đề nghị của đơn vị",
                        "verbose_name_plural": "đề nghị của các đơn vị",
                        "ordering": ["id"],
                        "permissions": [("decide_agencyrequest", "Được quyết định đề nghị của đơn vị")],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "headcount"), ("name", ""), ("people__gt", 0)),
                                    models.Q(
                                        ("kind", "unit_name"),
                                        ("people", None),
                                        models.Q(("name", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="agency_request_says_what",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AgencyDecision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "verdict",
                            models.CharField(
                                choices=[("accepted", "Đã chấp nhận"), ("refused", "Không chấp nhận")],
                                max_length=10,
                                verbose_name="quyết định",
                            ),
                        ),
                        ("before", models.CharField(blank=True, max_length=200, verbose_name="trước đó")),
                        ("grounds", models.TextField(blank=True, verbose_name="lý do")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="lúc",
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
                            "request",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decision",
                                to="agency.agencyrequest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "trả lời đề nghị của đơn vị",
                        "verbose_name_plural": "trả lời đề nghị của các đơn vị",
                        "default_permissions": (),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("verdict", "accepted"),
                                    models.Q(("grounds", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="refused_agency_request_has_grounds",
                            )
                        ],
                    },
                ),
            ],
        ),
        immutable("agency_agencyrequest"),
        immutable("agency_agencydecision"),
    ]
