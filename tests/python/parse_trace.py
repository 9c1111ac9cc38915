"""Reads an OTLP/JSON request with OpenTelemetry's own definitions, and prints each span with the length of its ids."""

import base64
import json
import sys

from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def with_bytes(value):
    """OTLP/JSON writes ids in hex, where protobuf's own JSON has base64."""
    if isinstance(value, dict):
        return {
            name: base64.b64encode(bytes.fromhex(part)).decode()
            if name in ("traceId", "spanId", "parentSpanId")
            else with_bytes(part)
            for name, part in value.items()
        }
    return [with_bytes(part) for part in value] if isinstance(value, list) else value


request = Parse(json.dumps(with_bytes(json.load(sys.stdin))), ExportTraceServiceRequest())
spans = [span for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans]
json.dump(
    [
        {
            "name": span.name,
            "ids": [len(span.trace_id), len(span.span_id), len(span.parent_span_id)],
            "lasts": span.end_time_unix_nano >= span.start_time_unix_nano > 0,
            "status": span.status.code,
            "attributes": {
                each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes
                if each.value.WhichOneof("value") != "array_value"
            },
        }
        for span in spans
    ],
    sys.stdout,
)
