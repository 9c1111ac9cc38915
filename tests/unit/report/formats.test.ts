import { expect, test } from 'vitest';
import {
  type DataTable,
  numberCell,
  numberColumn,
  textCell,
  textColumn,
} from '../../../src/report/tables/data-table.ts';
import { csvText, latexText, markdownText } from '../../../src/report/tables/formats.ts';

const table: DataTable = {
  name: 'means',
  caption: 'What each model measured',
  columns: [textColumn('model', 'model'), numberColumn('clean, %', 'clean_percent', 'clean_percent_standard_error')],
  rows: [
    { group: 'students', cells: [textCell('a|b_{T=4}, "first"'), numberCell('50.11 ± 0.38', 50.11, 0.38)] },
    { group: 'students', cells: [textCell('<script>\nx'), numberCell('−1.00', -1, null)] },
    { group: 'others', cells: [textCell('50 % & more'), numberCell('–ᵃ', null, null)] },
  ],
  notes: ['n = 5; ± is one standard error'],
};

test('CSV has the numbers as they are, and quotes what would part a line', () => {
  expect(csvText(table)).toBe(
    [
      'group,model,clean_percent,clean_percent_standard_error',
      'students,"a|b_{T=4}, ""first""",50.11,0.38',
      'students,"<script>\nx",-1,',
      'others,50 % & more,,',
      '',
    ].join('\r\n'),
  );
});

test('Markdown has what people read, and nothing that a name could turn into markup', () => {
  expect(markdownText(table)).toMatchInlineSnapshot(`
    "What each model measured

    | model | clean, % |
    |---|---:|
    | **students** |  |
    | a\\|b_{T=4}, "first" | 50.11 ± 0.38 |
    | \\<script> x | −1.00 |
    | **others** |  |
    | 50 % & more | –ᵃ |

    n = 5; ± is one standard error
    "
  `);
});

test('LaTeX is a booktabs table, with its signs escaped', () => {
  expect(latexText(table)).toMatchInlineSnapshot(`
    "% \\usepackage{booktabs}
    \\begin{table}
      \\centering
      \\caption{What each model measured. n = 5; $\\pm$ is one standard error.}
      \\label{tab:means}
      \\begin{tabular}{lr}
        \\toprule
        model & clean, \\% \\\\
        \\midrule
        \\multicolumn{2}{l}{\\textit{students}} \\\\
        a|b\\_\\{T=4\\}, "first" & 50.11 $\\pm$ 0.38 \\\\
        $<$script$>$ x & $-$1.00 \\\\
        \\addlinespace
        \\multicolumn{2}{l}{\\textit{others}} \\\\
        50 \\% \\& more & --$^{a}$ \\\\
        \\bottomrule
      \\end{tabular}
    \\end{table}
    "
  `);
});
