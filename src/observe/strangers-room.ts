/**
 * How much strangers may leave behind in the audit trail, and how they share it among each other.
 *
 * Owns: the bound in the long run and each site's share of what is left. Does not own: who is a stranger, nor what is kept
 * (record-event.ts). Counted in this process's memory, like http/rate-limit.ts.
 *
 * What was taken is forgotten bit by bit, so that all together never hold more than ROOM and get no more than ROOM in
 * FORGET_MS in the long run: one row a second, six days of which fill no more than the trail holds. A site may hold at most
 * a twentieth of what is free. A hundred senders who take all they can therefore leave a sixth of the room free, a
 * thousand a fiftieth, and somebody who comes for the first time finds room beside them.
 */
const ROOM = 20_000;
const FORGET_MS = 20_000_000;
const SHARE = 1 / 20;
/** Beyond it the site that wrote longest ago is new again; what it took still counts for all together. */
const MOST_SITES = 50_000;

interface Used {
  amount: number;
  at: number;
}

/** True, and counted, when there is room for one more row from that site; unknown sites are bounded all together only. */
export type HasRoom = (site: string | undefined) => boolean;

export function createStrangersRoom(now: () => number): HasRoom {
  const sites = new Map<string, Used>();
  let all: Used = { amount: 0, at: now() };

  return (site) => {
    const at = now();
    const taken = left(all, at);
    const free = ROOM - taken;
    if (free < 1) return false;
    if (site !== undefined) {
      const used = left(sites.get(site), at);
      if (used >= free * SHARE) return false;
      sites.delete(site); // to the end of the map's order, which is the order of use
      sites.set(site, { amount: used + 1, at });
      if (sites.size > MOST_SITES) forgetOldest(sites);
    }
    all = { amount: taken + 1, at };
    return true;
  };
}

/** What is not forgotten yet. */
function left(used: Used | undefined, at: number): number {
  return used === undefined ? 0 : used.amount * Math.exp(-Math.max(0, at - used.at) / FORGET_MS);
}

function forgetOldest(sites: Map<string, Used>): void {
  const [oldest] = sites.keys();
  if (oldest !== undefined) sites.delete(oldest);
}
