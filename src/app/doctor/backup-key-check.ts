/** Checks the keys of encrypted backups: whether what is made here can be read again. */
import { chmod, stat } from 'node:fs/promises'
import { fingerprintOf, readIdentities } from '../../backup/age/age-keys.ts'
import { BackupFolder } from '../../backup/backup-folder.ts'
import type { DoctorCheck, Finding } from '../../platform/checkup.ts'
import { asDenidinError } from '../../platform/errors.ts'
import { isOpenToOthers, PRIVATE_FILE_MODE } from '../../platform/files.ts'
import { backupFolderOf } from '../../config/backup-folder.ts'
import { settingsOf, type DoctorDeps } from './doctor-deps.ts'

export const backupKeyCheck = (deps: Pick<DoctorDeps, 'configuration'>): DoctorCheck => ({
  id: 'backup-key',
  title: 'key of the backups',
  severity: 'error',
  detect: async () => ({ repairable: false, ...(await keyFinding(deps)) }),
  repair: async () => {
    const { identity_file } = settingsOf(deps).backup.encryption
    if (identity_file === undefined || !(await isExposed(identity_file))) {
      return 'Nothing was changed: a key cannot be made out of nothing.'
    }
    await chmod(identity_file, PRIVATE_FILE_MODE)
    return `The permissions of ${identity_file} were set to 600.`
  },
})

/** Whether a file has wrong permissions; a folder in its place is not the doctor's to change. */
const isExposed = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true && isOpenToOthers(found.mode)
}

const keyFinding = async (deps: Pick<DoctorDeps, 'configuration'>): Promise<Finding> => {
  const settings = settingsOf(deps)
  const { recipients, identity_file } = settings.backup.encryption
  if (recipients.length === 0 && identity_file === undefined) {
    return { state: 'off', detail: 'Backups are not encrypted (backup.encryption).' }
  }
  if (identity_file === undefined) {
    return {
      state: 'degraded',
      detail:
        'Backups are encrypted, and none was ever decrypted here, because backup.encryption.identity_file is not set: no verification or drill shows that they can be restored.',
      remedy:
        'Set backup.encryption.identity_file. If the private key must stay on another machine, verify the backups there.',
    }
  }
  let identities
  try {
    identities = await readIdentities(identity_file)
  } catch (error) {
    return {
      state: 'down',
      detail: `${asDenidinError(error).message}.`,
      repairable: await isExposed(identity_file),
      remedy:
        'Put your copy of the file back, with the mode 600. Until then, encrypted backups are made, and cannot be verified or restored.',
    }
  }
  if (recipients.length === 0) {
    return {
      state: 'ok',
      detail: `${identity_file} reads earlier backups; new ones are not encrypted (backup.encryption.recipients).`,
    }
  }
  const own = new Set(identities.recipients.map(fingerprintOf))
  if (!recipients.some(recipient => own.has(fingerprintOf(recipient)))) {
    return {
      state: 'degraded',
      detail: `${identity_file} has none of the private keys that belong to backup.encryption.recipients: backups that are made now cannot be verified or restored here.`,
      remedy: 'Add the private key to the file, on a line of its own, or correct backup.encryption.recipients.',
    }
  }
  return await provenFinding(backupFolderOf(settings))
}

/** Whether the newest verification was of an encrypted backup, so that its key is known to work. */
const provenFinding = async (path: string): Promise<Finding> => {
  const folder = BackupFolder.at(path)
  const id = (await folder.verifiedIds()).at(-1)
  const [stored, verification] =
    id === undefined ? [] : await Promise.all([folder.stored(id).catch(() => undefined), folder.verification(id)])
  if (stored?.key_id == null || verification?.in_order !== true) {
    return {
      state: 'unknown',
      detail: 'The key fits backup.encryption.recipients. No encrypted backup has been verified with it yet.',
      remedy: 'Run `denidin backup create`, then `denidin backup verify`.',
    }
  }
  return {
    state: 'ok',
    detail: `The key decrypted ${stored.id} when that was verified at ${verification.verified_at}.`,
  }
}
