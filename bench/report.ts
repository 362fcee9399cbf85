/**
 * What a benchmark says: tables for people, and bars that it reaches or misses. One text serves the terminal and the result file.
 * Knows nothing of what is measured.
 */

export interface Report {
  readonly title: string
  /** How it was measured, in a few sentences. */
  readonly method: string
  readonly tables: ReadonlyArray<Table>
  readonly bars: ReadonlyArray<Bar>
}

export interface Table {
  readonly head: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

/** A number to reach. */
export interface Bar {
  readonly what: string
  readonly found: number
  readonly wanted: { readonly _tag: 'AtMost'; readonly limit: number } | { readonly _tag: 'AtLeast'; readonly limit: number }
}

export const atMost = (what: string, found: number, limit: number): Bar => ({ what, found, wanted: { _tag: 'AtMost', limit } })
export const atLeast = (what: string, found: number, limit: number): Bar => ({ what, found, wanted: { _tag: 'AtLeast', limit } })

export const isMet = ({ found, wanted }: Bar): boolean => wanted._tag === 'AtMost' ? found <= wanted.limit : found >= wanted.limit

/** The report as Markdown whose tables line up, so that it reads in a terminal too. `measuredOn`: date, commit, machine. */
export const render = ({ title, method, tables, bars }: Report, measuredOn: string): string =>
  [`## ${title}`, measuredOn, method, ...tables.map(renderTable), bars.map(renderBar).join('\n')].filter((part) => part !== '').join('\n\n')

const renderTable = ({ head, rows }: Table): string => {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: ReadonlyArray<string>): string =>
    `| ${widths.map((width, column) => pad(cells[column] ?? '', width, column)).join(' | ')} |`
  const rule = `| ${widths.map((width, column) => column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

/** Names to the left, figures to the right. */
const pad = (cell: string, width: number, column: number): string => column === 0 ? cell.padEnd(width) : cell.padStart(width)

const renderBar = (bar: Bar): string => {
  const { what, found, wanted } = bar
  return `- ${isMet(bar) ? 'reached' : 'MISSED'}: ${what}: ${ratio(found)} (wanted ${
    wanted._tag === 'AtMost' ? 'at most' : 'at least'
  } ${wanted.limit})`
}

export const ratio = (value: number): string => value.toFixed(value < 10 ? 2 : 1)

export const whole = (value: number): string => Math.round(value).toString()

/** The middle of the values, or the mean of the two middle ones. NaN when there is none. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? NaN
  const lower = sorted[(sorted.length - 1) >> 1] ?? NaN
  return (lower + upper) / 2
}
