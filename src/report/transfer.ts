import { size } from './units.ts';

/** The results of sending. */
export interface SentResults {
  readonly records: number;
  readonly sent: number;
  readonly present: number;
  readonly unsigned: number;
  readonly failed: number;
  readonly sentBytes: number;
}

/** The results of sending, in a line. */
export function uploadText({ sent, present, unsigned, failed, sentBytes }: SentResults): string {
  const parts = [
    `${sent} sent (${size(sentBytes)})`,
    `${present} already there`,
    ...(unsigned > 0 ? [`${unsigned} not sent: neither computed by this user on this machine nor signed`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return `results: ${parts.join(', ')}\n`;
}
