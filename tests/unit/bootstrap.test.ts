/** What an entry point reads from the settings before all else. */
import { expect, test } from '@jest/globals'
import { askedAddresses } from '../../src/app/bootstrap.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

test('every address that is asked is looked at for a proxy, those of fallback models and of extraction too', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'config.json')
  const url = (port: number): string => `http://127.0.0.7:${String(port)}/v1`
  await writeFile(
    file,
    JSON.stringify({
      ai: { base_url: url(1), fallback_models: [{ model: 'other', base_url: url(2) }] },
      embeddings: { base_url: url(3) },
      memory: {
        extraction: { anthropic: { base_url: url(4) }, gemini: { base_url: url(5) }, ollama: { base_url: url(6) } },
        longterm: { chroma: { mode: 'remote', url: url(7) }, reranker: { kind: 'http', url: url(8) } },
      },
    }),
  )
  const { settings } = loadSettings({ environment: { OPENAI_API_KEY: 'sk-test' }, file, cwd: folder.path })
  expect([...askedAddresses(settings)].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map(url))
})
