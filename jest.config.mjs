/** Native ESM with swc: types are checked by `npm run check`, not here. */
const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
}

const project = name => ({
  ...base,
  displayName: name,
  testMatch: [`<rootDir>/tests/${name}/**/*.test.ts`],
})

// The soak takes as long as it is told to, and only when it is.
const soak = process.env.SOAK_MINUTES === undefined ? [] : ['soak']

export default {
  projects: ['unit', 'contract', 'integration', 'e2e', ...soak].map(project),
  // A worker that holds a tiktoken encoding and a browser client is let go before it grows.
  workerIdleMemoryLimit: '600MB',
  // A worker that has ended takes a second to give a gigabyte back on a busy machine. After half a second, the default,
  // it was killed, and said to have been kept alive by a test; one that is kept alive is still found.
  workerGracefulExitTimeout: 10_000,
  maxWorkers: 2,
  testTimeout: 30_000,
  collectCoverageFrom: ['src/**/*.ts'],
  coverageProvider: 'v8',
}
