from django.db import migrations

# `user_id` says whose session it is, so that session and account are read, and a save is checked, in one statement.
# It is there only while the password is the one that the session was opened with: a new password takes it away, and
# what remains is Django's own check, which ends the session.
FORWARDS = """
ALTER TABLE django_session ADD COLUMN user_id bigint;
CREATE INDEX accounts_session_of ON django_session (user_id) WHERE user_id IS NOT NULL;
CREATE FUNCTION accounts_forget_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE django_session SET user_id = NULL WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_user_new_password AFTER UPDATE OF password ON accounts_user
FOR EACH ROW WHEN (OLD.password IS DISTINCT FROM NEW.password) EXECUTE FUNCTION accounts_forget_sessions();
"""
BACKWARDS = """
DROP TRIGGER accounts_user_new_password ON accounts_user;
DROP FUNCTION accounts_forget_sessions;
ALTER TABLE django_session DROP COLUMN user_id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_help_and_budget"),
        ("sessions", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
