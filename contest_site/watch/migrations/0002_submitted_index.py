from django.db import migrations


class Migration(migrations.Migration):
    """What was submitted since a moment is found without reading what was submitted before it.

    Of `attempts_attempt`, but made here: nothing but the watch asks for it. A save changes neither column; a
    start adds nothing to it; a submission, which changes other indexes anyway, adds one entry at its end
    (docs/decisions/0018 has the measurement).
    """

    dependencies = [("watch", "0001_initial"), ("attempts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX attempt_round_submitted ON attempts_attempt (round_id, submitted_at)"
            " WHERE submitted_at IS NOT NULL",
            "DROP INDEX attempt_round_submitted",
        )
    ]
