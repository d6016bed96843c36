# Runs a project's revisions with the Alembic of this interpreter: `python alembic-migrate.py PROJECT URL LOCATION upgrade|downgrade [REVISION]`.
# LOCATION is the folder of env.py, `-` where alembic.ini names it. REVISION is what is left as the head.
import os
import sys

from alembic import command
from alembic.config import Config

project, url, location, way, *rest = sys.argv[1:]
os.chdir(project)
sys.path.insert(0, project)
config = Config(os.path.join(project, "alembic.ini") if location == "-" else None)
if location != "-":
    config.set_main_option("script_location", location)
config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
if way == "upgrade":
    command.upgrade(config, "heads")
else:
    command.downgrade(config, rest[0])
