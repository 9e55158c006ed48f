"""The pictures that the gallery shows, one of each kind."""

from datetime import date

from ales.pictures import (
    Bar,
    Group,
    Lane,
    Mark,
    Picture,
    Segment,
    Series,
    Stack,
    Table,
    bars,
    gauge,
    lanes,
    stacks,
    trend,
)


def sample_pictures() -> dict[str, Picture]:
    """By their names in the samples' context."""
    return {
        "stacks_picture": _stacks(),
        "gauge_picture": _gauge(),
        "lanes_picture": _lanes(),
        "trend_picture": _trend(),
        "bars_picture": _bars(),
    }


def _stacks() -> Picture:
    caption = "Le mois du ménage"
    spent = (
        Segment("logement", 462_00, "solid"),
        Segment("mensualités", 150_00, "striped"),
        Segment("autres charges", 310_00, "soft"),
        Segment("ce qu’il reste", 278_00, "open"),
    )
    group = Group(
        "Pendant la difficulté",
        (
            Stack("Ressources", "1 200,00 €", (Segment("ressources", 1_200_00, "base"),)),
            Stack("Charges", "922,00 €", spent),
        ),
        "Il reste 278,00 €.",
    )
    table = Table(
        ("Par mois", "Pendant"),
        (("Ressources", "1 200,00 €"), ("Charges", "922,00 €"), ("Reste", "278,00 €")),
    )
    return Picture(caption, stacks("exemple-pile", caption, group.conclusion, [group]), table)


def _gauge() -> Picture:
    caption = "Ce que le fonds est devenu"
    segments = (
        Segment("payé", 27_720, "solid", "277,20 €"),
        Segment("engagé, à payer", 45_440, "striped", "454,40 €"),
        Segment("disponible", 26_840, "open", "268,40 €"),
    )
    return Picture(caption, gauge("exemple-jauge", caption, segments, threshold=10_000))


def _lanes() -> Picture:
    caption = "Le chemin d’une aide"
    asked, signed, granted = date(2026, 3, 3), date(2026, 3, 9), date(2026, 3, 20)
    paid, received = date(2026, 4, 8), date(2026, 4, 15)
    rows = (
        Lane(
            "La demande",
            "accordée",
            (
                Mark(asked, "circle", "demandée"),
                Mark(signed, "diamond", "protocole signé"),
                Mark(granted, "check", "accordée"),
            ),
        ),
        Lane(
            "Mars 2026",
            "reçu",
            (Mark(paid, "square", "payé"), Mark(received, "triangle", "reçu")),
            date(2026, 3, 1),
        ),
        Lane("Avril 2026", "accordé, à payer", (), date(2026, 4, 1)),
    )
    table = Table(("Étape", "Date"), (("Demandée", "3 mars 2026"), ("Accordée", "20 mars 2026")))
    return Picture(
        caption,
        lanes("exemple-frise", caption, "Accordée, un mois payé et reçu.", rows, month="mois aidé"),
        table,
    )


def _trend() -> Picture:
    caption = "Aides accordées par mois"
    series = (Series("Aides", (12, 18, None, 15, 22, 9), ("12", "18", "< 5", "15", "22", "9")),)
    labels = ("janv.", "févr.", "mars", "avr.", "mai", "juin")
    drawn = trend("exemple-tendance", caption, "Le plus haut en mai.", labels, series, "masqué")
    rows = tuple(zip(labels, series[0].texts, strict=True))
    return Picture(caption, drawn, Table(("Mois", "Aides"), rows))


def _bars() -> Picture:
    caption = "Aides par situation familiale"
    values = (
        Bar("Personne seule", 40, "40"),
        Bar("Couple avec enfant(s)", 22, "22"),
        Bar("Autre", None, "< 5"),
    )
    rows = tuple((bar.label, bar.text) for bar in values)
    return Picture(caption, bars("exemple-barres", caption, values), Table(("Situation", "Aides"), rows))
