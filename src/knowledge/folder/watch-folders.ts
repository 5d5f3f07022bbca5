/** Watches folders for changes. */
import type { Logger } from '../../platform/logger.ts'

/** Reports that something in the folders changed; not what. */
export interface FolderWatch {
  /** Resolves when changes are reported from now on; earlier ones are not. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

/**
 * Calls `changed` for every change below the folders, until it is closed. If a folder cannot be watched, the log says
 * so once, and only regular scans find its changes.
 */
export const watchFolders = async (
  dirs: readonly string[],
  ignore: ReadonlySet<string>,
  changed: () => void,
  logger: Logger,
): Promise<FolderWatch> => {
  // Loaded only where folders are configured.
  const { watch } = await import('chokidar')
  const { basename } = await import('node:path')
  const watcher = watch([...dirs], {
    ignoreInitial: true,
    followSymlinks: false,
    persistent: false,
    ignored: path => !dirs.includes(path) && (ignore.has(basename(path)) || basename(path).startsWith('.')),
  })
  let told = false
  watcher.on('all', changed)
  watcher.on('error', error => {
    if (told) return
    told = true
    logger.warn('Changes of files are noticed late, because the folders cannot be watched', {
      why: (error as Error).message,
    })
  })
  const ready = new Promise<void>(resolve => watcher.once('ready', () => resolve()))
  return { ready, close: () => watcher.close() }
}
