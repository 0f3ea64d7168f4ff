import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import contest_site.lib.names
from contest_site.lib.immutable import immutable
from contest_site.lib.migrating import Tables

# `user_id` says whose session it is, so that session and account are read, and a save is checked, in one statement.
# It is there only while the password is the one that the session was opened with: a new password takes it away, and
# what remains is Django's own check, which ends the session.
FORWARDS = """
ALTER TABLE django_session ADD COLUMN user_id bigint;
CREATE INDEX accounts_session_of ON django_session (user_id) WHERE user_id IS NOT NULL;
CREATE FUNCTION accounts_forget_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE django_session SET user_id = NULL WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_user_new_password AFTER UPDATE OF password ON accounts_user
FOR EACH ROW WHEN (OLD.password IS DISTINCT FROM NEW.password) EXECUTE FUNCTION accounts_forget_sessions();
"""
BACKWARDS = """
DROP TRIGGER accounts_user_new_password ON accounts_user;
DROP FUNCTION accounts_forget_sessions;
ALTER TABLE django_session DROP COLUMN user_id;
"""


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0002_help_and_budget"),
        ("accounts", "0003_who_a_session_is"),
        ("accounts", "0004_names_searched"),
    ]

    dependencies = [
        ("accounts", "0001_initial"),
        ("audit", "0001_tables"),
        ("sessions", "0001_initial"),
        # Needed for nothing, but before the other tables are there they take a tenth of the time.
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [
        Tables(
            [
                migrations.CreateModel(
                    name="MessageCount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField()),
                        ("key", models.CharField(blank=True, max_length=64)),
                        ("sent", models.PositiveIntegerField(default=0)),
                        ("refused", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("day", "key"), name="one_message_count_per_day_and_key"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AccountMerge",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "identity_check",
                            models.CharField(
                                choices=[
                                    ("in_person", "Gặp trực tiếp, đã đối chiếu giấy tờ có ảnh"),
                                    ("letter", "Văn bản hoặc thư của đơn vị nơi người đó công tác, học tập"),
                                    (
                                        "video",
                                        "Gọi hình, đã đối chiếu giấy tờ có ảnh và thông tin đã đăng ký",
                                    ),
                                ],
                                max_length=20,
                                verbose_name="đã kiểm tra nhân thân",
                            ),
                        ),
                        ("grounds", models.TextField(verbose_name="căn cứ")),
                        ("entries", models.JSONField(default=list, verbose_name="đăng ký dự thi đã chuyển")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="thời điểm",
                            ),
                        ),
                        (
                            "absorbed",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="absorption",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="tài khoản gộp vào",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người thực hiện",
                            ),
                        ),
                        (
                            "kept",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merges",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="tài khoản giữ lại",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "gộp tài khoản",
                        "verbose_name_plural": "gộp tài khoản",
                        "ordering": ["-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kept", models.F("absorbed")), _negated=True),
                                name="a_merge_has_two_accounts",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("by", models.F("kept")), _negated=True),
                                    models.Q(("by", models.F("absorbed")), _negated=True),
                                ),
                                name="nobody_merges_the_own_account",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("grounds", ""), _negated=True), name="a_merge_has_grounds"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContactMove",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("lost", "Mất điện thoại, mất số hoặc không còn vào được thư điện tử"),
                                    ("changed", "Đổi số, đổi địa chỉ; số cũ không còn dùng"),
                                    ("mistyped", "Số hoặc địa chỉ đã ghi sai"),
                                ],
                                max_length=20,
                                verbose_name="lý do",
                            ),
                        ),
                        (
                            "identity_check",
                            models.CharField(
                                choices=[
                                    ("in_person", "Gặp trực tiếp, đã đối chiếu giấy tờ có ảnh"),
                                    ("letter", "Văn bản hoặc thư của đơn vị nơi người đó công tác, học tập"),
                                    (
                                        "video",
                                        "Gọi hình, đã đối chiếu giấy tờ có ảnh và thông tin đã đăng ký",
                                    ),
                                ],
                                max_length=20,
                                verbose_name="đã kiểm tra nhân thân",
                            ),
                        ),
                        ("grounds", models.TextField(verbose_name="căn cứ")),
                        (
                            "old_contact",
                            models.CharField(blank=True, max_length=254, verbose_name="nơi nhận mã cũ"),
                        ),
                        ("new_contact", models.CharField(max_length=254, verbose_name="nơi nhận mã mới")),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="thời điểm",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người thực hiện",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="contact_moves",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="tài khoản",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "đổi nơi nhận mã",
                        "verbose_name_plural": "đổi nơi nhận mã",
                        "ordering": ["-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("by", models.F("user")), _negated=True),
                                name="nobody_moves_the_own_account",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("grounds", ""), _negated=True),
                                name="a_contact_move_has_grounds",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FactorRecovery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "identity_check",
                            models.CharField(
                                choices=[
                                    ("in_person", "Gặp trực tiếp, đã đối chiếu giấy tờ có ảnh"),
                                    ("letter", "Văn bản hoặc thư của đơn vị nơi người đó công tác, học tập"),
                                    (
                                        "video",
                                        "Gọi hình, đã đối chiếu giấy tờ có ảnh và thông tin đã đăng ký",
                                    ),
                                ],
                                max_length=20,
                                verbose_name="đã kiểm tra nhân thân",
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
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="người thực hiện",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="factor_recoveries",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="tài khoản",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "gỡ lớp bảo vệ thứ hai",
                        "verbose_name_plural": "gỡ lớp bảo vệ thứ hai",
                        "ordering": ["-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("by", models.F("user")), _negated=True),
                                name="nobody_recovers_the_own_factor",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("grounds", ""), _negated=True),
                                name="a_factor_recovery_has_grounds",
                            ),
                        ],
                    },
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="user",
            index=django.contrib.postgres.indexes.GinIndex(
                contest_site.lib.names.Words("full_name"), fastupdate=False, name="user_names"
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(condition=models.Q(("is_staff", True)), fields=["id"], name="user_staff"),
        ),
        immutable("accounts_contactmove"),
        immutable("accounts_accountmerge"),
        immutable("accounts_factorrecovery"),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
