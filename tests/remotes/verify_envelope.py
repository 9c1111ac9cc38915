"""Verifies a DSSE envelope (standard input) by securesystemslib with the public key in base64 DER (first argument); prints its payload."""

import base64
import json
import sys

from cryptography.hazmat.primitives.serialization import load_der_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

key = SSlibKey.from_crypto(load_der_public_key(base64.b64decode(sys.argv[1])), keyid=sys.argv[2])
envelope = Envelope.from_dict(json.load(sys.stdin))
envelope.verify([key], threshold=1)
print(envelope.payload.decode())
