import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from contest_site.lib.immutable import immutable
from contest_site.lib.migrating import Tables


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("prizes", "0001_initial"),
        ("prizes", "0002_final_rows"),
        ("prizes", "0003_participation_papers"),
        ("prizes", "0004_press_figures"),
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
                    name="Award",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "place",
                            models.PositiveSmallIntegerField(
                                help_text="1 … số lượng của giải", verbose_name="suất"
                            ),
                        ),
                        ("rank", models.PositiveIntegerField(null=True, verbose_name="hạng")),
                        ("prize_name", models.CharField(max_length=100, verbose_name="tên giải")),
                        ("amount", models.PositiveIntegerField(verbose_name="giá trị (đồng)")),
                        (
                            "block",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.block",
                            ),
                        ),
                        (
                            "entry",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="awards",
                                to="contests.entry",
                            ),
                        ),
                        (
                            "prize",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="awards",
                                to="contests.prize",
                                verbose_name="giải",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="awards",
                                to="contests.unit",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="awards",
                                to="prizes.standingsrun",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "giải đã trao",
                        "verbose_name_plural": "giải đã trao",
                        "ordering": ["prize__table__number", "prize__position", "block", "place"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("run", "prize", "block", "place"),
                                name="one_award_per_place",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("entry__isnull", False), ("unit", None)),
                                    models.Q(("entry", None), ("unit__isnull", False)),
                                    _connector="OR",
                                ),
                                name="award_goes_to_one",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Certificate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("serial", models.PositiveIntegerField(verbose_name="số")),
                        ("code", models.CharField(max_length=32, unique=True, verbose_name="mã kiểm tra")),
                        (
                            "issued_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="cấp lúc",
                            ),
                        ),
                        (
                            "award",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="certificate",
                                to="prizes.award",
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="certificates",
                                to="contests.contest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "giấy chứng nhận",
                        "verbose_name_plural": "giấy chứng nhận",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contest", "serial"), name="one_certificate_per_serial"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CertificateFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        ("digest", models.CharField(max_length=64)),
                        ("pages", models.PositiveSmallIntegerField(default=1)),
                        (
                            "rendered_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        (
                            "certificate",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="file",
                                to="prizes.certificate",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tệp giấy chứng nhận",
                        "verbose_name_plural": "tệp giấy chứng nhận",
                    },
                ),
                migrations.CreateModel(
                    name="Nomination",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("grounds", models.TextField(verbose_name="căn cứ")),
                        (
                            "report",
                            models.FileField(upload_to="grounds/%Y/", verbose_name="báo cáo kèm theo"),
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.entry",
                            ),
                        ),
                        (
                            "prize",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="nominations",
                                to="contests.prize",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.round",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.unit",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "đề nghị trao giải",
                        "verbose_name_plural": "đề nghị trao giải",
                        "ordering": ["prize", "id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("entry__isnull", False), ("unit", None)),
                                    models.Q(("entry", None), ("unit__isnull", False)),
                                    _connector="OR",
                                ),
                                name="nomination_names_one",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NominationWithdrawal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("reason", models.TextField(verbose_name="lý do")),
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
                            "nomination",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="withdrawal",
                                to="prizes.nomination",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rút đề nghị trao giải",
                        "verbose_name_plural": "rút đề nghị trao giải",
                    },
                ),
                migrations.CreateModel(
                    name="StandingsRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.PositiveIntegerField(verbose_name="phiên bản")),
                        ("configuration", models.JSONField(verbose_name="cấu hình")),
                        (
                            "target_value",
                            models.DecimalField(
                                decimal_places=5,
                                max_digits=14,
                                null=True,
                                verbose_name="kết quả thực tế của câu dự đoán",
                            ),
                        ),
                        ("participants", models.PositiveIntegerField(verbose_name="số người dự thi")),
                        ("attempts", models.PositiveIntegerField(verbose_name="số lượt thi")),
                        ("all_right", models.PositiveIntegerField(verbose_name="số người đúng tất cả")),
                        ("ranked", models.PositiveIntegerField(verbose_name="số người được xếp hạng")),
                        ("digest", models.CharField(max_length=64, verbose_name="mã băm SHA-256")),
                        ("reason", models.TextField(blank=True, verbose_name="lý do")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="tính lúc",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="runs",
                                to="contests.contest",
                                verbose_name="cuộc thi",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="runs",
                                to="contests.round",
                                verbose_name="vòng thi",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "bảng xếp hạng",
                        "verbose_name_plural": "bảng xếp hạng",
                        "ordering": ["contest", "round", "-version"],
                        "permissions": [
                            (
                                "settle_standings",
                                "Được xếp hạng, rà soát, nhập quyết định và công bố kết quả",
                            ),
                            ("approve_standings", "Được phê duyệt hoặc trả lại kết quả"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contest", "round", "version"),
                                name="one_run_per_version",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StandingsRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("rank", models.PositiveIntegerField(verbose_name="hạng")),
                        ("correct", models.PositiveIntegerField(verbose_name="số câu đúng")),
                        ("duration_ms", models.PositiveIntegerField(verbose_name="thời gian làm bài (ms)")),
                        ("submitted_at", models.DateTimeField(verbose_name="nộp lúc")),
                        (
                            "prediction",
                            models.DecimalField(
                                decimal_places=5, max_digits=14, null=True, verbose_name="dự đoán"
                            ),
                        ),
                        (
                            "distance",
                            models.DecimalField(
                                decimal_places=5, max_digits=20, null=True, verbose_name="độ lệch dự đoán"
                            ),
                        ),
                        (
                            "attempt",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="attempts.attempt",
                            ),
                        ),
                        (
                            "entry",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.entry",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rows",
                                to="prizes.standingsrun",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "dòng xếp hạng",
                        "verbose_name_plural": "dòng xếp hạng",
                        "ordering": ["run", "rank", "entry"],
                        "indexes": [models.Index(fields=["run", "rank", "entry"], name="standings_run_rank")],
                        "constraints": [
                            models.UniqueConstraint(fields=("run", "entry"), name="one_row_per_run_and_entry")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RunReview",
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
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        ("note", models.TextField(blank=True, verbose_name="ý kiến")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "run",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="review",
                                to="prizes.standingsrun",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rà soát",
                        "verbose_name_plural": "rà soát",
                    },
                ),
                migrations.CreateModel(
                    name="RunReturn",
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
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        ("reason", models.TextField(verbose_name="lý do")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "run",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="returned",
                                to="prizes.standingsrun",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "trả lại",
                        "verbose_name_plural": "trả lại",
                    },
                ),
                migrations.CreateModel(
                    name="RunApproval",
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
                            "reviewer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "run",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="approval",
                                to="prizes.standingsrun",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "phê duyệt",
                        "verbose_name_plural": "phê duyệt",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("reviewer", models.F("by")), _negated=True),
                                name="reviewer_does_not_approve",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PublishedList",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        ("digest", models.CharField(max_length=64)),
                        ("attempts", models.PositiveIntegerField()),
                        (
                            "made_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        (
                            "run",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="published_list",
                                to="prizes.standingsrun",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "danh sách công khai",
                        "verbose_name_plural": "danh sách công khai",
                    },
                ),
                migrations.CreateModel(
                    name="Publication",
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
                            "run",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="publication",
                                to="prizes.standingsrun",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "công bố kết quả",
                        "verbose_name_plural": "công bố kết quả",
                    },
                ),
                migrations.CreateModel(
                    name="PromotionTie",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("rank", models.PositiveIntegerField(verbose_name="hạng")),
                        ("order", models.JSONField(verbose_name="thứ tự (mã đăng ký)")),
                        ("grounds", models.TextField(verbose_name="căn cứ")),
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
                                related_name="+",
                                to="contests.round",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.unit",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="promotion_ties",
                                to="prizes.standingsrun",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "quyết định về đồng hạng khi chọn người vào vòng sau",
                        "verbose_name_plural": "quyết định về đồng hạng khi chọn người vào vòng sau",
                    },
                ),
                migrations.CreateModel(
                    name="Decision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=60, verbose_name="số quyết định")),
                        ("signed_on", models.DateField(verbose_name="ngày ký")),
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
                            "run",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decision",
                                to="prizes.standingsrun",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "quyết định trao giải",
                        "verbose_name_plural": "quyết định trao giải",
                    },
                ),
                migrations.CreateModel(
                    name="TieDecision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("rank", models.PositiveIntegerField(verbose_name="hạng")),
                        ("order", models.JSONField(verbose_name="thứ tự (mã đăng ký hoặc mã đơn vị)")),
                        ("grounds", models.TextField(verbose_name="căn cứ")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        (
                            "block",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.block",
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
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="tie_decisions",
                                to="prizes.standingsrun",
                            ),
                        ),
                        (
                            "table",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.prizetable",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "quyết định về đồng hạng",
                        "verbose_name_plural": "quyết định về đồng hạng",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("run", "table", "block", "rank"),
                                name="one_tie_decision_per_rank",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UnitRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("rank", models.PositiveIntegerField(null=True, verbose_name="hạng")),
                        (
                            "left_out",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("few", "Chưa đủ số người dự thi tối thiểu"),
                                    ("ratio", "Chưa đạt tỷ lệ dự thi tối thiểu"),
                                    ("headcount", "Chưa có tổng số người của đơn vị"),
                                    ("nobody", "Không có người dự thi"),
                                    ("won", "Đã đạt giải này"),
                                ],
                                max_length=10,
                                verbose_name="không xếp hạng vì",
                            ),
                        ),
                        ("participants", models.PositiveIntegerField(verbose_name="số người dự thi")),
                        ("attempts", models.PositiveIntegerField(verbose_name="số lượt thi")),
                        ("headcount", models.PositiveIntegerField(null=True, verbose_name="tổng số người")),
                        ("sittings", models.PositiveIntegerField(verbose_name="số bài được tính")),
                        ("correct", models.PositiveBigIntegerField(verbose_name="tổng số câu đúng")),
                        ("all_right", models.PositiveIntegerField(verbose_name="số người đúng tất cả")),
                        ("winners", models.PositiveIntegerField(verbose_name="số giải cá nhân")),
                        ("best_people", models.PositiveIntegerField(verbose_name="số người được cộng")),
                        (
                            "best_correct",
                            models.PositiveBigIntegerField(
                                verbose_name="tổng số câu đúng của người được cộng"
                            ),
                        ),
                        (
                            "best_duration_ms",
                            models.PositiveBigIntegerField(
                                verbose_name="tổng thời gian của người được cộng (ms)"
                            ),
                        ),
                        (
                            "points",
                            models.DecimalField(
                                decimal_places=8, max_digits=14, null=True, verbose_name="điểm theo trọng số"
                            ),
                        ),
                        (
                            "block",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.block",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="unit_rows",
                                to="prizes.standingsrun",
                            ),
                        ),
                        (
                            "table",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.prizetable",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.unit",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "dòng xếp hạng đơn vị",
                        "verbose_name_plural": "dòng xếp hạng đơn vị",
                        "ordering": ["run", "table", "block", "rank", "unit"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("run", "table", "unit"), name="one_row_per_run_table_and_unit"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ParticipationPaper",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=32, unique=True, verbose_name="mã kiểm tra")),
                        (
                            "issued_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="cấp lúc",
                            ),
                        ),
                        (
                            "entry",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="participation_paper",
                                to="contests.entry",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "giấy xác nhận tham gia",
                        "verbose_name_plural": "giấy xác nhận tham gia",
                    },
                ),
                migrations.CreateModel(
                    name="PressFigures",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("full", models.PositiveIntegerField()),
                        ("marks", models.JSONField()),
                        ("units", models.JSONField()),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        (
                            "run",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="press_figures",
                                to="prizes.standingsrun",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "số liệu thông cáo báo chí",
                        "verbose_name_plural": "số liệu thông cáo báo chí",
                    },
                ),
            ],
        ),
        immutable("prizes_standingsrun"),
        immutable("prizes_standingsrow"),
        immutable("prizes_runreview"),
        immutable("prizes_runapproval"),
        immutable("prizes_runreturn"),
        immutable("prizes_decision"),
        immutable("prizes_publication"),
        immutable("prizes_tiedecision"),
        immutable("prizes_award"),
        immutable("prizes_certificate"),
        immutable("prizes_certificatefile"),
        immutable("prizes_unitrow"),
        immutable("prizes_promotiontie"),
        immutable("prizes_nomination"),
        immutable("prizes_nominationwithdrawal"),
        immutable("prizes_publishedlist"),
        immutable("prizes_participationpaper"),
        immutable("prizes_pressfigures"),
    ]
