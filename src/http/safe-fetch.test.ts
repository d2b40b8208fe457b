/** The guarded fetch against real https servers on loopback: only resolving and dialling are in the test's hand. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FetchError, type FetchProblem } from '../errors.ts';
import { createCertificate } from './certificate.fixture.ts';
import { startNameServer } from './name-server.fixture.ts';
import { type Address, createPublicNetwork, dialPinned, type PublicNetwork, resolveByDns } from './public-network.ts';
import { createSafeFetch } from './safe-fetch.ts';

const HOST = 'app.example';
const PUBLIC: Address = { address: '93.184.216.34', family: 4 };
const PRIVATE: Address = { address: '10.0.0.7', family: 4 };

const failsAs = (problem: FetchProblem) => (error: unknown) => {
  assert.ok(error instanceof FetchError, String(error));
  assert.equal(error.problem, problem, error.message);
  return true;
};

interface Seen {
  path: string;
  headers: Record<string, unknown>;
}

describe('fetching a document that a stranger named', () => {
  const certificate = createCertificate(HOST);
  const seen: Seen[] = [];
  /** Every list of addresses that a connection was opened to. */
  const dialled: Address[][] = [];
  let server: Server;
  let respond: (answer: ServerResponse) => void;

  before(async () => {
    server = createServer(certificate, (request, answer) => {
      seen.push({ path: request.url ?? '', headers: request.headers });
      respond(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  /** The real network, told where names lead; whatever public address it dials, the local server answers. */
  function networkTo(answers: Address[][], authorities = [certificate.cert]): PublicNetwork {
    let asked = 0;
    return createPublicNetwork({
      resolve: async () => answers[Math.min(asked++, answers.length - 1)] ?? [],
      dial: (addresses) => {
        dialled.push(addresses);
        return connect((server.address() as AddressInfo).port, '127.0.0.1');
      },
      certificateAuthorities: authorities,
    });
  }
  const fetchFrom = (answers: Address[][], options: { limitMs?: number; limitBytes?: number } = {}) =>
    createSafeFetch({ network: networkTo(answers), ...options });
  const json = (body: string, headers: Record<string, string> = {}) => {
    respond = (answer) => {
      answer.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
    };
  };

  it('brings the document and its headers from a public host', async () => {
    json('{"a":[1,"ä"]}', { 'cache-control': 'max-age=300' });
    const { value, headers } = await fetchFrom([[PUBLIC]])(`https://${HOST}/client.json?v=1`);
    assert.deepEqual(value, { a: [1, 'ä'] });
    assert.equal(headers['cache-control'], 'max-age=300');
    assert.equal(seen.at(-1)?.path, '/client.json?v=1');
  });

  it('sends nothing that says who we are or whom it serves', async () => {
    json('{}', { 'set-cookie': 'a=b' });
    const fetch = fetchFrom([[PUBLIC]]);
    await fetch(`https://${HOST}/c`);
    await fetch(`https://${HOST}/c`);
    const names = ['host', 'connection', 'accept', 'accept-encoding', 'user-agent'];
    const { host, connection: _, ...sent } = seen.at(-1)?.headers ?? {};
    assert.deepEqual(Object.keys(seen.at(-1)?.headers ?? {}).sort(), names.sort());
    assert.equal(host, HOST);
    assert.deepEqual(sent, {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'GanalyticsGPT',
    });
  });

  it('connects to the very addresses that were checked, and resolves once', async () => {
    json('{}');
    const six: Address = { address: '2606:4700::1', family: 6 };
    dialled.length = 0;
    await fetchFrom([[PUBLIC, six], [PRIVATE]])(`https://${HOST}/c`);
    assert.deepEqual(dialled, [[PUBLIC, six]]);
  });

  it('dials the address that it is given, without asking for a name again', async () => {
    const { port } = server.address() as AddressInfo;
    const socket = dialPinned([{ address: '127.0.0.1', family: 4 }], port);
    await once(socket, 'connect');
    assert.equal(socket.remoteAddress, '127.0.0.1');
    socket.destroy();
  });

  it('is not led inside by a name that answers differently the second time', async () => {
    json('{}');
    const fetch = fetchFrom([[PUBLIC], [{ address: '127.0.0.1', family: 4 }]]);
    await fetch(`https://${HOST}/c`);
    const requests = seen.length;
    await assert.rejects(fetch(`https://${HOST}/c`), failsAs('address'));
    assert.equal(seen.length, requests);
  });

  it('refuses a host with one private address among public ones, without connecting', async () => {
    dialled.length = 0;
    for (const answers of [[PUBLIC, PRIVATE], [PRIVATE], [{ address: '::ffff:127.0.0.1', family: 6 } as const]]) {
      await assert.rejects(fetchFrom([answers])(`https://${HOST}/c`), failsAs('address'));
    }
    assert.deepEqual(dialled, []);
  });

  it('refuses a name that leads to this machine with the real resolver', async () => {
    const fetch = createSafeFetch({ network: createPublicNetwork() });
    for (const url of ['https://localhost/c', 'https://localhost./c', 'https://no-such-name.invalid/c']) {
      await assert.rejects(fetch(url), FetchError, url);
    }
  });

  it('asks for https URLs of named hosts only', async () => {
    dialled.length = 0;
    const fetch = fetchFrom([[PUBLIC]]);
    const urls = [
      '',
      'c.json',
      'http://app.example/c',
      'file:///etc/passwd',
      'data:application/json,{}',
      'ftp://a.b/c',
    ];
    const hidden = ['https://u@app.example/c', 'https://u:p@app.example/c'];
    const numbers = ['https://93.184.216.34/c', 'https://2130706433/c', 'https://0x7f.1/c', 'https://[2606:4700::1]/c'];
    for (const url of [...urls, ...hidden, ...numbers]) await assert.rejects(fetch(url), failsAs('url'), url);
    assert.deepEqual(dialled, []);
  });

  it('follows no redirect, wherever it leads', async () => {
    for (const status of [300, 301, 302, 303, 307, 308, 399]) {
      respond = (answer) => {
        answer.writeHead(status, { location: `https://${HOST}/other`, 'content-type': 'application/json' }).end('{}');
      };
      const requests = seen.length;
      await assert.rejects(fetchFrom([[PUBLIC]])(`https://${HOST}/c`), failsAs('redirect'));
      assert.equal(seen.length, requests + 1);
    }
  });

  it('takes status 200 and no other, and says which came', async () => {
    for (const status of [201, 204, 206, 304, 400, 403, 404, 410, 500, 503]) {
      respond = (answer) => {
        answer.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? undefined : '{}');
      };
      await assert.rejects(fetchFrom([[PUBLIC]])(`https://${HOST}/c`), (error) => {
        assert.ok(error instanceof FetchError);
        assert.equal(error.status, status);
        return error.problem === (status === 304 ? 'redirect' : 'status');
      });
    }
  });

  it('takes JSON by its type', async () => {
    for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/jwk-set+json']) {
      json('{}', { 'content-type': type });
      assert.deepEqual((await fetchFrom([[PUBLIC]])(`https://${HOST}/c`)).value, {});
    }
    for (const type of ['text/html', 'text/plain', 'application/javascript', 'application/jsonp', 'text/json', '']) {
      json('{}', { 'content-type': type });
      await assert.rejects(fetchFrom([[PUBLIC]])(`https://${HOST}/c`), failsAs('not-json'), type);
    }
  });

  it('takes JSON by its content, in UTF-8 and unpacked', async () => {
    const bodies = ['', '<html>', '{"a":1', '[1,]', '"\xff"'].map((body) => Buffer.from(body, 'latin1'));
    for (const body of bodies) {
      respond = (answer) => {
        answer.writeHead(200, { 'content-type': 'application/json' }).end(body);
      };
      await assert.rejects(fetchFrom([[PUBLIC]])(`https://${HOST}/c`), failsAs('not-json'));
    }
    json('{}', { 'content-encoding': 'Identity' });
    await fetchFrom([[PUBLIC]])(`https://${HOST}/c`);
    json('{}', { 'content-encoding': 'gzip' });
    await assert.rejects(fetchFrom([[PUBLIC]])(`https://${HOST}/c`), failsAs('not-json'));
  });

  it('reads up to the limit of bytes and not one more, announced or not', async () => {
    const document = (size: number) => `"${'a'.repeat(size - 2)}"`;
    const fetch = fetchFrom([[PUBLIC]], { limitBytes: 1000 });
    json(document(1000));
    assert.equal(String((await fetch(`https://${HOST}/c`)).value).length, 998);
    json(document(1001), { 'content-length': '1001' });
    await assert.rejects(fetch(`https://${HOST}/c`), failsAs('too-large'));
    json(document(65_536));
    await fetchFrom([[PUBLIC]])(`https://${HOST}/c`);
    json(document(65_537));
    await assert.rejects(fetchFrom([[PUBLIC]])(`https://${HOST}/c`), failsAs('too-large'));
    json(document(1001), { 'transfer-encoding': 'chunked' });
    await assert.rejects(fetch(`https://${HOST}/c`), failsAs('too-large'));
  });

  it('hangs up on an endless document', async () => {
    const hungUp = new Promise<void>((resolve) => {
      respond = (answer) => {
        answer.writeHead(200, { 'content-type': 'application/json' });
        const more = () => {
          while (!answer.destroyed && answer.write(' '.repeat(16_384)));
        };
        answer.on('drain', more).on('close', resolve);
        more();
      };
    });
    await assert.rejects(fetchFrom([[PUBLIC]])(`https://${HOST}/c`), failsAs('too-large'));
    await hungUp;
  });

  it('hangs up at once when it wants no more: after a whole document, and after the head of a refused one', async () => {
    const refusedWithoutEnd = (answer: ServerResponse) => {
      answer.writeHead(403, { 'content-type': 'application/json' }).write('{');
    };
    const whole = (answer: ServerResponse) => {
      answer.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    };
    server.keepAliveTimeout = 60_000;
    for (const behaviour of [refusedWithoutEnd, whole]) {
      const left = once(server, 'secureConnection').then(([socket]) => once(socket, 'close'));
      respond = behaviour;
      await fetchFrom([[PUBLIC]], { limitMs: 60_000 })(`https://${HOST}/c`).catch(failsAs('status'));
      await left;
    }
  });

  it('survives headers without end', async () => {
    respond = (answer) => {
      answer.writeHead(200, { 'content-type': 'application/json', 'x-long': 'a'.repeat(60_000) }).end('{}');
    };
    await assert.rejects(fetchFrom([[PUBLIC]])(`https://${HOST}/c`), failsAs('unreachable'));
  });

  it('asks name servers for every address of a host, of both families', async () => {
    const names = {
      'both.example': ['93.184.216.34', '93.184.216.35', '2606:4700::1', '::1'],
      'four.example': ['10.0.0.1'],
      'six.example': ['2606:4700::6812:202f'],
      'none.example': [],
    };
    const nameServer = await startNameServer(names);
    const lookUp = async (name: string) =>
      (await resolveByDns(name, [nameServer.address])).map(({ address }) => address);
    for (const name of ['both.example', 'four.example', 'six.example'] as const)
      assert.deepEqual((await lookUp(name)).sort(), [...names[name]].sort());
    const families = (await resolveByDns('both.example', [nameServer.address])).map(({ family }) => family);
    assert.deepEqual(families, [4, 4, 6, 6]);
    for (const name of ['none.example', 'unknown.example']) await assert.rejects(lookUp(name), name);
    nameServer.close();
  });

  it('dials the port that the URL names, and the usual one where it names none', async () => {
    const ports: number[] = [];
    const dial = (_addresses: Address[], port: number) => {
      ports.push(port);
      return connect((server.address() as AddressInfo).port, '127.0.0.1');
    };
    const parts = { resolve: async () => [PUBLIC], dial, certificateAuthorities: [certificate.cert] };
    json('{}');
    for (const url of [`https://${HOST}/c`, `https://${HOST}:8443/c`])
      await createSafeFetch({ network: createPublicNetwork(parts) })(url);
    assert.deepEqual(ports, [443, 8443]);
  });

  it('gives up on a host that is slow to answer, or slow to finish', async () => {
    const silent = () => undefined;
    const halfway = (answer: ServerResponse) => {
      answer.writeHead(200, { 'content-type': 'application/json' }).write('{');
    };
    for (const behaviour of [silent, halfway]) {
      respond = behaviour;
      await assert.rejects(fetchFrom([[PUBLIC]], { limitMs: 150 })(`https://${HOST}/c`), failsAs('too-slow'));
    }
  });

  it('gives up on a host that accepts and never shakes hands, and on a name that never resolves', async () => {
    let mute = createTcpServer();
    const left = new Promise<void>((resolve) => {
      mute = createTcpServer((socket) =>
        socket
          .on('error', () => undefined)
          .on('close', () => resolve())
          .resume(),
      );
    });
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const dial = () => connect((mute.address() as AddressInfo).port, '127.0.0.1');
    const toMute = createPublicNetwork({ resolve: async () => [PUBLIC], dial });
    const toNowhere = createPublicNetwork({ resolve: () => new Promise(() => undefined) });
    const deaf = () => new Promise<never>(() => undefined);
    for (const network of [toMute, toNowhere, deaf]) {
      await assert.rejects(createSafeFetch({ network, limitMs: 150 })(`https://${HOST}/c`), failsAs('too-slow'));
    }
    await left;
    mute.close();
  });

  it('trusts a certificate of the very host only, signed by somebody known', async () => {
    json('{}');
    const otherName = networkTo([[PUBLIC]]);
    await assert.rejects(createSafeFetch({ network: otherName })('https://other.example/c'), failsAs('unreachable'));
    const stranger = networkTo([[PUBLIC]], [createCertificate(HOST).cert]);
    await assert.rejects(createSafeFetch({ network: stranger })(`https://${HOST}/c`), failsAs('unreachable'));
  });

  it('calls a refused connection and a broken answer unreachable', async () => {
    const closed = createTcpServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise<void>((resolve) => closed.close(() => resolve()));
    const refused = createPublicNetwork({ resolve: async () => [PUBLIC], dial: () => connect(port, '127.0.0.1') });
    await assert.rejects(createSafeFetch({ network: refused })(`https://${HOST}/c`), failsAs('unreachable'));
    respond = (answer) => {
      answer.writeHead(200, { 'content-type': 'application/json', 'content-length': '10' }).write('{');
      answer.destroy();
    };
    await assert.rejects(fetchFrom([[PUBLIC]])(`https://${HOST}/c`), failsAs('unreachable'));
    json('{}');
    await assert.rejects(fetchFrom([[]])(`https://${HOST}/c`), failsAs('unreachable'));
  });

  it('fetches so many documents at once and turns the next away at once', async () => {
    const waiting: ServerResponse[] = [];
    const both = new Promise<void>((resolve) => {
      respond = (answer) => {
        if (waiting.push(answer) === 2) resolve();
      };
    });
    const fetch = createSafeFetch({ network: networkTo([[PUBLIC]]), mostAtOnce: 2, mostPerHost: 3 });
    const running = [fetch(`https://${HOST}/1`), fetch(`https://${HOST}/2`)];
    await assert.rejects(fetch(`https://${HOST}/3`), failsAs('busy'));
    await both;
    for (const answer of waiting) answer.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    await Promise.all(running);
    json('{}');
    const again = await Promise.allSettled([4, 5, 6].map((n) => fetch(`https://${HOST}/${n}`)));
    assert.deepEqual(
      again.map((one) => one.status),
      ['fulfilled', 'fulfilled', 'rejected'],
    );
  });

  it('fetches two documents of a host at once and four of a site, and always those that it knows', async () => {
    const waiting: (() => void)[] = [];
    const network: PublicNetwork = async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { status: 200, headers: { 'content-type': 'application/json' }, body: new Blob(['{}']).stream() };
    };
    const fetch = createSafeFetch({ network, always: new Set(['https://a.x.example/known']) });
    const running = ['a', 'a', 'b', 'b'].map((host) => fetch(`https://${host}.x.example/c`));
    running.push(fetch('https://x.test/c'), fetch('https://a.x.example/known'), fetch('https://y.test./c'));
    running.push(fetch('https://y.test/c'));
    for (const url of ['https://a.x.example/c', 'https://c.x.example/c', 'https://x.example./c', 'https://y.test/d'])
      await assert.rejects(fetch(url), failsAs('busy'), url);
    assert.equal(waiting.length, 8);
    for (const answer of waiting.splice(0)) answer();
    await Promise.all(running);
    const next = fetch('https://c.x.example/c');
    waiting[0]?.();
    await next;
  });

  it('holds nothing of a document that nobody wants any more, though its time is not over', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const network: PublicNetwork = async () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: new Blob(['{"a":[1]}']).stream(),
    });
    const fetch = createSafeFetch({ network, limitMs: 60_000 });
    const read = async () => new WeakRef((await fetch(`https://${HOST}/c`)).value as object);
    const held = await read();
    await nextTurn(); // a WeakRef holds until the turn is over
    collect();
    assert.equal(held.deref(), undefined);
  });
});
