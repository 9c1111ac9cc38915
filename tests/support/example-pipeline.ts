/** A pipeline of four stages that is right in every way; the kinds are those of pipeline-texts.ts. */
export const examplePipeline = `name: demo
params:
  seed: 42
  temperature: 10
  teacher:
    rate: 0.001
    decay: linear
stages:
  data:
    uses: data
    with: { images: 500 }
  teacher:
    uses: train
    needs: { dataset: data }
    with:
      seed: \${params.seed}
      optimizer:
        learningRate: \${params.teacher.rate}
        decay: \${params.teacher.decay}
    timeout: 1h30m
    retries: 2
    share: 0.5
  logits:
    uses: logits
    needs: { dataset: data.dataset, weights: teacher.weights }
  student:
    uses: train
    needs:
      dataset: data.dataset
      logits: logits
    with:
      seed: \${params.seed}
      temperature: \${params.temperature}
      optimizer: { learningRate: 0.01 }
`;
