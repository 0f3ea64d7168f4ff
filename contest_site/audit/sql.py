"""The database's own part of the trail: functions that write it and seal it. Installed by audit.triggers.

Each runs with the rights of the database's owner (SECURITY DEFINER): the application's role can neither write
the trail itself nor attach these functions to tables of its own.
"""

# {column: [before, after]} of the columns that differ, veiled; null when none does. `row` is the row's key.
DIFFERENCE = """
CREATE OR REPLACE FUNCTION audit_difference(
    old_row jsonb, new_row jsonb, row_key text, secret jsonb, personal jsonb, silent jsonb
) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT jsonb_object_agg(name, jsonb_build_array(
        CASE WHEN before IS NULL OR before = 'null' THEN NULL
             WHEN secret ? name THEN '"•••"' WHEN personal ? name THEN to_jsonb('#' || row_key)
             ELSE before END,
        CASE WHEN after IS NULL OR after = 'null' THEN NULL
             WHEN secret ? name THEN '"•••"' WHEN personal ? name THEN to_jsonb('#' || row_key)
             ELSE after END
    ))
    FROM (
        SELECT name, old_row -> name AS before, new_row -> name AS after
        FROM jsonb_object_keys(coalesce(new_row, old_row)) AS name
        WHERE NOT silent ? name
    ) AS columns
    WHERE before IS DISTINCT FROM after
$$;
"""

# Names and values as the search reads them: lower case, without accents (contest_site.lib.text.fold).
WORDS = r"""
CREATE OR REPLACE FUNCTION audit_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.simple', regexp_replace(
        normalize(translate(lower(left(said, 20000) COLLATE "default"), 'đ', 'd'), NFD),
        '[\u0300-\u036f]', '', 'g'
    ))
$$;
"""

# One call for a statement, however many rows it changes. TG_ARGV[0]: contest_site.audit.tracked.Tracked.
# Who acts stands before the statement (contest_site.audit.acting); without it somebody uses a console.
# A key is one column or two.
RECORD = """
CREATE OR REPLACE FUNCTION audit_record_change() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    rule jsonb := TG_ARGV[0]::jsonb;
    pk text[] := ARRAY(SELECT jsonb_array_elements_text(rule -> 'pk'));
    said text;
    who jsonb;
    mode text := rule ->> 'mode';
    number bigint;
BEGIN
    said := substring(current_query() from '^/[*]contest:([A-Za-z0-9+/=]+)[*]/');
    IF said IS NOT NULL THEN
        who := convert_from(decode(said, 'base64'), 'UTF8')::jsonb;
    END IF;
    IF TG_OP = 'INSERT' AND mode = 'visitors' AND who ->> 'source' = 'web'
        AND NOT (who ->> 'organiser')::boolean THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('SELECT count(*) FROM %I', TG_TABLE_NAME) INTO number;
        IF number > 0 THEN
            PERFORM audit_write(
                who, TG_TABLE_NAME, '', 'T', jsonb_build_object('rows', jsonb_build_array(number, NULL)));
        END IF;
    ELSIF TG_OP = 'INSERT' AND mode = 'bulk' THEN
        SELECT count(*) INTO number FROM new_rows;
        IF number > 0 THEN
            PERFORM audit_write(
                who, TG_TABLE_NAME, '', 'I', jsonb_build_object('rows', jsonb_build_array(NULL, number)));
        END IF;
    ELSIF TG_OP = 'DELETE' AND mode = 'bulk'
        AND current_setting('contest.erasing_rehearsal', true) = 'on' THEN
        SELECT count(*) INTO number FROM old_rows;
        IF number > 0 THEN
            PERFORM audit_write(
                who, TG_TABLE_NAME, '', 'D', jsonb_build_object('rows', jsonb_build_array(number, NULL)));
        END IF;
    ELSIF TG_OP = 'INSERT' THEN
        PERFORM audit_write(who, TG_TABLE_NAME, key, 'I', audit_difference(NULL, after, key,
            rule -> 'secret', audit_personal(rule, after), rule -> 'silent'))
        FROM (
            SELECT after, concat_ws('-', after ->> pk[1], after ->> pk[2]) AS key
            FROM (SELECT to_jsonb(r) AS after FROM new_rows AS r OFFSET 0) AS r
        ) AS n;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM audit_write(who, TG_TABLE_NAME, key, 'D', audit_difference(before, NULL, key,
            rule -> 'secret', audit_personal(rule, before), rule -> 'silent'))
        FROM (
            SELECT before, concat_ws('-', before ->> pk[1], before ->> pk[2]) AS key
            FROM (SELECT to_jsonb(r) AS before FROM old_rows AS r OFFSET 0) AS r
        ) AS o;
    ELSE
        PERFORM audit_write(who, TG_TABLE_NAME, key,
            CASE WHEN before IS NULL THEN 'I' WHEN after IS NULL THEN 'D' ELSE 'U' END, difference)
        FROM (
            SELECT before, after, key, audit_difference(before, after, key,
                rule -> 'secret', audit_personal(rule, coalesce(after, before)), rule -> 'silent'
            ) AS difference
            FROM (
                SELECT before, concat_ws('-', before ->> pk[1], before ->> pk[2]) AS key
                FROM (SELECT to_jsonb(r) AS before FROM old_rows AS r OFFSET 0) AS r
            ) AS o
            FULL JOIN (
                SELECT after, concat_ws('-', after ->> pk[1], after ->> pk[2]) AS key
                FROM (SELECT to_jsonb(r) AS after FROM new_rows AS r OFFSET 0) AS r
            ) AS n USING (key)
        ) AS changed
        WHERE difference IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
"""

# A person's columns of this row; an organiser's name may stand.
PERSONAL = """
CREATE OR REPLACE FUNCTION audit_personal(rule jsonb, of_row jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN rule ->> 'named_if' <> '' AND of_row ->> (rule ->> 'named_if') = 'true'
        THEN (SELECT coalesce(jsonb_agg(name), '[]') FROM jsonb_array_elements(rule -> 'personal') AS name
              WHERE NOT rule -> 'named' @> name)
        ELSE rule -> 'personal' END
$$;
"""

WRITE = """
CREATE OR REPLACE FUNCTION audit_write(
    who jsonb, name text, key text, act text, difference jsonb
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO audit_change (
        at, actor_id, actor_name, source, place, address, request, role,
        table_name, row_key, operation, changes, words
    )
    SELECT clock_timestamp(), (who ->> 'actor')::bigint, coalesce(who ->> 'name', session_user),
        coalesce(who ->> 'source', 'database'), coalesce(who ->> 'place', ''), (who ->> 'address')::inet,
        (who ->> 'request')::uuid, session_user, name, left(key, 60), act, coalesce(difference, '{}'),
        audit_words(concat_ws(' ', coalesce(who ->> 'name', session_user), (
            SELECT string_agg(value #>> '{}', ' ')
            FROM jsonb_each(difference) AS changed (name, pair), jsonb_array_elements(pair) AS value
            WHERE jsonb_typeof(value) = 'string'
        )))
$$;
"""

# The text that a row's digest is of. Columns that are added to these tables later are not in it: add them to
# a new function for the seals from then on, or all seals before would no longer fit.
TEXTS = """
CREATE OR REPLACE FUNCTION audit_text(c audit_change) RETURNS text LANGUAGE sql STABLE
SET timezone = 'UTC' AS $$
    SELECT jsonb_build_array(c.id, c.at, c.actor_id, c.actor_name, c.source, c.place, c.address, c.request,
        c.role, c.table_name, c.row_key, c.operation, c.changes)::text
$$;
CREATE OR REPLACE FUNCTION audit_text(e audit_auditevent) RETURNS text LANGUAGE sql STABLE
SET timezone = 'UTC' AS $$
    SELECT jsonb_build_array(e.id, e.at, e.actor_id, e.actor_name, e.verb, e.object_type, e.object_id,
        e.object_name, e.reason, e.data, e.request, e.address)::text
$$;
CREATE OR REPLACE FUNCTION audit_seal_of(before bytea, rows bigint[], digests bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(coalesce(before, ''::bytea) || convert_to(array_to_string(rows, ','), 'UTF8') || digests)
$$;
"""

# An event's number and moment are the database's, whatever the statement says: a number below the seals would
# never be sealed, and one far above would keep those between from it.
STAMP = """
CREATE OR REPLACE FUNCTION audit_stamp_event() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    numbers regclass := pg_get_serial_sequence('audit_auditevent', 'id');
BEGIN
    -- The default's own number stands in the row already; currval() refuses where no default was asked for.
    IF NEW.id IS DISTINCT FROM currval(numbers) THEN
        NEW.id := nextval(numbers);
    END IF;
    NEW.at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER audit_stamp BEFORE INSERT ON audit_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_stamp_event();
"""

# Seals the next rows of a trail; how many. The lock waits for nobody (the caller tries again): whoever writes
# has numbered his row already, so that behind the lock no smaller number can appear any more. A number that
# the sequence has not given yet is forged (contest_site.audit.sealing finds it) and stays without a seal.
SEAL = """
CREATE OR REPLACE FUNCTION audit_seal_next(of_trail text, at_most int) RETURNS int LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    source text := CASE of_trail WHEN 'changes' THEN 'audit_change' WHEN 'events' THEN 'audit_auditevent' END;
    sealed bigint;
    given bigint;
    before bytea;
    ids bigint[];
    hashes bytea;
BEGIN
    EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE NOWAIT', source);
    SELECT s.upto, s.seal INTO sealed, before FROM audit_seal AS s
        WHERE s.trail = of_trail ORDER BY s.after DESC LIMIT 1;
    EXECUTE format('SELECT last_value FROM %s', pg_get_serial_sequence(source, 'id')) INTO given;
    EXECUTE format(
        'SELECT array_agg(id ORDER BY id), string_agg(digest, ''''::bytea ORDER BY id) FROM ('
        'SELECT t.id, sha256(convert_to(audit_text(t), ''UTF8'')) AS digest FROM %I AS t '
        'WHERE t.id > $1 AND t.id <= $3 ORDER BY t.id LIMIT $2) AS next', source)
        INTO ids, hashes USING coalesce(sealed, 0), at_most, given;
    IF ids IS NULL THEN
        RETURN 0;
    END IF;
    INSERT INTO audit_seal (trail, at, after, upto, rows, digests, seal)
    VALUES (of_trail, clock_timestamp(), coalesce(sealed, 0), ids[cardinality(ids)], ids, hashes,
        audit_seal_of(before, ids, hashes));
    RETURN cardinality(ids);
END $$;
"""

FUNCTIONS = (DIFFERENCE, WORDS, PERSONAL, WRITE, RECORD, TEXTS, STAMP, SEAL)
# A trigger function that a role may use can be put on that role's own tables; to write nobody needs it.
PRIVATE = """
REVOKE ALL ON FUNCTION audit_record_change() FROM PUBLIC;
REVOKE ALL ON FUNCTION audit_write(jsonb, text, text, text, jsonb) FROM PUBLIC;
"""
