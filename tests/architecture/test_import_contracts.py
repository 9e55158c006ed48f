"""The import contracts of pyproject.toml break when they should: each is tried on a broken copy."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.test_imports import REPOSITORY, ROOMS, name_of, product_modules

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def copy_of_the_rooms(target: Path) -> Path:
    for room in ROOMS:
        if (REPOSITORY / room / "__init__.py").exists():
            shutil.copytree(REPOSITORY / room, target / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", target)
    return target


def lint(folder: Path, contract: str) -> str:
    """What import-linter says of one contract in `folder`."""
    command = [str(LINT_IMPORTS), "--no-cache", "--no-logo", "--contract", contract]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize(
    ("contract", "module", "fault"),
    [
        ("arrows", "cases/permissions.py", "from aids import states"),
        ("pdf", "aids/querysets.py", "import weasyprint"),
        ("grants", "aids/querysets.py", "from guardian.shortcuts import assign_perm"),
        ("grants", "members/funds.py", "import guardian"),
        ("embedded", "ales/supervision.py", "from django.conf import settings"),
        ("embedded", "ales/embedded.py", "from ales import views"),
        ("pure", "aids/rules/scale.py", "from django.utils import timezone"),
        ("pure", "ales/money.py", "from ales import tenancy"),
    ],
)
def test_a_contract_breaks_on_a_forbidden_import(
    contract: str, module: str, fault: str, tmp_path: Path
) -> None:
    copy = copy_of_the_rooms(tmp_path)
    assert "0 broken" in lint(copy, contract)

    path = copy / module
    path.write_text(f"{path.read_text()}\n{fault}\n")

    assert "1 broken" in lint(copy, contract)


def test_every_contract_has_been_tried() -> None:
    listed = re.findall(r'^id = "(\w+)"$', (REPOSITORY / "pyproject.toml").read_text(), flags=re.MULTILINE)
    (mark,) = test_a_contract_breaks_on_a_forbidden_import.pytestmark
    assert sorted(listed) == sorted({contract for contract, _, _ in mark.args[1]})


@pytest.mark.parametrize("folder", sorted({path.parent for path in product_modules()}), ids=name_of)
def test_no_folder_hides_from_the_contracts(folder: Path) -> None:
    # import-linter passes over a folder without __init__.py, though Python imports its modules all the same.
    assert folder == REPOSITORY or (folder / "__init__.py").exists()
