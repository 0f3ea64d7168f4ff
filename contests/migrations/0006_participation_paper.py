from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contests", "0005_questions_and_answers")]

    operations = [
        migrations.AlterField(
            model_name="certificatetemplate",
            name="kind",
            field=models.CharField(
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
    ]
