import { RemoteError } from '../remote.ts';

/** The form in which a server stores a sealed record. */
export interface RecordForm {
  wrap(sealed: Buffer): Buffer;
  /** @throws RemoteError if the bytes are not of this form. */
  unwrap(stored: Buffer): Buffer;
}

/** The sealed record itself: for every server that stores what it is given. */
export const plainForm: RecordForm = { wrap: (sealed) => sealed, unwrap: (stored) => stored };

/** Field 5 of Bazel's ActionResult, `stdout_raw`, as protobuf's tag of a length-delimited field. */
const stdoutRawTag = (5 << 3) | 2;

/**
 * The sealed record as `stdout_raw` of an ActionResult (remote_execution.proto, protobuf wire format): for servers such as bazel-remote
 * that validate what is put under `/ac`. Our own code, because it is one field.
 */
export const actionResultForm: RecordForm = {
  wrap: (sealed) => Buffer.concat([Buffer.from([stdoutRawTag, ...varint(sealed.length)]), sealed]),
  unwrap: (stored) => {
    let at = 0;
    const number = () => {
      let value = 0;
      for (let shift = 0; shift < 35; shift += 7) {
        const byte = stored[at];
        if (byte === undefined) break;
        at += 1;
        value += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) return value;
      }
      throw notOne();
    };
    // Fields that a server adds (`execution_metadata` with the name of the worker) are ignored.
    while (at < stored.length) {
      const tag = number();
      const wireType = tag & 7;
      if (wireType === 0) number();
      else if (wireType === 2) {
        const length = number();
        if (at + length > stored.length) throw notOne();
        if (tag === stdoutRawTag) return stored.subarray(at, at + length);
        at += length;
      } else throw notOne();
    }
    throw notOne();
  },
};

function notOne(): RemoteError {
  return new RemoteError('what the server stores under this key is not an ActionResult with a record', {
    transient: false,
  });
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
}
