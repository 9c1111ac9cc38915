import { producers, readsOf } from '../stage.ts';
import { jsonText, type Tool } from './tool.ts';

const folder = 'packages/p';

/** Turborepo: scripts of a package as tasks, their outputs in archives. */
export const turborepo: Tool = {
  name: 'Turborepo',
  sources: folder,
  describe(stages) {
    const producer = producers(stages);
    const tasks = stages.map((stage) => {
      const { sources, made } = readsOf(stage, producer);
      // No inputs would mean every file of the package, so name one that never changes.
      const inputs = sources.length > 0 ? sources : ['package.json'];
      return [stage.name, { dependsOn: made.map((name) => producer.get(name)), inputs, outputs: [stage.writes] }];
    });
    const scripts = stages.map(({ name, command }) => [name, command]);
    const workspace = { name: 'p', version: '1.0.0' };
    return {
      'package.json': jsonText({
        name: 'root',
        private: true,
        packageManager: 'npm@10.0.0',
        workspaces: ['packages/*'],
      }),
      'package-lock.json': jsonText({
        name: 'root',
        lockfileVersion: 3,
        requires: true,
        packages: {
          '': { name: 'root', workspaces: ['packages/*'] },
          'node_modules/p': { resolved: folder, link: true },
          [folder]: workspace,
        },
      }),
      [`${folder}/package.json`]: jsonText({ ...workspace, scripts: Object.fromEntries(scripts) }),
      'turbo.json': jsonText({ tasks: Object.fromEntries(tasks) }),
    };
  },
  run: ({ name }) => ['turbo', 'run', name, '--concurrency=2', '--output-logs=none'],
  plan: ({ name }) => ['turbo', 'run', name, '--dry=json'],
  environment: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  usesNodeModules: true,
};
