import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from contest_site.lib.immutable import immutable


class Migration(migrations.Migration):
    dependencies = [
        ("prizes", "0003_participation_papers"),
    ]

    operations = [
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
        immutable("prizes_pressfigures"),
    ]
