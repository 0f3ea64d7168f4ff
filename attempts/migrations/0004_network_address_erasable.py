from django.db import migrations

# A submitted attempt is final; only the network address and the browser's mark, on which neither receipt nor
# rank rests, can be taken out (erasure of personal data). While open, what it was started with is final.
BEFORE = """
DROP TRIGGER attempts_attempt_no_update ON attempts_attempt;
CREATE TRIGGER attempts_attempt_no_update BEFORE UPDATE ON attempts_attempt
    FOR EACH ROW WHEN ({submitted} OR
        (OLD.entry_id, OLD.round_id, OLD.number, OLD.seed, OLD.paper, OLD.orders, OLD.started_at)
        IS DISTINCT FROM
        (NEW.entry_id, NEW.round_id, NEW.number, NEW.seed, NEW.paper, NEW.orders, NEW.started_at))
    EXECUTE FUNCTION contest_refuse_change();
"""
ERASABLE = """(OLD.submitted_at IS NOT NULL AND NOT (
    NEW.address IS NULL AND NEW.device = ''
    AND to_jsonb(NEW) - 'address' - 'device' = to_jsonb(OLD) - 'address' - 'device'
))"""


class Migration(migrations.Migration):
    dependencies = [("attempts", "0003_item_counts")]

    operations = [
        migrations.RunSQL(
            BEFORE.format(submitted=ERASABLE), BEFORE.format(submitted="OLD.submitted_at IS NOT NULL")
        )
    ]
