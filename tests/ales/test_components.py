"""Components refuse what they don't know, escape what they print, and say why a button is off."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from heroicons.templatetags.heroicons import heroicon_micro

from ales.explanation import Explanation
from ales.templatetags.components import TONES
from ales.verdict import ALLOWED, refused


def render(source: str, **context) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    "source",
    [
        '{% status_badge "Validée" tone="green" %}',
        '{% status_badge "" %}',
        '{% stat "1" "demande" tone="loud" %}',
        '{% stat None "demande" %}',
        '{% card tone="loud" %}x{% endcard %}',
        '{% card icon="home" %}x{% endcard %}',
        "{% money 12.5 %}",
        '{% money "12,50" %}',
        "{% keyset_pager nothing %}",
        '{% filter_bar nothing target=".liste" %}',
        '{% action_button allowed "Ouvrir" method="get" %}',
        '{% action_button allowed "Ouvrir" value="1" %}',
        '{% confirm id="x" title="Oui ?" url="/x/" label="Oui" style="quiet" %}x{% endconfirm %}',
        "{% card level=7 %}x{% endcard %}",
        '{% alert tone="loud" %}x{% endalert %}',
        '{% empty_state title="Rien" text="…" action_url="/x/" %}',
        '{% action_button allowed "Valider" style="enormous" %}',
        '{% action_button allowed "Valider" "/x/" method="put" %}',
        '{% action_button nothing "Valider" %}',
        '{% action_button unexplained "Valider" %}',
        '{% confirm id="x" title="" url="/x/" label="Oui" %}x{% endconfirm %}',
        '{% file_link "Lettre" state="lost" %}',
        '{% file_link "Lettre" state="ready" %}',
        '{% file_link "Lettre" state="producing" url="/x/" %}',
        '{% file_link "Lettre" state="failed" %}',
        '{% progress 6 5 "Pièces" %}',
        '{% progress 0 0 "Pièces" %}',
        "{% steps bad_steps %}",
        "{% timeline bad_events %}",
        "{% definition_list triples %}",
        "{% explanation nothing %}",
    ],
)
def test_wrong_option_fails_loudly(source):
    with pytest.raises(ValueError, match=r"required|is not one of|must|go together|without a reason|bounds"):
        render(
            source,
            allowed=ALLOWED,
            nothing=SimpleNamespace(),
            unexplained=SimpleNamespace(allowed=False, reason=""),
            bad_steps=[{"label": "Ménage", "state": "finished"}],
            bad_events=[{"what": "Déposée"}],
            triples=[("a", "b", "c")],
        )


def test_every_tone_has_its_icon_on_the_page():
    icons = render('{% include "layout/tone_icons.html" %}')
    for tone, icon in TONES.items():
        drawing = heroicon_micro(icon, size=16)
        assert f'<symbol id="tone-{tone}" viewBox="0 0 16 16">{drawing}</symbol>' in icons


def test_badge_names_its_state_in_words_with_an_icon():
    html = render('{% status_badge "À compléter" tone="warning" %}')
    assert "À compléter" in html
    assert "<svg" in html


@pytest.mark.parametrize(
    "source",
    [
        "{% status_badge evil %}",
        '{% stat evil "x" %}',
        "{% card title=evil %}{{ evil }}{% endcard %}",
        "{% alert title=evil %}{{ evil }}{% endalert %}",
        "{% definition_list pairs %}",
        "{% timeline events %}",
        "{% action_button verdict evil %}",
        '{% file_link evil url="/x/" %}',
    ],
)
def test_text_is_escaped(source):
    evil = "<script>alert(1)</script>"
    html = render(
        source,
        evil=evil,
        pairs=[("Nom", evil)],
        events=[{"at": "hier", "what": evil, "who": evil, "reason": evil}],
        verdict=refused(evil),
    )
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_refused_action_stays_visible_and_says_why():
    reason = "Vous avez saisi cette demande : une autre personne doit la valider."
    html = render('{% action_button verdict "Valider" "/valider/" %}', verdict=refused(reason))
    assert 'aria-disabled="true"' in html
    assert f"<span>{reason}</span>" in html
    assert "/valider/" not in html
    assert "<form" not in html


def test_allowed_action_posts_with_its_token():
    html = render('{% action_button verdict "Valider" "/valider/" %}', verdict=ALLOWED, csrf_token="jeton")
    assert 'method="post" action="/valider/"' in html
    assert 'name="csrfmiddlewaretoken" value="jeton"' in html
    assert "aria-disabled" not in html


def test_explanation_opens_into_formula_inputs_source_and_steps():
    step = Explanation("Loyer résiduel", "loyer − APL", (("APL", "138,00 €"),), "462,00 €", "Arrêté")
    whole = Explanation("Plafond", "résiduel × taux", (("Taux", "60 %"),), "277,20 €", "Barème 1", (step,))
    html = render("{% explanation whole %}", whole=whole.as_dict())
    assert html == render("{% explanation whole %}", whole=whole)
    for text in ("résiduel × taux", "60 %", "277,20 €", "Barème 1", "loyer − APL", "138,00 €"):
        assert text in html
    assert html.count("<details") == 2


def test_timeline_prints_paris_time():
    events = [{"at": datetime(2026, 6, 30, 22, 30, tzinfo=UTC), "what": "Demande déposée"}]
    assert "1er juillet 2026 à 00:30" in render("{% timeline events %}", events=events)


def test_file_polls_until_it_is_ready():
    pending = render('{% file_link "Lettre" state="producing" poll_url="/etat/" %}')
    ready = render('{% file_link "Lettre" url="/lettre/" %}')
    assert 'hx-get="/etat/"' in pending
    assert "hx-" not in ready
    assert 'href="/lettre/"' in ready


def test_missing_definition_is_said():
    assert "Non renseigné" in render("{% definition_list items %}", items=[("Téléphone", "")])
    assert "0" in render("{% definition_list items %}", items=[("Enfants", 0)])


def test_frame_names_every_control():
    """On a phone the header shows icons only: each keeps a name for those who listen to the page."""
    habilitations = [
        {"id": 1, "organisation": "CIL Habitat", "role": "Responsable social", "active": True},
        {"id": 2, "organisation": "Logis", "role": "Agent du bailleur", "active": False},
    ]
    html = render(
        '{% include "layout/header.html" %}',
        actor=SimpleNamespace(organisation_name="CIL Habitat", role_label="Responsable social", name="Marc"),
        user=SimpleNamespace(is_authenticated=True, email="marc@cil.example"),
        navigation=[
            {"label": "Dossiers", "url": "/dossiers/", "icon": "folder", "active": True, "count": None}
        ],
        memberships=habilitations,
        switch_url="/habilitation/",
    )
    for name in (
        "ALES, accueil de l’extranet",
        "Ouvrir le menu",
        "CIL Habitat, Responsable social : changer d’habilitation",
        "Mon compte",
    ):
        assert f'aria-label="{name}"' in html
    assert 'name="membership" value="2"' in html
