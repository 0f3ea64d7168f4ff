import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

from contest_site.lib.immutable import immutable
from contest_site.lib.migrating import Tables


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("questions", "0001_initial"),
        ("questions", "0002_final_rows"),
        ("questions", "0003_what_workers_found"),
        ("questions", "0004_names_on_screens"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("accounts", "0002_tables"),
    ]

    operations = [
        TrigramExtension(),
        Tables(
            [
                migrations.CreateModel(
                    name="Bank",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=200, unique=True, verbose_name="tên ngân hàng")),
                        ("note", models.TextField(blank=True, verbose_name="ghi chú")),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="ngày tạo",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "ngân hàng câu hỏi",
                        "verbose_name_plural": "ngân hàng câu hỏi",
                        "ordering": ["name"],
                        "permissions": [("seal_bank", "Niêm phong ngân hàng câu hỏi")],
                    },
                ),
                migrations.CreateModel(
                    name="Picture",
                    fields=[
                        (
                            "name",
                            models.CharField(
                                max_length=40, primary_key=True, serialize=False, verbose_name="tên"
                            ),
                        ),
                        ("content", models.BinaryField()),
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
                    ],
                    options={
                        "verbose_name": "hình ảnh",
                        "verbose_name_plural": "hình ảnh",
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="Question",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField(verbose_name="STT")),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="ngày tạo",
                            ),
                        ),
                        (
                            "bank",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="questions",
                                to="questions.bank",
                                verbose_name="ngân hàng",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "câu hỏi",
                        "verbose_name_plural": "câu hỏi",
                        "ordering": ["bank", "number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("bank", "number"), name="one_question_number_per_bank"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Revision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="phiên bản")),
                        ("text", models.TextField(verbose_name="câu hỏi")),
                        ("fingerprint", models.TextField(editable=False)),
                        (
                            "options",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(), size=None, verbose_name="phương án"
                            ),
                        ),
                        (
                            "keys",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveSmallIntegerField(),
                                help_text="Các phương án đúng, từ 0.",
                                size=None,
                                verbose_name="đáp án",
                            ),
                        ),
                        ("explanation", models.TextField(blank=True, verbose_name="giải thích")),
                        ("source", models.TextField(blank=True, verbose_name="căn cứ")),
                        (
                            "source_link",
                            models.URLField(blank=True, max_length=500, verbose_name="liên kết đến văn bản"),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("single", "Một đáp án"),
                                    ("multiple", "Nhiều đáp án"),
                                    ("true_false", "Đúng – Sai"),
                                ],
                                default="single",
                                max_length=10,
                                verbose_name="loại câu hỏi",
                            ),
                        ),
                        (
                            "difficulty",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("easy", "Nhận biết"),
                                    ("medium", "Thông hiểu"),
                                    ("hard", "Vận dụng"),
                                    ("very_hard", "Vận dụng cao"),
                                ],
                                max_length=10,
                                verbose_name="mức độ",
                            ),
                        ),
                        (
                            "tags",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="nhãn",
                            ),
                        ),
                        (
                            "written_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="soạn lúc",
                            ),
                        ),
                        (
                            "question",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="revisions",
                                to="questions.question",
                            ),
                        ),
                        (
                            "writer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người soạn",
                            ),
                        ),
                        (
                            "topic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="questions.topic",
                                verbose_name="chủ đề",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "phiên bản câu hỏi",
                        "verbose_name_plural": "phiên bản câu hỏi",
                        "ordering": ["question", "-number"],
                        "permissions": [
                            ("see_key", "Xem đáp án và giải thích"),
                            ("appraise_revision", "Thẩm định câu hỏi"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("question", "number"), name="one_revision_number_per_question"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("options__len__gte", 2), ("options__len__lte", 7)),
                                name="revision_has_2_to_7_options",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("keys__len__gte", 1),
                                        ("keys__len__lt", models.F("options__len")),
                                        ("kind", "multiple"),
                                    ),
                                    models.Q(models.Q(("kind", "multiple"), _negated=True), ("keys__len", 1)),
                                    _connector="OR",
                                ),
                                name="revision_has_one_key_unless_multiple",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "true_false"), _negated=True),
                                    ("options__len", 2),
                                    _connector="OR",
                                ),
                                name="true_false_has_2_options",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Appraisal",
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
                                choices=[
                                    ("approved", "Đã duyệt"),
                                    ("returned", "Trả lại"),
                                    ("retired", "Ngừng dùng"),
                                ],
                                max_length=10,
                                verbose_name="kết luận",
                            ),
                        ),
                        ("comment", models.TextField(blank=True, verbose_name="ý kiến")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="thời điểm",
                            ),
                        ),
                        (
                            "appraiser",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người thẩm định",
                            ),
                        ),
                        (
                            "writer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "revision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="appraisals",
                                to="questions.revision",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "thẩm định",
                        "verbose_name_plural": "thẩm định",
                        "ordering": ["-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("writer", models.F("appraiser")), _negated=True),
                                name="writer_does_not_appraise",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SealedPool",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("content", models.TextField()),
                        (
                            "size",
                            models.PositiveIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(32767),
                                ],
                                verbose_name="số câu hỏi",
                            ),
                        ),
                        ("digest", models.CharField(max_length=64, verbose_name="mã băm SHA-256")),
                        (
                            "sealed_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="niêm phong lúc",
                            ),
                        ),
                        (
                            "bank",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="pools",
                                to="questions.bank",
                                verbose_name="ngân hàng",
                            ),
                        ),
                        (
                            "sealed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người niêm phong",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "bộ câu hỏi đã niêm phong",
                        "verbose_name_plural": "bộ câu hỏi đã niêm phong",
                        "ordering": ["-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Study",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("slug", models.SlugField(max_length=80, unique=True, verbose_name="đường dẫn")),
                        ("title", models.CharField(max_length=200, verbose_name="tên tài liệu")),
                        ("note", models.TextField(blank=True, verbose_name="giới thiệu")),
                        ("opens_at", models.DateTimeField(verbose_name="công bố từ")),
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
                                verbose_name="người công bố",
                            ),
                        ),
                        (
                            "pool",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="studies",
                                to="questions.sealedpool",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tài liệu ôn tập",
                        "verbose_name_plural": "tài liệu ôn tập",
                        "ordering": ["-opens_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="StudyWithdrawal",
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
                            "study",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="withdrawal",
                                to="questions.study",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "ngừng công bố tài liệu",
                        "verbose_name_plural": "ngừng công bố tài liệu",
                    },
                ),
                migrations.CreateModel(
                    name="Submission",
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
                                editable=False,
                                verbose_name="gửi thẩm định lúc",
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
                            "revision",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="submission",
                                to="questions.revision",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "gửi thẩm định",
                        "verbose_name_plural": "gửi thẩm định",
                    },
                ),
                migrations.CreateModel(
                    name="Topic",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="chủ đề")),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="thứ tự")),
                        (
                            "bank",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="topics",
                                to="questions.bank",
                                verbose_name="ngân hàng",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "chủ đề",
                        "verbose_name_plural": "chủ đề",
                        "ordering": ["bank", "position", "name"],
                        "constraints": [
                            models.UniqueConstraint(fields=("bank", "name"), name="one_topic_name_per_bank")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ImportDraft",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="tên tệp")),
                        (
                            "format",
                            models.CharField(default="excel", max_length=10, verbose_name="định dạng"),
                        ),
                        ("content", models.BinaryField()),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="tải lên lúc",
                            ),
                        ),
                        (
                            "bank",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="questions.bank",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
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
                        ("language", models.CharField(default="vi", max_length=10, verbose_name="ngôn ngữ")),
                        ("preview", models.JSONField(editable=False, null=True, verbose_name="xem trước")),
                        (
                            "tries",
                            models.PositiveSmallIntegerField(
                                default=0, editable=False, verbose_name="số lần thử"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tệp chờ nhập",
                        "verbose_name_plural": "tệp chờ nhập",
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(fields=("bank", "by"), name="one_import_draft_per_person")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DuplicateSearch",
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
                        ("pairs", models.JSONField(editable=False, null=True, verbose_name="các cặp")),
                        (
                            "newest",
                            models.BigIntegerField(
                                editable=False, null=True, verbose_name="phiên bản mới nhất"
                            ),
                        ),
                        (
                            "questions",
                            models.PositiveIntegerField(editable=False, null=True, verbose_name="số câu hỏi"),
                        ),
                        ("found_at", models.DateTimeField(editable=False, null=True, verbose_name="tìm lúc")),
                        (
                            "bank",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="questions.bank",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "lần tìm câu gần trùng",
                        "verbose_name_plural": "lần tìm câu gần trùng",
                        "default_permissions": (),
                    },
                ),
            ],
        ),
        immutable("questions_revision"),
        immutable("questions_appraisal"),
        immutable("questions_sealedpool"),
        immutable("questions_submission"),
        immutable("questions_picture"),
        immutable("questions_studywithdrawal"),
        migrations.RunSQL(
            "ALTER TABLE questions_revision ADD CONSTRAINT revision_keys_are_options"
            " CHECK (0 <= ALL (keys) AND cardinality(options) > ALL (keys))",
            "ALTER TABLE questions_revision DROP CONSTRAINT revision_keys_are_options",
        ),
        # Near duplicates: similarity of the last revisions' fingerprints (questions.domain.duplicates).
        migrations.RunSQL(
            "CREATE INDEX questions_revision_trigrams ON questions_revision USING gin (fingerprint gin_trgm_ops)",
            "DROP INDEX questions_revision_trigrams",
        ),
    ]
