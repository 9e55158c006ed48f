"""Files compared byte for byte: `assert_same("name", content)`."""

from pathlib import Path

FOLDER = Path(__file__).parent


def assert_same(name: str, content: bytes) -> None:
    """The content is the file's, to the byte. A wanted change: write the file anew, read the difference."""
    assert content == (FOLDER / name).read_bytes()
