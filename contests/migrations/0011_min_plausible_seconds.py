import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contests", "0010_units_and_rosters")]

    operations = [
        migrations.AddField(
            model_name="round",
            name="min_plausible_seconds",
            field=models.PositiveIntegerField(
                blank=True,
                help_text=(
                    "Bài nộp nhanh hơn được đưa vào danh sách chờ xem xét; điểm và thứ hạng không thay đổi."
                    " Để trống là không xét thời gian tối thiểu."
                ),
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(36000),
                ],
                verbose_name="thời gian tối thiểu hợp lý của một bài (giây)",
            ),
        ),
    ]
