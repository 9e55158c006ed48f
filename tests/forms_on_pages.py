"""What a browser would post of a page's form: its fields as the page shows them."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    """Values by name of every form of a page; later ones of a name that isn't a list replace the earlier."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select and "selected" in given:
            self.values[self._select] = [given.get("value", "")]
        elif tag == "textarea":
            self._textarea = given.get("name", "")
            self.values[self._textarea] = [""]
        elif tag == "input" and given.get("name") and given.get("type") not in ("file", "submit"):
            ticks = given.get("type") in ("radio", "checkbox")
            if not ticks or "checked" in given:
                self.values[given["name"]] = [given.get("value", "on" if ticks else "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, text: str) -> None:
        if self._textarea:
            self.values[self._textarea][0] += text.removeprefix("\n")


def posted_by(html: str) -> dict[str, list[str]]:
    """The fields of the page's main part, ready for the test client's `post`."""
    fields = _Fields()
    fields.feed(html[html.index("<main") :])
    return fields.values
