// Runs in the page that a browser test has opened: questions about what is drawn there.
/** As Vega writes a name in a class. */
const written = (name) => name.replaceAll(/\W/gu, '_');

globalThis.inPage = {
  /** Width of the content, and of the window. */
  widths: () => [document.documentElement.scrollWidth, document.documentElement.clientWidth],

  /** How many drawings can be seen. */
  shownDrawings: () =>
    [...document.querySelectorAll('.fig svg[role=img]')].filter((svg) => svg.getBoundingClientRect().width > 0).length,

  openDetails() {
    for (const details of document.querySelectorAll('details')) details.open = true;
  },

  /** The values that marks of a name stand for, read off the axis of their own plot as a person would, and how much a pixel is. */
  valuesOnAxis(figure, name, axis) {
    const svg = document.querySelector(`#${figure} svg.wide`);
    const marks = svg.querySelector(`g.${CSS.escape(`${written(name)}_marks`)}`);
    if (!marks) throw new Error(`${figure} has no marks ${name}`);
    const place = (element) => element.getCTM()[axis === 'x' ? 'e' : 'f'];
    const axesIn = (group) => [...group.querySelectorAll('g.role-axis')].filter((each) => isAlong(each));
    const isAlong = (group) => {
      const [first, second] = [...group.querySelectorAll('.role-axis-grid line, .role-axis-label text')];
      if (!first || !second) return false;
      const [a, b] = [first.getCTM(), second.getCTM()];
      return Math.abs(a.e - b.e) > Math.abs(a.f - b.f) === (axis === 'x');
    };
    let plot = marks.parentElement;
    while (axesIn(plot).length === 0) plot = plot.parentElement;
    const lines = axesIn(plot)
      .flatMap((group) => [...group.querySelectorAll('.role-axis-grid line')])
      .map(place);
    const labels = axesIn(plot)
      .flatMap((group) => [...group.querySelectorAll('.role-axis-label text')])
      .map((text) => Number(text.textContent.replace('−', '-')));
    if (lines.length < 2 || lines.length !== labels.length) {
      throw new Error(`${name}: ${lines.length} lines, ${labels.length} labels`);
    }
    const perPixel = (labels.at(-1) - labels[0]) / (lines.at(-1) - lines[0]);
    const values = [...marks.children].map((mark) => labels[0] + (place(mark) - lines[0]) * perPixel);
    return { values, pixel: Math.abs(perPixel) };
  },

  /** How many points the lines of a name go through. */
  pointsOfLines(figure, name) {
    const paths = [...document.querySelectorAll(`#${figure} svg.wide g.mark-line path`)];
    const own = paths.filter((path) =>
      path.closest(`[class~="${written(name)}_marks"], [class~="${written(name)}_pathgroup"]`),
    );
    return own.reduce((sum, path) => sum + (path.getAttribute('d').match(/[ML]/gu) ?? []).length, 0);
  },

  /** The tables that are wider than their room, and those that are not shown. */
  cutTables: () =>
    [...document.querySelectorAll('.scroll')]
      .filter((scroll) => scroll.scrollWidth > scroll.clientWidth + 1 || scroll.getBoundingClientRect().height === 0)
      .map((scroll) => scroll.getAttribute('aria-label')),

  /** The advance widths of signs in a font, in thousandths of its size. */
  async widthsIn(font, signs) {
    const bytes = Uint8Array.from(atob(font), (character) => character.charCodeAt(0));
    const face = await new FontFace('measured', bytes).load();
    document.fonts.add(face);
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.font = '1000px measured';
    return signs.map((sign) => canvas.measureText(sign).width);
  },

  /** What axe has to say against the page. */
  async axeFindings() {
    const { violations } = await globalThis.axe.run();
    return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0].html.slice(0, 200)}`);
  },
};
