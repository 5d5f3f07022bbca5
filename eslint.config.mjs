import js from '@eslint/js'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'
import { projectRules } from './scripts/lint/project-rules.mjs'

/** Where the system itself may be asked: behind the ports of platform, in the configuration, and where DeniDin starts. */
const SYSTEM_BORDER = ['src/platform/**', 'src/config/**', 'src/main.ts', 'src/cli.ts', 'src/mcp.ts']

const TIMERS = ['setTimeout', 'setInterval'].map(name => ({ name, message: 'Use the Clock of platform/clock.ts.' }))

const timerImport = {
  name: 'node:timers/promises',
  message: 'Use the Clock of platform/clock.ts.',
}

const systemProperties = [
  { object: 'Date', property: 'now', message: 'Use the Clock of platform/clock.ts.' },
  { object: 'performance', property: 'now', message: 'Use the Clock of platform/clock.ts.' },
  { object: 'Math', property: 'random', message: 'Use the Ids of platform/ids.ts.' },
  {
    object: 'process',
    property: 'env',
    message: 'Settings come from config/; only entry points read the environment.',
  },
]

const systemSyntax = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Use the Clock of platform/clock.ts.' },
]

const LITERAL_SPREADS = [
  {
    selector: 'ObjectExpression > SpreadElement > ObjectExpression.argument',
    message: 'Write the properties themselves: spreading a literal switches off the check for misspelt properties.',
  },
  {
    selector: 'ArrayExpression > SpreadElement > ArrayExpression.argument',
    message: 'Write the elements themselves.',
  },
]

export default defineConfig(
  {
    ignores: ['node_modules/', 'bundled-browser/', 'dist/', 'coverage/', 'data/', 'data_demo/', 'data_test/', 'logs/'],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  { plugins: { project: projectRules }, rules: { 'project/kebab-case-file-name': 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // `void` results in a short arrow are this code's style: `after: () => clearTimeout(timer)`.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // `.catch((error: NodeJS.ErrnoException) => …)` names the type that the preceding call throws.
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
      // `typeof import('tiktoken')` names a library that is loaded later.
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      // The class of a port may have no state, and an implementation of an async port may have nothing to await.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true, ignoreUsingDeclarations: true },
      ],
      // A row's type is named where it is read: `database.get<PersonRow>(…)`.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // Transports of winston are typed by another version of the same stream.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Ports are declared with methods but implemented by functions, so `({ signal, progress }) => …` is safe.
      '@typescript-eslint/unbound-method': 'off',
      // There are no enums here (`erasableSyntaxOnly`), and these rules take a third of the linter's time.
      '@typescript-eslint/no-mixed-enums': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      // `Promise.withResolvers<void>()` is not a misuse.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // A closure may name a value before it exists if two parts refer to each other.
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', ...LITERAL_SPREADS],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', { max: 80 }],
      'project/file-header': 'error',
      'project/small-interfaces': 'error',
      'no-console': 'error',
      'project/sql-in-sqlite-folders': 'error',
    },
  },
  {
    // The command line, and separate programs that DeniDin starts.
    files: [
      'src/interfaces/cli/**',
      'src/main.ts',
      'src/cli.ts',
      'src/mcp.ts',
      'src/vectors/chroma/chroma-server-main.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: SYSTEM_BORDER,
    rules: {
      'no-restricted-globals': ['error', ...TIMERS],
      'no-restricted-properties': ['error', ...systemProperties],
      'no-restricted-syntax': ['error', ...systemSyntax, ...LITERAL_SPREADS],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            timerImport,
            {
              name: 'node:crypto',
              importNames: ['randomUUID', 'randomBytes', 'randomInt'],
              message: 'Use the Ids of platform/ids.ts.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['tests/**/*.ts'],
    rules: {
      'project/no-module-mock': 'error',
      // The expectations of a test check the values that it reads.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['tests/**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval'].map(name => ({
          name,
          message: 'No sleeps: move the clock, or wait for an event.',
        })),
      ],
      'no-restricted-imports': [
        'error',
        { paths: [{ ...timerImport, message: 'No sleeps: move the clock, or wait for an event.' }] },
      ],
    },
  },
  {
    // Tools of the project, and pages that run in a browser, in plain JavaScript.
    files: ['**/*.{js,mjs,cjs}'],
    rules: { 'no-undef': 'off' },
  },
)
