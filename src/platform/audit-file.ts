import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import winston from 'winston'
import DailyRotateFile from 'winston-daily-rotate-file'
import type { Clock } from './clock.ts'
import { PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE } from './files.ts'

const KEPT = '90d'

/** A file of JSON lines. All that was written has reached the disk once `close` has resolved. */
export interface AuditFile {
  write(entry: object): void
  close(): Promise<void>
}

/** `logs/<name>.log` is always the current file; older days lie beside it, compressed, for 90 days. */
export const createAuditFile = (logs_dir: string, name: string, clock: Clock): AuditFile => {
  mkdirSync(logs_dir, { recursive: true, mode: PRIVATE_FOLDER_MODE })
  const file = new DailyRotateFile({
    dirname: logs_dir,
    filename: `${name}-%DATE%.log`,
    datePattern: 'YYYY-MM-DD',
    createSymlink: true,
    symlinkName: `${name}.log`,
    auditFile: join(logs_dir, `.rotation-${name}.json`),
    maxFiles: KEPT,
    zippedArchive: true,
    options: { mode: PRIVATE_FILE_MODE, flags: 'a' },
  })
  const line = winston.format.printf(({ message }) => String(message))
  const root = winston.createLogger({ format: line, transports: [file] })
  return {
    write: entry => {
      root.info(JSON.stringify({ time: new Date(clock.now()).toISOString(), ...entry }))
    },
    close: () =>
      new Promise(resolve => {
        file.once('finish', () => {
          resolve()
        })
        root.end()
      }),
  }
}
