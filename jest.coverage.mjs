/** The coverage that `npm run check` asks for: the core of DeniDin, by the tests that need no browser. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import base from './jest.config.mjs'

const CORE = ['conversation', 'sessions', 'memory', 'messages', 'people', 'learning', 'operations', 'models']
const LEAST_LINES_PERCENT = 90

/**
 * The integration tests that count, besides all unit and contract tests: these cover the core. The app takes twice the
 * processor time to load with counters, and each test file loads it anew, so the other integration tests run without
 * counters. Code that only those reach does not count as covered.
 */
const COUNTED = [
  'admission',
  'agent',
  'backfill',
  'budget-load',
  'budget-usage',
  'changes-while-answering',
  'costs',
  'fallback-models',
  'ingest-python-denidin',
  'knowledge',
  'learning',
  'limits',
  'loops',
  'mcp',
  'memory-migration',
  'memory-upkeep',
  'mended-requests',
  'message-events',
  'pipeline-faults',
  'privacy-commands',
  'rest-requests',
  'rollout',
  'session-transfer',
  'settings',
  'superseded',
  'upkeep',
]

const file = name => `tests/integration/${name}.test.ts`

const unknown = COUNTED.find(name => !existsSync(join(import.meta.dirname, file(name))))
if (unknown !== undefined) throw new Error(`jest.coverage.mjs names ${file(unknown)}, which does not exist.`)

const files = COUNTED.map(name => `<rootDir>/${file(name)}`)

const projects = base.projects.flatMap(project =>
  project.displayName === 'integration'
    ? [
        { ...project, testMatch: files },
        { ...project, testPathIgnorePatterns: files, coveragePathIgnorePatterns: ['/'] },
      ]
    : [project],
)

export default {
  ...base,
  projects,
  collectCoverageFrom: CORE.map(folder => `src/${folder}/**/*.ts`),
  // Counts statements, so that files of types alone, which are never loaded, do not count as untested.
  coverageProvider: 'babel',
  coverageReporters: ['text-summary', 'lcovonly'],
  coverageThreshold: { global: { lines: LEAST_LINES_PERCENT } },
}
