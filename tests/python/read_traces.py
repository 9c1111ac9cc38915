"""Prints as JSON the traces that an MLflow server has: of each its state and its spans, with their parents and attributes."""
import json
import sys

import mlflow

mlflow.set_tracking_uri(sys.argv[1])
traces = mlflow.search_traces(locations=["0"], return_type="list")
print(json.dumps([
    {
        "state": trace.info.state.value,
        "spans": {
            span.name: {
                "parent": next((other.name for other in trace.data.spans if other.span_id == span.parent_id), None),
                "loss": span.attributes.get("pipe.metric.loss"),
            }
            for span in trace.data.spans
        },
    }
    for trace in traces
]))
