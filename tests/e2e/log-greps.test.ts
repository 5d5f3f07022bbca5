// The log answers the greps that the guide for production gives to operators.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ScriptHome } from '../support/script-run.ts'

const TIMEOUT_MS = 60_000

/** Lines of the log that grep finds. */
const grep = (home: ScriptHome, ...args: readonly string[]): readonly string[] =>
  spawnSync('grep', [...args, join(home.logs, 'denidin.log')], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(line => line !== '')

const talk = (home: ScriptHome, ...lines: readonly string[]) =>
  home.done('denidin', ['chat'], { input: lines.map(line => `${line}\n`).join('') })

interface Status {
  readonly models_today: readonly { readonly kind: string; readonly calls: number }[]
}

test(
  'a conversation, a reset, a recall and a cleanup are found by the greps of the guide',
  async () => {
    await using home = new ScriptHome({ godfather_phone: '+15550001111' })
    await talk(home, 'My dog is called Rex and he is afraid of thunder.')
    const [session_id = ''] = readdirSync(join(home.data, 'sessions'))
    expect(grep(home, `Session created: ${session_id}`)).toHaveLength(1)
    // A question and an answer.
    expect(grep(home, '-E', 'INFO session Added message to session: [^ ]+')).toHaveLength(2)
    expect(grep(home, 'ERROR')).toEqual([])

    await talk(home, '/reset', 'What is my dog afraid of?')
    expect(grep(home, 'Session expired, transferring to long-term memory')).toHaveLength(1)
    // One line a turn, with its parts; commands recall nothing.
    const recalls = grep(home, 'recall').map(line =>
      /INFO memory\.recall Recalled (\d+) memories memories=(\d+) quotes=(\d+)/.exec(line)?.slice(1).map(Number),
    )
    expect(recalls).toHaveLength(2)
    for (const [total = -1, memories = 0, quotes = 0] of recalls.map(each => each ?? [])) {
      expect(total).toBe(memories + quotes)
    }
    expect(recalls.map(each => (each?.[0] ?? 0) > 0)).toEqual([false, true])

    const swept = grep(home, 'cleanup').length
    await home.done('denidin', ['session', 'sweep'])
    expect(grep(home, 'cleanup').slice(swept)).toEqual([
      expect.stringContaining('INFO cleanup Sweep finished found=0'),
      expect.stringContaining('INFO cleanup Archived sessions purged purged=0'),
    ])

    const { stdout } = await home.run('denidin', ['status', '--json'])
    const { models_today } = JSON.parse(stdout) as Status
    const counted = models_today.filter(({ kind }) => kind === 'embedding').reduce((sum, { calls }) => sum + calls, 0)
    const calls = grep(home, 'embedding')
    expect(calls).toHaveLength(counted)
    for (const line of calls) {
      expect(line).toMatch(/ INFO embedding Embedding call count=\d+ model=\S+ ms=\d+ outcome=ok/)
    }

    // What the guide looks for when nothing is saved.
    const [running = ''] = readdirSync(join(home.data, 'sessions')).filter(name => name !== 'expired')
    mkdirSync(join(home.data, 'sessions', running, 'session.json.new'))
    await talk(home, 'And of the cat next door.')
    expect(grep(home, 'save.*session')).toEqual([expect.stringContaining(`could not save session ${running}`)])
    expect(grep(home, 'ERROR')).toHaveLength(1)
  },
  TIMEOUT_MS,
)
