from django.db import migrations

from contest_site.lib.immutable import immutable


class Migration(migrations.Migration):
    dependencies = [("attempts", "0001_initial")]

    operations = [
        # Open attempts are saved again and again: leave room on the page, so that a save touches no index.
        migrations.RunSQL(
            "ALTER TABLE attempts_attempt SET (fillfactor = 70)",
            "ALTER TABLE attempts_attempt RESET (fillfactor)",
        ),
        # Once submitted, an attempt is final; while open, what it was started with is.
        immutable(
            "attempts_attempt",
            update="OLD.submitted_at IS NOT NULL OR (OLD.entry_id, OLD.round_id, OLD.number, OLD.seed, OLD.paper,"
            " OLD.orders, OLD.started_at) IS DISTINCT FROM (NEW.entry_id, NEW.round_id, NEW.number, NEW.seed,"
            " NEW.paper, NEW.orders, NEW.started_at)",
        ),
        immutable("attempts_prediction"),
        immutable("attempts_disqualification"),
        immutable("attempts_reinstatement"),
        immutable("attempts_keycorrection"),
        immutable("attempts_keycorrectiondecision"),
        immutable("attempts_regrade"),
        immutable("attempts_regradedscore"),
    ]
