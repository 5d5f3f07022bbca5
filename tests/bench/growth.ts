// Counts how the time of every public text function grows when its input doubles, over many shapes of text.
// Usage: npm run bench:growth [-- --quick] [--json] [--only NAME] [--all]
// Prints the functions and shapes that take more than 2.5 times as long for twice the text, that take longer than
// 100 ms for as long a message as WhatsApp allows, or that fail; with --all every measurement. Exit code 1 if any does.
import { Worker } from 'node:worker_threads'
import type { Growth } from './growth/measure.ts'
import { SHAPES } from './growth/shapes.ts'
import { SUBJECTS } from './growth/subjects.ts'
import { option } from './option.ts'

const only = option('--only')
const CHARACTERS = process.argv.includes('--quick') ? 25_000 : 100_000
/** A text twice as long may take so many times as long. */
const MOST_FACTOR = 2.5
/** Longest that a text function may take for a message of 65,536 characters. */
const MOST_MS = 100
const MESSAGE_CHARACTERS = 65_536
/** A measurement that takes so long will not end. */
const PATIENCE_MS = 20_000

interface Row {
  readonly subject: string
  readonly shape: string
  readonly characters: number
  readonly ms: number
  readonly factor: number
  readonly fault: string
}

const faultOf = ({ ms, factor, characters, failed }: Growth): string => {
  if (failed !== undefined) return failed
  if (factor > MOST_FACTOR) return 'grows'
  return ms * Math.min(1, MESSAGE_CHARACTERS / characters) > MOST_MS ? 'slow' : ''
}

/** Measures one function; a shape that does not end is reported, and the next ones are measured in a new thread. */
const measure = async (subject: string, shapes: readonly string[]): Promise<readonly Row[]> => {
  const rows: Row[] = []
  let left = shapes
  while (left.length > 0) {
    const worker = new Worker(new URL('growth/worker.ts', import.meta.url), {
      workerData: { subject, shapes: left, characters: CHARACTERS },
    })
    let current = left[0] ?? ''
    const ended = await new Promise<boolean>(resolve => {
      let timer = setTimeout(() => resolve(false), PATIENCE_MS)
      worker.on('message', ({ shape, growth }: { shape: string; growth?: Growth }) => {
        clearTimeout(timer)
        timer = setTimeout(() => resolve(false), PATIENCE_MS)
        current = shape
        if (growth === undefined) return
        const { characters, ms, factor } = growth
        rows.push({
          subject,
          shape,
          characters,
          ms: Math.round(ms * 10) / 10,
          factor: Math.round(factor * 10) / 10,
          fault: faultOf(growth),
        })
      })
      worker.on('error', () => resolve(false))
      worker.on('exit', () => {
        clearTimeout(timer)
        resolve(true)
      })
    })
    await worker.terminate()
    if (ended) break
    rows.push({
      subject,
      shape: current,
      characters: CHARACTERS,
      ms: PATIENCE_MS,
      factor: Infinity,
      fault: 'does not end',
    })
    left = left.slice(left.indexOf(current) + 1)
  }
  return rows
}

const rows: Row[] = []
for (const subject of Object.keys(SUBJECTS).filter(each => only === undefined || each.includes(only))) {
  rows.push(
    ...(await measure(
      subject,
      SHAPES.map(each => each.name),
    )),
  )
  const mine = rows.filter(each => each.subject === subject && each.fault !== '')
  process.stderr.write(`${subject}: ${String(mine.length)} faults in ${String(SHAPES.length)} shapes\n`)
  for (const { shape, ms, factor, fault } of mine) {
    process.stderr.write(`  ${fault}: ${shape}, ${String(ms)} ms, × ${String(factor)}\n`)
  }
}
const faults = rows.filter(each => each.fault !== '')
const shown = process.argv.includes('--all') ? rows : faults
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`)
else if (shown.length > 0) console.table(shown)
process.stdout.write(`${String(rows.length)} measurements, ${String(faults.length)} faults\n`)
process.exitCode = faults.length === 0 ? 0 : 1
