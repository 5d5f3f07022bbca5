/** A file of JSON lines that is kept for 90 days, such as the record of who read whose memory. */
import type { Clock } from './clock.ts'
import { DailyFile } from './daily-file.ts'
import type { HealthCheck } from './health.ts'

const KEPT_DAYS = 90

/** A file of JSON lines. */
export interface AuditFile extends HealthCheck {
  /** Adds an entry; it is in the file when this returns, or as soon as the file can be written again. */
  write(entry: object): void
  close(): Promise<void>
}

/** `logs/<name>.log` is always the current file; earlier days are stored beside it, compressed, for 90 days. */
export const createAuditFile = (
  logs_dir: string,
  name: string,
  clock: Clock,
  onTrouble?: (trouble: string) => void,
): AuditFile => {
  const lineOf = (entry: object): string => JSON.stringify({ time: new Date(clock.now()).toISOString(), ...entry })
  const file = new DailyFile({ folder: logs_dir, name, keptDays: KEPT_DAYS, clock, gapLine: lineOf, onTrouble })
  return {
    name: file.name,
    health: () => file.health(),
    write: entry => {
      file.write(lineOf(entry))
    },
    close: () => file.close(),
  }
}
