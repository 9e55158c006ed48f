"""Demo data of the threads: a case talked over between colleagues, an aid with the association and the
landlord."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from aids import threads
from aids.models import AidRequest
from aids.states import LANDLORD_STATES
from ales.demo import act_as
from cases.demo_example import LAST_NAME
from cases.models.message import MessageAudience
from cases.threads import operations, subjects
from members.access import Actor
from members.demo import demo_actor

ORGANISATION, ASSOCIATION, LANDLORD = MessageAudience
AMONG_COLLEAGUES = (
    ("travailleur-social", 52, "J’ai rendez-vous jeudi avec le ménage : j’apporterai le plan d’apurement."),
    ("responsable-social", 50, "Bien vu. @Karim Benali, pense à la demande au FSL avant la fin du mois."),
)
ABOUT_THE_AID = (
    ("travailleur-social", LANDLORD, 30, "Bonjour, pouvez-vous nous envoyer un décompte à jour ?"),
    ("bailleur", LANDLORD, 27, "Bonjour, il part ce soir. Le plan d’apurement est signé depuis lundi."),
    ("responsable-social", ASSOCIATION, 20, "Le fonds de l’année suffira-t-il pour un renouvellement ?"),
    ("admin", ASSOCIATION, 18, "Oui : la nouvelle convention a été versée la semaine dernière."),
    ("travailleur-social", ORGANISATION, 3, "@Hélène Marchand, le décompte est arrivé, je complète demain."),
)


def build(report: Callable[[str], None]) -> None:
    """The worked example's latest aid that its landlord knows of: what visitors open first."""
    now = timezone.now()
    people = {
        login: demo_actor(login)
        for login in ("travailleur-social", "responsable-social", "bailleur", "admin")
    }
    act_as(people["responsable-social"].context)
    aids = AidRequest.objects.visible_to(people["responsable-social"]).filter(
        case__tenant_name__startswith=LAST_NAME.upper(),
        landlord_id=people["bailleur"].organisation_id,
        state__in=sorted(LANDLORD_STATES),
    )
    aid = aids.select_related("case").order_by("-updated_at", "-id").first()
    if aid is None:
        return
    for login, hours, text in AMONG_COLLEAGUES:
        _write(people[login], subjects.CASE, aid.case, ORGANISATION, now - timedelta(hours=hours), text)
    for login, audience, hours, text in ABOUT_THE_AID:
        _write(people[login], threads.KIND, aid, audience, now - timedelta(hours=hours), text)
    report(f"échanges sur le dossier {aid.case.reference} et l’aide {aid.reference}")


def _write(actor: Actor, kind: str, subject, audience: str, at: datetime, text: str) -> None:
    act_as(actor.context)
    operations.post(actor=actor, kind=kind, subject_id=subject.public_id, audience=audience, text=text, at=at)
