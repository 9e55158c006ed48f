from ales.lists.models import ListColumns, SavedView
from ales.numbering import Counter

__all__ = ["Counter", "ListColumns", "SavedView"]
