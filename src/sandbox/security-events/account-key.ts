/**
 * The service account of the sandbox's Google project, as the JSON file that Google's console offers, and the check of
 * the tokens that it signs for the RISC API.
 *
 * Owns: its key, made when first asked for. Does not own: what it may do (stream-api.ts).
 */
import { randomBytes } from 'node:crypto';
import { type CryptoKey, exportPKCS8, generateKeyPair, jwtVerify } from 'jose';

const email = 'events@sandbox-project.iam.gserviceaccount.com';
/** Names the service, not an address: https://developers.google.com/identity/protocols/risc#auth_token */
const audience = 'https://risc.googleapis.com/google.identity.risc.v1beta.RiscManagementService';
const longestSeconds = 3600;

export type ServiceAccount = ReturnType<typeof createServiceAccount>;

export function createServiceAccount(now: () => Date) {
  let made: Promise<{ publicKey: CryptoKey; file: Record<string, string> }> | undefined;
  const current = () => {
    made ??= make();
    return made;
  };

  return {
    file: async () => (await current()).file,

    /** Whether a bearer token is one that this account has signed for the RISC API, and is in time. */
    async isProvedBy(token: string): Promise<boolean> {
      const { publicKey } = await current();
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          algorithms: ['RS256'],
          issuer: email,
          subject: email,
          audience,
          currentDate: now(),
          requiredClaims: ['iat', 'exp'],
        });
        return (payload.exp ?? 0) - (payload.iat ?? 0) <= longestSeconds;
      } catch {
        return false; // why is nothing that Google tells
      }
    },
  };
}

async function make() {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return {
    publicKey,
    file: {
      type: 'service_account',
      project_id: 'sandbox-project',
      private_key_id: randomBytes(20).toString('hex'),
      private_key: await exportPKCS8(privateKey),
      client_email: email,
      client_id: '100000000000000000042',
      token_uri: 'https://oauth2.googleapis.com/token',
    },
  };
}
