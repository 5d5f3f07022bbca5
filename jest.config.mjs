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

// The soak test runs only on request, and for the requested time.
const soak = process.env.SOAK_MINUTES === undefined ? [] : ['soak']

export default {
  projects: ['unit', 'contract', 'integration', 'e2e', ...soak].map(project),
  // A worker with a tiktoken encoding and a browser client is replaced before it grows.
  workerIdleMemoryLimit: '600MB',
  // On a busy machine, a worker that has ended takes a second to release a gigabyte. After half a second, the default,
  // it was killed and reported as kept alive by a test; workers that really are kept alive are still detected.
  workerGracefulExitTimeout: 10_000,
  maxWorkers: 2,
  // Only a test that hangs takes so long: on a busy machine, an ordinary one takes ten times its time.
  testTimeout: 120_000,
  collectCoverageFrom: ['src/**/*.ts'],
  coverageProvider: 'v8',
}
