/**
 * The conversation with the host: JSON-RPC over postMessage (MCP Apps, 2026-01-26), with ChatGPT's `window.openai` where a
 * host speaks only that.
 *
 * Owns: requests, their answers, and the few notifications that this page needs. Does not own: what is shown (page.ts).
 * The official client library is sixteen times this whole page, most of it schemas of what we do not send.
 */

export interface ToolResult {
  structuredContent?: unknown;
  content?: { type: string; text?: string }[];
  isError?: boolean;
}

interface HostContext {
  theme?: unknown;
}

export interface HostEvents {
  onInput(toolArguments: unknown): void;
  onResult(result: ToolResult): void;
  onCancelled(): void;
  onTheme(theme: 'light' | 'dark'): void;
  /** The host has said what it can do. */
  onReady(): void;
}

export interface Host {
  callTool(name: string, toolArguments: Record<string, unknown>): Promise<ToolResult>;
  canCallTools(): boolean;
  say(words: string): Promise<void>;
  canSay(): boolean;
  /** Whether the host took the file; where it has no such service, the page has to. */
  download(name: string, type: string, text: string): Promise<boolean>;
  sizeChanged(width: number, height: number): void;
}

/** What of ChatGPT's own object is used. */
interface OpenAi {
  toolInput?: unknown;
  toolOutput?: unknown;
  theme?: unknown;
  callTool?(name: string, toolArguments: Record<string, unknown>): Promise<ToolResult>;
  sendFollowUpMessage?(message: { prompt: string }): Promise<void>;
  notifyIntrinsicHeight?(height: number): void;
}

interface Message {
  jsonrpc?: unknown;
  id?: number | string;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: { message?: string };
}

const PROTOCOL = '2026-01-26';

declare global {
  interface Window {
    openai?: OpenAi;
  }
}

export function connectHost(events: HostEvents): Host {
  const pending = new Map<number, { resolve(result: unknown): void; reject(cause: Error): void }>();
  let capabilities: Record<string, unknown> | undefined;
  let lastId = 0;

  const send = (message: Record<string, unknown>) => window.parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
  const notify = (method: string, params: Record<string, unknown> = {}) => send({ method, params });
  const request = (method: string, params: Record<string, unknown>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      lastId += 1;
      pending.set(lastId, { resolve, reject });
      send({ id: lastId, method, params });
    });

  const settle = ({ id, result, error }: Message) => {
    const one = pending.get(Number(id));
    pending.delete(Number(id));
    if (error === undefined) one?.resolve(result);
    else one?.reject(new Error(error.message ?? 'The host refused.'));
  };
  const answers: Record<string, (params: Record<string, unknown>) => void> = {
    'ui/notifications/tool-input': ({ arguments: given }) => events.onInput(given),
    'ui/notifications/tool-result': (params) => events.onResult(params),
    'ui/notifications/tool-cancelled': () => events.onCancelled(),
    'ui/notifications/host-context-changed': (params) => takeTheme(params, events),
  };

  window.addEventListener('message', ({ source, data }: MessageEvent<Message | null>) => {
    if (source !== window.parent || data?.jsonrpc !== '2.0') return;
    if (data.method === undefined) settle(data);
    else if (data.id !== undefined) send(answerTo(data));
    else answers[data.method]?.(data.params ?? {});
  });

  const { openai } = window;
  if (openai !== undefined) {
    const read = () => readOpenAi(events);
    window.addEventListener('openai:set_globals', read);
    queueMicrotask(read); // not before our caller has this host in hand
  }
  const appInfo = { name: 'ganalyticsgpt-report', version: '1' };
  const appCapabilities = { availableDisplayModes: ['inline'] };
  request('ui/initialize', { appInfo, appCapabilities, protocolVersion: PROTOCOL }).then(
    (result) => {
      const { hostCapabilities = {}, hostContext = {} } = (result ?? {}) as Record<string, Record<string, unknown>>;
      capabilities = hostCapabilities;
      takeTheme(hostContext, events);
      notify('ui/notifications/initialized');
      events.onReady();
    },
    () => undefined, // a host of the older kind: window.openai has said everything
  );

  return {
    canCallTools: () => (capabilities === undefined ? openai?.callTool !== undefined : 'serverTools' in capabilities),
    canSay: () => (capabilities === undefined ? openai?.sendFollowUpMessage !== undefined : 'message' in capabilities),
    async callTool(name, given) {
      if (capabilities === undefined && openai?.callTool !== undefined) return openai.callTool(name, given);
      return (await request('tools/call', { name, arguments: given })) as ToolResult;
    },
    async say(words) {
      if (capabilities === undefined) return openai?.sendFollowUpMessage?.({ prompt: words });
      await request('ui/message', { role: 'user', content: [{ type: 'text', text: words }] });
      return undefined;
    },
    async download(name, mimeType, text) {
      if (capabilities === undefined || !('downloadFile' in capabilities)) return false;
      const resource = { uri: `file:///${name}`, mimeType, text };
      const result = await request('ui/download-file', { contents: [{ type: 'resource', resource }] });
      return (result as ToolResult | undefined)?.isError !== true;
    },
    sizeChanged(width, height) {
      notify('ui/notifications/size-changed', { width, height });
      openai?.notifyIntrinsicHeight?.(height);
    },
  };
}

/** A request of the host: being asked to stop, or whether we are there. */
function answerTo({ id, method }: Message): Record<string, unknown> {
  if (method === 'ui/resource-teardown' || method === 'ping') return { id, result: {} };
  return { id, error: { code: -32601, message: 'Unknown method' } };
}

function takeTheme({ theme }: HostContext, events: HostEvents): void {
  if (theme === 'light' || theme === 'dark') events.onTheme(theme);
}

function readOpenAi(events: HostEvents): void {
  const { openai } = window;
  takeTheme({ theme: openai?.theme }, events);
  if (openai?.toolInput) events.onInput(openai.toolInput);
  if (openai?.toolOutput) events.onResult({ structuredContent: openai.toolOutput });
}
