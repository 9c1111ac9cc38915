import { percent } from '../units.ts';
import type { Epoch } from './contents.ts';
import { linePlot } from './line-plot.ts';
import { legend } from './marks.ts';
import { type Html, html } from './markup.ts';

/** The curves of a training stage: loss and accuracy, on what it trained on and on what was held out. */
export function trainingSection(id: string, history: readonly Epoch[]): Html {
  const names = ['training images', 'held-out images'];
  const curves = (own: 'loss' | 'accuracy') => [
    { name: names[0]!, values: history.map((epoch) => epoch[own]) },
    { name: names[1]!, values: history.map((epoch) => epoch[`val_${own}`]) },
  ];
  const short = (value: number) => `${Number((100 * value).toFixed(1))} %`;
  const loss = (value: number) => String(Number(value.toPrecision(3)));
  const rows = history.map(
    (epoch, at) =>
      html`<tr><th scope="row" class="number">${at + 1}</th><td class="number">${epoch.loss.toFixed(4)}</td><td class="number">${epoch.val_loss.toFixed(4)}</td><td class="number">${percent(epoch.accuracy)}</td><td class="number">${percent(epoch.val_accuracy)}</td></tr>`,
  );
  return html`<h3>${id}</h3>
${legend(names)}
<div class="plots">
<figure>${linePlot(`Loss of ${id}`, curves('loss'), loss)}<figcaption>loss</figcaption></figure>
<figure>${linePlot(`Accuracy of ${id}`, curves('accuracy'), short)}<figcaption>accuracy</figcaption></figure>
</div>
<details><summary>The numbers</summary><div class="scroll"><table><thead><tr><th scope="col" class="number">epoch</th><th scope="col" class="number">loss</th><th scope="col" class="number">held-out loss</th><th scope="col" class="number">accuracy</th><th scope="col" class="number">held-out accuracy</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}
