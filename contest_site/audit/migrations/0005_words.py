from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from contest_site.lib.names import Joined, Words

# As contest_site.lib.text.fold does. Not in SQL: what is put in place of its call has a cost of its own, a low one.
FUNCTION = r"""
CREATE FUNCTION contest_words(said text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
AS $$
BEGIN
    RETURN to_tsvector('pg_catalog.simple', regexp_replace(
        normalize(translate(lower(left(said, 20000) COLLATE "default"), 'đ', 'd'), NFD),
        '[\u0300-\u036f]', '', 'g'
    ));
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_changes_are_final")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION contest_words(text)"),
        migrations.AddIndex(
            model_name="auditevent",
            index=GinIndex(
                Words(Joined("actor_name", "object_name", "reason")), name="event_words", fastupdate=False
            ),
        ),
    ]
