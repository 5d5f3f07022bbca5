/** `knowledge.scan`: reads the files of the knowledge folders that are new or changed, now. */
import { z } from 'zod'
import { DenidinError } from '../../platform/errors.ts'
import { operation } from '../operation.ts'

const count = z.int().min(0)

export const knowledgeScan = operation({
  summary: 'Read new and changed files of the knowledge folders now, and forget those that are gone',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['knowledge.folder', 'knowledge.files', 'knowledge.reads'],
  input: z.strictObject({}),
  output: z.object({
    added: count.describe('files that were new'),
    updated: count.describe('files that had changed'),
    removed: count.describe('files that are gone; what was read from them is forgotten'),
    files: count.describe('files that are read'),
    passages: count.describe('passages that were read from them'),
    refused: count.describe('files that are not read; knowledge list gives the reasons'),
    unreadable: z.array(z.object({ folder: z.string(), reason: z.string() })).describe('folders that cannot be read'),
  }),
  failure: ({ unreadable }) => (unreadable.length === 0 ? undefined : 'a folder cannot be read'),
  run: async ({ knowledge: { folder, files, reads } }, _input, { signal, progress }) => {
    if (!reads) {
      throw new DenidinError(
        'disabled',
        'no folder is read: set knowledge.dirs, and switch on feature_flags.enable_memory_system and feature_flags.enable_filesystem_extraction',
      )
    }
    const { added, updated, removed, unreadable } = await folder.scan({
      on_request: true,
      signal,
      progress: (done, total) => {
        progress({ done, total, unit: 'files' })
      },
    })
    const { read, refused, passages } = await files.counts()
    return { added, updated, removed, files: read, passages, refused, unreadable: [...unreadable] }
  },
})
