import django.contrib.postgres.indexes
from django.db import migrations

from contest_site.lib.immutable import final_but_for_erasure, immutable

# Whoever entered before consents had rows of their own agreed to the contest's text as it stands: a plan that
# was announced does not change.
EARLIER = """
INSERT INTO contests_consenttext (contest_id, version, digest, text)
SELECT DISTINCT contest.id, entry.consent_version,
       encode(sha256(convert_to(contest.consent_text, 'UTF8')), 'hex'), contest.consent_text
FROM contests_entry entry JOIN contests_contest contest ON contest.id = entry.contest_id;
INSERT INTO contests_consent (entry_id, text_id, purpose, giver, by_id, paper, at)
SELECT entry.id, text.id, 'take_part', 'person', entry.user_id, '', entry.consented_at
FROM contests_entry entry
JOIN contests_consenttext text
  ON text.contest_id = entry.contest_id AND text.version = entry.consent_version;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contests", "0003_entry_and_personal_data"),
        # pg_trgm
        ("questions", "0002_final_rows"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="unit",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["folded"], name="unit_words", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.RunSQL(EARLIER, migrations.RunSQL.noop),
        immutable("contests_consenttext"),
        immutable("contests_consent"),
        immutable("contests_consentwithdrawal"),
        final_but_for_erasure("contests_guardian", "id", "entry_id", "relation", "at"),
        final_but_for_erasure("contests_entryrequest", "id", "entry_id", "kind", "by_id", "at"),
        final_but_for_erasure("contests_entrydecision", "id", "request_id", "verdict", "by_id", "at"),
        immutable("contests_datarequest"),
        immutable("contests_dataanswer"),
    ]
