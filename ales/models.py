from ales.numbering import Counter

__all__ = ["Counter"]
