import type { Work } from '../threads/work.ts';
import { type ViewKind, type ViewSpec, viewDtype } from './view-spec.ts';
import { prepareViews } from './views.ts';

/** Images, and how views are made from them. */
export interface ViewSource {
  /** [images, size, size, 3] bytes. */
  readonly images: Uint8Array;
  readonly seed: number;
  readonly spec: ViewSpec;
  /** The kinds of view in a batch. */
  readonly kinds: readonly ViewKind[];
}

/** Which views to make: of these images, in this order, for this epoch. */
export interface BatchRequest {
  readonly epoch: number;
  readonly indices: Uint32Array;
}

/** The views of a batch, [images, crop, crop, 3] each: bytes, or float32 numbers between 0 and 255, depending on `viewDtype`. */
export type ViewArrays = Readonly<Partial<Record<ViewKind, Float32Array | Uint8Array>>>;

/** Memory for the views of at most this many images, shared between threads. */
export function allocateViews({ spec, kinds }: ViewSource, images: number): ViewArrays {
  const length = images * spec.crop * spec.crop * 3;
  const arrays = kinds.map((kind) => {
    if (viewDtype(spec, kind) === 'uint8') return [kind, new Uint8Array(new SharedArrayBuffer(length))];
    return [kind, new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT))];
  });
  return Object.fromEntries(arrays);
}

/** Makes batches of views, each in the arrays of its slot. */
export const viewWork: Work<{ readonly source: ViewSource; readonly slots: readonly ViewArrays[] }, BatchRequest> = {
  program: 'view-worker',
  makes: 'views',
  prepare({ source, slots }) {
    const writeBatch = prepareBatches(source);
    return (slot, request) => writeBatch(request, slots[slot]!);
  },
};

/** Prepares a function that writes the views of a batch. @throws RangeError from it if an index has no image. */
function prepareBatches({ images, seed, spec, kinds }: ViewSource): (request: BatchRequest, into: ViewArrays) => void {
  const views = prepareViews(seed, spec);
  const imageLength = spec.imageSize * spec.imageSize * 3;
  const viewLength = spec.crop * spec.crop * 3;
  return ({ epoch, indices }, into) => {
    for (const kind of kinds) {
      const target = into[kind]!;
      indices.forEach((index, place) => {
        const start = index * imageLength;
        if (start + imageLength > images.length) throw new RangeError(`there is no image ${index}`);
        const view = target.subarray(place * viewLength, (place + 1) * viewLength);
        views.write(images.subarray(start, start + imageLength), epoch, index, kind, view);
      });
    }
  };
}
