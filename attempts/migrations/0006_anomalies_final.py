from django.db import migrations

from contest_site.lib.immutable import immutable


class Migration(migrations.Migration):
    dependencies = [("attempts", "0005_anomalies")]

    operations = [
        immutable("attempts_anomaly"),
        immutable("attempts_anomalyverdict"),
    ]
