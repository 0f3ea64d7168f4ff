from django.db import migrations

# The words of a name, each after one space, kept by the database: worked out anew for each of thousands of names
# they cost more than the search itself (contests.unit_search).
WORDS = """
DROP INDEX contests_unit_words;
ALTER TABLE contests_unit ADD COLUMN words text
    GENERATED ALWAYS AS (' ' || translate(folded, '-–(),./"“”', '         ')) STORED;
CREATE INDEX contests_unit_words ON contests_unit USING gin (words gin_trgm_ops);
"""
BACK = """
DROP INDEX contests_unit_words;
ALTER TABLE contests_unit DROP COLUMN words;
CREATE INDEX contests_unit_words ON contests_unit
USING gin ((' ' || translate(folded, '-–(),./"“”', '         ')) gin_trgm_ops);
"""


class Migration(migrations.Migration):
    dependencies = [("contests", "0007_unit_words")]

    operations = [migrations.RunSQL(WORDS, BACK)]
