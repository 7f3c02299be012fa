"""The servers of a bench's own, gone when it ends."""

import contextlib
import os
import tempfile

from support.instance import Instance, run_purser
from support.servers import PrivatePostgres, remove_folder


@contextlib.contextmanager
def own_instance(**settings):
    """An instance, not started, on a migrated database of a PostgreSQL that nobody else uses."""
    folder = tempfile.mkdtemp(prefix="purser-bench-", dir="/tmp")
    os.chmod(folder, 0o755)  # PostgreSQL's user must pass through it
    keys = os.path.join(folder, "keys")
    run_purser("keys", keys)
    postgres = PrivatePostgres(os.path.join(folder, "pg")).start()
    try:
        database = postgres.create_database()
        run_purser("migrate", environment={"PURSER_DATABASE_URL": postgres.url(database)})
        instance = Instance(os.path.join(folder, "i"), postgres, database, keys, **settings)
        try:
            yield instance
        finally:
            instance.stop()
    finally:
        postgres.stop()
        remove_folder(folder)
