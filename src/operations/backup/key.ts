/** `backup.key_create`: creates the key of encrypted backups. */
import { z } from 'zod'
import { operation } from '../operation.ts'

const LONGEST_PATH = 4096

export const backupKeyCreate = operation({
  summary: 'Create a key for encrypted backups in a file, and show its public part',
  access: 'operator',
  effect: 'write',
  needs: 'nothing',
  audit: 'none',
  uses: ['backup.keys'],
  input: z.strictObject({
    identity_file: z
      .string()
      .trim()
      .min(1)
      .max(LONGEST_PATH)
      .optional()
      .describe('path of the new file, relative to the DeniDin folder; by default backup.encryption.identity_file'),
  }),
  output: z.object({
    identity_file: z.string().describe('the file with the private key'),
    recipient: z.string().describe('the public key, for backup.encryption.recipients'),
    next: z.string().describe('what is left to do'),
  }),
  run: async ({ backup: { keys } }, { identity_file }) => {
    const { file, recipient } = await keys.create(identity_file)
    return {
      identity_file: file,
      recipient,
      next:
        'Without this file, the encrypted backups are lost: keep a copy of it on another machine or on paper. ' +
        'Then set backup.encryption.recipients to the public key and backup.encryption.identity_file to the file, and restart the bot.',
    }
  },
})
