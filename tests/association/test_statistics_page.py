"""The page `/statistiques/`, its export and the dashboard card."""

import datetime as dt
import re
import xml.etree.ElementTree as ET

import pytest

from cases.rules.codes import OccupationalCategory
from tests.association.aids import grant

pytestmark = pytest.mark.django_db

PEOPLE = ["claire", "marc", "sonia", "rachid", "lea", "anne", "theo", "bruno"]
YEAR = {"du": "01/01/2026", "au": "31/12/2026", "par": "year"}


def page(client, **asked) -> str:
    response = client.get("/statistiques/", asked)
    assert response.status_code == 200
    text = response.content.decode()
    assert "!! undefined" not in text
    return text


@pytest.mark.parametrize("name", PEOPLE)
def test_everyone_reads_the_page(statistics_world, sign_in, name) -> None:
    grant(statistics_world, 6)
    text = page(sign_in(getattr(statistics_world, name)), **YEAR)
    assert 'aria-current="page"' in text
    assert ("Aucune aide accordée" in text) is (name in {"sonia", "rachid"})


@pytest.mark.parametrize("name", PEOPLE)
def test_an_empty_association_reads_well(statistics_world, sign_in, name) -> None:
    assert "Aucune aide accordée dans cette période" in page(sign_in(getattr(statistics_world, name)))


def test_a_percentage_opens_into_its_definition(statistics_world, sign_in) -> None:
    grant(statistics_world, 6)
    grant(statistics_world, 3, is_private_sector=False)
    text = page(sign_in(statistics_world.anne), **YEAR)
    assert "67\u00a0%" in text
    assert "6 sur 9 aides" in text
    assert "÷ toutes les aides" in text


def test_no_inline_style_or_script_in_pictures(statistics_world, sign_in) -> None:
    grant(statistics_world, 6)
    grant(statistics_world, 9, occupational_category=OccupationalCategory.CLERICAL)
    text = page(sign_in(statistics_world.anne), **YEAR | {"par": "quarter"})
    assert text.count('class="pic"') >= 3
    assert not re.search(r"\sstyle=|<style", text)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"du": "01/12/2026", "au": "01/01/2026"}, "Le dernier jour (01/01/2026) précède le premier"),
        ({"du": "31/02/2026", "au": "01/04/2026"}, "n’existe pas dans le calendrier"),
        ({"du": "hier", "au": "01/04/2026"}, "n’est pas une date"),
        ({"du": "", "au": "01/04/2026"}, "Indiquez le premier jour"),
        ({"du": "01/01/2000", "au": "01/04/2026", "par": "month"}, "au plus cinq ans"),
        ({"du": "01/01/2026", "au": "01/04/2026", "par": "siècle"}, "choix valide"),
    ],
)
def test_a_refused_period_keeps_what_was_typed(statistics_world, sign_in, asked, message) -> None:
    grant(statistics_world, 6)
    client = sign_in(statistics_world.anne)
    text = page(client, **asked)
    assert message in text.replace("&#x27;", "'")
    assert f'value="{asked["du"]}"' in text or not asked["du"]
    assert f'value="{asked["au"]}"' in text
    assert "ménages aidés" not in text
    assert client.get("/statistiques/export.csv", asked).status_code == 400


def test_the_board_reads_whole_years_and_hidden_cells(statistics_world, sign_in) -> None:
    world = statistics_world
    grant(world, 20)
    grant(world, 3, occupational_category=OccupationalCategory.RETIRED, granted_on=dt.date(2026, 11, 30))
    asked = YEAR | {"au": "15/11/2026"}
    text = page(sign_in(world.bruno), **asked)
    assert "La période est élargie" in text
    assert "au 31 décembre 2026" in text
    assert "&lt; 5" in text
    assert "Masqué" in text or "masquée" in text
    export = sign_in(world.bruno).get("/statistiques/export.csv", asked).content.decode()
    assert "Retraités;< 5;< 5;< 5;< 5" in export
    assert "Retraités;3;" not in export
    admin = page(sign_in(world.anne), **asked)
    assert "La période est élargie" not in admin
    assert "&lt; 5" not in admin


def drawn(text: str) -> list[ET.Element]:
    return [ET.fromstring(svg) for svg in re.findall(r"<svg [^>]*class=\"pic\".*?</svg>", text)]


def test_no_picture_shows_what_its_table_hides(statistics_world, sign_in) -> None:
    """A hidden row is one mark of one height, whatever it holds; the others keep theirs."""
    world = statistics_world
    grant(world, 20, granted_on=dt.date(2026, 1, 5))
    pages = []
    for few in (1, 2):
        grant(world, few, granted_on=dt.date(2026, 2, 5), amount="77.00")
        pages.append(drawn(page(sign_in(world.bruno), **YEAR | {"par": "month"}))[0])
    first, second = ([ET.tostring(m) for m in one.iter() if m.get("class") == "pic-open"] for one in pages)
    assert first == second
    assert len(first) >= 2
    texts = {element.text for element in pages[0].iter() if element.tag.endswith("}text")}
    assert "masqué : moins de 5 ménages" in texts
    assert "77\u00a0€" not in texts
    own = drawn(page(sign_in(world.anne), **YEAR | {"par": "month"}))[0]
    assert not [mark for mark in own.iter() if mark.get("class") == "pic-open"]


def test_sixty_months_make_one_picture(statistics_world, sign_in) -> None:
    grant(statistics_world, 6)
    text = page(sign_in(statistics_world.anne), du="01/01/2022", au="31/12/2026", par="month")
    assert len([e for e in drawn(text)[0].iter() if e.get("class") == "pic-column"]) == 2


def test_export(statistics_world, sign_in) -> None:
    world = statistics_world
    world.cil.name = "=CIL+1"
    world.cil.save()
    grant(world, 6, amount="100.10")
    grant(world, 2, by=world.denis, amount="0.01")
    response = sign_in(world.anne).get("/statistiques/export.csv", YEAR)
    text = response.content.decode()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert text.startswith("\ufeffPériode;du 01/01/2026 au 31/12/2026\r\n")
    assert "Par adhérent;'=CIL+1;6;6;600,60;100,10\r\n" in text
    assert "Par adhérent;Total;8;8;600,62;75,08\r\n" in text
    assert ";8;8;100\r\n" in text  # 8 of 8 aids: 100 %


def test_the_member_exports_its_own_rows_only(statistics_world, sign_in) -> None:
    world = statistics_world
    grant(world, 2)
    grant(world, 7, by=world.denis)
    text = sign_in(world.claire).get("/statistiques/export.csv", YEAR).content.decode()
    assert "Par période;Total;2;2;" in text
    assert "Autre CIL" not in text


def test_the_landlord_reads_no_profile(statistics_world, sign_in) -> None:
    grant(statistics_world, 6)
    text = page(sign_in(statistics_world.lea), **YEAR)
    assert "socioprofessionnelle" not in text
    assert "disponibles par personne" not in text


def test_strangers_sign_in_first(client, db) -> None:
    for address in ("/statistiques/", "/statistiques/export.csv"):
        assert client.get(address).url.startswith("/connexion/")


def test_nothing_is_posted(statistics_world, sign_in) -> None:
    assert sign_in(statistics_world.anne).post("/statistiques/").status_code == 405


def test_number_of_queries(statistics_world, sign_in, django_assert_max_num_queries) -> None:
    grant(statistics_world, 12)
    client = sign_in(statistics_world.anne)
    page(client, **YEAR)
    with django_assert_max_num_queries(20):
        page(client, **YEAR)


@pytest.mark.parametrize("name", ["anne", "bruno"])
def test_the_dashboard_tells_the_year(statistics_world, sign_in, name) -> None:
    today = dt.date.today()
    grant(statistics_world, 6, granted_on=today)
    text = sign_in(getattr(statistics_world, name)).get("/tableau-de-bord/").content.decode()
    assert f"Chiffres de l’année {today.year}" in text
    assert "Aides accordées : 6" in text


def test_the_dashboard_of_others_does_not(statistics_world, sign_in) -> None:
    text = sign_in(statistics_world.claire).get("/tableau-de-bord/").content.decode()
    assert "Chiffres de l’année" not in text
