# The site as an image. The first stage installs packages and collects static files; the second has only what serves.
# One patch release of Python on one release of Debian. Debian's security updates come with the next build that pulls the base.
ARG BASE=python:3.13.14-slim-bookworm

FROM ${BASE} AS build
WORKDIR /site
RUN python -m venv /venv
COPY requirements/production.txt requirements/
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements/production.txt \
 && /venv/bin/pip uninstall --yes --quiet setuptools pip
COPY . .
# The settings need both; the key is used for nothing, no database is opened, and neither leaves this stage.
RUN SECRET_KEY=only-while-the-image-is-made-and-worth-nothing-later DATABASE_URL=postgresql:///none /venv/bin/python manage.py collectstatic --noinput -v 0 \
 && /venv/bin/python -m compileall -q .

FROM ${BASE}
WORKDIR /site
RUN groupadd --system --gid 10001 site && useradd --system --no-create-home --uid 10001 --gid 10001 site
COPY --from=build /venv /venv
COPY --from=build /site /site
# By number, so that a cluster with runAsNonRoot sees that this user is not root.
USER 10001:10001
# One malloc arena for all threads: with one for each, free memory in one could not be used by the others.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PORT=8000 WEB_CONCURRENCY=2 MALLOC_ARENA_MAX=1
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-m", "ops.healthcheck"]
# The first container to start brings the database up to date, and the others wait for it.
CMD ["sh", "-c", "python manage.py release && exec gunicorn --config ops/gunicorn_conf.py"]
