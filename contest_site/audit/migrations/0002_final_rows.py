from django.db import migrations

from contest_site.lib.immutable import immutable


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        immutable("audit_auditevent"),
    ]
