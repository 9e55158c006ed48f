"""Pages of long works."""

from ales.works.views.pages import detail, download, notice, progress, report, work_list

__all__ = ["detail", "download", "notice", "progress", "report", "work_list"]
