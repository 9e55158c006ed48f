"""The web server's own log lines (Procfile, Dockerfile: `--logger-class`)."""

from gunicorn.config import Config
from gunicorn.glogging import Logger

from ales.logs import TokenFilter


class MaskingLogger(Logger):
    """gunicorn's logger, whose lines hold no token of an address."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            if not any(isinstance(held, TokenFilter) for held in log.filters):
                log.addFilter(TokenFilter())
