import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from contest_site.lib.immutable import immutable


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "permissions": [
                    ("help_people", "Được đổi nơi nhận mã và gộp tài khoản của người dự thi"),
                    ("recover_second_factor", "Được gỡ lớp bảo vệ thứ hai cho người khác"),
                ],
                "verbose_name": "tài khoản",
                "verbose_name_plural": "tài khoản",
            },
        ),
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
                    models.UniqueConstraint(fields=("day", "key"), name="one_message_count_per_day_and_key")
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
                            ("video", "Gọi hình, đã đối chiếu giấy tờ có ảnh và thông tin đã đăng ký"),
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
                            ("video", "Gọi hình, đã đối chiếu giấy tờ có ảnh và thông tin đã đăng ký"),
                        ],
                        max_length=20,
                        verbose_name="đã kiểm tra nhân thân",
                    ),
                ),
                ("grounds", models.TextField(verbose_name="căn cứ")),
                ("old_contact", models.CharField(blank=True, max_length=254, verbose_name="nơi nhận mã cũ")),
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
                        condition=models.Q(("grounds", ""), _negated=True), name="a_contact_move_has_grounds"
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
                            ("video", "Gọi hình, đã đối chiếu giấy tờ có ảnh và thông tin đã đăng ký"),
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
        immutable("accounts_contactmove"),
        immutable("accounts_accountmerge"),
        immutable("accounts_factorrecovery"),
    ]
