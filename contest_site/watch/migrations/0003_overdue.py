from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("watch", "0002_submitted_index")]

    operations = [
        migrations.AddField(
            model_name="roundcount",
            name="overdue",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="quá giờ chưa nộp"),
        )
    ]
