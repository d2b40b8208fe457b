/**
 * The environment of a bridge that is to use a sandbox: the lines that the command prints and the start page shows.
 *
 * Owns: where each API is mounted and the lines. Nothing here is secret: the client is seeded in every sandbox.
 */

/** Where the APIs stand below the sandbox's origin. */
export const mounts = {
  analyticsData: '/analyticsdata',
  analyticsAdmin: '/analyticsadmin',
  calendar: '/calendar/v3',
} as const;

/** Name and value of each variable that points a bridge at the sandbox. */
export function bridgeEnvironment(origin: string): Record<string, string> {
  return {
    GOOGLE_ISSUER: origin,
    GOOGLE_ANALYTICS_DATA_URL: origin + mounts.analyticsData,
    GOOGLE_ANALYTICS_ADMIN_URL: origin + mounts.analyticsAdmin,
    GOOGLE_CALENDAR_URL: origin + mounts.calendar,
    GOOGLE_CLIENT_ID: 'sandbox-client',
    GOOGLE_CLIENT_SECRET: 'sandbox-secret',
  };
}

export function environmentLines(origin: string): string[] {
  return Object.entries(bridgeEnvironment(origin)).map(([name, value]) => `${name}=${value}`);
}
