// A process that installs a tiny TensorFlow, for tests in which several do or one is killed.
// Its argument: the installation as JSON; on stdout: each label of its progress, then the result as JSON.
import { existsSync } from 'node:fs';
import { setupLocation } from '../../src/compute/location.ts';
import { install } from '../../src/compute/setup/install.ts';
import type { Wheel } from '../../src/compute/setup/wheels.ts';

/** What the process is told. */
export interface InstallOrder {
  readonly cache: string;
  readonly environment: Record<string, string>;
  readonly wheel: Omit<Wheel, 'members'> & { readonly members: string };
}

const order = JSON.parse(process.argv[2] ?? '') as InstallOrder;
const say = (line: string) => process.stdout.write(`${line}\n`);

const result = await install({
  location: setupLocation(order.cache, 'cpu'),
  wheels: [{ ...order.wheel, members: new RegExp(order.wheel.members) }],
  environment: order.environment,
  onProgress: ({ label }) => say(label),
  probe: async (addon) => ({ tensorflow: existsSync(addon) ? '2.21.0' : 'none', gpu: false }),
});
say(JSON.stringify(result));
