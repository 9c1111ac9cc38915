export { epochOrder } from './order.ts';
export { Stream } from './random/stream.ts';
