// Writes docs/configuration.md and config/config.example.json from the schema of the configuration.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'
import { environmentNames } from '../src/config/environment.ts'
import { allowedText } from '../src/config/formats.ts'
import { SCHEMA } from '../src/config/schema.ts'
import { isSetting, listSettings, type KeyedSetting, type Section, type Setting } from '../src/config/setting.ts'

const HELP = `Usage: node scripts/generate-configuration-docs.ts [--check]

Writes docs/configuration.md and config/config.example.json from the schema of the configuration.
With --check, writes nothing and exits with 1 if one of the files is out of date.
`

const ROOT = join(import.meta.dirname, '..')

const INTRODUCTION = `# Configuration

> Generated from \`src/config/schema/\`. Do not edit this page: change the schema and run
> \`node scripts/generate-configuration-docs.ts\`.

DeniDin reads \`config/config.json\`, or the file that the environment variable \`DENIDIN_CONFIG\` names. The file is JSON;
comments and trailing commas are allowed. Copy \`config/config.example.json\`, which lists every key with its default, and
keep only the settings you change. The file may be empty if the environment provides all settings.

Changes take effect at the next start.

## Precedence and environment variables

For each key, DeniDin uses the first of these that has a value:

1. the environment variable
2. the same variable in the file \`.env\` beside \`run_denidin.sh\`
3. the configuration file
4. the default

Every key has an environment variable named \`DENIDIN_\` plus its path in capitals, such as
\`DENIDIN_MEMORY_LONGTERM_TOP_K_RESULTS\`. Some keys accept other variables too; those are used only if the first one is not
set. An empty variable counts as not set.

| Type          | In the file  | In a variable                                             |
| ------------- | ------------ | --------------------------------------------------------- |
| true or false | \`true\`       | \`true\`, \`1\`, \`yes\`, \`on\`; \`false\`, \`0\`, \`no\`, \`off\`         |
| list          | \`["a", "b"]\` | \`a, b\`, or JSON if an item contains a comma: \`["a", "b,c"]\` |

## Secrets

Put API keys into \`.env\`, one \`NAME=value\` per line, and make the file private with \`chmod 600 .env\`. DeniDin warns if other
users of the machine can read it. Secrets are never logged and never shown in messages.

A line of \`.env\` may also begin with \`export\`, have a colon in the place of the equals sign, or have quotes around name or
value; invisible characters, such as a byte order mark, do not count. Quotes that \`docker --env-file\` leaves around names and
values are removed. A line that mentions DeniDin or a key and cannot be read stops the start, with its number.

## Errors and warnings

DeniDin does not start with an invalid configuration. It prints one line for each unknown key and each invalid value, with
the key, the value and what is allowed.

It starts with a warning if a variable that begins with \`DENIDIN_\` is unknown, if a phone number is still a placeholder such
as \`TEST_PHONE@c.us\` (it counts as not set), or if a value is allowed but unlikely to work well.

## Paths and phone numbers

Paths are relative to the DeniDin folder. Only \`memory.longterm.storage_dir\` is relative to \`data_root\`; you may also write
it with the name of \`data_root\` in front, such as \`data/memory\`.

Write phone numbers with their country code, in any usual format: \`+1 (555) 000-1111\`, \`0015550001111\`,
\`15550001111@c.us\`.

## Settings

"Not set" means \`null\` in the file.
`

const GENERAL = 'General'

const cell = (text: string): string => text.replaceAll('|', '\\|')
const code = (text: string): string => `\`${text}\``

const defaultText = (setting: Setting): string => {
  if (setting.inherits !== undefined) return `value of ${code(setting.inherits)}`
  if (setting.default === null) return 'not set'
  return code(typeof setting.default === 'string' ? setting.default : JSON.stringify(setting.default))
}

const row = (setting: KeyedSetting): string => {
  const former = setting.formerKey === undefined ? '' : ` (formerly ${code(setting.formerKey)})`
  const columns = [
    code(setting.key) + former,
    setting.doc,
    defaultText(setting),
    allowedText(setting),
    environmentNames(setting).map(code).join(', '),
  ]
  return `| ${columns.map(cell).join(' | ')} |`
}

const MAX_HEADING_PARTS = 2

const page = (): string => {
  const sections = Map.groupBy(listSettings(SCHEMA), ({ key }) => {
    const path = key.split('.').slice(0, -1).slice(0, MAX_HEADING_PARTS)
    return path.length === 0 ? GENERAL : code(path.join('.'))
  })
  const tables = [...sections].map(([name, settings]) =>
    [
      `### ${name}`,
      '',
      '| Key | Description | Default | Allowed | Environment variables |',
      '|---|---|---|---|---|',
      ...settings.map(row),
    ].join('\n'),
  )
  return [INTRODUCTION, ...tables].join('\n\n')
}

const exampleSection = (section: Section, indent: string): string =>
  Object.entries(section)
    .map(([name, node]: [string, Setting | Section]) => {
      if (!isSetting(node)) return `${indent}"${name}": {\n${exampleSection(node, `${indent}  `)}\n${indent}}`
      const inherited = node.inherits === undefined ? '' : ` Not set: the value of ${node.inherits}.`
      const comment = `${indent}// ${node.doc}${inherited} Allowed: ${allowedText(node)}.`
      return `${comment}\n${indent}"${name}": ${JSON.stringify(node.default)}`
    })
    .join(',\n')

const example = (): string =>
  [
    '// All settings with their defaults. Copy this file to config/config.json and keep only the settings you change.',
    '// null means "not set". See docs/configuration.md.',
    '{',
    exampleSection(SCHEMA, '  '),
    '}',
    '',
  ].join('\n')

const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean' } } })
if (values.help === true) {
  process.stdout.write(HELP)
} else {
  for (const [file, text] of [
    ['docs/configuration.md', page()],
    ['config/config.example.json', example()],
  ] as const) {
    const path = join(ROOT, file)
    const formatted = await format(text, { ...(await resolveConfig(path)), filepath: path })
    if (values.check !== true) {
      writeFileSync(path, formatted)
    } else if (readFileSync(path, 'utf8') !== formatted) {
      process.stderr.write(`${file} is out of date: run node scripts/generate-configuration-docs.ts\n`)
      process.exitCode = 1
    }
  }
}
