/**
 * What the owners of each property set up: key events, links to other products, audiences, channel groups.
 *
 * Owns: the facts, in our words. Does not own: their shape on the wire (admin-content.ts) nor custom definitions
 * (admin-definitions.ts).
 */

interface KeyEvent {
  id: string;
  eventName: string;
  once: 'ONCE_PER_EVENT' | 'ONCE_PER_SESSION';
  /** A default event comes with every property and cannot be deleted. */
  kind: 'default' | 'custom';
  worth?: number;
}

interface Setup {
  keyEvents: readonly KeyEvent[];
  adsCustomers: readonly string[];
  firebaseProjects: readonly string[];
  bigQueryProjects: readonly string[];
  audiences: readonly { id: string; displayName: string; description: string; days: number; eventName: string }[];
  /** A channel group that somebody made besides Google's default one. */
  ownChannelGroup?: string;
}

const setups: Readonly<Record<string, Setup>> = {
  '213025502': {
    keyEvents: [
      { id: '2781450001', eventName: 'purchase', once: 'ONCE_PER_EVENT', kind: 'default' },
      { id: '2781450002', eventName: 'sign_up', once: 'ONCE_PER_SESSION', kind: 'custom' },
      { id: '2781450003', eventName: 'add_to_cart', once: 'ONCE_PER_EVENT', kind: 'custom' },
      { id: '2781450004', eventName: 'generate_lead', once: 'ONCE_PER_SESSION', kind: 'custom', worth: 12.5 },
    ],
    adsCustomers: ['5341907782'],
    firebaseProjects: [],
    bigQueryProjects: ['projects/merch-warehouse'],
    audiences: [
      { id: '3300410001', displayName: 'All Users', description: 'All users', days: 30, eventName: 'session_start' },
      { id: '3300410002', displayName: 'Purchasers', description: 'Bought something', days: 90, eventName: 'purchase' },
      {
        id: '3300410003',
        displayName: 'Left the cart behind',
        description: 'Put something into the cart in the last month',
        days: 30,
        eventName: 'add_to_cart',
      },
    ],
    ownChannelGroup: 'Paid and owned',
  },
  '331207644': {
    keyEvents: [
      { id: '2781460001', eventName: 'purchase', once: 'ONCE_PER_EVENT', kind: 'default' },
      { id: '2781460002', eventName: 'newsletter_sign_up', once: 'ONCE_PER_SESSION', kind: 'custom' },
    ],
    adsCustomers: [],
    firebaseProjects: ['projects/merch-blog-app'],
    bigQueryProjects: [],
    audiences: [
      { id: '3300420001', displayName: 'All Users', description: 'All users', days: 30, eventName: 'session_start' },
    ],
  },
  '402118977': {
    keyEvents: [
      { id: '2781470001', eventName: 'purchase', once: 'ONCE_PER_EVENT', kind: 'default' },
      { id: '2781470002', eventName: 'order_collected', once: 'ONCE_PER_EVENT', kind: 'custom' },
    ],
    adsCustomers: [],
    firebaseProjects: [],
    bigQueryProjects: [],
    audiences: [
      { id: '3300430001', displayName: 'All Users', description: 'All users', days: 30, eventName: 'session_start' },
    ],
  },
};

const nothing: Setup = {
  keyEvents: [],
  adsCustomers: [],
  firebaseProjects: [],
  bigQueryProjects: [],
  audiences: [],
};

/** What is set up at a property; nothing at one that is not listed. */
export function setupOf(propertyId: string): Setup {
  return setups[propertyId] ?? nothing;
}
