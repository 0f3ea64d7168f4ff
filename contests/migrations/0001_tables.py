import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import contest_site.lib.names
import contests.models.plan
from contest_site.lib.immutable import final_but_for_erasure, immutable
from contest_site.lib.migrating import Tables

# The words of a name, each after one space, kept by the database: worked out anew for each of thousands of names
# they cost more than the search itself (contests.unit_search).
WORDS = """
ALTER TABLE contests_unit ADD COLUMN words text
    GENERATED ALWAYS AS (' ' || translate(folded, '-–(),./"“”', '         ')) STORED;
CREATE INDEX contests_unit_words ON contests_unit USING gin (words gin_trgm_ops);
"""

UNSEALED = """
CREATE FUNCTION contests_is_unsealed(round bigint, sealed varchar) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM contests_unsealing u JOIN contests_round r ON r.id = u.round_id
        WHERE u.round_id = round AND u.commitment = sealed AND u.at < r.opens_at
    )
$$
"""

# Volatile and in PL/pgSQL, so that each call sees what was committed until then, also by a transaction for
# whose lock its own statement has waited (attempts.domain.starting).
OVER = """
CREATE FUNCTION contests_is_closed(round bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM contests_roundclosing c WHERE c.round_id = round);
END $$;
CREATE FUNCTION contests_is_withdrawn(promotion bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM contests_withdrawal w WHERE w.promotion_id = promotion);
END $$;
"""


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("contests", "0001_initial"),
        ("contests", "0002_final_rows"),
        ("contests", "0003_entry_and_personal_data"),
        ("contests", "0004_personal_rows_final"),
        ("contests", "0005_questions_and_answers"),
        ("contests", "0006_participation_paper"),
        ("contests", "0007_unit_words"),
        ("contests", "0008_unit_words_stored"),
        ("contests", "0009_rehearsal_runs"),
        ("contests", "0010_units_and_rosters"),
        ("contests", "0011_min_plausible_seconds"),
        ("contests", "0012_agency_comparison"),
        ("contests", "0013_names_on_screens"),
        ("contests", "0014_names_searched"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        # pg_trgm
        ("questions", "0001_tables"),
        # contest_words
        ("audit", "0001_tables"),
    ]

    operations = [
        BtreeGistExtension(),
        Tables(
            [
                migrations.CreateModel(
                    name="Contest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "slug",
                            models.SlugField(max_length=80, unique=True, verbose_name="tên trong địa chỉ"),
                        ),
                        ("name", models.CharField(max_length=300, verbose_name="tên cuộc thi")),
                        ("organiser", models.CharField(max_length=200, verbose_name="cơ quan tổ chức")),
                        (
                            "parent_organiser",
                            models.CharField(blank=True, max_length=200, verbose_name="cơ quan chủ quản"),
                        ),
                        (
                            "standing_body",
                            models.CharField(blank=True, max_length=200, verbose_name="cơ quan thường trực"),
                        ),
                        ("place", models.CharField(max_length=100, verbose_name="địa danh ghi trên văn bản")),
                        ("subject", models.TextField(verbose_name="nội dung thi")),
                        ("eligibility", models.TextField(verbose_name="đối tượng dự thi")),
                        (
                            "ineligible",
                            models.TextField(blank=True, verbose_name="đối tượng không được dự thi"),
                        ),
                        (
                            "legal_basis",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="căn cứ pháp lý",
                            ),
                        ),
                        ("hotline", models.CharField(max_length=200, verbose_name="đường dây nóng")),
                        ("opens_at", models.DateTimeField(verbose_name="mở cuộc thi")),
                        (
                            "closes_at",
                            models.DateTimeField(
                                help_text="Không tính thời điểm này: 24:00 ngày 30 là 00:00 ngày 01.",
                                verbose_name="kết thúc cuộc thi",
                            ),
                        ),
                        (
                            "names_shown",
                            models.CharField(
                                choices=[
                                    ("full", "Họ và tên đầy đủ"),
                                    ("masked", "Họ và tên được che một phần (Nguyễn V. A.)"),
                                ],
                                max_length=10,
                                verbose_name="tên trên bảng vinh danh",
                            ),
                        ),
                        (
                            "live_participation",
                            models.BooleanField(
                                default=False, verbose_name="công khai số người dự thi khi đang thi"
                            ),
                        ),
                        (
                            "consent_version",
                            models.CharField(max_length=20, verbose_name="phiên bản nội dung đồng ý"),
                        ),
                        (
                            "consent_text",
                            models.TextField(verbose_name="nội dung đồng ý xử lý dữ liệu cá nhân"),
                        ),
                        (
                            "min_age",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="tuổi tối thiểu",
                            ),
                        ),
                        (
                            "age_on",
                            models.DateField(blank=True, null=True, verbose_name="tuổi tính đến ngày"),
                        ),
                        (
                            "marking",
                            models.CharField(
                                choices=[
                                    ("whole", "Chọn đúng và đủ các đáp án mới được tính là câu đúng"),
                                    (
                                        "parts",
                                        "Mỗi đáp án đúng được tính một phần, mỗi phương án sai bị trừ một phần",
                                    ),
                                ],
                                default="whole",
                                max_length=10,
                                verbose_name="cách tính câu có nhiều đáp án",
                            ),
                        ),
                        (
                            "overall_combine",
                            models.CharField(
                                choices=[
                                    ("none", "Không xếp hạng cá nhân cả cuộc thi"),
                                    ("sum", "Cộng kết quả các vòng thi"),
                                    ("best", "Lấy vòng thi có kết quả tốt nhất"),
                                ],
                                default="none",
                                max_length=10,
                                verbose_name="kết quả cá nhân cả cuộc thi",
                            ),
                        ),
                        (
                            "overall_rank_order",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("score", "Số câu trả lời đúng nhiều hơn"),
                                        ("prediction", "Câu dự đoán gần với kết quả thực tế hơn"),
                                        ("duration", "Thời gian làm bài ngắn hơn"),
                                        ("submitted", "Thời điểm nộp bài sớm hơn"),
                                    ],
                                    max_length=12,
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="thứ tự xếp hạng cả cuộc thi",
                            ),
                        ),
                        (
                            "overall_only_all_right",
                            models.BooleanField(
                                default=False,
                                verbose_name="cả cuộc thi chỉ xếp hạng người trả lời đúng tất cả",
                            ),
                        ),
                        (
                            "prizes_per_person",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Tính trên cả cuộc thi; để trống là không giới hạn.",
                                null=True,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="mỗi người nhận nhiều nhất (giải)",
                            ),
                        ),
                        (
                            "chosen",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="kế hoạch không quy định",
                            ),
                        ),
                        (
                            "is_rehearsal",
                            models.BooleanField(default=False, editable=False, verbose_name="tổng duyệt"),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="ngày tạo",
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.unit",
                                verbose_name="địa bàn",
                            ),
                        ),
                        (
                            "ask_address",
                            models.CharField(
                                choices=[
                                    ("no", "Không hỏi"),
                                    ("optional", "Hỏi, không bắt buộc"),
                                    ("required", "Bắt buộc"),
                                ],
                                default="no",
                                max_length=10,
                                verbose_name="địa chỉ",
                            ),
                        ),
                        (
                            "ask_birth_date",
                            models.CharField(
                                choices=[
                                    ("no", "Không hỏi"),
                                    ("optional", "Hỏi, không bắt buộc"),
                                    ("required", "Bắt buộc"),
                                ],
                                default="required",
                                max_length=10,
                                verbose_name="ngày sinh",
                            ),
                        ),
                        (
                            "ask_gender",
                            models.CharField(
                                choices=[
                                    ("no", "Không hỏi"),
                                    ("optional", "Hỏi, không bắt buộc"),
                                    ("required", "Bắt buộc"),
                                ],
                                default="required",
                                max_length=10,
                                verbose_name="giới tính",
                            ),
                        ),
                        (
                            "ask_national_id",
                            models.CharField(
                                choices=[
                                    ("no", "Không hỏi"),
                                    ("optional", "Hỏi, không bắt buộc"),
                                    ("required", "Bắt buộc"),
                                ],
                                default="optional",
                                max_length=10,
                                verbose_name="số định danh cá nhân",
                            ),
                        ),
                        (
                            "ask_phone",
                            models.CharField(
                                choices=[
                                    ("no", "Không hỏi"),
                                    ("optional", "Hỏi, không bắt buộc"),
                                    ("required", "Bắt buộc"),
                                ],
                                default="required",
                                max_length=10,
                                verbose_name="số điện thoại",
                            ),
                        ),
                        (
                            "headcounts_until",
                            models.DateField(
                                blank=True,
                                help_text="Hết ngày này tổng số người tự khóa; để trống thì Ban Tổ chức tự bấm khóa.",
                                null=True,
                                verbose_name="nhận tổng số người đến hết ngày",
                            ),
                        ),
                        (
                            "agency_comparison",
                            models.CharField(
                                choices=[
                                    ("none", "Không so sánh"),
                                    (
                                        "without_names",
                                        "Thứ hạng và khoảng trong khối, không nêu tên đơn vị khác",
                                    ),
                                    ("named", "Số liệu của từng đơn vị trong khối, có tên"),
                                ],
                                default="none",
                                help_text="Cán bộ đầu mối của một đơn vị thấy gì về các đơn vị khác trong khối.",
                                max_length=20,
                                verbose_name="so sánh trên trang của đơn vị",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "cuộc thi",
                        "verbose_name_plural": "cuộc thi",
                        "ordering": ["-opens_at"],
                        "permissions": [
                            ("announce_contest", "Được công bố cuộc thi"),
                            ("try_contest", "Được thi thử, không tính kết quả"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("closes_at__gt", models.F("opens_at"))),
                                name="contest_closes_after_opening",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("age_on", None), ("min_age", None)),
                                    models.Q(("age_on__isnull", False), ("min_age__isnull", False)),
                                    _connector="OR",
                                ),
                                name="age_limit_has_its_day",
                                violation_error_message="Tuổi tối thiểu phải đi cùng ngày tính tuổi.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("min_age", None), ("ask_birth_date", "required"), _connector="OR"
                                ),
                                name="age_limit_asks_birth_date",
                                violation_error_message="Có tuổi tối thiểu thì ngày sinh là bắt buộc khi đăng ký.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CertificateTemplate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="thứ tự")),
                        ("name", models.CharField(max_length=100, verbose_name="tên mẫu giấy")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("giay_chung_nhan", "Giấy chứng nhận"),
                                    ("giay_khen", "Giấy khen"),
                                    ("bang_khen", "Bằng khen"),
                                    ("giay_xac_nhan", "Giấy xác nhận tham gia"),
                                ],
                                max_length=20,
                                verbose_name="loại giấy",
                            ),
                        ),
                        ("issuer", models.CharField(max_length=200, verbose_name="cơ quan cấp")),
                        ("reason", models.CharField(max_length=300, verbose_name="nội dung ghi trên giấy")),
                        (
                            "signature_authority",
                            models.CharField(
                                help_text="TM. BAN TỔ CHỨC", max_length=200, verbose_name="thẩm quyền ký"
                            ),
                        ),
                        (
                            "signature_title",
                            models.CharField(
                                help_text="TRƯỞNG BAN", max_length=200, verbose_name="chức vụ người ký"
                            ),
                        ),
                        (
                            "signature_name",
                            models.CharField(blank=True, max_length=200, verbose_name="họ tên người ký"),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="certificate_templates",
                                to="contests.contest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "mẫu giấy",
                        "verbose_name_plural": "mẫu giấy chứng nhận, giấy khen, bằng khen",
                        "ordering": ["position", "id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contest", "name"), name="one_certificate_template_per_name"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Category",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="thứ tự")),
                        ("name", models.CharField(max_length=200, verbose_name="đối tượng")),
                        (
                            "participation",
                            models.CharField(
                                choices=[
                                    ("compulsory", "Bắt buộc dự thi"),
                                    ("encouraged", "Khuyến khích dự thi"),
                                    ("open", "Được dự thi"),
                                ],
                                default="open",
                                max_length=12,
                                verbose_name="yêu cầu",
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="categories",
                                to="contests.contest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "đối tượng",
                        "verbose_name_plural": "đối tượng",
                        "ordering": ["position", "id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contest", "name"), name="one_category_name_per_contest"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Block",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="thứ tự")),
                        ("name", models.CharField(max_length=200, verbose_name="khối")),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="blocks",
                                to="contests.contest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "khối đơn vị",
                        "verbose_name_plural": "khối đơn vị",
                        "ordering": ["position", "id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contest", "name"), name="one_block_name_per_contest"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Announcement",
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
                            "contest",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="announcement",
                                to="contests.contest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "công bố cuộc thi",
                        "verbose_name_plural": "công bố cuộc thi",
                    },
                ),
                migrations.CreateModel(
                    name="Document",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="thứ tự")),
                        ("title", models.CharField(max_length=200, verbose_name="tên tài liệu")),
                        (
                            "file",
                            models.FileField(
                                upload_to="documents/%Y/",
                                validators=[
                                    django.core.validators.FileExtensionValidator(
                                        ["pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "zip"]
                                    ),
                                    contests.models.plan.document_size,
                                ],
                                verbose_name="tệp",
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="documents",
                                to="contests.contest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tài liệu",
                        "verbose_name_plural": "tài liệu",
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("full_name", models.CharField(max_length=200, verbose_name="họ và tên")),
                        ("birth_date", models.DateField(blank=True, null=True, verbose_name="ngày sinh")),
                        (
                            "gender",
                            models.CharField(
                                blank=True,
                                choices=[("female", "Nữ"), ("male", "Nam"), ("other", "Khác")],
                                max_length=10,
                                verbose_name="giới tính",
                            ),
                        ),
                        (
                            "phone",
                            models.CharField(
                                blank=True, max_length=16, null=True, verbose_name="số điện thoại"
                            ),
                        ),
                        (
                            "national_id_hash",
                            models.CharField(blank=True, editable=False, max_length=64, null=True),
                        ),
                        (
                            "unofficial",
                            models.BooleanField(
                                default=False, editable=False, verbose_name="thi thử của Ban Tổ chức"
                            ),
                        ),
                        (
                            "consent_version",
                            models.CharField(max_length=20, verbose_name="phiên bản nội dung đồng ý"),
                        ),
                        (
                            "consented_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="đồng ý lúc",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="đăng ký lúc",
                            ),
                        ),
                        (
                            "category",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.category",
                                verbose_name="đối tượng",
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="entries",
                                to="contests.contest",
                                verbose_name="cuộc thi",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="tài khoản",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="contests.unit",
                                verbose_name="đơn vị",
                            ),
                        ),
                        (
                            "address",
                            models.CharField(
                                blank=True, db_default="", default="", max_length=300, verbose_name="địa chỉ"
                            ),
                        ),
                        (
                            "erased_at",
                            models.DateTimeField(
                                editable=False, null=True, verbose_name="đã xóa dữ liệu cá nhân lúc"
                            ),
                        ),
                        ("national_id_sealed", models.BinaryField(null=True)),
                        (
                            "needs_guardian",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                editable=False,
                                verbose_name="cần người giám hộ đồng ý",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "đăng ký dự thi",
                        "verbose_name_plural": "đăng ký dự thi",
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(fields=["contest", "birth_date"], name="entry_birth_dates"),
                            django.contrib.postgres.indexes.GinIndex(
                                contest_site.lib.names.Words("full_name"),
                                fastupdate=False,
                                name="entry_names",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contest", "user"), name="one_entry_per_contest_and_user"
                            ),
                            models.UniqueConstraint(
                                fields=("contest", "phone"), name="one_entry_per_contest_and_phone"
                            ),
                            models.UniqueConstraint(
                                fields=("contest", "national_id_hash"),
                                name="one_entry_per_contest_and_national_id",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("national_id_sealed", None),
                                    ("national_id_hash__isnull", False),
                                    _connector="OR",
                                ),
                                name="kept_national_id_has_its_hash",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("erased_at", None),
                                    models.Q(
                                        ("address", ""),
                                        ("birth_date", None),
                                        ("gender", ""),
                                        ("national_id_hash", None),
                                        ("national_id_sealed", None),
                                        ("phone", None),
                                    ),
                                    _connector="OR",
                                ),
                                name="erased_entry_names_nobody",
                            ),
                        ],
                        "permissions": [
                            ("see_national_id", "Được xem số định danh cá nhân của người dự thi")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Exclusion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("full_name", models.CharField(max_length=200, verbose_name="họ và tên")),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("committee", "Ban Tổ chức"),
                                    ("jury", "Ban Giám khảo"),
                                    ("secretariat", "Tổ Thư ký"),
                                    ("writers", "Tổ ra đề"),
                                    ("appraisers", "Tổ thẩm định"),
                                    ("helpers", "Cán bộ trực tiếp tham gia tổ chức"),
                                ],
                                max_length=20,
                                verbose_name="vai trò",
                            ),
                        ),
                        (
                            "phone",
                            models.CharField(
                                blank=True, max_length=16, null=True, verbose_name="số điện thoại"
                            ),
                        ),
                        (
                            "national_id_hash",
                            models.CharField(blank=True, editable=False, max_length=64, null=True),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="ngày thêm",
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="exclusions",
                                to="contests.contest",
                                verbose_name="cuộc thi",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="tài khoản",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "người không được dự thi",
                        "verbose_name_plural": "người không được dự thi",
                        "ordering": ["contest", "full_name"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("user__isnull", False),
                                    ("phone__isnull", False),
                                    ("national_id_hash__isnull", False),
                                    _connector="OR",
                                ),
                                name="exclusion_names_someone",
                                violation_error_message="Cần ít nhất một trong ba: tài khoản, số điện thoại, số định danh cá nhân.",
                            ),
                            models.UniqueConstraint(
                                fields=("contest", "user"), name="one_exclusion_per_user"
                            ),
                            models.UniqueConstraint(
                                fields=("contest", "phone"), name="one_exclusion_per_phone"
                            ),
                            models.UniqueConstraint(
                                fields=("contest", "national_id_hash"), name="one_exclusion_per_national_id"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HeadcountLock",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contest",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="headcount_lock",
                                to="contests.contest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "khóa tổng số người",
                        "verbose_name_plural": "khóa tổng số người",
                    },
                ),
                migrations.CreateModel(
                    name="Milestone",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="thứ tự")),
                        ("label", models.CharField(max_length=200, verbose_name="mốc")),
                        ("starts_on", models.DateField(blank=True, null=True, verbose_name="từ ngày")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="đến hết ngày")),
                        ("text", models.CharField(blank=True, max_length=200, verbose_name="ghi bằng chữ")),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="milestones",
                                to="contests.contest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "mốc thời gian",
                        "verbose_name_plural": "mốc thời gian",
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="PrizeTable",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "number",
                            models.PositiveSmallIntegerField(
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="số thứ tự",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="tên bảng giải")),
                        (
                            "scope",
                            models.CharField(
                                choices=[
                                    ("round", "Một vòng thi"),
                                    ("each_round", "Mỗi vòng thi"),
                                    ("contest", "Cả cuộc thi"),
                                ],
                                max_length=12,
                                verbose_name="phạm vi",
                            ),
                        ),
                        (
                            "audience",
                            models.CharField(
                                choices=[("individual", "Cá nhân"), ("unit", "Tập thể")],
                                max_length=10,
                                verbose_name="dành cho",
                            ),
                        ),
                        (
                            "method",
                            models.CharField(
                                choices=[
                                    ("ranked", "Theo bảng xếp hạng"),
                                    ("chosen", "Ban Tổ chức xét chọn, có căn cứ"),
                                ],
                                default="ranked",
                                max_length=10,
                                verbose_name="cách chọn",
                            ),
                        ),
                        (
                            "unit_order",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("participants", "Số người dự thi"),
                                        ("attempts", "Số lượt thi"),
                                        ("ratio", "Tỷ lệ người dự thi trên tổng số người của đơn vị"),
                                        ("mean_score", "Điểm trung bình của người dự thi"),
                                        ("all_right", "Số người trả lời đúng tất cả câu hỏi"),
                                        ("all_right_share", "Tỷ lệ người trả lời đúng tất cả câu hỏi"),
                                        ("winners", "Số giải cá nhân đã đạt ở các vòng thi"),
                                        ("best_score", "Tổng điểm của những người có kết quả tốt nhất"),
                                        (
                                            "best_duration",
                                            "Tổng thời gian làm bài của những người có kết quả tốt nhất ít hơn",
                                        ),
                                    ],
                                    max_length=16,
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="thứ tự xếp hạng đơn vị",
                            ),
                        ),
                        ("weights", models.JSONField(blank=True, default=dict, verbose_name="trọng số (%)")),
                        (
                            "best_of",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="số người có kết quả tốt nhất được cộng",
                            ),
                        ),
                        (
                            "by_block",
                            models.BooleanField(
                                default=False, verbose_name="xếp hạng và trao giải riêng từng khối"
                            ),
                        ),
                        (
                            "min_participants",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="số người dự thi tối thiểu"
                            ),
                        ),
                        (
                            "min_ratio_percent",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=5,
                                null=True,
                                verbose_name="tỷ lệ dự thi tối thiểu (%)",
                            ),
                        ),
                        (
                            "winner_limit",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="mỗi người hoặc đơn vị đạt giải này nhiều nhất (lần)",
                            ),
                        ),
                        (
                            "unit_limit",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="mỗi đơn vị có nhiều nhất (người đạt giải)",
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="prize_tables",
                                to="contests.contest",
                                verbose_name="cuộc thi",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="prize_tables",
                                to="contests.round",
                                verbose_name="vòng thi",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "bảng giải",
                        "verbose_name_plural": "cơ cấu giải thưởng",
                        "ordering": ["contest", "number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contest", "number"), name="one_prize_table_per_number"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("round__isnull", False), ("scope", "round")),
                                    models.Q(models.Q(("scope", "round"), _negated=True), ("round", None)),
                                    _connector="OR",
                                ),
                                name="prize_table_of_a_round_names_it",
                                violation_error_message="Bảng giải của một vòng thi phải ghi vòng thi; bảng giải khác thì không.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Prize",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "position",
                            models.PositiveSmallIntegerField(
                                help_text="1 là giải cao nhất.", verbose_name="thứ tự trao"
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="tên giải")),
                        (
                            "quantity",
                            models.PositiveSmallIntegerField(
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="số lượng",
                            ),
                        ),
                        (
                            "amount",
                            models.PositiveIntegerField(default=0, verbose_name="giá trị mỗi giải (đồng)"),
                        ),
                        (
                            "certificate",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.RESTRICT,
                                related_name="prizes",
                                to="contests.certificatetemplate",
                                verbose_name="giấy kèm theo",
                            ),
                        ),
                        (
                            "table",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="prizes",
                                to="contests.prizetable",
                                verbose_name="bảng giải",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "giải thưởng",
                        "verbose_name_plural": "giải thưởng",
                        "ordering": ["table__number", "position"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("table", "position"),
                                name="one_prize_per_position",
                                violation_error_message="Hai giải không được có cùng thứ tự trao.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("quantity__gte", 1)), name="prize_quantity_is_positive"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Round",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="số thứ tự")),
                        ("name", models.CharField(max_length=100, verbose_name="tên vòng thi")),
                        ("opens_at", models.DateTimeField(verbose_name="mở vòng thi")),
                        ("closes_at", models.DateTimeField(verbose_name="kết thúc vòng thi")),
                        (
                            "questions",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(200),
                                ],
                                verbose_name="số câu hỏi của đề",
                            ),
                        ),
                        (
                            "time_limit_minutes",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(600),
                                ],
                                verbose_name="thời gian làm bài (phút)",
                            ),
                        ),
                        (
                            "attempts_allowed",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(1000),
                                ],
                                verbose_name="số lượt thi mỗi người",
                            ),
                        ),
                        (
                            "attempts_per_day",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Ngày theo giờ Việt Nam; để trống là không giới hạn theo ngày.",
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(1000),
                                ],
                                verbose_name="số lượt thi mỗi người trong một ngày",
                            ),
                        ),
                        (
                            "cooldown_minutes",
                            models.PositiveIntegerField(
                                default=0,
                                validators=[django.core.validators.MaxValueValidator(10000)],
                                verbose_name="nghỉ giữa hai lượt thi (phút)",
                            ),
                        ),
                        (
                            "counting_attempt",
                            models.CharField(
                                choices=[
                                    ("first", "Lượt thi đầu tiên"),
                                    ("last", "Lượt thi cuối cùng"),
                                    ("best", "Lượt thi có kết quả tốt nhất"),
                                ],
                                max_length=10,
                                verbose_name="lượt được tính",
                            ),
                        ),
                        (
                            "result_shown",
                            models.CharField(
                                choices=[
                                    ("at_once", "Ngay sau khi nộp bài"),
                                    ("after_close", "Sau khi vòng thi kết thúc"),
                                    ("after_publication", "Sau khi kết quả được công bố"),
                                ],
                                max_length=20,
                                verbose_name="cho xem điểm",
                            ),
                        ),
                        (
                            "prediction_target",
                            models.CharField(
                                choices=[
                                    ("none", "Không có câu dự đoán"),
                                    ("participants", "Số người dự thi"),
                                    ("attempts", "Số lượt thi"),
                                    ("all_right", "Số người trả lời đúng tất cả câu hỏi"),
                                    (
                                        "all_right_percent",
                                        "Tỷ lệ phần trăm người trả lời đúng tất cả câu hỏi",
                                    ),
                                ],
                                max_length=20,
                                verbose_name="câu dự đoán hỏi về",
                            ),
                        ),
                        (
                            "prediction_scope",
                            models.CharField(
                                choices=[
                                    ("round", "Trong vòng thi"),
                                    ("contest", "Trong cả cuộc thi"),
                                    ("block", "Trong khối của người dự thi, tại vòng thi"),
                                ],
                                default="round",
                                max_length=10,
                                verbose_name="phạm vi câu dự đoán",
                            ),
                        ),
                        ("prediction_text", models.TextField(blank=True, verbose_name="lời câu dự đoán")),
                        (
                            "rank_order",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("score", "Số câu trả lời đúng nhiều hơn"),
                                        ("prediction", "Câu dự đoán gần với kết quả thực tế hơn"),
                                        ("duration", "Thời gian làm bài ngắn hơn"),
                                        ("submitted", "Thời điểm nộp bài sớm hơn"),
                                    ],
                                    max_length=12,
                                ),
                                default=list,
                                size=None,
                                verbose_name="thứ tự xếp hạng",
                            ),
                        ),
                        (
                            "only_all_right",
                            models.BooleanField(
                                default=False, verbose_name="chỉ xếp hạng người trả lời đúng tất cả"
                            ),
                        ),
                        (
                            "promotes_best",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(1000),
                                ],
                                verbose_name="số người mỗi đơn vị được vào vòng này",
                            ),
                        ),
                        (
                            "bank",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="questions.bank",
                                verbose_name="ngân hàng",
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rounds",
                                to="contests.contest",
                                verbose_name="cuộc thi",
                            ),
                        ),
                        (
                            "promotes_from",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.RESTRICT,
                                related_name="promoting_to",
                                to="contests.round",
                                verbose_name="chọn người từ vòng",
                            ),
                        ),
                        (
                            "min_plausible_seconds",
                            models.PositiveIntegerField(
                                blank=True,
                                help_text="Bài nộp nhanh hơn được đưa vào danh sách chờ xem xét; điểm và thứ hạng không thay đổi. Để trống là không xét thời gian tối thiểu.",
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(36000),
                                ],
                                verbose_name="thời gian tối thiểu hợp lý của một bài (giây)",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "vòng thi",
                        "verbose_name_plural": "vòng thi",
                        "ordering": ["contest", "number"],
                        "permissions": [("seal_round", "Được niêm phong đề thi")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contest", "number"), name="one_round_number_per_contest"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("closes_at__gt", models.F("opens_at"))),
                                name="round_closes_after_opening",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("promotes_best", None), ("promotes_from", None)),
                                    models.Q(
                                        ("promotes_best__isnull", False), ("promotes_from__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="promotion_names_round_and_number",
                                violation_error_message="Vòng chung kết cần ghi cả vòng được chọn và số người mỗi đơn vị.",
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                expressions=[
                                    ("contest", "="),
                                    (
                                        contests.models.plan.TsTzRange(
                                            "opens_at",
                                            "closes_at",
                                            django.contrib.postgres.fields.ranges.RangeBoundary(),
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="rounds_do_not_overlap",
                                violation_error_message="Các vòng thi của một cuộc thi không được chồng thời gian lên nhau.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Quota",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "questions",
                            models.PositiveSmallIntegerField(
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="số câu",
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
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="quotas",
                                to="contests.round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "số câu theo chủ đề",
                        "verbose_name_plural": "số câu theo chủ đề",
                        "ordering": ["topic__position", "topic__name", "id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("round", "topic", "difficulty"),
                                name="one_quota_per_round_topic_and_difficulty",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RoundClosing",
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
                        ("reason", models.TextField(blank=True, verbose_name="lý do")),
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
                            "round",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="closing",
                                to="contests.round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "đóng vòng thi",
                        "verbose_name_plural": "đóng vòng thi",
                    },
                ),
                migrations.CreateModel(
                    name="RoundSeal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("questions", models.PositiveSmallIntegerField()),
                        ("quotas", models.JSONField(default=list)),
                        ("parts", models.PositiveSmallIntegerField(default=1)),
                        ("secret", models.BinaryField(max_length=32)),
                        ("commitment", models.CharField(max_length=64)),
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
                            "pool",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="questions.sealedpool",
                            ),
                        ),
                        (
                            "round",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="seal",
                                to="contests.round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "niêm phong đề",
                        "verbose_name_plural": "niêm phong đề",
                    },
                ),
                migrations.CreateModel(
                    name="Unit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=20, unique=True, verbose_name="mã")),
                        ("name", models.CharField(max_length=200, verbose_name="tên đơn vị")),
                        ("kind", models.CharField(blank=True, max_length=60, verbose_name="loại")),
                        ("folded", models.CharField(editable=False, max_length=200)),
                        ("is_rehearsal", models.BooleanField(default=False, editable=False)),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="children",
                                to="contests.unit",
                                verbose_name="đơn vị cấp trên",
                            ),
                        ),
                        (
                            "valid_from",
                            models.DateField(
                                blank=True,
                                help_text="Để trống: đơn vị có từ trước đến nay.",
                                null=True,
                                verbose_name="hoạt động từ ngày",
                            ),
                        ),
                        (
                            "valid_to",
                            models.DateField(
                                blank=True,
                                help_text="Ngày đầu tiên không còn đơn vị này. Cuộc thi mở từ ngày đó không chọn được đơn vị nữa.",
                                null=True,
                                verbose_name="chấm dứt từ ngày",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "đơn vị",
                        "verbose_name_plural": "đơn vị",
                        "ordering": ["code"],
                        "indexes": [
                            django.contrib.postgres.indexes.GinIndex(
                                fields=["folded"], name="unit_words", opclasses=["gin_trgm_ops"]
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_from", None),
                                    ("valid_to", None),
                                    ("valid_to__gt", models.F("valid_from")),
                                    _connector="OR",
                                ),
                                name="unit_ends_after_it_began",
                                violation_error_message="Ngày chấm dứt phải sau ngày bắt đầu hoạt động.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Promotion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField(verbose_name="thứ tự trong đơn vị")),
                        ("basis", models.CharField(max_length=100, verbose_name="theo bảng xếp hạng")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
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
                            "entry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="promotions",
                                to="contests.entry",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="promotions",
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
                            "replaces",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replacement",
                                to="contests.withdrawal",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "người vào vòng sau",
                        "verbose_name_plural": "người vào vòng sau",
                        "ordering": ["round", "unit__code", "place"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("round", "entry"), name="one_promotion_per_round_and_entry"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Headcount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "people",
                            models.PositiveIntegerField(
                                help_text="Người của chính đơn vị, không kể đơn vị trực thuộc; báo cáo tự cộng lên.",
                                verbose_name="tổng số người",
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="headcounts",
                                to="contests.contest",
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
                        "verbose_name": "tổng số người của đơn vị",
                        "verbose_name_plural": "tổng số người của các đơn vị",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contest", "unit"), name="one_headcount_per_contest_and_unit"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("people__gt", 0)), name="headcount_is_positive"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BlockUnit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "block",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="units",
                                to="contests.block",
                                verbose_name="khối",
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="block_units",
                                to="contests.contest",
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
                        "verbose_name": "đơn vị thi đua",
                        "verbose_name_plural": "đơn vị thi đua",
                        "ordering": ["block", "unit__code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contest", "unit"), name="one_block_per_contest_and_unit"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UnitOfficer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="officers",
                                to="contests.unit",
                                verbose_name="đơn vị",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="offices",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="tài khoản",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "cán bộ đầu mối của đơn vị",
                        "verbose_name_plural": "cán bộ đầu mối của đơn vị",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("user", "unit"), name="one_office_per_user_and_unit"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Unsealing",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("commitment", models.CharField(max_length=64)),
                        ("sealed_at", models.DateTimeField()),
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
                            "pool",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="questions.sealedpool",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="unsealings",
                                to="contests.round",
                            ),
                        ),
                        (
                            "sealed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "mở niêm phong đề",
                        "verbose_name_plural": "mở niêm phong đề",
                        "ordering": ["-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("sealed_by", models.F("by")), _negated=True),
                                name="sealer_does_not_unseal",
                            ),
                            models.UniqueConstraint(
                                fields=("round", "commitment"), name="one_unsealing_per_seal"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Withdrawal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("grounds", models.TextField(verbose_name="lý do")),
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
                            "promotion",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="withdrawal",
                                to="contests.promotion",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rút khỏi vòng sau",
                        "verbose_name_plural": "rút khỏi vòng sau",
                    },
                ),
                migrations.CreateModel(
                    name="Consent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("take_part", "Dự thi, xếp hạng, trao giải và công bố kết quả"),
                                    (
                                        "child_takes_part",
                                        "Cho trẻ em dự thi, xếp hạng, nhận giải và được công bố kết quả",
                                    ),
                                ],
                                max_length=20,
                                verbose_name="mục đích",
                            ),
                        ),
                        (
                            "giver",
                            models.CharField(
                                choices=[
                                    ("person", "Người dự thi đồng ý trên trang này"),
                                    ("guardian", "Người giám hộ đồng ý bằng mã xác thực"),
                                    ("paper", "Người giám hộ ký giấy, Ban Tổ chức ghi lại"),
                                ],
                                max_length=10,
                                verbose_name="cách đồng ý",
                            ),
                        ),
                        ("paper", models.CharField(blank=True, max_length=300, verbose_name="giấy đồng ý")),
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "entry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="consents",
                                to="contests.entry",
                            ),
                        ),
                        (
                            "text",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="consents",
                                to="contests.consenttext",
                            ),
                        ),
                        (
                            "guardian",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="consents",
                                to="contests.guardian",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "sự đồng ý",
                        "verbose_name_plural": "sự đồng ý",
                        "ordering": ["id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("entry", "text", "purpose"), name="one_consent_per_text"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("by__isnull", False),
                                        ("giver", "person"),
                                        ("guardian", None),
                                        ("paper", ""),
                                    ),
                                    models.Q(
                                        ("by", None),
                                        ("giver", "guardian"),
                                        ("guardian__isnull", False),
                                        ("paper", ""),
                                    ),
                                    models.Q(
                                        ("by__isnull", False),
                                        ("giver", "paper"),
                                        ("guardian", None),
                                        models.Q(("paper", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="consent_says_who_gave_it",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("giver", "person"), ("purpose", "take_part")),
                                    models.Q(
                                        models.Q(("giver", "person"), _negated=True),
                                        ("purpose", "child_takes_part"),
                                    ),
                                    _connector="OR",
                                ),
                                name="consent_is_the_givers_to_give",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ConsentText",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.CharField(max_length=20, verbose_name="phiên bản")),
                        ("digest", models.CharField(max_length=64, verbose_name="mã băm SHA-256")),
                        ("text", models.TextField(verbose_name="nội dung")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="consent_texts",
                                to="contests.contest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "nội dung đồng ý",
                        "verbose_name_plural": "nội dung đồng ý",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contest", "version"), name="one_text_per_consent_version"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ConsentWithdrawal",
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
                                verbose_name="lúc",
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
                            "entry",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="consent_withdrawal",
                                to="contests.entry",
                            ),
                        ),
                        (
                            "guardian",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="contests.guardian",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rút lại sự đồng ý",
                        "verbose_name_plural": "rút lại sự đồng ý",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("by__isnull", False), ("guardian", None)),
                                    models.Q(("by", None), ("guardian__isnull", False)),
                                    _connector="OR",
                                ),
                                name="withdrawal_says_who_withdrew",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DataAnswer",
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
                                verbose_name="trả lời",
                            ),
                        ),
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "request",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="answer",
                                to="contests.datarequest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "trả lời về dữ liệu cá nhân",
                        "verbose_name_plural": "trả lời về dữ liệu cá nhân",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("verdict", "accepted"),
                                    models.Q(("grounds", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="refused_data_request_has_grounds",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DataExport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=200)),
                        ("digest", models.CharField(max_length=64)),
                        (
                            "made_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        ("expires_at", models.DateTimeField()),
                        (
                            "request",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="export",
                                to="contests.datarequest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "bản sao dữ liệu cá nhân",
                        "verbose_name_plural": "bản sao dữ liệu cá nhân",
                    },
                ),
                migrations.CreateModel(
                    name="DataRequest",
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
                                    ("export", "Xuất dữ liệu cá nhân"),
                                    ("erasure", "Xóa dữ liệu cá nhân"),
                                ],
                                max_length=10,
                                verbose_name="loại",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="gửi lúc",
                            ),
                        ),
                        ("due_at", models.DateTimeField(verbose_name="hạn trả lời")),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="data_requests",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="tài khoản",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "đề nghị về dữ liệu cá nhân",
                        "verbose_name_plural": "đề nghị về dữ liệu cá nhân",
                        "ordering": ["id"],
                        "permissions": [("answer_data_request", "Được trả lời đề nghị về dữ liệu cá nhân")],
                    },
                ),
                migrations.CreateModel(
                    name="EntryDecision",
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
                        ("before", models.JSONField(default=dict, verbose_name="trước")),
                        ("after", models.JSONField(default=dict, verbose_name="sau")),
                        ("grounds", models.TextField(blank=True, verbose_name="lý do")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="lúc",
                            ),
                        ),
                        ("erased_at", models.DateTimeField(editable=False, null=True)),
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
                                to="contests.entryrequest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "quyết định về đề nghị",
                        "verbose_name_plural": "quyết định về đề nghị",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("verdict", "accepted"),
                                    models.Q(("grounds", ""), _negated=True),
                                    ("erased_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="refused_request_has_grounds",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EntryRequest",
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
                                    ("correction", "Sửa thông tin đã đăng ký"),
                                    ("missing_unit", "Đơn vị không có trong danh sách"),
                                ],
                                max_length=12,
                                verbose_name="loại",
                            ),
                        ),
                        ("wanted", models.JSONField(default=dict, verbose_name="đề nghị")),
                        ("reason", models.TextField(blank=True, verbose_name="lý do")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="gửi lúc",
                            ),
                        ),
                        ("erased_at", models.DateTimeField(editable=False, null=True)),
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
                                related_name="requests",
                                to="contests.entry",
                                verbose_name="đăng ký",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "đề nghị của người dự thi",
                        "verbose_name_plural": "đề nghị của người dự thi",
                        "ordering": ["id"],
                        "permissions": [("decide_request", "Được quyết định đề nghị của người dự thi")],
                    },
                ),
                migrations.CreateModel(
                    name="Guardian",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("full_name", models.CharField(max_length=200, verbose_name="họ và tên")),
                        (
                            "relation",
                            models.CharField(
                                choices=[
                                    ("mother", "Mẹ"),
                                    ("father", "Cha"),
                                    ("grandparent", "Ông, bà"),
                                    ("guardian", "Người giám hộ khác"),
                                ],
                                max_length=12,
                                verbose_name="quan hệ",
                            ),
                        ),
                        (
                            "contact",
                            models.CharField(
                                blank=True,
                                db_index=True,
                                max_length=254,
                                verbose_name="số điện thoại hoặc thư điện tử",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        ("erased_at", models.DateTimeField(editable=False, null=True)),
                        (
                            "entry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="guardians",
                                to="contests.entry",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "người giám hộ",
                        "verbose_name_plural": "người giám hộ",
                        "ordering": ["-id"],
                    },
                ),
                migrations.CreateModel(
                    name="GuardianCode",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("contact", models.CharField(max_length=64, unique=True)),
                        ("code", models.CharField(max_length=64)),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("expires_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "mã của người giám hộ",
                        "verbose_name_plural": "mã của người giám hộ",
                    },
                ),
                migrations.CreateModel(
                    name="Faq",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="thứ tự")),
                        ("question", models.CharField(max_length=300, verbose_name="câu hỏi")),
                        ("answer", models.TextField(max_length=3000, verbose_name="trả lời")),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="faqs",
                                to="contests.contest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "câu hỏi thường gặp",
                        "verbose_name_plural": "câu hỏi thường gặp",
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="RehearsalRun",
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
                        ("digest", models.CharField(blank=True, max_length=64)),
                        ("rounds", models.PositiveSmallIntegerField(default=0)),
                        ("people", models.PositiveIntegerField(default=0)),
                        ("attempts", models.PositiveIntegerField(default=0)),
                        ("awards", models.PositiveIntegerField(default=0)),
                        (
                            "faults",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(), blank=True, default=list, size=None
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
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rehearsal_runs",
                                to="contests.contest",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "lần tổng duyệt",
                        "verbose_name_plural": "các lần tổng duyệt",
                        "ordering": ["-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Roster",
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
                                verbose_name="nhập lúc",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người nhập",
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rosters",
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
                        "verbose_name": "danh sách người của đơn vị",
                        "verbose_name_plural": "danh sách người của các đơn vị",
                        "ordering": ["contest", "unit__code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contest", "unit"), name="one_roster_per_contest_and_unit"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RosterImport",
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
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        (
                            "mode",
                            models.CharField(
                                choices=[
                                    ("replace", "Thay toàn bộ danh sách đã nhập của đơn vị"),
                                    ("add", "Thêm vào danh sách đã nhập"),
                                ],
                                default="replace",
                                max_length=10,
                                verbose_name="cách nhập",
                            ),
                        ),
                        ("content", models.BinaryField()),
                        ("language", models.CharField(max_length=10)),
                        ("found", models.JSONField(editable=False, null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="contests.contest",
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
                        "verbose_name": "tệp danh sách người của đơn vị",
                        "verbose_name_plural": "tệp danh sách người của đơn vị",
                    },
                ),
                migrations.CreateModel(
                    name="RosterMatch",
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
                            "entry",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="contests.entry",
                            ),
                        ),
                        (
                            "person",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="match",
                                to="contests.rosterperson",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "đối chiếu danh sách",
                        "verbose_name_plural": "đối chiếu danh sách",
                    },
                ),
                migrations.CreateModel(
                    name="RosterPerson",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("full_name", models.CharField(max_length=200, verbose_name="họ và tên")),
                        ("folded", models.CharField(editable=False, max_length=200)),
                        (
                            "reference",
                            models.CharField(blank=True, max_length=60, verbose_name="mã, bộ phận"),
                        ),
                        ("birth_date", models.DateField(blank=True, null=True, verbose_name="ngày sinh")),
                        (
                            "phone",
                            models.CharField(
                                blank=True, max_length=16, null=True, verbose_name="số điện thoại"
                            ),
                        ),
                        (
                            "national_id_hash",
                            models.CharField(blank=True, editable=False, max_length=64, null=True),
                        ),
                        (
                            "roster",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="people",
                                to="contests.roster",
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
                        "verbose_name": "người trong danh sách",
                        "verbose_name_plural": "người trong danh sách",
                        "ordering": ["roster", "id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("phone__isnull", False)),
                                fields=["phone"],
                                name="roster_phones",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("roster", "national_id_hash"), name="one_line_per_roster_and_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("birth_date__isnull", False),
                                    ("phone__isnull", False),
                                    ("national_id_hash__isnull", False),
                                    _connector="OR",
                                ),
                                name="roster_person_can_be_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UnitChange",
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
                                    ("merge", "Sáp nhập"),
                                    ("split", "Chia tách"),
                                    ("rename", "Đổi tên, tổ chức lại"),
                                    ("dissolve", "Giải thể"),
                                ],
                                max_length=10,
                                verbose_name="việc",
                            ),
                        ),
                        ("decision_number", models.CharField(max_length=100, verbose_name="số quyết định")),
                        ("decision_date", models.DateField(verbose_name="ngày quyết định")),
                        ("effective_on", models.DateField(verbose_name="có hiệu lực từ ngày")),
                        ("note", models.TextField(blank=True, verbose_name="ghi chú")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="ghi lúc",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người ghi",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "sáp nhập, chia tách đơn vị",
                        "verbose_name_plural": "sáp nhập, chia tách đơn vị",
                        "ordering": ["-effective_on", "-id"],
                        "permissions": [("merge_unit", "Được ghi việc sáp nhập, chia tách đơn vị")],
                    },
                ),
                migrations.CreateModel(
                    name="UnitImport",
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
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        ("content", models.BinaryField()),
                        ("language", models.CharField(max_length=10)),
                        ("found", models.JSONField(editable=False, null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "under",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="contests.unit",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tệp danh mục đơn vị",
                        "verbose_name_plural": "tệp danh mục đơn vị",
                    },
                ),
                migrations.CreateModel(
                    name="UnitSuccession",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "change",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="successions",
                                to="contests.unitchange",
                            ),
                        ),
                        (
                            "successor",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="predecessions",
                                to="contests.unit",
                                verbose_name="đơn vị tiếp nhận",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="successions",
                                to="contests.unit",
                                verbose_name="đơn vị cũ",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "đơn vị tiếp nhận",
                        "verbose_name_plural": "đơn vị tiếp nhận",
                        "ordering": ["change", "unit__code", "successor__code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("change", "unit", "successor"),
                                name="one_line_per_succession",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("successor", None),
                                    models.Q(("successor", models.F("unit")), _negated=True),
                                    _connector="OR",
                                ),
                                name="no_unit_succeeds_itself",
                            ),
                        ],
                    },
                ),
            ],
        ),
        migrations.RunSQL(WORDS, "ALTER TABLE contests_unit DROP COLUMN words"),
        immutable("contests_announcement"),
        # Only an Unsealing before the opening takes a seal away.
        migrations.RunSQL(UNSEALED, "DROP FUNCTION contests_is_unsealed"),
        immutable("contests_roundseal", delete="NOT contests_is_unsealed(OLD.round_id, OLD.commitment)"),
        immutable("contests_unsealing"),
        immutable("contests_roundclosing"),
        migrations.RunSQL(OVER, "DROP FUNCTION contests_is_closed, contests_is_withdrawn"),
        immutable("contests_headcountlock"),
        immutable("contests_promotion"),
        immutable("contests_withdrawal"),
        immutable("contests_consenttext"),
        immutable("contests_consent"),
        immutable("contests_consentwithdrawal"),
        final_but_for_erasure("contests_guardian", "id", "entry_id", "relation", "at"),
        final_but_for_erasure("contests_entryrequest", "id", "entry_id", "kind", "by_id", "at"),
        final_but_for_erasure("contests_entrydecision", "id", "request_id", "verdict", "by_id", "at"),
        immutable("contests_datarequest"),
        immutable("contests_dataanswer"),
        immutable("contests_unitchange"),
        immutable("contests_unitsuccession"),
    ]
