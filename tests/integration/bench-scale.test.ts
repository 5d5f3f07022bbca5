import { expect, test } from '@jest/globals'
import { measureScale } from '../bench/scale/measure-scale.ts'
import { QUICK_SCALE } from '../bench/scale/quick.ts'

test('among many people everybody finds their own by meaning and by words, and nobody anything of another', async () => {
  const told: string[] = []
  const report = await measureScale({ ...QUICK_SCALE, progress: text => told.push(text) })
  expect(report).toMatchObject({ people: 60, largest: 600 })
  for (const subject of ['vectors', 'recall']) {
    expect(report.subjects[subject]).toMatchObject({ probes: 300, foreign_rows: 0, found_percent: 100 })
    expect(told).toContain(`${subject}: filling …`)
  }
}, 120_000)
