/** `1h 04m`, `2m 05s`, `12.3s`, `0.04s`: a readable duration. @param seconds not negative. */
export function duration(seconds: number): string {
  if (seconds < 0.095) return `${seconds.toFixed(2)}s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${pad(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${pad(Math.floor((whole % 3600) / 60))}m`;
}

/** `18.1 MB`: a size in decimal units. @param bytes not negative. */
export function size(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  if (bytes < 1000) return `${bytes} B`;
  let [value, unit] = [bytes / 1000, 0];
  // What would be shown as 1000.0 of a unit is shown in the next.
  for (; value >= 999.95 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${value.toFixed(value < 9.995 ? 2 : 1)} ${units[unit]}`;
}

/** `12,345`, or `1.4` if that is more precise: a count or a rate. */
export function count(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Math.round(value * 10) / 10);
}

/** `1 stage`, `3 stages`. */
export function stageCount(stages: number): string {
  return stages === 1 ? '1 stage' : `${stages} stages`;
}

/** `71.14 %`. @param share in [0, 1]. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** `2026-11-24 01:14:15 UTC`. @param iso a moment in ISO 8601, UTC. */
export function moment(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
