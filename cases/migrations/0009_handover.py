"""One privileged function moves a case to another organisation; the composite foreign keys move its rows."""

from django.db import migrations

from ales.row_security import documents_follow, stays_while
from ales.tenancy import CAPACITY, ORGANISATION, USER

APPLY = f"""
CREATE FUNCTION cases_handover(proposal uuid, new_referent bigint, own_reference text, moment timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    waiting cases_casehandover;
BEGIN
    -- The same answer for a proposal that does not exist, is answered, or is somebody else's.
    SELECT * INTO waiting FROM cases_casehandover
        WHERE public_id = proposal AND state = 'PROPOSED'
        AND to_organisation_id = {ORGANISATION} AND {CAPACITY} = 'MANAGER' AND {USER} IS NOT NULL
        FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Ce transfert n’existe pas ou a déjà reçu sa réponse.' USING ERRCODE = 'AL409';
    END IF;
    PERFORM 1 FROM cases_tenantcase
        WHERE id = waiting.case_id AND organisation_id = waiting.from_organisation_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Ce dossier a changé d’organisme entre-temps.' USING ERRCODE = 'AL409';
    END IF;
    PERFORM 1 FROM members_membership m JOIN members_user u ON u.id = m.user_id
        WHERE m.user_id = new_referent AND m.organisation_id = waiting.to_organisation_id
        AND m.role IN ('SOCIAL_WORKER', 'MANAGER') AND m.suspended_at IS NULL AND u.is_active;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Choisissez un référent de votre organisme.' USING ERRCODE = 'AL409';
    END IF;
    -- What the former organisation opened is the new one's to decide again.
    UPDATE cases_caseshare SET revoked_at = moment, revoked_by_id = {USER}
        WHERE case_id = waiting.case_id AND revoked_at IS NULL AND ended_at IS NULL;
    DELETE FROM cases_casegroupobjectpermission WHERE content_object_id = waiting.case_id;
    UPDATE cases_tenantcase SET
        organisation_id = waiting.to_organisation_id, referent_id = new_referent,
        former_reference = reference, reference = own_reference
        WHERE id = waiting.case_id;
    UPDATE cases_casehandover SET
        state = 'ACCEPTED', new_reference = own_reference, decided_by_id = {USER}, decided_at = moment
        WHERE id = waiting.id;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_sharing_row_security"), ("documents", "0004_follow_subject")]
    operations = [
        # Whoever may change a case by a share could otherwise take it home with an UPDATE of their own.
        stays_while(
            "cases_tenantcase",
            "row_security_active('cases_tenantcase')",
            "Un dossier change d’organisme par un transfert accepté seulement.",
        ),
        documents_follow("cases_tenantcase", "case"),
        documents_follow("cases_protocol", "protocol"),
        migrations.RunSQL(APPLY, "DROP FUNCTION cases_handover(uuid, bigint, text, timestamptz)"),
    ]
