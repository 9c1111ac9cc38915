import type { Backend } from '../../compute/index.ts';
import { otherClass } from '../../engine/device-class.ts';
import type { JsonObject } from '../../json/json.ts';

/** The devices that computed the parts of a stage's work, in order, as a record has them; one for consecutive parts of one class. */
export type Devices = readonly JsonObject[];

/** The same devices, and one that continues their work. */
export function continuedBy(devices: Devices, device: JsonObject): Devices {
  const last = devices.at(-1);
  const isSame = last !== undefined && otherClass(last, device).length === 0;
  return [...(isSame ? devices.slice(0, -1) : devices), device];
}

/** What a record has about devices: the last one, and those that computed earlier parts in another class. */
export function ranOn(devices: Devices): JsonObject {
  const earlier = devices.slice(0, -1);
  return { device: devices.at(-1) ?? null, ...(earlier.length > 0 && { earlier }) };
}

/** A backend's device as a record has it. */
export function deviceJson({ device: { threads, ...device } }: Pick<Backend, 'device'>): JsonObject {
  return { ...device, ...(threads !== undefined && { threads }) };
}

/** Warns if the last device continues what one of another class began. */
export function warnOfOthers(context: { warn(message: string): void }, devices: Devices): void {
  const [before, now] = devices.slice(-2);
  if (!before || !now) return;
  const said = (device: JsonObject, field: string) => `${field} ${JSON.stringify(device[field] ?? 'unknown')}`;
  const changed = otherClass(before, now);
  const parts = [before, now].map((device) => changed.map((field) => said(device, field)).join(', '));
  context.warn(
    `continues what was computed with ${parts[0]}; now with ${parts[1]}. The result may differ in its last bits from one without interruption; its record lists both`,
  );
}
