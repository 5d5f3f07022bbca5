/** The coverage that `npm run check` asks for: the core of DeniDin, by the tests that need no browser. */
import base from './jest.config.mjs'

const CORE = ['conversation', 'sessions', 'memory', 'messages', 'people', 'learning', 'operations', 'models']
const LEAST_LINES_PERCENT = 90

export default {
  ...base,
  collectCoverageFrom: CORE.map(folder => `src/${folder}/**/*.ts`),
  // Counts statements, so that files of types alone, which are never loaded, do not count as untested.
  coverageProvider: 'babel',
  coverageReporters: ['text-summary', 'lcovonly'],
  coverageThreshold: { global: { lines: LEAST_LINES_PERCENT } },
}
