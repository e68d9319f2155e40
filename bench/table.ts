/** Tables in Markdown, as reports have them. */
type Cells = readonly (string | number)[]

const markdown = (rows: readonly Cells[]): string =>
  rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** A table of words. */
export const table = (head: readonly string[], rows: readonly Cells[]): string =>
  markdown([head, head.map(() => '---'), ...rows])

/** A table of figures: what each row is about, then its numbers, on the right of their columns. */
export const figureTable = (head: readonly string[], rows: readonly Cells[]): string =>
  markdown([head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows])
