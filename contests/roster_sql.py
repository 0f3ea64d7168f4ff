"""The statement of `contests.rosters`: its parts, and what is asked of it."""

COUNTS_AT_ALL = """NOT entry.unofficial AND NOT EXISTS (
    SELECT FROM contests_consentwithdrawal taken WHERE taken.entry_id = entry.id
)"""
NOT_OTHER_ID = """(nearer.national_id_hash IS NULL OR person.national_id_hash IS NULL
       OR nearer.national_id_hash = person.national_id_hash)"""
FOLDED = "lower(translate(entry.full_name, %(accented)s, %(plain)s))"
# `theirs`: every pair of a person and an entry that the rules know, with the best of its rules; `claim`: of
# each person the best of those. People of a whole roster are looked at, so that who else of it fits an entry
# is the same whichever part of the tree is asked for. `taken_part` asks a later app's table.
LINES = f"""
WITH RECURSIVE tree AS (
    SELECT id, name, code FROM contests_unit WHERE id = %(unit)s
    UNION ALL
    SELECT below.id, below.name, below.code FROM contests_unit below JOIN tree ON below.parent_id = tree.id
), list AS (
    SELECT roster.id, roster.unit_id FROM contests_roster roster
    WHERE roster.contest_id = %(contest)s AND EXISTS (
        SELECT FROM contests_rosterperson person JOIN tree ON tree.id = person.unit_id
        WHERE person.roster_id = roster.id
    )
), person AS MATERIALIZED (
    SELECT person.*, list.unit_id AS listed_at
    FROM contests_rosterperson person JOIN list ON list.id = person.roster_id
), scope AS (
    SELECT unit_id AS listed, unit_id AS id FROM list
    UNION
    SELECT scope.listed, below.id FROM contests_unit below JOIN scope ON below.parent_id = scope.id
), seen AS (
    SELECT unit_id AS id FROM contests_unitofficer WHERE user_id = %(officer)s
    UNION
    SELECT below.id FROM contests_unit below JOIN seen ON below.parent_id = seen.id
), nested AS MATERIALIZED (
    SELECT upper.unit_id AS upper, lower.unit_id AS lower
    FROM list upper JOIN scope ON scope.listed = upper.unit_id
    JOIN list lower ON lower.unit_id = scope.id AND lower.unit_id <> upper.unit_id
), pair AS MATERIALIZED (
    -- Nothing is compared where no list lies above another.
    SELECT person.id, person.unit_id, person.listed_at,
           nearer.unit_id AS their_unit, nearer.listed_at AS their_list
    FROM person JOIN person nearer
      ON nearer.national_id_hash = person.national_id_hash AND nearer.listed_at <> person.listed_at
    WHERE EXISTS (SELECT FROM nested)
    UNION ALL
    SELECT person.id, person.unit_id, person.listed_at, nearer.unit_id, nearer.listed_at
    FROM person JOIN person nearer
      ON nearer.unit_id = person.unit_id AND nearer.folded = person.folded
      AND nearer.birth_date = person.birth_date AND nearer.listed_at <> person.listed_at
    WHERE EXISTS (SELECT FROM nested) AND {NOT_OTHER_ID}
    UNION ALL
    SELECT person.id, person.unit_id, person.listed_at, nearer.unit_id, nearer.listed_at
    FROM person JOIN person nearer
      ON nearer.unit_id = person.unit_id AND nearer.folded = person.folded
      AND nearer.phone = person.phone AND nearer.listed_at <> person.listed_at
    WHERE EXISTS (SELECT FROM nested) AND {NOT_OTHER_ID}
), repeated AS (
    SELECT DISTINCT pair.id
    FROM pair JOIN nested ON nested.upper = pair.listed_at AND nested.lower = pair.their_list
    WHERE pair.their_unit = pair.unit_id OR EXISTS (
        SELECT FROM scope WHERE scope.listed = pair.unit_id AND scope.id = pair.their_unit
    )
), fits AS (
    SELECT person.id AS person_id, entry.id AS entry_id, 1 AS rule
    FROM person JOIN contests_entry entry
      ON entry.contest_id = %(contest)s AND entry.national_id_hash = person.national_id_hash
    UNION ALL
    SELECT person.id, entry.id, CASE WHEN {FOLDED} = person.folded THEN 2 ELSE 4 END
    FROM person JOIN contests_entry entry
      ON entry.contest_id = %(contest)s AND entry.phone = person.phone
    UNION ALL
    SELECT person.id, entry.id, CASE WHEN {FOLDED} = person.folded THEN 2 ELSE 4 END
    FROM person JOIN accounts_user account ON account.phone = person.phone
    JOIN contests_entry entry ON entry.contest_id = %(contest)s AND entry.user_id = account.id
    UNION ALL
    SELECT person.id, entry.id,
           CASE WHEN NOT EXISTS (
                    SELECT FROM scope WHERE scope.listed = person.listed_at AND scope.id = entry.unit_id
                ) THEN 5
                WHEN lower(entry.full_name) = lower(person.full_name) THEN 3 ELSE 6 END
    FROM person JOIN contests_entry entry
      ON entry.contest_id = %(contest)s AND entry.birth_date = person.birth_date AND {FOLDED} = person.folded
), theirs AS (
    SELECT fits.person_id, fits.entry_id, person.roster_id, min(fits.rule) AS rule
    FROM fits JOIN person ON person.id = fits.person_id JOIN contests_entry entry ON entry.id = fits.entry_id
    WHERE {COUNTS_AT_ALL} AND (fits.rule = 1
       OR entry.national_id_hash IS NULL OR person.national_id_hash IS NULL
       OR entry.national_id_hash = person.national_id_hash)
      AND (fits.rule = 1 OR %(officer)s::bigint IS NULL OR entry.unit_id IN (SELECT id FROM seen) OR EXISTS (
          SELECT FROM scope WHERE scope.listed = person.listed_at AND scope.id = entry.unit_id
      ))
      AND NOT EXISTS (
          SELECT FROM contests_rostermatch other JOIN person owner ON owner.id = other.person_id
          WHERE other.entry_id = entry.id AND owner.roster_id = person.roster_id AND owner.id <> person.id
      )
    GROUP BY fits.person_id, fits.entry_id, person.roster_id
), best AS (
    SELECT theirs.*, min(rule) OVER (PARTITION BY person_id) AS persons_rule,
           min(rule) OVER (PARTITION BY entry_id, roster_id) AS entrys_rule
    FROM theirs
), claim AS (
    -- What is certainly somebody else's of this roster is no near fit of another.
    SELECT best.*,
           count(*) FILTER (WHERE rule = entrys_rule) OVER (PARTITION BY entry_id, roster_id) AS rivals
    FROM best WHERE rule = persons_rule AND (rule <= 3 OR entrys_rule > 3)
), found AS (
    SELECT person_id, min(rule) AS rule, count(*) AS candidates,
           min(entry_id) FILTER (WHERE rule = entrys_rule AND rivals = 1 AND rule <= 3) AS entry_id
    FROM claim GROUP BY person_id
), said AS (
    SELECT match.person_id, entry.id AS entry_id
    FROM contests_rostermatch match JOIN person ON person.id = match.person_id
    LEFT JOIN contests_entry entry ON entry.id = match.entry_id AND {COUNTS_AT_ALL}
), line AS (
    SELECT person.id, person.full_name, person.reference, person.unit_id, tree.name AS unit_name,
           tree.code AS unit_code, person.listed_at,
           CASE WHEN said.person_id IS NULL THEN found.rule WHEN said.entry_id IS NOT NULL THEN 0 END AS how,
           CASE WHEN said.person_id IS NOT NULL THEN said.entry_id
                WHEN found.candidates = 1 THEN found.entry_id END AS entry_id,
           CASE WHEN said.person_id IS NULL THEN coalesce(found.candidates, 0) ELSE 0 END AS candidates
    FROM person JOIN tree ON tree.id = person.unit_id
    LEFT JOIN found ON found.person_id = person.id
    LEFT JOIN said ON said.person_id = person.id
    LEFT JOIN repeated ON repeated.id = person.id
    WHERE CASE WHEN %(roster)s::bigint IS NULL THEN repeated.id IS NULL
               ELSE person.roster_id = %(roster)s END
), known AS (
    SELECT line.*,
           CASE WHEN line.entry_id IS NULL AND line.candidates > 0 THEN 'unclear'
                WHEN line.entry_id IS NULL THEN 'absent'
                WHEN {{taken_part}} THEN 'taken' ELSE 'entered' END AS status
    FROM line
)
"""  # noqa: S608  only constants
TAKEN_PART = """
EXISTS (
    SELECT FROM {attempts} attempt
    WHERE attempt.entry_id = line.entry_id AND attempt.submitted_at IS NOT NULL
      AND (%(round)s::bigint IS NULL OR attempt.round_id = %(round)s)
)
"""
PEOPLE = """
SELECT known.id, full_name, reference, known.unit_id, unit_name, status, how, known.entry_id, candidates,
       known.entry_id IS NOT NULL AND NOT EXISTS (
           SELECT FROM contests_entry entry JOIN scope ON scope.id = entry.unit_id
           WHERE entry.id = known.entry_id AND scope.listed = known.listed_at
       ) AS elsewhere, unit_code
FROM known WHERE status = ANY(%(statuses)s)
"""
IN_ORDER = "ORDER BY unit_code, known.id"
COUNTS = """
SELECT unit_id, status, count(*), count(*) FILTER (WHERE status = 'taken' AND entry_id = ANY(%(uncounted)s))
FROM known GROUP BY unit_id, status
"""
