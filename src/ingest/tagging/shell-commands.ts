/** Determines which kinds of commands a shell command line runs, for tags. */
import type { Tag } from '../../archive/archive-message.ts'

/** Kinds of commands, by program. */
const KINDS: Readonly<Record<string, string>> = {
  git: 'git',
  gh: 'git',
  docker: 'docker',
  'docker-compose': 'docker',
  podman: 'docker',
  gcloud: 'gcloud',
  gsutil: 'gcloud',
  bq: 'gcloud',
  python: 'python',
  python3: 'python',
  pip: 'python',
  pip3: 'python',
  pytest: 'python',
  uv: 'python',
  poetry: 'python',
}

/** Longer command lines are cut. */
const MOST_CHARACTERS = 4000

/** Where another command begins on a line. */
const SEPARATORS = /&&|\|\||[;|\n&]|\$\(/

/** What may precede the program. */
const BEFORE = /^(?:[A-Za-z_]\w*=\S*|sudo|time|env|exec|nohup|command|then|do|else|!|\()$/

/** The kinds of commands on a line: git, docker, gcloud, python; every line also counts as bash. */
export const commandTags = (line: string): readonly Tag[] => {
  const kinds = new Set(['bash'])
  for (const part of line.slice(0, MOST_CHARACTERS).split(SEPARATORS)) {
    const program = part
      .trim()
      .split(/\s+/)
      .find(word => !BEFORE.test(word))
    const name = program
      ?.split('/')
      .at(-1)
      ?.toLowerCase()
      .replace(/^(python)\d[\d.]*$/, '$1')
    if (name !== undefined && Object.hasOwn(KINDS, name)) kinds.add(KINDS[name] ?? name)
  }
  return [...kinds].map(value => ({ category: 'command', value, confidence: 1 }))
}
