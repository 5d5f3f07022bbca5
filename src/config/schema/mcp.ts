/** The MCP server (`mcp`). */
import type { Section } from '../setting.ts'

export const MCP = {
  send_messages: {
    format: 'boolean',
    default: false,
    doc: 'Lets programs and the `denidin` command send messages in the name of the bot, to people who wrote to it first. See [the MCP server](mcp.md).',
  },
} as const satisfies Section
