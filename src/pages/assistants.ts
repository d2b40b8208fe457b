/**
 * How each assistant is connected: what to open there, what to paste.
 *
 * Owns: these instructions, as data. Does not own: how they are laid out (home.ts). Menus move; the addresses stay.
 */

export interface Step {
  text: string;
  /** What is copied, if anything. */
  copy?: string;
}

export interface Assistant {
  /** For the address of the section and the ids in it. */
  id: string;
  name: string;
  steps: readonly Step[];
}

export function assistants(publicUrl: string): Assistant[] {
  const mcp = `${publicUrl}/mcp`;
  return [
    {
      id: 'chatgpt',
      name: 'ChatGPT',
      steps: [
        {
          text: 'In the settings, switch developer mode on and add a plugin of your own (also called an app or a connector).',
        },
        { text: 'Give this address as the MCP server, and OAuth as the way to sign in.', copy: mcp },
        { text: 'Ask a question about your numbers: ChatGPT then sends you here to connect.' },
      ],
    },
    {
      id: 'claude',
      name: 'Claude',
      steps: [
        {
          text: 'In the settings, under connectors, add a custom connector with this address, then press connect.',
          copy: mcp,
        },
      ],
    },
    {
      id: 'claude-code',
      name: 'Claude Code',
      steps: [
        { text: 'Run this, then sign in under /mcp.', copy: `claude mcp add --transport http ganalyticsgpt ${mcp}` },
      ],
    },
    {
      id: 'codex',
      name: 'Codex',
      steps: [
        { text: 'Run these two.', copy: `codex mcp add ganalyticsgpt --url ${mcp}` },
        { text: 'The second one signs you in.', copy: 'codex mcp login ganalyticsgpt' },
      ],
    },
    {
      id: 'cursor',
      name: 'Cursor',
      steps: [{ text: 'Put this into .cursor/mcp.json and sign in from the list of tools.', copy: cursorJson(mcp) }],
    },
    {
      id: 'vscode',
      name: 'VS Code',
      steps: [{ text: 'Run this in a terminal, then start the server from the list.', copy: codeCommand(mcp) }],
    },
    {
      id: 'custom-gpt',
      name: 'A custom GPT with actions',
      steps: [
        {
          text: 'Ask the operator of this server for a client id and a secret. In the GPT builder, create an action and import its schema from here.',
          copy: `${publicUrl}/openapi.json`,
        },
        { text: 'Authentication is OAuth. Authorization URL:', copy: `${publicUrl}/authorize` },
        { text: 'Token URL:', copy: `${publicUrl}/token` },
        { text: 'Privacy policy:', copy: `${publicUrl}/privacy` },
        { text: 'Save the GPT, copy its callback URL and have the operator allow it.' },
      ],
    },
  ];
}

function cursorJson(url: string): string {
  return JSON.stringify({ mcpServers: { ganalyticsgpt: { url } } }, null, 2);
}

function codeCommand(url: string): string {
  return `code --add-mcp '${JSON.stringify({ name: 'ganalyticsgpt', type: 'http', url })}'`;
}
