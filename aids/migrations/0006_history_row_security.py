"""The history of a request: its organisation and the association. A landlord's agent reads none of it,
drafts and refusals being in it. Scales are everybody's."""

from django.db import migrations

from ales.row_security import ANYONE_KNOWN, ASSOCIATION, OWN_SOCIAL, either, protect_history

OWN_OR_ASSOCIATION = either(OWN_SOCIAL, ASSOCIATION)

FOLLOW = """
CREATE FUNCTION aids_history_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE aids_aidrequestchange SET organisation_id = NEW.organisation_id WHERE pgh_obj_id = NEW.id;
    UPDATE aids_renttermchange SET organisation_id = NEW.organisation_id WHERE request_id = NEW.id;
    UPDATE aids_fundallocationchange SET organisation_id = NEW.organisation_id WHERE request_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER zz_history_follows AFTER UPDATE OF organisation_id ON aids_aidrequest
    FOR EACH ROW WHEN (OLD.organisation_id <> NEW.organisation_id) EXECUTE FUNCTION aids_history_follows();
"""
REVERSE = "DROP TRIGGER zz_history_follows ON aids_aidrequest; DROP FUNCTION aids_history_follows();"


class Migration(migrations.Migration):
    dependencies = [("aids", "0005_history"), ("ales", "0002_history_context")]
    operations = [
        protect_history("aids_aidrequestchange", read=OWN_OR_ASSOCIATION),
        protect_history("aids_renttermchange", read=OWN_OR_ASSOCIATION),
        protect_history("aids_fundallocationchange", read=OWN_OR_ASSOCIATION),
        protect_history("aids_scalechange", read=ANYONE_KNOWN),
        protect_history("aids_scalebandchange", read=ANYONE_KNOWN),
        migrations.RunSQL(FOLLOW, REVERSE),
    ]
