/** The knowledge folder: files with what everyone may know (`knowledge`). */
import type { Section } from '../setting.ts'

export const KNOWLEDGE = {
  dirs: {
    format: 'paths',
    default: [],
    doc: 'Folders with Markdown, text, PDF and DOCX files that everyone may know, relative to the DeniDin folder; none by default. Their passages are recalled for every person. See [the knowledge folder](knowledge.md).',
  },
  dedupe_ttl_seconds: {
    format: 'integer',
    default: 120,
    min: 10,
    max: 3600,
    formerKey: 'filesystem_dedupe_ttl_seconds',
    doc: 'Seconds after a file was read in which it is not read again; a change in between is read when they are over.',
  },
  max_file_size_bytes: {
    format: 'integer',
    default: 1_000_000,
    min: 10_000,
    max: 100_000_000,
    formerKey: 'filesystem_max_file_size_bytes',
    doc: 'Largest file that is read, in bytes. A larger one is refused; `denidin knowledge list` shows it with the reason.',
  },
  ignore_dirs: {
    format: 'texts',
    default: [
      '.git',
      '__pycache__',
      'node_modules',
      '.venv',
      'venv',
      '.pytest_cache',
      '.mypy_cache',
      '.ruff_cache',
      'dist',
      'build',
      '.DS_Store',
      '.idea',
      '.vscode',
    ],
    formerKey: 'filesystem_ignore_dirs',
    doc: 'Names of folders and files in `knowledge.dirs` that are passed over. Hidden files and folders are passed over in any case.',
  },
} as const satisfies Section
