from django.db import migrations

from contest_site.lib.immutable import immutable


class Migration(migrations.Migration):
    dependencies = [("prizes", "0001_initial")]

    operations = [
        immutable("prizes_standingsrun"),
        immutable("prizes_standingsrow"),
        immutable("prizes_runreview"),
        immutable("prizes_runapproval"),
        immutable("prizes_runreturn"),
        immutable("prizes_decision"),
        immutable("prizes_publication"),
        immutable("prizes_tiedecision"),
        immutable("prizes_award"),
        immutable("prizes_certificate"),
        immutable("prizes_certificatefile"),
        immutable("prizes_unitrow"),
        immutable("prizes_promotiontie"),
        immutable("prizes_nomination"),
        immutable("prizes_nominationwithdrawal"),
        immutable("prizes_publishedlist"),
    ]
