/** Where backups make copies and trial restores: what is left there after a crash holds people's words, and is deleted. */
import { join } from 'node:path'

export const workFolderOf = (data_root: string): string => join(data_root, 'run', 'backup')
