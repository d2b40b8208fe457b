/**
 * Calling an API by its OpenAPI document, as the 2023 plugins and GPT Actions do: the document is all they know.
 *
 * Owns: finding an operation and calling it. Does not own: how the token was got.
 */
import { HopError } from './hop-error.ts';
import type { Answer, Send } from './send.ts';
import { shorten } from './shorten.ts';

/** As much of OpenAPI 3.1 as is read here. */
export interface OpenapiDocument {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, { post?: { operationId?: string } }>;
  components: {
    securitySchemes: Record<string, { flows?: { authorizationCode?: { authorizationUrl: string; tokenUrl: string } } }>;
  };
}

export async function fetchOpenapi(send: Send, url: string, headers: Readonly<Record<string, string>>) {
  const answer = await send({
    method: 'GET',
    url,
    headers,
    wanted: 'an OpenAPI document',
    got: ({ json }) => `OpenAPI ${json?.openapi}, ${Object.keys(json?.paths ?? {}).length} operations`,
  });
  return answer.json as OpenapiDocument;
}

export interface RestCall {
  document: OpenapiDocument;
  operationId: string;
  input: unknown;
  accessToken: string;
  headers: Readonly<Record<string, string>>;
  got(answer: Answer): string;
}

/** The JSON answer. Throws HopError for an operation that the document lacks, and for every status but 200. */
export async function callOperation(send: Send, call: RestCall): Promise<unknown> {
  const { document, operationId, input, accessToken } = call;
  const path = Object.entries(document.paths).find(([, { post }]) => post?.operationId === operationId)?.[0];
  const server = document.servers[0]?.url;
  if (path === undefined || server === undefined)
    throw new HopError(`the OpenAPI document has no operation ${operationId} on a server`);
  const answer = await send({
    method: 'POST',
    url: server + path,
    headers: { ...call.headers, Authorization: `Bearer ${accessToken}` },
    json: input,
    with: `Bearer ${shorten(accessToken)}`,
    wanted: `the answer of ${operationId}`,
    got: call.got,
  });
  return answer.json;
}
