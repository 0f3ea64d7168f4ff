from django.db import migrations

from contest_site.lib.immutable import immutable


class Migration(migrations.Migration):
    dependencies = [("questions", "0001_initial")]

    operations = [
        immutable("questions_revision"),
        immutable("questions_appraisal"),
        immutable("questions_sealedpool"),
    ]
