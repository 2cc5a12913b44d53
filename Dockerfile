# The site as an image: packages and static files are made in the first stage, the second has what serves, and no tools.
# A patch release of Python on one release of Debian. Debian's own corrections come with the next build that pulls the base.
ARG BASE=python:3.13.14-slim-bookworm

FROM ${BASE} AS made
WORKDIR /site
RUN python -m venv /venv
COPY requirements/production.txt requirements/
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements/production.txt \
 && /venv/bin/pip uninstall --yes --quiet setuptools pip
COPY . .
# Django asks for both to start; the key signs nothing, no database is asked, and neither leaves this stage.
RUN SECRET_KEY=only-while-the-image-is-made-and-worth-nothing-later DATABASE_URL=postgresql:///none /venv/bin/python manage.py collectstatic --noinput -v 0 \
 && /venv/bin/python -m compileall -q .

FROM ${BASE}
WORKDIR /site
RUN groupadd --system --gid 10001 site && useradd --system --no-create-home --uid 10001 --gid 10001 site
COPY --from=made /venv /venv
COPY --from=made /site /site
# By number, so that a cluster that lets nobody be root (runAsNonRoot) sees that this is somebody else.
USER 10001:10001
# One pool of memory for all threads: each would open one of its own, and keep what is free in it from the others.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PORT=8000 WEB_CONCURRENCY=2 MALLOC_ARENA_MAX=1
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-m", "ops.healthcheck"]
# Whatever start first brings the database up to date; the others wait for it.
CMD ["sh", "-c", "python manage.py release && exec gunicorn --config ops/gunicorn_conf.py"]
