/** Decides where the private key of encrypted backups is created. */
import { join, resolve } from 'node:path'
import { createKeyFile, type BackupKeys } from '../../backup/age/key-file.ts'
import { placeOfContent } from '../../config/cross-checks.ts'
import type { Settings } from '../../config/settings.ts'
import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import { configurationFolder, fromRoot } from '../bootstrap.ts'

/** Beside the configuration; git ignores it. */
const USUAL_NAME = 'backup-identity.txt'

export const createBackupKeys = (settings: Settings, clock: Pick<Clock, 'now'>): BackupKeys => ({
  create: async file => {
    const path = file === undefined ? settings.backup.encryption.identity_file : resolve(fromRoot(), file)
    const chosen = path ?? join(configurationFolder(), USUAL_NAME)
    const place = placeOfContent(chosen, settings)
    if (place !== undefined) {
      throw new DenidinError('invalid_input', `the key must be outside ${place}, not in ${chosen}; name another file`)
    }
    return await createKeyFile(chosen, new Date(clock.now()))
  },
})
