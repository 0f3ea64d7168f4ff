from django.db import migrations

# The words of a name, each after one space (contests.unit_search.WORDS).
INDEX = """
CREATE INDEX contests_unit_words ON contests_unit
USING gin ((' ' || translate(folded, '-–(),./"“”', '         ')) gin_trgm_ops)
"""


class Migration(migrations.Migration):
    dependencies = [("contests", "0006_participation_paper")]

    operations = [migrations.RunSQL(INDEX, "DROP INDEX contests_unit_words")]
