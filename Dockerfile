# One image for every part: `up` alone is a whole studio, compose.yml parts it over several containers.
# It has not been built where it was written (docs/operations.md tells what was checked).
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.11.14-slim-bookworm
# Its own user, who owns nothing but the data: what breaks in changes no program.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin studio \
    && install --directory --owner=studio --mode=700 /data /media
COPY --from=build /venv /venv
COPY LICENSE NOTICE manage.py /studio/
COPY prompt_media /studio/prompt_media
COPY sessions_app /studio/sessions_app
COPY static /studio/static
COPY templates /studio/templates
WORKDIR /studio
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    MEDIA_ROOT=/media \
    LOG_FILES=0 \
    HOST=0.0.0.0
USER studio
VOLUME ["/data", "/media"]
EXPOSE 8001
# Told as a proxy would, or HTTPS=1 would send it away.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen(web.Request('http://127.0.0.1:8001/healthz', headers={'X-Forwarded-Proto': 'https'}), timeout=4)"]
ENTRYPOINT ["python", "manage.py"]
CMD ["up"]
