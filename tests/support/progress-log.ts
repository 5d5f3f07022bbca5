import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/platform/clock.ts'
import { PROJECT } from './script-run.ts'

/** Tells how a long run gets on: on stdout, and in a file below `logs/` where `keep` is set. */
export interface ProgressLog {
  /** Without extension, for other files of the same run; `undefined` where nothing is kept. */
  readonly path: string | undefined
  say(line: string): void
}

export const progressLog = (name: string, keep: boolean): ProgressLog => {
  const stamp = new Date(systemClock.now()).toISOString().replace(/[:.]/g, '-')
  const path = keep ? join(PROJECT, 'logs', `${name}-${stamp}`) : undefined
  if (path !== undefined) mkdirSync(join(PROJECT, 'logs'), { recursive: true })
  return {
    path,
    say: line => {
      const whole = `${new Date(systemClock.now()).toISOString()} ${line}\n`
      // Jest frames what goes through the console.
      if (keep) process.stdout.write(whole)
      if (path !== undefined) appendFileSync(`${path}.log`, whole)
    },
  }
}

/** The value below which the share `part` of the numbers lies; 0 of none. */
export const percentile = (numbers: readonly number[], part: number): number => {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}
