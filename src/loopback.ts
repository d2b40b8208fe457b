/** Hosts that never leave the machine. */

/** RFC 8252 7.3 and 8.3: the hosts that never leave the machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
