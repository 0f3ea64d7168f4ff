from django.db import migrations

from contest_site.lib.immutable import immutable


class Migration(migrations.Migration):
    dependencies = [("contests", "0001_initial")]

    operations = [
        immutable("contests_announcement"),
        immutable("contests_roundseal"),
        immutable("contests_roundclosing"),
        immutable("contests_headcountlock"),
        immutable("contests_promotion"),
        immutable("contests_withdrawal"),
    ]
