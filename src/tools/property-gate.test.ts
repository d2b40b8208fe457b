import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ToolError } from '../errors.ts';
import { GoogleRefusal } from './google-error.ts';
import type { QuotaName } from './google-quota.ts';
import { createPropertyGate } from './property-gate.ts';

const MINUTE = 60_000;

function question(property: string, method = 'runReport', body: object = {}) {
  return { service: 'analyticsdata', path: ['v1beta', 'properties', `${property}:${method}`], body };
}

function usedUp(quota: QuotaName, retryAfterSeconds: number): GoogleRefusal {
  return new GoogleRefusal('quota', 'used up', 429, { about: 'quota', quota }, { retryAfterSeconds });
}

function start() {
  let time = Date.parse('2026-11-22T20:00:00Z');
  const gate = createPropertyGate({ now: () => time });
  const { signal } = new AbortController();
  let sends = 0;
  return {
    gate,
    signal,
    wait: (ms: number) => {
      time += ms;
    },
    sends: () => sends,
    /** Sends once, with Google's answer given. */
    ask: (request: ReturnType<typeof question>, refusal?: GoogleRefusal) =>
      gate.pass(request, signal, async () => {
        sends += 1;
        if (refusal !== undefined) throw refusal;
        return 'an answer';
      }),
  };
}

/** Requests that stay under way until they are let go, one by one. */
function startBusy() {
  const { gate, signal } = start();
  const running: (() => void)[] = [];
  let most = 0;
  let now = 0;
  const send = async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise<void>((resolve) => running.push(resolve));
    now -= 1;
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    running,
    most: () => most,
    settled,
    ask: (property: string, by = signal) => gate.pass(question(property), by, send),
  };
}

describe('the gate of a property', () => {
  it('lets eight requests at a time through, and the others in their turn', async () => {
    const { ask, running, most, settled } = startBusy();
    const all = Array.from({ length: 20 }, () => ask('11'));
    await settled();
    assert.equal(running.length, 8);
    for (let done = 0; done < 20; done += 1) {
      running[done]?.();
      await settled();
    }
    await Promise.all(all);
    assert.equal(most(), 8);
  });

  it('does not let one property wait for another', async () => {
    const { ask, running, settled } = startBusy();
    const all = Array.from({ length: 9 }, (_, index) => ask(index < 8 ? '11' : '12'));
    await settled();
    assert.equal(running.length, 9);
    for (const letGo of running) letGo();
    await Promise.all(all);
  });

  it('sends away who waits longer than the call may take, and keeps no place for them', async () => {
    const { ask, running, settled } = startBusy();
    const all = Array.from({ length: 8 }, () => ask('11'));
    const leaving = new AbortController();
    const late = ask('11', leaving.signal);
    const last = ask('11');
    await settled();
    leaving.abort();
    await assert.rejects(late, (error) => error instanceof ToolError && error.kind === 'unavailable');
    running[0]?.();
    await settled();
    assert.equal(running.length, 9);
    for (const letGo of running) letGo();
    await Promise.all([...all, last]);
  });

  it('sends nothing while the tokens of the hour are used up, and says for how long', async () => {
    const { ask, sends, wait } = start();
    await assert.rejects(ask(question('11'), usedUp('tokens-hour', 3600)), /used up/);
    wait(20 * MINUTE);
    await assert.rejects(ask(question('11')), /hourly allowance.* is used up\. Ask again in about 40 minutes\./);
    assert.equal(sends(), 1);
    wait(40 * MINUTE);
    assert.equal(await ask(question('11')), 'an answer');
  });

  it('keeps other properties and other kinds of reports open', async () => {
    const { ask } = start();
    await assert.rejects(ask(question('11'), usedUp('tokens-day', 3600)));
    assert.equal(await ask(question('12')), 'an answer');
    assert.equal(await ask(question('11', 'runRealtimeReport')), 'an answer');
    await assert.rejects(ask(question('11', 'runPivotReport')), /daily allowance/);
  });

  it('stops only questions about age, gender and audiences when those are used up', async () => {
    const { ask } = start();
    const close = question('11', 'runReport', { dimensions: [{ name: 'userGender' }] });
    await assert.rejects(ask(close, usedUp('thresholded', 3600)));
    await assert.rejects(ask(close), /age, gender/);
    assert.equal(await ask(question('11')), 'an answer');
  });

  it('remembers no refusal that the next try may not meet', async () => {
    const { ask } = start();
    await assert.rejects(ask(question('11'), usedUp('concurrent', 30)));
    assert.equal(await ask(question('11')), 'an answer');
  });

  it('turns away those who were already waiting when the tokens ran out', async () => {
    const { gate, signal } = start();
    let sends = 0;
    const send = async () => {
      sends += 1;
      throw usedUp('tokens-hour', 3600);
    };
    const all = await Promise.allSettled(Array.from({ length: 30 }, () => gate.pass(question('11'), signal, send)));
    assert.equal(sends, 8);
    assert.ok(all.every((one) => one.status === 'rejected'));
  });
});
