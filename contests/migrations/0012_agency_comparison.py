from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contests", "0011_min_plausible_seconds"),
    ]

    operations = [
        migrations.AddField(
            model_name="contest",
            name="agency_comparison",
            field=models.CharField(
                choices=[
                    ("none", "Không so sánh"),
                    ("without_names", "Thứ hạng và khoảng trong khối, không nêu tên đơn vị khác"),
                    ("named", "Số liệu của từng đơn vị trong khối, có tên"),
                ],
                default="none",
                help_text="Cán bộ đầu mối của một đơn vị thấy gì về các đơn vị khác trong khối.",
                max_length=20,
                verbose_name="so sánh trên trang của đơn vị",
            ),
        ),
    ]
