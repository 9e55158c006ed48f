"""`python -m screenshots [--look FOLDER] [NAME…]`: take the pictures of the main screens from the demo data.

Without names, all of them. `--look` writes whole pages as PNG into a folder of one's own, to judge them, and
leaves `static/img/ecrans/` as it is; `--at` uses a server that runs already.
"""

import argparse
import contextlib
import io
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from screenshots.screens import FOLDER, SCREENS, WIDTHS, Screen, Width

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "demo-ales-2026"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
#: Enough for flat pages with soft edges, and a third of the bytes.
COLOURS = 128
WAITING_SECONDS = 60


def main() -> None:
    names = [screen.name for screen in SCREENS]
    parser = argparse.ArgumentParser(
        prog="screenshots", description="Prend les images des écrans principaux."
    )
    parser.add_argument("names", nargs="*", metavar="NOM", help=", ".join(names))
    parser.add_argument(
        "--look", type=Path, metavar="DOSSIER", help="pages entières, en PNG, dans ce dossier"
    )
    parser.add_argument("--at", metavar="ADRESSE", help="adresse d’un serveur déjà lancé")
    options = parser.parse_args()
    unknown = set(options.names) - set(names)
    if unknown:
        parser.error(f"écran inconnu : {', '.join(sorted(unknown))}")
    screens = [screen for screen in SCREENS if not options.names or screen.name in options.names]
    folder = options.look or FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.nullcontext(options.at) if options.at else server() as address:
        faults = take(address, screens, folder, whole=bool(options.look))
    if faults:
        sys.exit("screenshots: " + "; ".join(faults))


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The address of a server of our own, ended afterwards."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "runserver", f"127.0.0.1:{port}", "--noreload"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def wait_for(address: str) -> None:
    for _ in range(WAITING_SECONDS * 2):
        try:
            with urllib.request.urlopen(f"{address}/sante/", timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    sys.exit("screenshots: the server does not answer")


def take(address: str, screens: list[Screen], folder: Path, *, whole: bool) -> list[str]:
    """Take each screen at both widths; returns what could not be taken, a line each."""
    faults = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        sessions = {}
        for screen in screens:
            if screen.account and screen.account not in sessions:
                sessions[screen.account] = sign_in(chromium, address, screen.account)
            for width in WIDTHS:
                try:
                    picture = photograph(
                        chromium, address, screen, width, sessions.get(screen.account), whole=whole
                    )
                except BrowserError as error:
                    faults.append(f"{screen.name} ({width.width}): {error.message.splitlines()[0]}")
                    continue
                keep(picture, folder, screen, width, whole=whole)
        chromium.close()
    return faults


def sign_in(chromium: Browser, address: str, account: str) -> dict:
    """The session of a demo account, for as many windows as wanted, the first visit's tour put away."""
    with chromium.new_context(base_url=address, locale="fr-FR") as context:
        page = context.new_page()
        page.goto("/connexion/")
        page.get_by_label("Adresse électronique").fill(f"{account}@demo.example")
        page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url("**/tableau-de-bord/")
        settle(page)
        if (skip := page.locator("[data-tour-skip]")).is_visible():
            skip.click()
            settle(page)
        return context.storage_state()


def photograph(
    chromium: Browser, address: str, screen: Screen, width: Width, session: dict | None, *, whole: bool
) -> bytes:
    with chromium.new_context(
        base_url=address,
        viewport={"width": width.width, "height": width.height},
        device_scale_factor=1 if whole else width.density,
        color_scheme="dark" if screen.dark else "light",
        reduced_motion="reduce",
        locale="fr-FR",
        timezone_id="Europe/Paris",
        storage_state=session,
    ) as context:
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.goto(screen.path)
        for link in screen.follow:
            # Followed rather than clicked: on a phone some stand in folded parts.
            page.goto(page.locator("main").locator(link).first.get_attribute("href"))
        if screen.typed:
            page.get_by_role("combobox", name="Rechercher").fill(screen.typed)
            page.locator(".search-hit").first.wait_for()
        settle(page)
        if screen.at:
            page.locator(screen.at).first.evaluate("part => part.scrollIntoView()")
        return page.screenshot(full_page=whole and not screen.typed, animations="disabled")


def settle(page: Page) -> None:
    """Fonts are there, and nothing is on its way any more."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => null)")


def keep(picture: bytes, folder: Path, screen: Screen, width: Width, *, whole: bool) -> None:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    file = folder / screen.file(width)
    if whole:
        file = file.with_suffix(".png")
        image.save(file)
    else:
        flat = image.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB")
        flat.save(file, lossless=True, quality=80, method=4)
    print(f"{file.name}  {file.stat().st_size // 1000} ko")


if __name__ == "__main__":
    main()
