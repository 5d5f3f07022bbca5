/**
 * Bar charts as inline SVG. The colours come from the style sheet of the page, so that they suit light, dark and print.
 */
import { escaped, isolated } from './markup.ts'

/** One bar. */
export interface Bar {
  readonly label: string
  readonly value: number
  /** Part of the value that is drawn in the second colour. */
  readonly part: number
}

export interface ChartSettings {
  /** Id of the element that names the chart. */
  readonly labelled_by: string
  readonly direction: 'ltr' | 'rtl'
  /** What the values are: it decides where an axis has its lines. */
  readonly values: 'whole' | 'seconds' | 'any'
  /** Formats a value. */
  readonly format: (value: number) => string
}

const WIDTH = 720
const LABEL_WIDTH = 200
const VALUE_WIDTH = 80
const BAR_HEIGHT = 18
const ROW_HEIGHT = 26
const GAP = 8
/** Of small letters; wider labels are cut, and the whole one is shown where the pointer is. */
const LABEL_LETTERS = 27
/** Widths of other letters in small ones, at most. */
const CAPITAL_LETTERS = 1.4
const WIDE_LETTERS = 2

const DAYS_HEIGHT = 180
const AXIS_HEIGHT = 22
const AXIS_WIDTH = 64
const GRID_LINES = 4
const DAY_LABELS = 6

/** A number with the precision that a drawing needs. */
const n = (value: number): string => String(Math.round(value * 10) / 10)

const svg = (height: number, { labelled_by }: ChartSettings, parts: readonly string[]): string =>
  `<svg viewBox="0 0 ${String(WIDTH)} ${String(height)}" role="img" aria-labelledby="${labelled_by}" direction="ltr">${parts.join('')}</svg>`

const rect = (kind: 'bar' | 'part', x: number, y: number, width: number, height: number): string =>
  width <= 0 || height <= 0
    ? ''
    : `<rect class="${kind}" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"/>`

const text = (x: number, y: number, anchor: 'start' | 'middle' | 'end', content: string): string =>
  `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}">${content}</text>`

const widthOf = (letter: string): number => {
  if (
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]/u.test(letter)
  ) {
    return WIDE_LETTERS
  }
  return /[\p{Lu}mw@%&…]/u.test(letter) ? CAPITAL_LETTERS : 1
}

/** The beginning of a label that has room before the bars. */
const cutToWidth = (label: string): string => {
  let width = 0
  const letters = Array.from(label)
  const end = letters.findIndex(letter => (width += widthOf(letter)) > LABEL_LETTERS)
  return end === -1 ? label : `${letters.slice(0, Math.max(0, end - 1)).join('')}…`
}

/** One row per name, with its value; on right-to-left pages, the bars also run from right to left. */
export const barsByName = (bars: readonly Bar[], settings: ChartSettings): string => {
  const most = Math.max(...bars.map(({ value }) => value), 1)
  const room = WIDTH - LABEL_WIDTH - VALUE_WIDTH - 2 * GAP
  const isMirrored = settings.direction === 'rtl'
  const place = (x: number, width = 0): number => (isMirrored ? WIDTH - x - width : x)
  const rows = bars.map(({ label, value, part }, index) => {
    const y = index * ROW_HEIGHT + (ROW_HEIGHT - BAR_HEIGHT) / 2
    const baseline = y + BAR_HEIGHT - 5
    const [width, part_width] = [(room * value) / most, (room * part) / most]
    const begin = LABEL_WIDTH + GAP
    const shown = cutToWidth(label)
    return [
      `<g><title>${escaped(label)}: ${settings.format(value)}</title>`,
      text(place(LABEL_WIDTH), baseline, isMirrored ? 'start' : 'end', isolated(shown)),
      rect('bar', place(begin, width), y, width, BAR_HEIGHT),
      rect('part', place(begin, part_width), y, part_width, BAR_HEIGHT),
      text(place(begin + width + GAP), baseline, isMirrored ? 'end' : 'start', settings.format(value)),
      '</g>',
    ].join('')
  })
  return svg(bars.length * ROW_HEIGHT, settings, rows)
}

/** From one line of an axis to the next: minutes and hours as clocks show them. */
const CLOCK_STEPS = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400]
const TIDY_STEPS = [1, 2, 2.5, 5, 10]

/** The highest value of an axis: so that each of its lines has a tidy value. */
const axisEnd = (value: number, values: ChartSettings['values']): number => {
  const least = value / GRID_LINES
  if (values === 'whole' && least <= 2) return GRID_LINES * Math.max(1, Math.ceil(least))
  if (least <= 0) return GRID_LINES
  const clock = values === 'seconds' && least > 10 ? CLOCK_STEPS.find(step => step >= least) : undefined
  const power = 10 ** Math.floor(Math.log10(least))
  const isTidy = (step: number): boolean =>
    step * power >= least && (values !== 'whole' || Number.isInteger(step * power))
  return GRID_LINES * (clock ?? (TIDY_STEPS.find(isTidy) ?? 10) * power)
}

/** One bar per day or group of days; time runs from left to right in every language. */
export const barsByDay = (bars: readonly Bar[], settings: ChartSettings): string => {
  const most = axisEnd(Math.max(...bars.map(({ value }) => value), 0), settings.values)
  const step = (WIDTH - AXIS_WIDTH) / Math.max(bars.length, 1)
  const width = Math.max(step * 0.8, 0.5)
  const heightOf = (value: number): number => (DAYS_HEIGHT * value) / most
  const base = GAP + DAYS_HEIGHT
  const grid = Array.from({ length: GRID_LINES + 1 }, (_, index) => {
    const value = (most * index) / GRID_LINES
    const y = base - heightOf(value)
    const line = `<line class="grid" x1="${String(AXIS_WIDTH)}" x2="${String(WIDTH)}" y1="${n(y)}" y2="${n(y)}"/>`
    return `${line}${text(AXIS_WIDTH - GAP, y + 4, 'end', settings.format(value))}`
  })
  const labelled = Math.max(1, Math.ceil(bars.length / DAY_LABELS))
  const columns = bars.map(({ label, value, part }, index) => {
    const x = AXIS_WIDTH + index * step + (step - width) / 2
    return [
      `<g><title>${escaped(label)}: ${settings.format(value)}</title>`,
      rect('bar', x, base - heightOf(value), width, heightOf(value)),
      rect('part', x, base - heightOf(part), width, heightOf(part)),
      '</g>',
      // The last label would extend beyond the edge.
      index % labelled === 0 && x < WIDTH - 40
        ? text(Math.max(x + width / 2, AXIS_WIDTH + 24), base + 16, 'middle', escaped(label))
        : '',
    ].join('')
  })
  return svg(base + AXIS_HEIGHT, settings, [...grid, ...columns])
}
