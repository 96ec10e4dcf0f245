import type { Played } from '../openapi/extract.cts';

export const played: Played = { wanted: (path) => path.startsWith('/api/v1/applicant_tracking/') && !path.endsWith('/locations') && !path.endsWith('/job_opening') };
