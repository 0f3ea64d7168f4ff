import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from contest_site.lib.immutable import immutable


class Migration(migrations.Migration):
    dependencies = [
        ("contests", "0006_participation_paper"),
        ("prizes", "0002_final_rows"),
    ]

    operations = [
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
        immutable("prizes_participationpaper"),
    ]
