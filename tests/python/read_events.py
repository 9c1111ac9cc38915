"""Prints as JSON what TensorBoard finds below a folder: by run, its scalars, texts and pictures."""

import json
import sys

from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.util import tensor_util

multiplexer = EventMultiplexer().AddRunsFromDirectory(sys.argv[1])
multiplexer.Reload()
found = {}
for run in multiplexer.Runs():
    tags = {"scalars": {}, "text": {}, "images": {}}
    for tag, metadata in multiplexer.AllSummaryMetadata()[run].items():
        events = multiplexer.Tensors(run, tag)
        arrays = [(event.step, tensor_util.make_ndarray(event.tensor_proto)) for event in events]
        plugin = metadata.plugin_data.plugin_name
        tags[plugin][tag] = {
            "scalars": lambda: [[step, array.item()] for step, array in arrays],
            "text": lambda: arrays[0][1].item().decode(),
            "images": lambda: [part.decode() for part in arrays[0][1][:2]],
        }[plugin]()
    found[run] = tags
json.dump(found, sys.stdout)
