import { producers, readsOf } from '../stage.ts';
import { jsonText, type Tool } from './tool.ts';

/** wireit: npm scripts with declared files and outputs. */
export const wireit: Tool = {
  name: 'wireit',
  describe(stages) {
    const producer = producers(stages);
    const described = stages.map((stage) => {
      const { sources, made } = readsOf(stage, producer);
      return [
        stage.name,
        {
          command: stage.command,
          files: sources,
          output: [stage.writes],
          dependencies: made.map((name) => producer.get(name)),
          packageLocks: [],
        },
      ];
    });
    return {
      'package.json': jsonText({
        name: 'p',
        version: '1.0.0',
        private: true,
        scripts: Object.fromEntries(stages.map(({ name }) => [name, 'wireit'])),
        wireit: Object.fromEntries(described),
      }),
    };
  },
  run: ({ name }) => ['npm', 'run', '-s', name],
  environment: { WIREIT_PARALLEL: '2', WIREIT_LOGGER: 'simple', NO_UPDATE_NOTIFIER: '1' },
  usesNodeModules: true,
};
