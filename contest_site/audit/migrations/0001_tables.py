import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import contest_site.lib.names
from contest_site.lib.immutable import immutable
from contest_site.lib.migrating import Tables

# As contest_site.lib.text.fold does. Not in SQL: what is put in place of its call has a cost of its own, a low one.
FUNCTION = r"""
CREATE FUNCTION contest_words(said text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
AS $$
BEGIN
    RETURN to_tsvector('pg_catalog.simple', regexp_replace(
        normalize(translate(lower(left(said, 20000) COLLATE "default"), 'đ', 'd'), NFD),
        '[\u0300-\u036f]', '', 'g'
    ));
END
$$;
"""

# Stricter than contest_refuse_change: a rehearsal that is erased leaves its trail, too. There is no trigger
# against TRUNCATE, which test databases are emptied with: the application's role has no right to it.
REFUSE = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the trail is final', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_change_is_final BEFORE UPDATE OR DELETE ON audit_change
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_seal_is_final BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
"""
BACK = """
DROP TRIGGER audit_change_is_final ON audit_change;
DROP TRIGGER audit_seal_is_final ON audit_seal;
DROP FUNCTION audit_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("audit", "0001_initial"),
        ("audit", "0002_final_rows"),
        ("audit", "0003_changes"),
        ("audit", "0004_changes_are_final"),
        ("audit", "0005_words"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION contest_words(text)"),
        Tables(
            [
                migrations.CreateModel(
                    name="AuditEvent",
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
                                verbose_name="thời điểm",
                            ),
                        ),
                        ("actor_name", models.CharField(max_length=200, verbose_name="tên người thực hiện")),
                        ("verb", models.CharField(max_length=60, verbose_name="việc")),
                        ("object_type", models.CharField(max_length=60, verbose_name="loại đối tượng")),
                        ("object_id", models.CharField(max_length=60, verbose_name="mã đối tượng")),
                        ("object_name", models.CharField(max_length=300, verbose_name="đối tượng")),
                        ("reason", models.TextField(blank=True, verbose_name="lý do")),
                        ("data", models.JSONField(default=dict, verbose_name="chi tiết")),
                        (
                            "actor",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người thực hiện",
                            ),
                        ),
                        (
                            "address",
                            models.GenericIPAddressField(
                                editable=False, null=True, verbose_name="địa chỉ mạng"
                            ),
                        ),
                        ("request", models.UUIDField(editable=False, null=True, verbose_name="mã yêu cầu")),
                    ],
                    options={
                        "verbose_name": "sự kiện",
                        "verbose_name_plural": "nhật ký",
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(
                                fields=["object_type", "object_id"], name="audit_audit_object__0e78a5_idx"
                            ),
                            models.Index(fields=["request"], name="event_request"),
                            django.contrib.postgres.indexes.GinIndex(
                                contest_site.lib.names.Words(
                                    contest_site.lib.names.Joined("actor_name", "object_name", "reason")
                                ),
                                fastupdate=False,
                                name="event_words",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Change",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="thời điểm")),
                        ("actor_name", models.CharField(max_length=200, verbose_name="tên người thực hiện")),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("web", "Trang web"),
                                    ("task", "Tác vụ nền"),
                                    ("command", "Lệnh quản trị"),
                                    ("database", "Trực tiếp trên cơ sở dữ liệu"),
                                ],
                                max_length=10,
                                verbose_name="nguồn",
                            ),
                        ),
                        ("place", models.CharField(max_length=200, verbose_name="nơi thực hiện")),
                        ("address", models.GenericIPAddressField(null=True, verbose_name="địa chỉ mạng")),
                        ("request", models.UUIDField(null=True, verbose_name="mã yêu cầu")),
                        ("role", models.CharField(max_length=63, verbose_name="vai trò trong cơ sở dữ liệu")),
                        ("table_name", models.CharField(max_length=63, verbose_name="bảng")),
                        ("row_key", models.CharField(max_length=60, verbose_name="khóa")),
                        (
                            "operation",
                            models.CharField(
                                choices=[("I", "Thêm"), ("U", "Sửa"), ("D", "Xóa"), ("T", "Xóa cả bảng")],
                                max_length=1,
                                verbose_name="thao tác",
                            ),
                        ),
                        ("changes", models.JSONField(verbose_name="thay đổi")),
                        ("words", django.contrib.postgres.search.SearchVectorField(null=True)),
                        (
                            "actor",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người thực hiện",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "thay đổi dữ liệu",
                        "verbose_name_plural": "thay đổi dữ liệu",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["table_name", "row_key", "id"], name="change_row"),
                            models.Index(fields=["table_name", "id"], name="change_table"),
                            models.Index(fields=["actor", "id"], name="change_actor"),
                            models.Index(fields=["at"], name="change_at"),
                            models.Index(fields=["request"], name="change_request"),
                            django.contrib.postgres.indexes.GinIndex(fields=["words"], name="change_words"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Seal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "trail",
                            models.CharField(
                                choices=[("changes", "Thay đổi dữ liệu"), ("events", "Sự kiện")],
                                max_length=10,
                                verbose_name="nhật ký",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="thời điểm")),
                        ("after", models.BigIntegerField(verbose_name="sau dòng")),
                        ("upto", models.BigIntegerField(verbose_name="đến dòng")),
                        (
                            "rows",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), size=None
                            ),
                        ),
                        ("digests", models.BinaryField()),
                        ("seal", models.BinaryField(verbose_name="niêm phong")),
                    ],
                    options={
                        "verbose_name": "niêm phong nhật ký",
                        "verbose_name_plural": "niêm phong nhật ký",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(fields=("trail", "after"), name="one_seal_after_another")
                        ],
                    },
                ),
            ],
        ),
        immutable("audit_auditevent"),
        migrations.RunSQL(REFUSE, BACK),
    ]
