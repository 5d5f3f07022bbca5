/** Where backups are kept. */
import type { Settings } from './settings.ts'

/** The folder of the backups: that of the settings, or the one beside the data. */
export const backupFolderOf = ({ backup, data_root }: Pick<Settings, 'backup' | 'data_root'>): string =>
  backup.folder ?? `${data_root}-backups`
