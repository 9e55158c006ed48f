"""The user guide: the frame of its pages. Its chapters are the rooms' own (registry.chapters)."""
