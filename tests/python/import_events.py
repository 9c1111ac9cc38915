"""Imports a folder of event files into trackio and prints as JSON what it has of each run then."""
import json
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

folder, store = sys.argv[1:]
os.environ["TRACKIO_DIR"] = store

import trackio  # noqa: E402
from trackio.sqlite_storage import SQLiteStorage  # noqa: E402

with redirect_stdout(sys.stderr):
    trackio.import_tf_events(Path(folder), project="own")
print(json.dumps({run: SQLiteStorage.get_logs("own", run) for run in SQLiteStorage.get_runs("own")}))
