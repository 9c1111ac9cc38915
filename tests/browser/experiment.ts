import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Stages that compute nothing, but report the same numbers as training and evaluations: the same on every machine. */
const train = `
const noise = (seed, k) => ((Math.imul(seed * 7919 + k * 104729 + 12345, 2654435761) >>> 8) % 1000) / 1000 - 0.5;
export default {
  summary: 'Reports curves.',
  schema: { type: 'object', properties: { seed: { type: 'integer' }, temperature: { type: 'number' }, top: { type: 'number' } } },
  inputs: { teacher: { summary: 'Learned from.', optional: true } },
  outputs: { history: { file: 'history.json', summary: 'Curves.' }, weights: { file: 'weights.txt', summary: 'Nothing.' } },
  async run({ config: { seed = 0, temperature = 0, top = 0.6 }, outputs }) {
    const { writeFile } = await import('node:fs/promises');
    const best = top - 0.01 * Math.abs(Math.log2((temperature || 4) / 4));
    const history = Array.from({ length: 12 }, (_, epoch) => {
      const rise = best * (1 - Math.exp(-0.35 * (epoch + 1)));
      const accuracy = rise - 0.05 + 0.01 * noise(seed, epoch);
      const held = rise + 0.02 * noise(seed, epoch + 50);
      return { loss: 2.3 - 2 * accuracy, accuracy, val_loss: 2.3 - 2 * held, val_accuracy: held };
    });
    await writeFile(outputs.history, JSON.stringify(history));
    await writeFile(outputs.weights, String([seed, temperature, top]));
    return { metrics: { accuracy: history.at(-1).accuracy, validationAccuracy: history.at(-1).val_accuracy } };
  },
};
`;

const judge = `
const noise = (seed, k) => ((Math.imul(seed * 7919 + k * 104729 + 12345, 2654435761) >>> 8) % 1000) / 1000 - 0.5;
const corruptions = ['gaussian_noise', 'shot_noise', 'impulse_noise', 'speckle_noise', 'defocus_blur', 'glass_blur', 'motion_blur', 'zoom_blur', 'gaussian_blur', 'snow', 'frost', 'fog', 'brightness', 'spatter', 'contrast', 'elastic_transform', 'pixelate', 'jpeg_compression', 'saturate'];
const extra = ['speckle_noise', 'gaussian_blur', 'spatter', 'saturate'];
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
function scores(accuracy, seed, images, bias) {
  const confusion = Array.from({ length: 10 }, (_, label) => {
    const right = Math.round((images / 10) * Math.min(1, Math.max(0, accuracy + 0.12 * noise(3, label))));
    const row = Array.from({ length: 10 }, (_, said) => (said === label ? right : 0));
    for (let rest = images / 10 - right, k = 0; rest > 0; rest -= 1, k += 1) row[(label + 1 + (k * k + seed) % 9) % 10] += 1;
    return row;
  });
  const reliability = Array.from({ length: 15 }, (_, bin) => {
    const confidence = (bin + 0.5) / 15;
    if (bin < 2) return { images: 0, confidence: null, accuracy: null };
    return { images: Math.round(images / 13), confidence, accuracy: Math.max(0, confidence * (1 - bias)) };
  });
  return { images, accuracy, loss: 2.3 * (1 - accuracy), brier: 1 - accuracy, calibrationError: bias / 2, confusion, reliability };
}
export default {
  summary: 'Reports what evaluations report.',
  schema: { type: 'object', properties: { seed: { type: 'integer' }, temperature: { type: 'number' }, base: { type: 'number' }, gain: { type: 'number' } } },
  inputs: { weights: { summary: 'Judged.' } },
  outputs: { metrics: { file: 'metrics.json', summary: 'Scores.' } },
  async run({ config: { seed = 0, temperature = 0, base = 0.6, gain = 0 }, outputs }) {
    const { writeFile } = await import('node:fs/promises');
    const fit = gain - (temperature ? 0.008 * Math.abs(Math.log2(temperature / 4)) : 0);
    const shared = 0.012 * noise(seed, 1);
    const cleanAccuracy = base + fit + shared + 0.004 * noise(seed, temperature * 10 + 2);
    const bySeverity = {};
    corruptions.forEach((name, k) => {
      bySeverity[name] = {};
      for (const severity of [1, 2, 3, 4, 5]) {
        const hard = (0.1 + 0.2 * ((k * 7) % 19) / 19) * (severity / 5);
        bySeverity[name][severity] = cleanAccuracy - hard + 0.4 * fit + 0.006 * noise(seed + temperature, 100 + k * 5 + severity);
      }
    });
    const at = (names, severities) => mean(names.flatMap((name) => severities.map((severity) => bySeverity[name][severity])));
    const metrics = {
      images: 'drawn by a test; 19 corruptions, 1000 images at severity 1, 2, 3, 4, 5',
      cleanAccuracy, cleanLoss: 2.3 * (1 - cleanAccuracy),
      corruptedAccuracy: at(corruptions, [5]),
      benchmarkAccuracy: at(corruptions.filter((name) => !extra.includes(name)), [1, 2, 3, 4, 5]),
      byCorruption: {}, bySeverity, byClass: {}, notEvaluated: {},
    };
    const corrupted = Object.fromEntries(Object.entries(bySeverity).map(([name, own]) => [name, Object.fromEntries(Object.entries(own).map(([severity, accuracy]) => [severity, scores(accuracy, seed, 1000, 0.25)]))]));
    await writeFile(outputs.metrics, JSON.stringify({ ...metrics, clean: scores(cleanAccuracy, seed, 1000, 0.08), corrupted }));
    return { metrics, provenance: { device: { backend: 'javascript', kind: 'cpu', name: 'test', threads: 1 } } };
  },
};
`;

/** A pipeline with a teacher, a control, and a student whose temperature is swept over seeds. */
const pipeline = `name: experiment
params: { seed: 1, temperature: 4 }
sweep: { params.seed: [1, 2, 3, 4, 5], params.temperature: [1, 2, 4, 8, 16] }
stages:
  teacher: { uses: ./train.mjs, with: { seed: "\${params.seed}", top: 0.75 } }
  plain: { uses: ./train.mjs, with: { seed: "\${params.seed}", top: 0.62 } }
  student: { uses: ./train.mjs, needs: { teacher: teacher.weights }, with: { seed: "\${params.seed}", temperature: "\${params.temperature}", top: 0.7 } }
  evaluate-teacher: { uses: ./judge.mjs, needs: { weights: teacher.weights }, with: { seed: "\${params.seed}", base: 0.7, gain: 0.005 } }
  evaluate-plain: { uses: ./judge.mjs, needs: { weights: plain.weights }, with: { seed: "\${params.seed}", base: 0.62 } }
  evaluate-student: { uses: ./judge.mjs, needs: { weights: student.weights }, with: { seed: "\${params.seed}", temperature: "\${params.temperature}", base: 0.64, gain: 0.04 } }
`;

/** Writes the pipeline `experiment.yaml` and its stages into a folder. */
export async function writeExperiment(directory: string): Promise<void> {
  await writeFile(join(directory, 'train.mjs'), train);
  await writeFile(join(directory, 'judge.mjs'), judge);
  await writeFile(join(directory, 'experiment.yaml'), pipeline);
}
