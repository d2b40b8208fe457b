/** A request as bytes and pairs, before it is sent: looser than `Request`, which refuses what an attacker may send. */

export interface Message {
  /** What it was before it was twisted, for reports. */
  label: string;
  method: string;
  /** Path and query as they stand in the request line. */
  path: string;
  headers: [name: string, value: string][];
  body: Uint8Array<ArrayBuffer> | undefined;
}

export async function toMessage(label: string, request: Request): Promise<Message> {
  const { pathname, search } = new URL(request.url);
  const body = new Uint8Array(await request.clone().arrayBuffer());
  const headers: Message['headers'] = [...request.headers];
  return {
    label,
    method: request.method,
    path: pathname + search,
    headers,
    body: body.length === 0 ? undefined : body,
  };
}

/** Undefined when it cannot be said with a `Request`: such things are sent as bytes over a socket (raw-http.ts). */
export function toRequest(origin: string, message: Message): Request | undefined {
  try {
    const headers = new Headers();
    for (const [name, value] of message.headers) headers.append(name, value);
    const body = message.method === 'GET' || message.method === 'HEAD' ? null : (message.body ?? null);
    const url = origin + (message.path.startsWith('/') ? message.path : `/${message.path}`);
    return new Request(url, { method: message.method, headers, body });
  } catch {
    return undefined; // the constructor's refusal is all that is asked here
  }
}

/** As HTTP/1.1, whatever is in it. */
export function toBytes(message: Message, host: string): Buffer {
  const lines = [`${message.method} ${message.path} HTTP/1.1`, `Host: ${host}`];
  for (const [name, value] of message.headers) if (!/^(host|connection)$/i.test(name)) lines.push(`${name}: ${value}`);
  if (message.body !== undefined) lines.push(`Content-Length: ${message.body.length}`);
  lines.push('Connection: close', '', '');
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), message.body ?? Buffer.alloc(0)]);
}

/** For a report: whole enough to send again, short enough to read. */
export function describeMessage({ label, method, path, headers, body }: Message): string {
  const shown = headers.map(([name, value]) => `${name}: ${value.slice(0, 120)}`).join(' | ');
  const text = body === undefined ? '' : JSON.stringify(Buffer.from(body).toString('latin1').slice(0, 400));
  return `[${label}] ${method} ${path.slice(0, 400)} {${shown}} ${text}`;
}
