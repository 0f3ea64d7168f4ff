from django.db import migrations

from contest_site.lib.immutable import immutable

UNSEALED = """
CREATE FUNCTION contests_is_unsealed(round bigint, sealed varchar) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM contests_unsealing u JOIN contests_round r ON r.id = u.round_id
        WHERE u.round_id = round AND u.commitment = sealed AND u.at < r.opens_at
    )
$$
"""

# Volatile and in PL/pgSQL, so that each call sees what was committed until then, also by a transaction for
# whose lock its own statement has waited (attempts.domain.starting).
OVER = """
CREATE FUNCTION contests_is_closed(round bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM contests_roundclosing c WHERE c.round_id = round);
END $$;
CREATE FUNCTION contests_is_withdrawn(promotion bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM contests_withdrawal w WHERE w.promotion_id = promotion);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("contests", "0001_initial")]

    operations = [
        immutable("contests_announcement"),
        # Only an Unsealing before the opening takes a seal away.
        migrations.RunSQL(UNSEALED, "DROP FUNCTION contests_is_unsealed"),
        immutable("contests_roundseal", delete="NOT contests_is_unsealed(OLD.round_id, OLD.commitment)"),
        immutable("contests_unsealing"),
        immutable("contests_roundclosing"),
        migrations.RunSQL(OVER, "DROP FUNCTION contests_is_closed, contests_is_withdrawn"),
        immutable("contests_headcountlock"),
        immutable("contests_promotion"),
        immutable("contests_withdrawal"),
    ]
