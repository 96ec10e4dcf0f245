import type { Played } from '../openapi/extract.cts';

export const played: Played = { wanted: (path) => /^\/(ats|connect|integrations|tools|passthrough|check-api-key|force-sync)(\/|$)/.test(path) && !path.includes('/avionte/') };
