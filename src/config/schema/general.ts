/** The top-level keys: the godfather, folders, logging and API keys. */
import type { Section } from '../setting.ts'

export const GENERAL = {
  godfather_phone: {
    format: 'phone',
    default: null,
    doc: 'Phone number of the godfather, who administers DeniDin in WhatsApp and has a larger session window.',
  },
  data_root: {
    format: 'path',
    default: 'data',
    doc: 'Folder for all data, relative to the DeniDin folder. Each DeniDin needs its own data folder.',
  },
  logs_dir: {
    format: 'path',
    default: 'logs',
    doc: 'Folder for log files, relative to the DeniDin folder.',
  },
  time_zone: {
    format: 'time_zone',
    default: null,
    formerKey: 'conversation.time_zone',
    doc: 'Time zone of this installation, such as `Asia/Jerusalem`: for every day and hour that is shown, given to the model, searched or counted, and for `conversation.quiet_hours`. A person can set their own with `/timezone`. Not set: the time zone of the machine.',
  },
  log_level: {
    format: 'choice',
    choices: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    doc: 'Least severe level to log. Message text is logged only at `debug`.',
  },
  log_json: {
    format: 'boolean',
    default: false,
    doc: 'Whether to write every line of the log as JSON too, to `denidin.json.log` beside `denidin.log`.',
  },
  openai_api_key: {
    format: 'secret',
    default: null,
    envAliases: ['OPENAI_API_KEY'],
    doc: 'API key for the model service of `ai`. Keep it in `.env` rather than in the configuration file.',
  },
  anthropic_api_key: {
    format: 'secret',
    default: null,
    envAliases: ['ANTHROPIC_API_KEY'],
    doc: 'API key for Anthropic, which extracts facts when the model of `ai` fails. Not set: Anthropic is not used. Keep it in `.env`.',
  },
  gemini_api_key: {
    format: 'secret',
    default: null,
    envAliases: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    doc: 'API key for Gemini, which extracts facts when the model of `ai` and Anthropic fail. Not set: Gemini is not used. Keep it in `.env`.',
  },
} as const satisfies Section
