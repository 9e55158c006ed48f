"""Files and jobs go where their subject goes: a trigger for the tables of subjects that can change hands.

A file names its subject by kind and UUID, so its organisation is a plain number that no foreign key moves.
"""

from django.db import migrations

APPLY = """
CREATE FUNCTION documents_follow_subject() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE documents_storeddocument SET organisation_id = NEW.organisation_id
        WHERE subject_kind = TG_ARGV[0] AND subject_id = NEW.public_id
        AND organisation_id = OLD.organisation_id;
    UPDATE documents_productionjob SET organisation_id = NEW.organisation_id
        WHERE subject_kind = TG_ARGV[0] AND subject_id = NEW.public_id
        AND organisation_id = OLD.organisation_id;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_deferred_jobs")]
    operations = [migrations.RunSQL(APPLY, "DROP FUNCTION documents_follow_subject()")]
