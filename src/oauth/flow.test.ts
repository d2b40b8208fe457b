/** What the browser carries of a sign-in, and that nobody can change, swap or keep it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PageError } from '../errors.ts';
import { toBase64url } from '../vault/token.ts';
import { CONSENT_MS, type Flow, GOOGLE_MS, openFlow, referenceOf, sealFlow } from './flow.ts';
import { aFlow, anApprovedFlow, START, vault } from './sign-in.fixture.ts';

const damaged = { name: 'PageError', problem: 'flow-damaged', status: 400 };

describe('a sealed flow', () => {
  for (const [what, flow] of [
    [
      'with everything that it can have',
      { ...anApprovedFlow({ mode: 'relay' }), codeChallenge: 'c', again: { scopes: ['s'], loginHint: 'h' } },
    ],
    ['with no more than it needs', aFlow({ scopes: [] })],
    ['that is to ask Google again for whoever it is', aFlow({ again: { scopes: ['s'] } })],
  ] as [string, Flow][]) {
    it(`${what} opens as it was`, () => {
      const { state: _, ...stateless } = flow;
      for (const each of [flow, stateless])
        assert.deepEqual(openFlow(vault, 'flow-google', sealFlow(vault, 'flow-google', each), START), each);
    });
  }

  it('opens until the very end of its time, and then says under which reference it ended', () => {
    const sealed = sealFlow(vault, 'flow-consent', aFlow({ expiresAt: START + 1 }));
    assert.equal(openFlow(vault, 'flow-consent', sealed, START).id, aFlow().id);
    assert.throws(() => openFlow(vault, 'flow-consent', sealed, START + 1), {
      problem: 'flow-expired',
      status: 410,
      ref: referenceOf(aFlow().id),
    });
  });

  it('opens for its own step only, and neither changed nor missing', () => {
    const sealed = sealFlow(vault, 'flow-consent', aFlow());
    assert.throws(() => openFlow(vault, 'flow-google', sealed, START), damaged);
    assert.throws(() => openFlow(vault, 'flow-consent', `${sealed.slice(0, -4)}AAAA`, START), damaged);
    assert.throws(
      () => openFlow(vault, 'flow-consent', undefined, START),
      (error: unknown) => {
        assert.ok(error instanceof PageError && error.cause instanceof Error);
        return error.problem === 'flow-damaged';
      },
    );
  });

  it('of another shape is a fault of ours and not the person’s', () => {
    for (const wrong of [{}, { ...aFlow(), mode: 'other' }, { ...aFlow(), again: {} }, { ...aFlow(), approval: {} }]) {
      const sealed = toBase64url(vault.seal('flow-consent', '', JSON.stringify(wrong)));
      assert.throws(() => openFlow(vault, 'flow-consent', sealed, START), { name: 'ZodError' });
    }
  });

  it('waits half an hour for a person and ten minutes for Google', () => {
    assert.deepEqual([CONSENT_MS / 60_000, GOOGLE_MS / 60_000], [30, 10]);
  });
});

describe('the reference of a flow', () => {
  it('is the same for ever: it stands in logs, in the audit trail and on people’s notes', () => {
    assert.deepEqual(['a', 'b', 'flow'].map(referenceOf), ['66RD-PD9E', 'T5T5-964E', 'L9L2-RJWY']);
  });
});
