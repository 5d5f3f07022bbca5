/** Loads of patterns from real files: the first, which counts tokens, and a later one. */
import { rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PatternPacker } from '../../../src/budget/patterns/pack-patterns.ts'
import { PatternFolder } from '../../../src/budget/patterns/pattern-folder.ts'
import { subjectOfTask } from '../../../src/budget/patterns/pattern-relevance.ts'
import { PatternTokens } from '../../../src/budget/patterns/pattern-tokens.ts'
import { SPECIALIST_WEIGHTS } from '../../../src/budget/profiles/budget-profiles.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { createTokenCounter } from '../../../src/text/tokens.ts'
import { write } from '../../support/budget/pattern-files.ts'

interface LoadTimes {
  readonly patterns: number
  readonly first_ms: number
  readonly again_ms: number
}

const TOPICS = ['incremental-models', 'query-performance', 'data-quality', 'release-notes', 'cost-review']

export const measureLoads = async (sizes: readonly number[]): Promise<readonly LoadTimes[]> => {
  const times: LoadTimes[] = []
  for (const patterns of sizes) {
    const folder = mkdtempSync(join(tmpdir(), 'denidin-bench-'))
    try {
      for (let at = 0; at < patterns; at++) {
        const name = `specialists/dbt-expert/patterns/${TOPICS[at % TOPICS.length] ?? 'x'}-${String(at)}`
        write(folder, `${name}.md`, `# Lesson ${String(at)}\n\n${'Test the model before it is released. '.repeat(20)}`)
        write(folder, `${name}.metadata.json`, JSON.stringify({ use_count: at % 30, last_used: '2026-11-20' }))
      }
      times.push({ patterns, first_ms: await load(folder), again_ms: await load(folder) })
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  return times
}

/** As one command does it. */
const load = async (path: string): Promise<number> => {
  const began = performance.now()
  const folder = new PatternFolder(path)
  const file = join(path, 'pattern-tokens.json')
  const tokens = new PatternTokens({ path: file, folder, counter: createTokenCounter(), logger: silentLogger })
  const packer = new PatternPacker({ tokens, signal: new AbortController().signal, progress: () => undefined })
  const { patterns } = await folder.find(['specialists/dbt-expert'])
  await packer.add(patterns, subjectOfTask('Analyze dbt model performance', 'dbt-expert'), Date.now())
  await packer.pack({ tokens: 30_000, weights: SPECIALIST_WEIGHTS })
  await tokens.save()
  return Math.round(performance.now() - began)
}
