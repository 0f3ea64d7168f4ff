from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from contest_site.lib.immutable import immutable


class Migration(migrations.Migration):
    dependencies = [("questions", "0001_initial")]

    operations = [
        immutable("questions_revision"),
        immutable("questions_appraisal"),
        immutable("questions_sealedpool"),
        immutable("questions_submission"),
        immutable("questions_picture"),
        immutable("questions_studywithdrawal"),
        migrations.RunSQL(
            "ALTER TABLE questions_revision ADD CONSTRAINT revision_keys_are_options"
            " CHECK (0 <= ALL (keys) AND cardinality(options) > ALL (keys))",
            "ALTER TABLE questions_revision DROP CONSTRAINT revision_keys_are_options",
        ),
        # Near duplicates: similarity of the last revisions' fingerprints (questions.domain.duplicates).
        TrigramExtension(),
        migrations.RunSQL(
            "CREATE INDEX questions_revision_trigrams ON questions_revision USING gin (fingerprint gin_trgm_ops)",
            "DROP INDEX questions_revision_trigrams",
        ),
    ]
