/** Measures one function over some shapes and reports each: a function that never ends is stopped from outside. */
import { parentPort, workerData } from 'node:worker_threads'
import { growthOf } from './measure.ts'
import { SHAPES } from './shapes.ts'
import { SUBJECTS } from './subjects.ts'

const { subject, shapes, characters } = workerData as {
  readonly subject: string
  readonly shapes: readonly string[]
  readonly characters: number
}
const act = SUBJECTS[subject]
for (const shape of SHAPES.filter(each => shapes.includes(each.name))) {
  parentPort?.postMessage({ shape: shape.name })
  if (act !== undefined) parentPort?.postMessage({ shape: shape.name, growth: await growthOf(act, shape, characters) })
}
