# Runs `migrate` of a project with the Django of this environment: `python django-migrate.py PROJECT URL [ROLLBACK]`.
# With SCHEMA_LOG=1 every statement of the schema editor is printed. ROLLBACK: how many migrations are taken back, the youngest first.
import importlib
import logging
import os
import sys
from urllib.parse import unquote, urlparse

project, url = sys.argv[1], urlparse(sys.argv[2])
back = int(sys.argv[3]) if len(sys.argv) > 3 else 0
sys.path.insert(0, project)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
settings = importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
settings.DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path[1:],
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname,
        "PORT": url.port,
    }
}
settings.SECRET_KEY = "not secret"
settings.USE_TZ = True

import django
from django.db.models.signals import post_migrate

django.setup()
# Content types, permissions and the first site are rows of applications, not of migrations.
post_migrate.receivers = []

if os.environ.get("SCHEMA_LOG"):
    logging.getLogger("django.db.backends.schema").addHandler(logging.StreamHandler(sys.stdout))
    logging.getLogger("django.db.backends.schema").setLevel(logging.DEBUG)

from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

if back == 0:
    call_command("migrate", verbosity=0, interactive=False)
else:
    from django.db.migrations.executor import MigrationExecutor

    for _ in range(back):
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
        applied = [migration for migration, _ in plan if (migration.app_label, migration.name) in executor.loader.applied_migrations]
        last = applied[-1]
        states = executor._create_project_state()
        for migration, _ in plan:
            if migration == last:
                break
            migration.mutate_state(states, preserve=False)
        executor.unapply_migration(states, last)
