/** Writes log lines for systemd's journal, with the priority that `journalctl -p` filters by. */
import { fstatSync } from 'node:fs'

/** Priorities of syslog: https://www.freedesktop.org/software/systemd/man/latest/sd-daemon.html */
const PRIORITIES: Readonly<Record<string, number>> = { error: 3, warn: 4, info: 6, debug: 7 }
const INFO_PRIORITY = 6

/** `<3>` before an error: the journal takes it off and keeps the priority. */
export const journalPrefix = (level: string): string => `<${String(PRIORITIES[level] ?? INFO_PRIORITY)}>`

/**
 * Whether a stream goes to the journal. systemd names the journal's stream by device and inode in `JOURNAL_STREAM`;
 * a child whose output was redirected inherits the variable, so the stream itself is compared.
 * @param descriptor 1 for stdout
 */
export const isJournal = (journal_stream: string | undefined, descriptor: number): boolean => {
  if (journal_stream === undefined || journal_stream === '') return false
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true })
    return journal_stream === `${String(dev)}:${String(ino)}`
  } catch {
    return false
  }
}
