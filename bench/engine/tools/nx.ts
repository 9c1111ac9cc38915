import { producers, readsOf } from '../stage.ts';
import { jsonText, type Tool } from './tool.ts';

const environment = { NX_NO_CLOUD: 'true', NX_CACHE_DIRECTORY: '.nx/cache' };

/** Nx: targets of a project, without the daemon that it runs by default. */
export const nx: Tool = {
  name: 'Nx',
  describe(stages) {
    const producer = producers(stages);
    const targets = stages.map((stage) => {
      const { sources, made } = readsOf(stage, producer);
      return [
        stage.name,
        {
          executor: 'nx:run-commands',
          cache: true,
          options: { command: stage.command },
          dependsOn: made.map((name) => producer.get(name)),
          inputs: [
            ...sources.map((name) => `{projectRoot}/${name}`),
            ...(made.length > 0 ? [{ dependentTasksOutputFiles: '**/*' }] : []),
          ],
          outputs: [`{projectRoot}/${stage.writes}`],
        },
      ];
    });
    return {
      'package.json': jsonText({ name: 'root', version: '1.0.0', private: true }),
      'nx.json': jsonText({ analytics: false, neverConnectToCloud: true }),
      'project.json': jsonText({ name: 'p', root: '.', targets: Object.fromEntries(targets) }),
    };
  },
  run: ({ name }) => ['nx', 'run', `p:${name}`, '--parallel=2', '--outputStyle=stream-without-prefixes'],
  environment: { ...environment, NX_DAEMON: 'false' },
  usesNodeModules: true,
};

/** Nx with its daemon, which has watched the files before the command starts. */
export const nxWithDaemon: Tool = {
  ...nx,
  name: 'Nx with its daemon',
  environment: { ...environment, NX_DAEMON: 'true' },
  leave: ['nx', 'daemon', '--stop'],
};
