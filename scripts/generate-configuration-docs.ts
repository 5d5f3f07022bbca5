// Writes docs/configuration.md and config/config.example.json from the schema of the configuration.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'
import { environmentNames } from '../src/config/environment.ts'
import { allowedText } from '../src/config/formats.ts'
import { SCHEMA } from '../src/config/schema.ts'
import { isSetting, placedSettings, type PlacedSetting, type Setting } from '../src/config/setting.ts'

const HELP = `Usage: node scripts/generate-configuration-docs.ts [--check]

Writes docs/configuration.md and config/config.example.json from the schema of the configuration.
--check writes nothing and fails when one of them is not what it would write.
`

const ROOT = join(import.meta.dirname, '..')

const INTRODUCTION = `# Configuration

This page is generated from the schema (\`node scripts/generate-configuration-docs.ts\`).

DeniDin reads \`config/config.json\`, or the file that \`DENIDIN_CONFIG\` names. It is JSON in which comments and trailing
commas are welcome. Begin with a copy of \`config/config.example.json\`, which holds every key with its default, and keep
only what you change; an empty file will do where the environment says everything.

**Order.** A value is taken from the environment; if it is not there, from the file \`.env\`; then from the configuration
file; then it is the default. Every key has the name \`DENIDIN_<PATH_IN_CAPS>\` in the environment, and a few have another
name beside it, which is asked second. An empty variable counts as unset. A switch is \`true\` or \`false\` (also
\`1\`/\`0\`, \`yes\`/\`no\`, \`on\`/\`off\`); a list is \`a, b\`, or JSON where a comma belongs to a value: \`["a", "b,c"]\`.

**Secrets** belong into \`.env\` beside \`run_denidin.sh\`, one \`NAME=value\` a line, readable by you alone
(\`chmod 600 .env\`; DeniDin warns when it is not). They are never logged and never shown in a message.

**Mistakes stop the start.** An unknown key or a value that is not allowed gives one line that names the key, the value and
what is allowed; several mistakes give one line each. A variable that begins with \`DENIDIN_\` and sets nothing, and a phone
number that is still a placeholder, give a warning.

**Paths** are relative to the folder of DeniDin, except \`memory.longterm.storage_dir\`, which is relative to \`data_root\`
(written with the name of \`data_root\` before it, as in \`data/memory\`, it means the same).

**Phone numbers** may be written in any usual way, with their country code: \`+1 (555) 000-1111\`, \`0015550001111\`,
\`15550001111@c.us\`.
`

const cell = (text: string): string => text.replaceAll('|', '\\|')
const code = (text: string): string => `\`${text}\``

const defaultText = (setting: Setting): string => {
  if (setting.inherits !== undefined) return `as ${code(setting.inherits)}`
  return setting.default === null ? 'none' : code(JSON.stringify(setting.default).replace(/^"(.*)"$/, '$1'))
}

const row = (setting: PlacedSetting): string => {
  const old = setting.other_key === undefined ? '' : ` (older name: ${code(setting.other_key)})`
  const columns = [
    code(setting.key) + old,
    defaultText(setting),
    allowedText(setting),
    setting.doc,
    environmentNames(setting).map(code).join(', '),
  ]
  return `| ${columns.map(cell).join(' | ')} |`
}

const page = (): string => {
  const sections = Map.groupBy(placedSettings(SCHEMA), setting => {
    const path = setting.key.split('.')
    return path.length === 1 ? 'General' : path.slice(0, path[0] === 'memory' ? 2 : 1).join('.')
  })
  const tables = [...sections].map(([name, settings]) =>
    [
      `## ${name === 'General' ? name : code(name)}`,
      '',
      '| key | default | allowed | meaning | in the environment |',
      '|---|---|---|---|---|',
      ...settings.map(row),
    ].join('\n'),
  )
  return [INTRODUCTION, ...tables].join('\n\n')
}

const example = (): string => {
  const write = (node: object, indent: string): string =>
    Object.entries(node)
      .map(([name, child]: [string, object]) => {
        if (!isSetting(child)) return `${indent}"${name}": {\n${write(child, `${indent}  `)}\n${indent}}`
        const note = child.inherits === undefined ? '' : ` None: as ${child.inherits}.`
        const comment = `${indent}// ${child.doc}${note} Allowed: ${allowedText(child)}.`
        return `${comment}\n${indent}"${name}": ${JSON.stringify(child.default)}`
      })
      .join(',\n')
  return `// Every key with its default. Copy this file to config/config.json and keep what you change.\n{\n${write(SCHEMA, '  ')}\n}\n`
}

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
      process.stderr.write(`${file} is stale: run node scripts/generate-configuration-docs.ts\n`)
      process.exitCode = 1
    }
  }
}
